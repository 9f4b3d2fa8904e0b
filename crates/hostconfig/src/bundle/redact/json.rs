//! Secrets in JSON: the value of a name that tells of one, whatever is below it, and names that are secrets themselves.

use super::names::{holds_secrets, secret_in, words};
use super::{Place, Redacted, Secret, Taken, is_name, lines, mark, says_nothing};

/// The leaves of a JSON value, by their paths, without their secrets; and the value itself.
pub(in crate::bundle) fn json(value: &mut serde_json::Value, place: Place, leaves: &mut Leaves) {
    walk_json(value, place, &mut Path::default(), None, leaves);
}

/// Where in a JSON value something stands.
#[derive(Default)]
struct Path {
    names: Vec<String>,
    /// The secrets among them, of which `names` has only that they are some.
    secrets: Vec<String>,
}

fn walk_json(
    value: &mut serde_json::Value,
    place: Place,
    path: &mut Path,
    inherited: Option<Secret>,
    leaves: &mut Leaves,
) {
    use serde_json::Value;
    // What does not fit any more is refused as a whole; it need not be looked at.
    if leaves.room.is_none() {
        return;
    }
    match value {
        Value::Object(fields) => {
            let mut kept = serde_json::Map::new();
            let named = fields
                .iter()
                .find_map(|(name, value)| is_name(name).then(|| secret_in(value.as_str()?, place)).flatten());
            let mut hidden = 0;
            for (name, mut value) in std::mem::take(fields) {
                let (mut safe, is_hidden) = path.safe_name(&name, inherited);
                if is_hidden {
                    hidden += 1;
                    // Each has its own, though all look alike.
                    if hidden > 1 {
                        safe = format!("{safe} {hidden}");
                    }
                    path.secrets.push(name.clone());
                }
                // Only items of lists have numbers of ours.
                let is_number = !safe.is_empty() && safe.bytes().all(|byte| byte.is_ascii_digit());
                path.names.push(if is_number { format!("\"{safe}\"") } else { safe.clone() });
                let of_name = named.filter(|_| name.eq_ignore_ascii_case("value"));
                let secret = secret_in(&name, place).or(of_name).or(inherited);
                walk_json(&mut value, place, path, secret, leaves);
                path.names.pop();
                if is_hidden {
                    path.secrets.pop();
                }
                kept.insert(safe, value);
            }
            *fields = kept;
        }
        Value::Array(items) => {
            for (at, item) in items.iter_mut().enumerate() {
                path.names.push(at.to_string());
                walk_json(item, place, path, inherited, leaves);
                path.names.pop();
            }
        }
        leaf => {
            let raw = match &*leaf {
                Value::String(text) => text.clone(),
                Value::Null => String::new(),
                other => other.to_string(),
            };
            let mut taken = Taken::default();
            path.secrets.iter().for_each(|name| taken.note(name));
            let inherited = inherited.map(|secret| {
                let is_chap = || path.names.iter().any(|name| words(name).iter().any(|word| word == "chap"));
                if secret == Secret::Password && is_chap() { Secret::Chap } else { secret }
            });
            let text = match inherited.filter(|_| !leaf.is_boolean() && !says_nothing(&raw)) {
                Some(secret) => taken.out(secret, &raw),
                None if leaf.is_string() => lines::value(&raw, place, &mut taken),
                None => raw,
            };
            let redacted = taken.done(text);
            if redacted.has_secret() || leaf.is_string() {
                *leaf = Value::String(redacted.text.clone());
            }
            leaves.push(&path.names, redacted);
        }
    }
}

impl Path {
    /// A field's name as it may be shown, and whether it is a secret: a map from a key to something has its secret on the left.
    fn safe_name(&self, name: &str, inherited: Option<Secret>) -> (String, bool) {
        if let Some(secret) = inherited.filter(|_| self.names.last().is_some_and(|of| holds_secrets(of))) {
            return (mark(secret), true);
        }
        let name = Redacted::of(name);
        (name.text, name.secrets.is_some())
    }
}

/// A value and its path.
pub(in crate::bundle) type Leaf = (Vec<String>, Redacted);

/// Values by their paths, within limits: a deep object with many values repeats its path for each.
pub(in crate::bundle) struct Leaves {
    found: Vec<Leaf>,
    room: Option<usize>,
}

impl Leaves {
    /// Bytes for all values of a store, far more than any has.
    pub(in crate::bundle) const ROOM: usize = 48 * 1024 * 1024;

    pub(in crate::bundle) fn new(room: usize) -> Self {
        Self { found: Vec::new(), room: Some(room) }
    }

    pub(in crate::bundle) fn push(&mut self, path: &[String], value: Redacted) {
        let size = path.iter().map(|name| name.len() + 24).sum::<usize>() + value.text.len() + 96;
        self.room = self.room.and_then(|room| room.checked_sub(size));
        if self.room.is_some() {
            self.found.push((path.to_vec(), value));
        }
    }

    /// Them, and the room that is left; none where it was too little.
    pub(in crate::bundle) fn done(self) -> Option<(Vec<Leaf>, usize)> {
        self.room.map(|room| (self.found, room))
    }
}
