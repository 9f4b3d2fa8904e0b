//! Which objects a filter specification selects, and whether the properties that it names exist.

use std::collections::{HashMap, HashSet};

use crate::inventory::{Object, children, is_a, resolve};
use crate::options::WithoutSession;
use crate::properties::{config_specimen, names, since, top_level};
use crate::sessions::Caller;
use crate::soap::{Element, Moref, SoapFault, Value};
use crate::world::World;

use super::PropertySpec;

/// The objects that the specs select, each once, and the properties wanted. Refuses paths that do not exist.
pub(super) fn select<'a>(
    world: &World,
    caller: &Caller,
    filters: impl Iterator<Item = &'a Element>,
) -> Result<(Vec<Object>, Vec<PropertySpec>), SoapFault> {
    let mut objects = Vec::new();
    let mut seen = HashSet::new();
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
    if world.options.without_session == WithoutSession::Fault {
        require_session(world, caller, &objects)?;
    }
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
    match objects.iter().find(|object| is_withheld(caller, object)) {
        Some(object) => {
            let reference = object.moref(world, caller.server);
            Err(SoapFault::not_authenticated(&reference.kind, reference.id))
        }
        None => Ok(()),
    }
}

/// Whether the object is nothing for a caller without a session.
pub(super) fn is_withheld(caller: &Caller, object: &Object) -> bool {
    caller.session.is_none() && !matches!(object, Object::ServiceInstance | Object::SessionManager)
}

struct Walk<'a> {
    world: &'a World,
    caller: &'a Caller,
    named: HashMap<String, &'a Element>,
    specs: &'a [PropertySpec],
    seen: &'a mut HashSet<Object>,
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

/// Refuses a path that the type does not have, in the version spoken.
pub(super) fn check_path(
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
