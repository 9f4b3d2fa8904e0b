//! Folder names from hosts' names: whatever a vCenter calls a host, one safe component on Windows, Linux and macOS,
//! and never the same one for two names.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use crate::files::is_device;

/// The longest folder name made from a host's name alone, in UTF-16 code units (Windows' measure). Two hosts of the
/// same name get nine more. With the rest of the layout that leaves about 75 characters for the archive's own path
/// within Windows' classic limit of 260.
pub const MAX_NAME_UNITS: usize = 60;
/// The same in bytes, the measure of Linux' file systems (255 for a component, bundle file names included).
pub const MAX_NAME_BYTES: usize = 180;

/// A folder name for a host, safe by construction: made by [`host_folder`] or [`host_folders`] only.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HostFolder(String);

impl HostFolder {
    /// The folder's name: one path component.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The bundle's file name in a record of this host.
    pub fn bundle_file(&self) -> String {
        format!("configBundle-{}.tgz", self.0)
    }
}

/// The folder name of one host, from its name with the inventory's escapes undone (see [`safe_name`]).
pub fn host_folder(name: &str) -> HostFolder {
    HostFolder(safe_name(name))
}

/// The folder names of all hosts of a run, in their order, from `(name, identity)`. Hosts whose names differ
/// at most in upper and lower case get `~` and the first eight characters of their identity each (a hash of the
/// identity where even those are the same), so that two hosts never share a folder.
pub fn host_folders<'a>(hosts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<HostFolder> {
    let named: Vec<(String, &str)> =
        hosts.into_iter().map(|(name, identity)| (host_folder(name).0, identity)).collect();
    let mut same_name: HashMap<String, Vec<usize>> = HashMap::new();
    for (index, (name, _)) in named.iter().enumerate() {
        same_name.entry(name.to_lowercase()).or_default().push(index);
    }
    let mut folders: Vec<HostFolder> = named.iter().map(|(name, _)| HostFolder(name.clone())).collect();
    for group in same_name.values().filter(|group| group.len() > 1) {
        let prefixes: Vec<String> = group.iter().map(|&index| identity_prefix(named[index].1)).collect();
        for (position, &index) in group.iter().enumerate() {
            let (name, identity) = &named[index];
            let unique = prefixes.iter().filter(|p| **p == prefixes[position]).count() == 1;
            let suffix = if unique { prefixes[position].clone() } else { short_hash(identity) };
            folders[index] = HostFolder(format!("{name}~{suffix}"));
        }
    }
    folders
}

/// A name as one safe path component. A name that is safe stays as it is, non-ASCII letters included; one that had to
/// change ends in `~` and eight hexadecimal digits of the original's SHA-256, so that no two names meet.
pub fn safe_name(name: &str) -> String {
    let mut safe: String = name.chars().map(|c| if is_allowed(c) { c } else { '_' }).collect();
    while safe.ends_with(['.', ' ']) {
        safe.pop();
    }
    if safe.starts_with([' ', '.']) {
        safe.replace_range(..1, "_");
    }
    if safe.is_empty() || is_device(&safe) {
        safe.insert(0, '_');
    }
    let too_long = safe.encode_utf16().count() > MAX_NAME_UNITS || safe.len() > MAX_NAME_BYTES;
    if safe == name && !too_long && !ends_like_a_hash(&safe) {
        return safe;
    }
    let suffix = format!("~{}", short_hash(name));
    truncate(&mut safe, MAX_NAME_UNITS - suffix.len(), MAX_NAME_BYTES - suffix.len());
    safe + &suffix
}

fn is_allowed(c: char) -> bool {
    // The last range turns the direction of text: a name must not look like another.
    !c.is_control()
        && !matches!(c, '<' | '>' | ':' | '"' | '/' | '\\' | '|' | '?' | '*')
        && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn ends_like_a_hash(name: &str) -> bool {
    name.rsplit_once('~').is_some_and(|(_, end)| end.len() == 8 && end.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn truncate(name: &mut String, units: usize, bytes: usize) {
    while name.encode_utf16().count() > units || name.len() > bytes {
        name.pop();
    }
}

/// Eight hexadecimal digits that stand for a text.
pub(crate) fn short_hash(text: &str) -> String {
    hex::encode(&Sha256::digest(text.as_bytes())[..4])
}

/// The first eight characters of an identity that begins like a UUID; a hash of any other.
fn identity_prefix(identity: &str) -> String {
    match identity.get(..8) {
        Some(prefix) if prefix.bytes().all(|b| b.is_ascii_hexdigit()) => prefix.to_ascii_lowercase(),
        _ => short_hash(identity),
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Component, Path};

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_made_safe() {
        let long = "a".repeat(255);
        for (name, expect) in [
            ("esx01.lab.local", "esx01.lab.local"),
            ("10.0.0.1", "10.0.0.1"),
            ("fd00::1", "fd00__1~"),
            ("büro-esx.münchen", "büro-esx.münchen"),
            ("主机一", "主机一"),
            ("CON", "_CON~"),
            ("con", "_con~"),
            ("aux.tgz", "_aux.tgz~"),
            ("NUL .x", "_NUL .x~"),
            ("COM1", "_COM1~"),
            ("LPT¹", "_LPT¹~"),
            ("COM10", "COM10"),
            ("console", "console"),
            ("esx-01.", "esx-01~"),
            ("esx 01 ", "esx 01~"),
            ("a:b", "a_b~"),
            ("../x", "_._x~"),
            ("..", "_~"),
            (".", "_~"),
            ("", "_~"),
            ("   ", "_~"),
            (".hidden", "_hidden~"),
            ("tab\there", "tab_here~"),
            ("esx\u{202e}10", "esx_10~"),
            ("esx~1a2b3c4d", "esx~1a2b3c4d~"),
            (&long, &format!("{}~", "a".repeat(51))),
        ] {
            let safe = safe_name(name);
            match expect.strip_suffix('~') {
                Some(start) => {
                    assert_eq!(&safe[..safe.len() - 9], start, "{name:?}");
                    assert!(ends_like_a_hash(&safe), "{name:?} became {safe:?}");
                }
                None => assert_eq!(safe, expect),
            }
        }
    }

    #[test]
    fn hosts_of_the_same_name_get_folders_of_their_own() {
        let hosts = [
            ("localhost.localdomain", "564d1111-aaaa"),
            ("esx01", "564d3333-cccc"),
            ("LOCALHOST.localdomain", "564d2222-bbbb"),
        ];
        let folders: Vec<String> = host_folders(hosts).into_iter().map(|f| f.0).collect();
        assert_eq!(folders, ["localhost.localdomain~564d1111", "esx01", "LOCALHOST.localdomain~564d2222"]);
    }

    #[test]
    fn even_a_shared_identity_prefix_does_not_join_two_hosts() {
        let folders = host_folders([("a", "03000200-0400-1"), ("a", "03000200-0400-2"), ("a", "host-9")]);
        let distinct: std::collections::HashSet<_> = folders.iter().collect();
        assert_eq!(distinct.len(), 3, "{folders:?}");
    }

    fn any_name() -> impl Strategy<Value = String> {
        prop_oneof![
            any::<String>(),
            "[a-c.: /~]{0,6}",
            "(CON|aux|LPT1|COM¹)[. ]?[a-z]{0,3}",
            "[a-z]{50,80}",
            "[\u{4e00}-\u{4eff}]{50,70}",
            "[a-z]{1,3}~[0-9a-f]{8}",
        ]
    }

    proptest! {
        #[test]
        fn always_one_safe_component(name in any_name()) {
            let safe = safe_name(&name);
            let components: Vec<_> = Path::new(&safe).components().collect();
            prop_assert!(matches!(components[..], [Component::Normal(_)]), "{:?}", safe);
            prop_assert!(safe.encode_utf16().count() <= MAX_NAME_UNITS && safe.len() <= MAX_NAME_BYTES);
            prop_assert!(!safe.ends_with(['.', ' ']) && !safe.starts_with(['.', ' ']));
            prop_assert!(safe.chars().all(is_allowed) && !is_device(&safe));
        }

        #[test]
        fn two_names_never_meet(a in any_name(), b in any_name()) {
            prop_assert_eq!(safe_name(&a) == safe_name(&b), a == b);
        }

        #[test]
        fn a_safe_name_stays(name in "[a-z0-9][a-z0-9.-]{0,40}[a-z0-9]") {
            prop_assume!(!is_device(&name));
            prop_assert_eq!(safe_name(&name), name);
        }
    }
}
