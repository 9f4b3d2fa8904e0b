//! `Manifest.txt`: what a bundle says of the host that it is from. It names a release and a UUID; there is no build
//! number, time or host name in it.

use super::redact::visible;

/// The longest `Manifest.txt` that is read. Real ones have a few hundred bytes.
pub const MAX_MANIFEST_BYTES: u64 = 64 * 1024;

/// A bundle's `Manifest.txt`, as far as it is understood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest {
    /// `RELEASELEVEL`: what `vmware -l` prints, such as `VMware ESXi 7.0 Update 3`.
    pub release_level: Option<String>,
    /// `UUID`: the host's hardware UUID, in any of its spellings; compare it with [`uuid_matches`].
    pub uuid: Option<String>,
    /// `KERNELOPTS`: what the host was booted with.
    pub kernel_options: Option<String>,
    /// `USEROPTS`: what was given beside that by hand.
    pub user_options: Option<String>,
}

/// The longest release or UUID that is kept. Options are as long as they are.
const LONGEST_NAME: usize = 256;

/// Reads `KEY=value` lines; unknown keys and lines without `=` are passed over. `None` when there is neither a
/// release level nor a UUID, because then it is no manifest.
pub fn parse_manifest(text: &[u8]) -> Option<Manifest> {
    let text = String::from_utf8_lossy(text);
    let mut manifest = Manifest::default();
    for (key, value) in text.trim_start_matches('\u{feff}').lines().filter_map(|line| line.split_once('=')) {
        let value = unquoted(value.trim());
        let (place, longest) = match key.trim() {
            key if key.eq_ignore_ascii_case("RELEASELEVEL") => (&mut manifest.release_level, LONGEST_NAME),
            key if key.eq_ignore_ascii_case("UUID") => (&mut manifest.uuid, LONGEST_NAME),
            key if key.eq_ignore_ascii_case("KERNELOPTS") => (&mut manifest.kernel_options, usize::MAX),
            key if key.eq_ignore_ascii_case("USEROPTS") => (&mut manifest.user_options, usize::MAX),
            _ => continue,
        };
        if !value.is_empty() {
            // A hostile manifest must not reach a terminal with its control characters.
            *place = Some(visible(value.chars().filter(|c| !c.is_control()).take(longest).collect()));
        }
    }
    (manifest.release_level.is_some() || manifest.uuid.is_some()).then_some(manifest)
}

/// Whether two spellings are the same hardware UUID: ignoring case and dashes, and accepting that SMBIOS before 2.6
/// and its readers disagree about the byte order of the first three fields (SMBIOS reference specification, "System —
/// UUID"). What is no UUID matches nothing.
pub fn uuid_matches(manifest: &str, hardware: &str) -> bool {
    match (uuid_bytes(manifest), uuid_bytes(hardware)) {
        (Some(a), Some(b)) => a == b || swapped(a) == b,
        _ => false,
    }
}

/// What firmware makers put in their reference code and board makers forget to replace, in either byte order.
const UNSET_UUIDS: [u128; 4] =
    [0, u128::MAX, 0x0300_0200_0400_0500_0006_0007_0008_0009, 0x0002_0003_0004_0005_0006_0007_0008_0009];

/// A hardware UUID in lower case with dashes, the spelling that identities are built from; `None` when it is no UUID,
/// or a placeholder (all zeros, all ones, `03000200-0400-0500-0006-000700080009`) of boards whose vendor set none.
pub fn normal_uuid(text: &str) -> Option<String> {
    let bytes = uuid_bytes(text)?;
    let is_placeholder = UNSET_UUIDS.contains(&u128::from_be_bytes(bytes));
    (!is_placeholder).then(|| uuid::Uuid::from_bytes(bytes).hyphenated().to_string())
}

fn uuid_bytes(text: &str) -> Option<[u8; 16]> {
    let digits: String = text.chars().filter(|c| !matches!(c, '-' | ' ' | '{' | '}')).take(33).collect();
    hex::decode(digits).ok()?.try_into().ok()
}

fn swapped(mut uuid: [u8; 16]) -> [u8; 16] {
    for field in [0..4, 4..6, 6..8] {
        uuid[field].reverse();
    }
    uuid
}

fn unquoted(value: &str) -> &str {
    value.strip_prefix('"').and_then(|v| v.strip_suffix('"')).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn manifests_are_read_tolerantly() {
        let both = Some((Some("VMware ESXi 7.0 Update 3"), Some("4c4c4544-0042-3510-8054-b3c04f4d4e31")));
        let uuid_only = Some((None, Some("4c4c4544")));
        for (text, expect) in [
            (
                "RELEASELEVEL=VMware ESXi 7.0 Update 3\nUUID=4c4c4544-0042-3510-8054-b3c04f4d4e31\nKERNELOPTS=a=b\nUSEROPTS=\n",
                both,
            ),
            (
                "\u{feff}RELEASELEVEL = \"VMware ESXi 7.0 Update 3\"\r\nuuid=4c4c4544-0042-3510-8054-b3c04f4d4e31\r\n",
                both,
            ),
            ("# comment\nUUID=4c4c4544", uuid_only),
            ("UUID=4c\u{1b}4c\u{7}4544\nRELEASELEVEL=\n", uuid_only),
            ("RELEASELEVEL=8.0 \u{202e}3", Some((Some("8.0 [U+202E]3"), None))),
            ("", None),
            ("KERNELOPTS=x\n", None),
            ("RELEASELEVEL", None),
            ("\0\0\0", None),
        ] {
            let manifest = parse_manifest(text.as_bytes());
            let found = manifest.as_ref().map(|m| (m.release_level.as_deref(), m.uuid.as_deref()));
            assert_eq!(found, expect, "{text:?}");
        }
    }

    #[test]
    fn uuids_match_in_every_spelling() {
        let uuid = "4c4c4544-0042-3510-8054-b3c04f4d4e31";
        for (other, expect) in [
            (uuid, true),
            ("4C4C4544-0042-3510-8054-B3C04F4D4E31", true),
            ("4c4c45440042351080 54b3c04f4d4e31", true),
            ("44454c4c-4200-1035-8054-b3c04f4d4e31", true),
            ("4c4c4544-0042-3510-8054-b3c04f4d4e32", false),
            ("44454c4c-0042-3510-8054-b3c04f4d4e31", false),
            ("4c4c4544-0042-3510-8054-b3c04f4d4e", false),
            ("", false),
            ("not a uuid", false),
        ] {
            assert_eq!(uuid_matches(uuid, other), expect, "{other}");
            assert_eq!(uuid_matches(other, uuid), expect, "{other}, the other way round");
        }
        assert!(!uuid_matches("", ""));
    }

    #[test]
    fn identities_are_built_from_one_spelling() {
        for (text, expect) in [
            ("4C4C4544-0042-3510-8054-B3C04F4D4E31", Some("4c4c4544-0042-3510-8054-b3c04f4d4e31")),
            ("4c4c454400423510-8054b3c04f4d4e31", Some("4c4c4544-0042-3510-8054-b3c04f4d4e31")),
            ("00000000-0000-0000-0000-000000000000", None),
            ("FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", None),
            ("03000200-0400-0500-0006-000700080009", None),
            ("00020003-0004-0005-0006-000700080009", None),
            ("Not Settable", None),
            ("", None),
        ] {
            assert_eq!(normal_uuid(text).as_deref(), expect);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_parsed_without_a_panic(bytes in any::<Vec<u8>>(), text in any::<String>()) {
            parse_manifest(&bytes);
            uuid_matches(&text, &text);
            normal_uuid(&text);
        }
    }
}
