//! `esx.conf`: lines `/a/b[0000]/c = "value"` in no particular order, read as a tree of keys. Values are redacted as they are
//! read.

use std::collections::BTreeMap;

use serde::Serialize;

use super::redact::{Place, Redacted};

/// Far more lines than any `esx.conf` has.
const MOST_LINES: usize = 200_000;
/// Deeper than any key of a host.
const DEEPEST: usize = 24;

/// An `esx.conf`, sorted by key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EsxConf {
    entries: Vec<ConfEntry>,
    /// Lines that are no `key = "value"`.
    others: Vec<Redacted>,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ConfEntry {
    /// Such as `/net/vswitch/child[0000]/name`.
    pub key: String,
    /// What is between the quotes.
    pub value: Redacted,
}

/// A key of the tree, with those below it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ConfNode {
    /// The part between two slashes, such as `child[0000]`.
    pub name: String,
    /// Its own value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Redacted>,
    /// Sorted by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<ConfNode>,
}

impl EsxConf {
    /// Reads the file. There is nothing that it would not read: what is no line of it is kept as [`Self::others`].
    pub fn parse(text: &str) -> Self {
        let mut conf = Self::default();
        for line in text.lines().take(MOST_LINES).filter(|line| !line.trim().is_empty()) {
            match parse_line(line) {
                Some((key, value)) => {
                    let value = Redacted::value_of(key, value, Place::of(key));
                    // The key comes from outside, too.
                    let key = Redacted::of(key).text().to_owned();
                    conf.entries.push(ConfEntry { key, value });
                }
                None if line.trim_start().starts_with('#') => {}
                None => conf.others.extend(super::redact::lines("", line)),
            }
        }
        conf.entries.sort_unstable();
        conf.others.sort_unstable();
        conf
    }

    /// Its entries, sorted by key.
    pub fn entries(&self) -> &[ConfEntry] {
        &self.entries
    }

    /// Lines that are none of its shape.
    pub fn others(&self) -> &[Redacted] {
        &self.others
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Redacted> {
        let at = self.entries.partition_point(|entry| entry.key.as_str() < key);
        self.entries.get(at).filter(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// All of it as a tree. What is deeper than any key of a host stays in one piece.
    pub fn tree(&self) -> ConfNode {
        let mut root = Branch::default();
        for entry in &self.entries {
            let mut at = &mut root;
            for name in entry.key.trim_start_matches('/').splitn(DEEPEST, '/') {
                at = at.children.entry(name).or_default();
            }
            at.value = Some(&entry.value);
        }
        root.node("")
    }
}

#[derive(Default)]
struct Branch<'a> {
    value: Option<&'a Redacted>,
    children: BTreeMap<&'a str, Branch<'a>>,
}

impl Branch<'_> {
    fn node(&self, name: &str) -> ConfNode {
        let children = self.children.iter().map(|(name, branch)| branch.node(name)).collect();
        ConfNode { name: name.to_owned(), value: self.value.cloned(), children }
    }
}

/// Of `/a/b = "value"`. A value may have quotes of its own in it.
fn parse_line(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once('=')?;
    let (key, value) = (key.trim(), value.trim());
    let value = value.strip_prefix('"')?.strip_suffix('"')?;
    (key.starts_with('/') && !key.contains(char::is_whitespace)).then_some((key, value))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_in_any_order_are_one_tree() {
        let first = EsxConf::parse("/a/b[0001]/c = \"2\"\n/a/b[0000]/c = \"1\"\n# a remark\n\n/a = \"\"\n");
        let second = EsxConf::parse("/a = \"\"\r\n/a/b[0000]/c = \"1\"\r\n/a/b[0001]/c = \"2\"");
        assert_eq!(first, second);
        assert_eq!(first.get("/a/b[0001]/c").map(Redacted::text), Some("2"));
        assert_eq!(first.get("/a/b"), None);
        let tree = serde_json::to_string(&first.tree()).unwrap();
        assert_eq!(
            tree,
            r#"{"name":"","children":[{"name":"a","value":"","children":[{"name":"b[0000]","children":[{"name":"c","value":"1"}]},{"name":"b[0001]","children":[{"name":"c","value":"2"}]}]}]}"#
        );
    }

    #[test]
    fn what_is_no_line_of_it_is_kept_aside() {
        let conf = EsxConf::parse("no key = \"1\"\n/a = 1\n/b = \"say \"hi\" = 2\"\n/a/b c = \"\"");
        assert_eq!(conf.entries().len(), 1);
        assert_eq!(conf.get("/b").map(Redacted::text), Some("say \"hi\" = 2"));
        assert_eq!(conf.others().len(), 3);
    }

    #[test]
    fn the_deepest_key_does_no_harm() {
        let deep = format!("{} = \"x\"", "/a".repeat(100_000));
        let conf = EsxConf::parse(&deep);
        assert_eq!(conf.entries().len(), 1);
        assert!(serde_json::to_string(&conf.tree()).unwrap().contains("\"x\""));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(entries in proptest::collection::btree_map("(/[a-z]{1,4}(\\[[0-9]{4}\\])?){1,4}", "[ -~&&[^$:]]{0,12}", 0..30)) {
            let text = entries.iter().fold(String::new(), |text, (key, value)| text + key + " = \"" + value + "\"\n");
            let conf = EsxConf::parse(&text);
            prop_assert_eq!(conf.others().len(), 0);
            prop_assert_eq!(conf.entries().len(), entries.len());
            for entry in conf.entries() {
                if !entry.value.has_secret() {
                    prop_assert_eq!(entry.value.text(), entries[&entry.key].as_str());
                }
            }
        }

        #[test]
        fn no_text_makes_it_fail(text in any::<String>()) {
            EsxConf::parse(&text).tree();
        }
    }
}
