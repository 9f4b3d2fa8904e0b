//! The property collector: what a client reads at once, in pages, or as it changes.

mod select;
mod updates;

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;

use crate::inventory::{Object, is_a};
use crate::options::{Options, WithoutSession};
use crate::properties::{names, top_level};
use crate::sessions::Caller;
use crate::soap::{Element, SoapFault, Value};
use crate::world::World;

use select::{check_path, is_withheld, select};

pub(crate) use select::require_session;
pub(crate) use updates::{Filter, create_filter, wait_for_updates};

/// Objects in a reply when nobody limits them.
const ALL: usize = usize::MAX;

/// What is left of a paged reply.
pub(crate) struct Page {
    pub(crate) session: String,
    objects: Vec<Object>,
    specs: Arc<Vec<PropertySpec>>,
    size: usize,
}

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
    let is_nobody = require_session(world, caller, &objects).is_err();
    if objects.is_empty() || (is_nobody && world.options.without_session == WithoutSession::Nothing) {
        return Ok(None);
    }
    Ok(Some(page(world, caller, objects, Arc::new(specs), size)))
}

/// `ContinueRetrievePropertiesEx`: the next page.
pub(crate) fn continue_ex(world: &World, caller: &Caller, token: &str) -> Result<Value, SoapFault> {
    let left = take_page(world, caller, token)?;
    Ok(page(world, caller, left.objects, left.specs, left.size))
}

/// `CancelRetrievePropertiesEx`.
pub(crate) fn cancel(world: &World, caller: &Caller, token: &str) -> Result<(), SoapFault> {
    take_page(world, caller, token).map(drop)
}

/// A token is good once, and only in the session that it was given to.
fn take_page(world: &World, caller: &Caller, token: &str) -> Result<Page, SoapFault> {
    let session = caller.session.as_deref().unwrap_or_default();
    let mut state = world.state();
    let is_theirs = state.pages.get(token).is_some_and(|page| page.session == session);
    let page = if is_theirs { state.pages.remove(token) } else { None };
    page.ok_or_else(unknown_token)
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

fn unknown_token() -> SoapFault {
    SoapFault::new("InvalidProperty", "The token is not valid.").text("name", "token")
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
                let (kind, id) = (&reference.kind, reference.id.clone());
                let fault = if is_withheld(caller, object) {
                    SoapFault::not_authenticated(kind, id)
                } else {
                    SoapFault::no_permission(kind, id, "System.Read")
                };
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
            if is_withheld(caller, object) || is_unreadable(&world.options, kind, path) {
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

fn is_unreadable(options: &Options, kind: &str, path: &str) -> bool {
    let is_at_or_below = |path: &str, prefix: &str| {
        path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    options.unreadable.iter().any(|prefix| match prefix.strip_prefix("VirtualMachine.") {
        Some(prefix) => kind == "VirtualMachine" && is_at_or_below(path, prefix),
        None => kind == "HostSystem" && is_at_or_below(path, prefix),
    })
}
