//! Filters and `WaitForUpdatesEx`: what has changed since the client last asked.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use uuid::Uuid;

use crate::inventory::Object;
use crate::sessions::Caller;
use crate::soap::{Element, Moref, SoapFault, Value};
use crate::world::World;

use super::properties_of;
use super::select::select;

/// How long `WaitForUpdatesEx` waits when the client names no limit.
const LONGEST_WAIT: Duration = Duration::from_secs(30 * 60);

/// A filter that `WaitForUpdatesEx` reports on, and what it last reported.
pub(crate) struct Filter {
    pub(crate) session: String,
    collector: String,
    spec: Element,
    reported: Reported,
}

/// The values of each object's properties.
type Reported = HashMap<Moref, HashMap<String, Value>>;

/// `CreateFilter`.
pub(crate) fn create_filter(
    world: &World,
    caller: &Caller,
    collector: &str,
    spec: &Element,
) -> Result<Value, SoapFault> {
    select(world, caller, std::iter::once(spec))?;
    let session = caller.session.clone().unwrap_or_default();
    let id = format!("session[{}]{}", short(), Uuid::new_v4());
    let filter =
        Filter { session, collector: collector.into(), spec: spec.clone(), reported: HashMap::new() };
    world.state().filters.insert(id.clone(), filter);
    Ok(Value::Ref(Object::Filter(id).moref(world, caller.server)))
}

/// `WaitForUpdatesEx`: returns at once what is new since the version named, else waits for a change.
pub(crate) async fn wait_for_updates(
    world: &World,
    caller: &Caller,
    collector: &str,
    version: &str,
    max_wait: Option<Duration>,
) -> Result<Option<Value>, SoapFault> {
    let until = Instant::now() + max_wait.unwrap_or(LONGEST_WAIT);
    let mut changes = world.changed.subscribe();
    let known: u64 = match version {
        "" => 0,
        version => version.parse().map_err(|_| SoapFault::new("InvalidCollectorVersion", ""))?,
    };
    loop {
        changes.borrow_and_update();
        if let Some(update) = updates(world, caller, collector, known)? {
            return Ok(Some(update));
        }
        match timeout_at(until, changes.changed()).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) | Err(_) => return Ok(None),
        }
    }
}

fn updates(world: &World, caller: &Caller, collector: &str, known: u64) -> Result<Option<Value>, SoapFault> {
    let filters: Vec<(String, Element, Reported)> = {
        let state = world.state();
        let of = state.filters.iter().filter(|(_, filter)| filter.collector == collector);
        of.map(|(id, filter)| {
            let reported = if known == 0 { HashMap::new() } else { filter.reported.clone() };
            (id.clone(), filter.spec.clone(), reported)
        })
        .collect()
    };
    let mut sets = Vec::new();
    for (id, spec, reported) in filters {
        let (objects, specs) = select(world, caller, std::iter::once(&spec))?;
        let mut now = HashMap::new();
        let mut changes = Vec::new();
        for object in &objects {
            let reference = object.moref(world, caller.server);
            let properties = properties_of(world, caller, object, &specs).0;
            let before = reported.get(&reference);
            let fresh: Vec<Value> = properties
                .iter()
                .filter(|(name, value)| before.is_none_or(|before| before.get(name) != Some(value)))
                .map(|(name, value)| change(name, value.clone()))
                .collect();
            if before.is_none() || !fresh.is_empty() {
                changes.push(object_update(
                    if before.is_none() { "enter" } else { "modify" },
                    &reference,
                    fresh,
                ));
            }
            now.insert(reference, properties.into_iter().collect::<HashMap<_, _>>());
        }
        for gone in reported.keys().filter(|reference| !now.contains_key(reference)) {
            changes.push(object_update("leave", gone, Vec::new()));
        }
        if let Some(filter) = world.state().filters.get_mut(&id) {
            filter.reported = now;
        }
        if !changes.is_empty() {
            let filter = Object::Filter(id).moref(world, caller.server);
            sets.push(Value::Object(
                "PropertyFilterUpdate",
                vec![("filter", Value::Ref(filter)), ("objectSet", Value::Array("ObjectUpdate", changes))],
            ));
        }
    }
    Ok((!sets.is_empty()).then(|| {
        Value::Object(
            "UpdateSet",
            vec![
                ("version", Value::text((known + 1).to_string())),
                ("filterSet", Value::Array("PropertyFilterUpdate", sets)),
            ],
        )
    }))
}

fn object_update(kind: &'static str, reference: &Moref, changes: Vec<Value>) -> Value {
    Value::Object(
        "ObjectUpdate",
        vec![
            ("kind", Value::Enum("ObjectUpdateKind", kind)),
            ("obj", Value::Ref(reference.clone())),
            ("changeSet", Value::Array("PropertyChange", changes)),
        ],
    )
}

fn change(name: &str, value: Value) -> Value {
    Value::Object(
        "PropertyChange",
        vec![
            ("name", Value::text(name)),
            ("op", Value::Enum("PropertyChangeOp", "assign")),
            ("val", Value::Any(Box::new(value))),
        ],
    )
}

fn short() -> String {
    Uuid::new_v4().simple().to_string()[..8].to_string()
}
