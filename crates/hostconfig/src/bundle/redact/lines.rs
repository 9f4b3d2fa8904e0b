//! Secrets in text: behind a name on the same line, between tags, or over several lines.

use std::sync::LazyLock;

use regex::Regex;

use super::names::secret_in;
use super::{Place, Redacted, Secret, Taken, mark, says_nothing};

/// The lines of a text file without their secrets.
pub(in crate::bundle) fn lines(path: &str, text: &str) -> Vec<Redacted> {
    if path.ends_with("shadow") || path.ends_with("shadow-") {
        return text.lines().map(shadow_line).collect();
    }
    let mut reader = LineReader { place: Place::of(path), until: None };
    text.lines().map(|line| reader.redact(line)).collect()
}

/// `<name …>` with more behind it, `name = value` over the whole line, the parts of the same within one, and `name value`.
static TAG: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"<([A-Za-z0-9_.:-]+)(?:\s[^>]*)?>").expect("the pattern is well formed"));
static WHOLE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"^\s*[#;]*\s*"?([A-Za-z0-9_.:/\[\]-]+)"?\s*[=:]\s*(.+?)\s*$"#)
        .expect("the pattern is well formed")
});
static NAME: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"([A-Za-z0-9_.-]+)["']?\s*[=:]\s*"#).expect("the pattern is well formed"));
static VALUE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"^(?:"(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s<>"',;)}\]]+)"#).expect("the pattern is well formed")
});
static WORDS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s*[#;]*\s*([A-Za-z][A-Za-z0-9_-]*)\s+([^\s=:].*)$").expect("the pattern is well formed")
});

/// Reads a text line by line, because a secret may go over several.
struct LineReader {
    place: Place,
    /// What ends the secret that the last line began, and what it is.
    until: Option<(String, Secret)>,
}

impl LineReader {
    fn redact(&mut self, line: &str) -> Redacted {
        let mut taken = Taken::default();
        let text = self.line(line, &mut taken);
        taken.done(text)
    }

    fn line(&mut self, line: &str, taken: &mut Taken) -> String {
        if let Some((end, secret)) = self.until.take() {
            let Some(at) = line.find(&end) else {
                self.until = Some((end, secret));
                return if line.trim().is_empty() { String::new() } else { taken.out(secret, line) };
            };
            let is_pem = end.starts_with("-----END");
            let hidden = if at == 0 { String::new() } else { taken.out(secret, &line[..at]) };
            if is_pem {
                return format!("{hidden}{}", &line[at..at + end.len()]) + "-----";
            }
            let rest = self.line(&line[at + end.len()..], taken);
            return format!("{hidden}{end}{rest}");
        }
        if let Some(at) = line.find("-----BEGIN ").filter(|_| line.contains("PRIVATE KEY")) {
            let whole = taken.by_looks(line);
            if line.contains("-----END ") {
                return whole;
            }
            self.until = Some(("-----END".to_owned(), Secret::PrivateKey));
            let head = taken.by_looks(&line[..at]);
            return format!("{head}{}", mark(Secret::PrivateKey));
        }
        if let Some(text) = self.tagged(line, taken) {
            return text;
        }
        if let Some(found) = WHOLE.captures(line)
            && let Some(secret) = secret_in(&found[1], self.place)
            && !says_nothing(&found[2])
        {
            let value = found.get(2).expect("the pattern has two groups");
            return format!("{}{}", &line[..value.start()], taken.out(secret, value.as_str()));
        }
        if !self.place.is_pam
            && let Some(found) = WORDS.captures(line)
            && let Some(secret) = secret_in(&found[1], self.place)
            && !says_nothing(&found[2])
        {
            let value = found.get(2).expect("the pattern has two groups");
            return format!("{}{}", &line[..value.start()], taken.out(secret, value.as_str()));
        }
        let within = self.within(line, taken);
        taken.by_looks(&within)
    }

    /// `name = value` anywhere in a line. What looks like a value can be the next name.
    fn within(&self, line: &str, taken: &mut Taken) -> String {
        let mut text = String::with_capacity(line.len());
        let mut at = 0;
        while let Some(found) = NAME.captures_at(line, at) {
            let (name, end) = (
                found.get(1).expect("the pattern has a group"),
                found.get(0).map_or(at, |whole| whole.end()),
            );
            text.push_str(&line[at..end]);
            at = end;
            let Some(secret) = secret_in(name.as_str(), self.place) else { continue };
            // Not before it is needed: of many names in a line, each value can be all of the rest.
            let value = VALUE.find(&line[end..]).map_or("", |value| value.as_str());
            if !says_nothing(value) {
                text.push_str(&taken.out(secret, value));
                at += value.len();
            }
        }
        text.push_str(&line[at..]);
        text
    }

    /// XML: what is between a tag that names a secret and the tag that ends it.
    fn tagged(&mut self, line: &str, taken: &mut Taken) -> Option<String> {
        let (tag, secret) = TAG.captures_iter(line).find_map(|found| {
            let whole = found.get(0).expect("a match has a whole");
            let is_open = !whole.as_str().ends_with("/>");
            let secret = secret_in(&found[1], self.place).filter(|_| is_open)?;
            Some(((found[1].to_owned(), whole.end()), secret))
        })?;
        let (name, start) = tag;
        let end = format!("</{name}");
        // What stands before it may have secrets of its own, but no such tag.
        let before = taken.by_looks(&line[..start]);
        let Some(at) = line[start..].find(&end) else {
            self.until = Some((end, secret));
            let begun = &line[start..];
            let begun = if begun.trim().is_empty() { String::new() } else { taken.out(secret, begun) };
            return Some(format!("{before}{begun}"));
        };
        let (hidden, rest) = (&line[start..start + at], &line[start + at + end.len()..]);
        let hidden = if says_nothing(hidden) { hidden.to_owned() } else { taken.out(secret, hidden) };
        let rest = self.line(rest, taken);
        Some(format!("{before}{hidden}{end}{rest}"))
    }
}

/// `root:$6$…:19000:0:99999:7:::`, of which only the hash is a secret; that an account has none is not.
fn shadow_line(line: &str) -> Redacted {
    let mut fields: Vec<String> = line.split(':').map(str::to_owned).collect();
    let mut taken = Taken::default();
    match fields.get_mut(1) {
        Some(hash) if !hash.is_empty() && !hash.chars().all(|c| matches!(c, '*' | '!')) => {
            *hash = taken.out(Secret::PasswordHash, hash);
        }
        Some(_) => {}
        // Not the shape that it should have.
        None if says_nothing(line) || line.starts_with('#') => {}
        None => fields = vec![taken.out(Secret::PasswordHash, line)],
    }
    let rest = fields.iter_mut().skip(2);
    rest.for_each(|field| *field = taken.by_looks(field));
    taken.done(fields.join(":"))
}
