//! Secrets in text: behind a name on the same line, between tags, or over several lines.

use std::sync::LazyLock;

use regex::Regex;

use super::names::secret_in;
use super::{Place, Redacted, Secret, Taken, is_name, says_nothing};

/// Of a secret, where it is a value itself.
const LONGEST_NAME: usize = 80;

/// The lines of a text file without their secrets.
pub(in crate::bundle) fn lines(path: &str, text: &str) -> Vec<Redacted> {
    if path.ends_with("shadow") || path.ends_with("shadow-") {
        return text.lines().map(shadow_line).collect();
    }
    let mut reader = LineReader { place: Place::of(path), until: None };
    text.lines().map(|line| reader.redact(line)).collect()
}

/// A text that is a value without its secrets. Unlike a file's, its lines can be prose that begins with such a word.
pub(super) fn value(text: &str, mut place: Place, taken: &mut Taken) -> String {
    let text = taken.by_looks(text);
    if !text.contains(['=', ':', '<']) && !text.contains("--") {
        return text;
    }
    place.is_pam = true;
    let mut reader = LineReader { place, until: None };
    text.split('\n').map(|line| reader.line(line, taken)).collect::<Vec<_>>().join("\n")
}

/// `<name …>` with more behind it, `name = value` over the whole line, the parts of the same within one, and `name value`.
static TAG: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"<([A-Za-z0-9_.:-]+)(?:\s[^>]*)?>").expect("the pattern is well formed"));
static WHOLE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"^\s*[#;]*\s*"?([A-Za-z0-9_.:/\[\]-]+)"?\s*[=:]\s*(.+?)\s*$"#)
        .expect("the pattern is well formed")
});
/// A name whose value is in the lines below, further to the right.
static BELOW: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"^\s*[#;]*\s*"?([A-Za-z0-9_.:/\[\]-]+)"?\s*[=:]\s*(?:[|>][0-9+-]*)?\s*$"#)
        .expect("the pattern is well formed")
});
/// With `\` before its quotes where a text stands in another; or an option of a command, whose value is beside it.
static NAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?P<name>[A-Za-z0-9_.-]+)\\*["']?\s*[=:]\s*|--(?P<option>[A-Za-z0-9-]+)\s+"#)
        .expect("the pattern is well formed")
});
static VALUE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"^(?:\\+"[^"]*"?|"(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s<>"',;)}\]]+)"#)
        .expect("the pattern is well formed")
});
static WORDS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s*[#;]*\s*([A-Za-z][A-Za-z0-9_-]*)\s+([^\s=:].*)$").expect("the pattern is well formed")
});

/// The name of a value that follows another one in the same text.
static NEXT_NAME: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"^[A-Za-z0-9_.-]+\\*["']?\s*[=:]"#).expect("the pattern is well formed"));

/// Reads a text line by line, because a secret may go over several.
struct LineReader {
    place: Place,
    /// What ends the secret that the last line began, and what it is.
    until: Option<(End, Secret)>,
}

/// What ends a secret that goes over several lines.
enum End {
    /// This text.
    Text(String),
    /// As many brackets.
    Brackets(usize),
    /// A line that begins no further to the right.
    Indent(usize),
    /// What the tag of this name encloses, of which only attributes were there.
    Tag(String),
    /// The end of what is in quotes, if the next line begins with some.
    Quotes,
}

impl LineReader {
    fn redact(&mut self, line: &str) -> Redacted {
        let mut taken = Taken::default();
        let text = self.line(line, &mut taken);
        taken.done(text)
    }

    fn line(&mut self, line: &str, taken: &mut Taken) -> String {
        if let Some((end, secret)) = self.until.take()
            && let Some(text) = self.go_on(line, end, secret, taken)
        {
            return text;
        }
        // What begins and ends on the line is taken out by its looks.
        let open = line.rfind("-----END").unwrap_or_default();
        if let Some(at) = line[open..].find("-----BEGIN ").filter(|_| line[open..].contains("PRIVATE KEY")) {
            let (head, key) = line.split_at(open + at);
            let head = self.line(head, taken);
            self.until = Some((End::Text("-----END".to_owned()), Secret::PrivateKey));
            return format!("{head}{}", taken.out(Secret::PrivateKey, key));
        }
        if let Some(text) = self.tagged(line, taken) {
            return text;
        }
        if let Some((name, secret)) = self.unfinished_tag(line) {
            let attributes = self.parts(line, None, taken);
            self.until = Some((End::Tag(name.to_owned()), secret));
            return attributes;
        }
        if let Some(found) = WHOLE.captures(line)
            && let Some(secret) = secret_in(&found[1], self.place)
            && !says_nothing(&found[2])
        {
            let value = found.get(2).expect("the pattern has two groups");
            if let Err(open) = brackets(value.as_str(), 0) {
                self.until = Some((End::Brackets(open), secret));
            }
            return format!("{}{}", &line[..value.start()], taken.out(secret, value.as_str()));
        }
        if let Some(found) = BELOW.captures(line)
            && let Some(secret) = secret_in(&found[1], self.place)
        {
            self.until = Some((End::Indent(indent(line)), secret));
            return line.to_owned();
        }
        if !self.place.is_pam
            && let Some(found) = WORDS.captures(line)
            && let Some(secret) = secret_in(&found[1], self.place)
            && !says_nothing(&found[2])
        {
            let value = found.get(2).expect("the pattern has two groups");
            return format!("{}{}", &line[..value.start()], taken.out(secret, value.as_str()));
        }
        self.parts(line, None, taken)
    }

    /// A line after one in which a secret began; none where that has ended before it.
    fn go_on(&mut self, line: &str, end: End, secret: Secret, taken: &mut Taken) -> Option<String> {
        if let End::Tag(name) = &end {
            let Some(at) = line.find('>') else {
                let attributes = self.parts(line, Some(secret), taken);
                self.until = Some((end, secret));
                return Some(attributes);
            };
            let (tag, rest) = line.split_at(at + 1);
            let tag = self.parts(tag, Some(secret), taken);
            if tag.ends_with("/>") {
                return Some(tag + &self.line(rest, taken));
            }
            let (enclosed, rest) = self.enclosed(rest, name, secret, taken);
            let rest = if rest.is_empty() { String::new() } else { self.line(rest, taken) };
            return Some(tag + &enclosed + &rest);
        }
        let mut hidden =
            |text: &str| if text.trim().is_empty() { text.to_owned() } else { taken.out(secret, text) };
        let (within, rest) = match &end {
            End::Indent(at) if line.trim().is_empty() || indent(line) > *at => (hidden(line), None),
            End::Indent(_) | End::Tag(_) => return None,
            End::Quotes => {
                let start = indent(line);
                let value =
                    VALUE.find(&line[start..]).filter(|value| value.as_str().starts_with(['"', '\'']))?;
                let end = start + value.end();
                (format!("{}{}", &line[..start], hidden(value.as_str())), Some(&line[end..]))
            }
            End::Text(text) => match line.find(text) {
                Some(at) => {
                    let (begin, rest) = (hidden(&line[..at]), &line[at + text.len()..]);
                    if text.starts_with("-----END") {
                        let after = rest.split_once("-----").map_or("", |(_, after)| after);
                        (format!("{begin}{text}-----"), Some(after))
                    } else {
                        (format!("{begin}{text}"), Some(rest))
                    }
                }
                None => (hidden(line), None),
            },
            End::Brackets(open) => match brackets(line, *open) {
                Ok(at) => {
                    let (inner, bracket) = line[..at].split_at(at.saturating_sub(1));
                    (format!("{}{bracket}", hidden(inner)), Some(&line[at..]))
                }
                Err(open) => {
                    self.until = Some((End::Brackets(open), secret));
                    return Some(hidden(line));
                }
            },
        };
        let Some(rest) = rest else {
            self.until = Some((end, secret));
            return Some(within);
        };
        Some(within + &self.line(rest, taken))
    }

    /// `name = value` anywhere in a line. What looks like a value can be the next name. `named` is what a `value` is that comes
    /// before any name.
    fn within(&mut self, line: &str, mut named: Option<Secret>, taken: &mut Taken) -> String {
        let mut text = String::with_capacity(line.len());
        let mut at = 0;
        while let Some(found) = NAME.captures_at(line, at) {
            let option = found.name("option");
            let name = found.name("name").or(option).expect("either is there");
            let end = found.get(0).map_or(at, |whole| whole.end());
            // A tag can say what its value is, as the name beside it can.
            if let Some(tag) = line[at..end].rfind('<') {
                named = secret_in(tag_name(&line[at + tag + 1..end]), self.place);
            }
            text.push_str(&line[at..end]);
            at = end;
            let of_name = named.filter(|_| name.as_str().eq_ignore_ascii_case("value"));
            // An option without a value is followed by the next one.
            let has_value = option.is_none() || !line[end..].starts_with('-');
            let secret = secret_in(name.as_str(), self.place).or(of_name);
            let Some(secret) = secret.filter(|_| has_value) else {
                if is_name(name.as_str()) {
                    let near: String = line[end..].chars().take(LONGEST_NAME).collect();
                    let value = VALUE.find(&near).map_or("", |value| value.as_str());
                    named = secret_in(value, self.place);
                }
                continue;
            };
            if line[end..].starts_with(['{', '[']) {
                let closed = brackets(&line[end..], 0);
                let length = closed.unwrap_or(line.len() - end);
                let value = &line[end..end + length];
                let is_empty =
                    value.trim_matches(|c: char| c.is_whitespace() || "{}[]".contains(c)).is_empty();
                text.push_str(&if is_empty { value.to_owned() } else { taken.out(secret, value) });
                at += length;
                if let Err(open) = closed {
                    self.until = Some((End::Brackets(open), secret));
                }
                continue;
            }
            // Not before it is needed: of many names in a line, each value can be all of the rest.
            let value = value_at(&line[end..]);
            if !says_nothing(value) {
                text.push_str(&taken.out(secret, value));
                at += value.len();
            } else if line[end..].trim().is_empty() {
                self.until = Some((End::Quotes, secret));
            }
        }
        text.push_str(&line[at..]);
        text
    }

    /// XML: what is between tags that name a secret and the tags that end them.
    fn tagged(&mut self, line: &str, taken: &mut Taken) -> Option<String> {
        let mut text = String::new();
        let mut rest = line;
        while let Some((name, start, secret)) = self.secret_tag(rest) {
            // What stands before it may have secrets of its own, but no such tag.
            text += &self.parts(&rest[..start], None, taken);
            let (enclosed, after) = self.enclosed(&rest[start..], name, secret, taken);
            text += &enclosed;
            rest = after;
        }
        if rest.len() == line.len() {
            return None;
        }
        Some(if rest.is_empty() { text } else { text + &self.line(rest, taken) })
    }

    /// The first tag that tells of a secret, and where it ends.
    fn secret_tag<'a>(&self, line: &'a str) -> Option<(&'a str, usize, Secret)> {
        TAG.captures_iter(line).find_map(|found| {
            let whole = found.get(0).expect("a match has a whole");
            let name = found.get(1).expect("the pattern has a group").as_str();
            let is_open = !whole.as_str().ends_with("/>");
            let secret = secret_in(name, self.place).filter(|_| is_open)?;
            Some((name, whole.end(), secret))
        })
    }

    /// What follows the tag of this name, which tells of a secret, and what is left of the line.
    fn enclosed<'a>(
        &mut self,
        text: &'a str,
        name: &str,
        secret: Secret,
        taken: &mut Taken,
    ) -> (String, &'a str) {
        let end = format!("</{name}");
        let Some(at) = text.find(&end) else {
            self.until = Some((End::Text(end), secret));
            let hidden = if text.trim().is_empty() { String::new() } else { taken.out(secret, text) };
            return (hidden, "");
        };
        let (hidden, rest) = (&text[..at], &text[at + end.len()..]);
        let hidden = if says_nothing(hidden) { hidden.to_owned() } else { taken.out(secret, hidden) };
        (hidden + &end, rest)
    }

    /// A line's last tag, where that tells of a secret and does not end on the line.
    fn unfinished_tag<'a>(&self, line: &'a str) -> Option<(&'a str, Secret)> {
        let (before, tag) = line.rsplit_once('<')?;
        // Behind anything but a tag it is what a command reads.
        let is_tag = before.trim().is_empty() || before.trim_end().ends_with('>');
        if !is_tag || tag.contains('>') || tag.starts_with('/') {
            return None;
        }
        let name = tag_name(tag);
        let secret = secret_in(name, self.place)?;
        Some((name, secret))
    }

    fn parts(&mut self, text: &str, named: Option<Secret>, taken: &mut Taken) -> String {
        let within = self.within(text, named, taken);
        taken.by_looks(&within)
    }
}

/// Of what follows `<`.
fn tag_name(tag: &str) -> &str {
    tag.split(|c: char| c.is_whitespace() || "=/>".contains(c)).next().unwrap_or_default()
}

/// The value that a text begins with. What ends one that is not quoted can also be in it, unless a name comes next.
fn value_at(text: &str) -> &str {
    let ends_one = |c: char| c.is_whitespace() || "<>\"',;)}]".contains(c);
    let mut end = VALUE.find(text).map_or(0, |value| value.end());
    if text.starts_with(['"', '\'', '\\']) {
        return &text[..end];
    }
    while end > 0 && text[end..].starts_with(['"', '\'', ',', ';', ')', '}', ']']) {
        let next = &text[end + 1..];
        if next.is_empty() || next.starts_with(ends_one) || NEXT_NAME.is_match(next) {
            break;
        }
        end += 1 + next.find(ends_one).unwrap_or(next.len());
    }
    &text[..end]
}

/// Where the brackets that a text opens, beside so many that are open already, are closed; or how many still are not.
fn brackets(text: &str, mut open: usize) -> Result<usize, usize> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    if open == 0 && !text.starts_with(['{', '[']) {
        return Ok(0);
    }
    for (at, c) in text.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            '{' | '[' if !is_quoted => open += 1,
            '}' | ']' if !is_quoted => {
                open -= 1;
                if open == 0 {
                    return Ok(at + 1);
                }
            }
            _ => {}
        }
    }
    Err(open)
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
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
