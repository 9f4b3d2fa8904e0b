//! The property collector: filter specs, traversal, paging, updates.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use uuid::Uuid;

use crate::inventory::{Object, children, is_a, resolve};
use crate::options::Options;
use crate::properties::{config_specimen, names, since, top_level};
use crate::sessions::Caller;
use crate::soap::{Element, Moref, SoapFault, Value};
use crate::world::World;

/// Objects in a reply when nobody limits them.
const ALL: usize = usize::MAX;
/// How long `WaitForUpdatesEx` waits when the client names no limit.
const LONGEST_WAIT: Duration = Duration::from_secs(30 * 60);

/// What is left of a paged reply.
pub(crate) struct Page {
    pub(crate) session: String,
    objects: Vec<Object>,
    specs: Arc<Vec<PropertySpec>>,
    size: usize,
}

/// A filter that `WaitForUpdatesEx` reports on, and what it last reported.
pub(crate) struct Filter {
    pub(crate) session: String,
    collector: String,
    spec: Element,
    reported: Reported,
    version: u64,
}

/// The values of each object's properties.
type Reported = HashMap<Moref, HashMap<String, Value>>;

/// Which properties of which type.
struct PropertySpec {
    kind: String,
    all: bool,
    paths: Vec<String>,
}

/// `RetrievePropertiesEx`: the first page.
pub(crate) fn retrieve_ex(
    world: &World,
    caller: &Caller,
    arguments: &Element,
) -> Result<Option<Value>, SoapFault> {
    let (objects, specs) = select(world, caller, arguments.all("specSet"))?;
    let asked = arguments.child("options").and_then(|options| options.int_of("maxObjects"));
    if asked.is_some_and(|max| max <= 0) {
        return Err(SoapFault::invalid_argument("options.maxObjects"));
    }
    let asked = asked.and_then(|max| usize::try_from(max).ok()).unwrap_or(ALL);
    let size = asked.min(world.options.page_limit.unwrap_or(ALL)).max(1);
    if objects.is_empty() {
        return Ok(None);
    }
    Ok(Some(page(world, caller, objects, Arc::new(specs), size)))
}

/// `ContinueRetrievePropertiesEx`: the next page.
pub(crate) fn continue_ex(world: &World, caller: &Caller, token: &str) -> Result<Value, SoapFault> {
    let session = caller.session.clone().unwrap_or_default();
    let page_left = {
        let mut state = world.state();
        match state.pages.get(token) {
            Some(page) if page.session == session => state.pages.remove(token),
            _ => None,
        }
    };
    let left = page_left
        .ok_or_else(|| SoapFault::new("InvalidProperty", "The token is not valid.").text("name", "token"))?;
    Ok(page(world, caller, left.objects, left.specs, left.size))
}

/// `CancelRetrievePropertiesEx`.
pub(crate) fn cancel(world: &World, token: &str) -> Result<(), SoapFault> {
    let removed = world.state().pages.remove(token);
    removed.map(|_| ()).ok_or_else(|| SoapFault::invalid_argument("token"))
}

/// `RetrieveProperties`: everything at once, as in the first versions.
pub(crate) fn retrieve_all(
    world: &World,
    caller: &Caller,
    arguments: &Element,
) -> Result<Vec<Value>, SoapFault> {
    let (objects, specs) = select(world, caller, arguments.all("specSet"))?;
    Ok(contents(world, caller, &objects, &specs))
}

/// `Fetch`: one property of one object, as pyVmomi reads them.
pub(crate) fn fetch(
    world: &World,
    caller: &Caller,
    object: &Object,
    path: &str,
) -> Result<Option<Value>, SoapFault> {
    let kind = object.kind(world, caller.server);
    check_path(world, caller, object, kind, path)?;
    if is_unreadable(&world.options, kind, path) {
        let reference = object.moref(world, caller.server);
        return Err(SoapFault::no_permission(&reference.kind, reference.id, "System.Read"));
    }
    let value = value_at(world, caller, object, path, &mut HashMap::new());
    Ok((value != Value::Unset).then(|| Value::Any(Box::new(value))))
}

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
    let filter = Filter {
        session,
        collector: collector.into(),
        spec: spec.clone(),
        reported: HashMap::new(),
        version: 0,
    };
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
    let known: u64 = version.parse().unwrap_or(0);
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
            filter.version = known + 1;
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

fn page(
    world: &World,
    caller: &Caller,
    mut objects: Vec<Object>,
    specs: Arc<Vec<PropertySpec>>,
    size: usize,
) -> Value {
    let rest = objects.split_off(objects.len().min(size));
    let contents = contents(world, caller, &objects, &specs);
    let token = (!rest.is_empty()).then(|| {
        let token = Uuid::new_v4().to_string();
        let session = caller.session.clone().unwrap_or_default();
        world.state().pages.insert(token.clone(), Page { session, objects: rest, specs, size });
        token
    });
    Value::Object(
        "RetrieveResult",
        vec![
            ("token", token.map_or(Value::Unset, Value::text)),
            ("objects", Value::Array("ObjectContent", contents)),
        ],
    )
}

fn contents(world: &World, caller: &Caller, objects: &[Object], specs: &[PropertySpec]) -> Vec<Value> {
    let mut contents = Vec::with_capacity(objects.len());
    for object in objects {
        let reference = object.moref(world, caller.server);
        let (properties, missing) = properties_of(world, caller, object, specs);
        let properties = properties
            .into_iter()
            .map(|(name, value)| {
                Value::Object(
                    "DynamicProperty",
                    vec![("name", Value::text(name)), ("val", Value::Any(Box::new(value)))],
                )
            })
            .collect();
        let missing = missing
            .into_iter()
            .map(|path| {
                let fault = SoapFault::no_permission(&reference.kind, reference.id.clone(), "System.Read");
                Value::Object(
                    "MissingProperty",
                    vec![("path", Value::text(path)), ("fault", Value::Fault(fault))],
                )
            })
            .collect();
        contents.push(Value::Object(
            "ObjectContent",
            vec![
                ("obj", Value::Ref(reference)),
                ("propSet", Value::Array("DynamicProperty", properties)),
                ("missingSet", Value::Array("MissingProperty", missing)),
            ],
        ));
    }
    contents
}

type Named = Vec<(String, Value)>;

/// The properties that are set, and the paths that may not be read.
fn properties_of(
    world: &World,
    caller: &Caller,
    object: &Object,
    specs: &[PropertySpec],
) -> (Named, Vec<String>) {
    let kind = object.kind(world, caller.server);
    let mut found = Vec::new();
    let mut missing = Vec::new();
    let mut made = HashMap::new();
    for spec in specs.iter().filter(|spec| is_a(kind, &spec.kind)) {
        let every: Vec<String> = names(object).iter().map(ToString::to_string).collect();
        for path in if spec.all { &every } else { &spec.paths } {
            if is_unreadable(&world.options, kind, path) {
                missing.push(path.clone());
                continue;
            }
            let value = value_at(world, caller, object, path, &mut made);
            if value != Value::Unset {
                found.push((path.clone(), value));
            }
        }
    }
    (found, missing)
}

fn value_at(
    world: &World,
    caller: &Caller,
    object: &Object,
    path: &str,
    made: &mut HashMap<String, Value>,
) -> Value {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    if !made.contains_key(first) {
        made.insert(first.to_string(), top_level(world, caller, object, first).unwrap_or(Value::Unset));
    }
    made[first].at(rest).cloned().unwrap_or(Value::Unset)
}

/// The objects that the specs select, each once, and the properties wanted. Refuses paths that do not exist.
fn select<'a>(
    world: &World,
    caller: &Caller,
    filters: impl Iterator<Item = &'a Element>,
) -> Result<(Vec<Object>, Vec<PropertySpec>), SoapFault> {
    let mut objects = Vec::new();
    let mut seen = std::collections::HashSet::new();
    let mut specs = Vec::new();
    for filter in filters {
        for spec in filter.all("propSet") {
            let kind =
                spec.text_of("type").ok_or_else(|| SoapFault::invalid_argument("specSet.propSet.type"))?;
            specs.push(PropertySpec {
                kind: kind.trim().into(),
                all: spec.bool_of("all").unwrap_or(false),
                paths: spec.all("pathSet").map(|path| path.text.trim().to_string()).collect(),
            });
        }
        for spec in filter.all("objectSet") {
            let reference = spec
                .child("obj")
                .and_then(Element::reference)
                .ok_or_else(|| SoapFault::invalid_argument("specSet.objectSet.obj"))?;
            let object = resolve(world, caller.server, &reference)
                .ok_or_else(|| SoapFault::object_not_found(&reference.kind, reference.id.clone()))?;
            let mut named = HashMap::new();
            collect_named(spec, &mut named);
            let mut walk = Walk { world, caller, named, specs: &specs, seen: &mut seen, found: &mut objects };
            walk.visit(
                object,
                spec.bool_of("skip").unwrap_or(false),
                &spec.all("selectSet").collect::<Vec<_>>(),
                0,
            )?;
        }
    }
    require_session(world, caller, &objects)?;
    // All objects of a type have the same properties: one of each is enough to check the paths.
    let mut checked: Vec<&str> = Vec::new();
    for object in &objects {
        let kind = object.kind(world, caller.server);
        if checked.contains(&kind) {
            continue;
        }
        checked.push(kind);
        for spec in specs.iter().filter(|spec| is_a(kind, &spec.kind)) {
            for path in &spec.paths {
                check_path(world, caller, object, kind, path)?;
            }
        }
    }
    Ok((objects, specs))
}

/// Without a session, only what is public can be read.
pub(crate) fn require_session(world: &World, caller: &Caller, objects: &[Object]) -> Result<(), SoapFault> {
    let private =
        objects.iter().find(|object| !matches!(object, Object::ServiceInstance | Object::SessionManager));
    match private {
        Some(object) if caller.session.is_none() => {
            let reference = object.moref(world, caller.server);
            Err(SoapFault::not_authenticated(&reference.kind, reference.id))
        }
        _ => Ok(()),
    }
}

struct Walk<'a> {
    world: &'a World,
    caller: &'a Caller,
    named: HashMap<String, &'a Element>,
    specs: &'a [PropertySpec],
    seen: &'a mut std::collections::HashSet<Object>,
    found: &'a mut Vec<Object>,
}

impl<'a> Walk<'a> {
    fn visit(
        &mut self,
        object: Object,
        skip: bool,
        selections: &[&'a Element],
        depth: usize,
    ) -> Result<(), SoapFault> {
        if depth > 32 {
            return Ok(());
        }
        let kind = object.kind(self.world, self.caller.server);
        let wanted = self.specs.iter().any(|spec| is_a(kind, &spec.kind));
        let next =
            selections.iter().map(|selection| self.resolve(selection)).collect::<Result<Vec<_>, _>>()?;
        for traversal in next {
            let of = traversal.text_of("type").unwrap_or_default();
            if !is_a(kind, of.trim()) {
                continue;
            }
            let path = traversal.text_of("path").unwrap_or_default().trim().to_string();
            let below: Vec<&Element> = traversal.all("selectSet").collect();
            let skip_below = traversal.bool_of("skip").unwrap_or(false);
            for target in targets(self.world, self.caller, &object, &path)? {
                self.visit(target, skip_below, &below, depth + 1)?;
            }
        }
        if wanted && !skip && self.seen.insert(object.clone()) {
            self.found.push(object);
        }
        Ok(())
    }

    /// A selection is a traversal or names one.
    fn resolve(&self, selection: &'a Element) -> Result<&'a Element, SoapFault> {
        if selection.child("path").is_some() {
            return Ok(selection);
        }
        let name = selection.text_of("name").unwrap_or_default();
        self.named
            .get(name)
            .copied()
            .ok_or_else(|| SoapFault::invalid_argument("specSet.objectSet.selectSet"))
    }
}

fn collect_named<'a>(element: &'a Element, named: &mut HashMap<String, &'a Element>) {
    for selection in element.all("selectSet") {
        if let (Some(name), Some(_)) = (selection.text_of("name"), selection.child("path")) {
            named.insert(name.to_string(), selection);
        }
        collect_named(selection, named);
    }
}

fn targets(world: &World, caller: &Caller, object: &Object, path: &str) -> Result<Vec<Object>, SoapFault> {
    if let (Object::Folder(_) | Object::Compute(_), "childEntity" | "host") = (object, path) {
        return Ok(children(world, caller.server, object));
    }
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let value = top_level(world, caller, object, first).ok_or_else(|| SoapFault::invalid_property(path))?;
    let value = value.at(rest).map_err(|()| SoapFault::invalid_property(path))?;
    let resolved = |reference: &Moref| resolve(world, caller.server, reference);
    Ok(match value {
        Value::Ref(reference) => resolved(reference).into_iter().collect(),
        Value::Array(_, items) => items
            .iter()
            .filter_map(|item| match item {
                Value::Ref(reference) => resolved(reference),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    })
}

fn check_path(
    world: &World,
    caller: &Caller,
    object: &Object,
    kind: &str,
    path: &str,
) -> Result<(), SoapFault> {
    let unknown = || SoapFault::invalid_property(path);
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    if !names(object).contains(&first) || caller.version.as_slice() < since(kind, path) {
        return Err(unknown());
    }
    let specimen = if matches!(object, Object::Host(_)) && first == "config" {
        config_specimen(world, caller.server)
    } else {
        top_level(world, caller, object, first).ok_or_else(unknown)?
    };
    specimen.at(rest).map(|_| ()).map_err(|()| unknown())
}

fn is_unreadable(options: &Options, kind: &str, path: &str) -> bool {
    kind == "HostSystem"
        && options.unreadable.iter().any(|prefix| {
            path == prefix || path.strip_prefix(prefix.as_str()).is_some_and(|rest| rest.starts_with('.'))
        })
}

fn short() -> String {
    Uuid::new_v4().simple().to_string()[..8].to_string()
}
