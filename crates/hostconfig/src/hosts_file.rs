//! Lists of hosts that admins have: a text file with a name on each line, a pasted list, or the first column of a CSV
//! export, in whatever encoding Windows' tools write. It must not know which hosts there are.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::Result;
use crate::files::{self, FileError};

/// The largest file that is read; 2,500 names take some 50 KB.
pub const MAX_BYTES: u64 = 8 * 1024 * 1024;
/// The longest name; DNS allows 253 characters, an inventory somewhat less.
const MAX_NAME_CHARACTERS: usize = 255;

/// What is wrong with a hosts file.
#[derive(Debug, thiserror::Error)]
#[error("the hosts file{} cannot be used: {problem}", .path.as_ref().map(|p| format!(" {}", p.display())).unwrap_or_default())]
pub struct HostsFileError {
    /// The file; a pasted list has none.
    pub path: Option<PathBuf>,
    /// What is wrong.
    pub problem: HostsFileProblem,
}

/// What can be wrong with a hosts file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HostsFileProblem {
    /// It is neither UTF-8 nor UTF-16 with a byte order mark.
    #[error("line {line} is not text in UTF-8 or UTF-16; save the file as UTF-8")]
    NotText {
        /// The first such line, counted from 1.
        line: usize,
    },
    /// A quote is opened and never closed.
    #[error("line {line} opens a quote that is never closed")]
    OpenQuote {
        /// The line with the quote.
        line: usize,
    },
    /// A name that no host can have.
    #[error("line {line} has no host name: {reason}")]
    BadName {
        /// The line.
        line: usize,
        /// Why.
        reason: &'static str,
    },
    /// All of it is one row of several values: which of them are hosts?
    #[error("it has one line with several values; give each host a line of its own")]
    OneLine,
    /// It names no host.
    #[error("it names no host")]
    Empty,
}

/// Reads a hosts file (see [`parse`]).
pub fn read(path: &Path) -> Result<Vec<String>> {
    let bytes = files::read_limited(path, MAX_BYTES).map_err(|e| FileError::new("read", path, e))?;
    parse(&bytes).map_err(|problem| HostsFileError { path: Some(path.to_path_buf()), problem }.into())
}

/// The names in a list, in their order, each once (in any case). A line holds a name, or columns separated by commas,
/// semicolons or tabs of which the first is the name. Passed over: blank lines, what follows `#`, a heading such as
/// PowerShell's `"Name"`. UTF-8 with or without a byte order mark, and UTF-16 with one.
pub fn parse(bytes: &[u8]) -> Result<Vec<String>, HostsFileProblem> {
    let text = decode(bytes)?;
    let text = without_blank_comments(&text);
    let mut names = Vec::new();
    let mut seen = HashSet::new();
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter(&text))
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut row = csv::StringRecord::new();
    let mut is_first = true;
    // Rows that are no heading, and whether the last of them had more than a name.
    let (mut rows, mut is_wide, mut has_heading) = (0, false, false);
    loop {
        let start = reader.position().clone();
        match reader.read_record(&mut row) {
            Ok(true) => {}
            Ok(false) => break,
            // The text is UTF-8 and rows may have any length: the reader has nothing else to refuse.
            Err(_) => return Err(HostsFileProblem::NotText { line: line_number(&text, start.byte()) }),
        }
        let at = row.position().map_or(start.byte(), csv::Position::byte);
        // Only where something is wrong: it counts from the beginning.
        let line = || line_number(&text, at);
        let is_last = reader.position().byte() == text.len() as u64;
        // A quote that is never closed swallows all lines that follow.
        let raw = &text[usize::try_from(at).unwrap_or(usize::MAX).min(text.len())..];
        if row.iter().any(|field| field.contains('\n')) && is_last && raw.matches('"').count() % 2 == 1 {
            return Err(HostsFileProblem::OpenQuote { line: line() });
        }
        let name = without_comment(row.get(0).unwrap_or_default());
        let was_first = std::mem::take(&mut is_first);
        has_heading |= was_first && is_heading(name);
        if name.is_empty() || (was_first && is_heading(name)) {
            continue;
        }
        rows += 1;
        is_wide = row.iter().filter(|value| !value.is_empty()).count() > 1;
        check_name(name).map_err(|reason| HostsFileProblem::BadName { line: line(), reason })?;
        if seen.insert(name.to_lowercase()) {
            names.push(name.to_owned());
        }
    }
    match rows {
        0 => Err(HostsFileProblem::Empty),
        // With a heading above it, it is a table of one host.
        1 if is_wide && !has_heading => Err(HostsFileProblem::OneLine),
        _ => Ok(names),
    }
}

/// The names in a list that a person types or pastes: on lines of their own, or separated by commas or semicolons. Of a
/// table that is pasted from a spreadsheet, whose cells are separated by tabs, the first column.
///
/// # Errors
/// [`HostsFileProblem::BadName`], [`HostsFileProblem::Empty`].
pub fn parse_pasted(text: &str) -> Result<Vec<String>, HostsFileProblem> {
    let mut names = Vec::new();
    let mut seen = HashSet::new();
    for (at, line) in text.lines().enumerate() {
        let first_cell = line.split('\t').next().unwrap_or_default();
        for name in without_comment(first_cell).split([',', ';']).map(|name| name.trim().trim_matches('"')) {
            if name.is_empty() || (at == 0 && is_heading(name)) {
                continue;
            }
            check_name(name).map_err(|reason| HostsFileProblem::BadName { line: at + 1, reason })?;
            if seen.insert(name.to_lowercase()) {
                names.push(name.to_owned());
            }
        }
    }
    if names.is_empty() { Err(HostsFileProblem::Empty) } else { Ok(names) }
}

fn decode(bytes: &[u8]) -> Result<String, HostsFileProblem> {
    let utf16 = |rest: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = rest.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        let mut text = String::with_capacity(units.len());
        for character in char::decode_utf16(units) {
            text.push(character.map_err(|_| HostsFileProblem::NotText { line: lines(&text) })?);
        }
        if rest.len() % 2 == 1 { Err(HostsFileProblem::NotText { line: lines(&text) }) } else { Ok(text) }
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest),
        _ => utf8(bytes),
    }
}

fn utf8(bytes: &[u8]) -> Result<String, HostsFileProblem> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(e) => Err(HostsFileProblem::NotText {
            line: lines(&String::from_utf8_lossy(&bytes[..e.valid_up_to()])),
        }),
    }
}

/// Empties lines that are comments, so that quotes and separators in them mean nothing. Lines keep their numbers. A
/// line within a quoted field is no comment, whatever it begins with, but only a first column matters here.
fn without_blank_comments(text: &str) -> String {
    text.split_inclusive('\n')
        .map(|line| match (line.trim_start().starts_with('#'), line.ends_with('\n')) {
            (false, _) => line,
            (true, true) => "\n",
            (true, false) => "",
        })
        .collect()
}

fn delimiter(text: &str) -> u8 {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    // Within a comment at a line's end separators mean nothing.
    let first = first.split(" #").next().unwrap_or_default();
    [b';', b'\t', b','].into_iter().find(|d| first.as_bytes().contains(d)).unwrap_or(b',')
}

/// A heading of the first column: what PowerShell's `Select-Object Name | Export-Csv` and its like write.
fn is_heading(name: &str) -> bool {
    ["name", "vmhost", "hostname", "host name", "fqdn"]
        .iter()
        .any(|heading| name.eq_ignore_ascii_case(heading))
}

fn without_comment(field: &str) -> &str {
    let comment = field
        .char_indices()
        .find(|(at, c)| *c == '#' && (*at == 0 || field[..*at].ends_with(char::is_whitespace)));
    comment.map_or(field, |(at, _)| &field[..at]).trim()
}

fn check_name(name: &str) -> Result<(), &'static str> {
    if name.chars().any(char::is_control) {
        return Err("it has control characters");
    }
    if name.chars().count() > MAX_NAME_CHARACTERS {
        return Err("it is longer than 255 characters");
    }
    Ok(())
}

fn lines(text: &str) -> usize {
    1 + text.matches('\n').count()
}

fn line_number(text: &str, byte: u64) -> usize {
    let byte = usize::try_from(byte).unwrap_or(usize::MAX).min(text.len());
    // The reader passes over blank lines only when it reads the row that follows them.
    let blank = text[byte..].len() - text[byte..].trim_start_matches(['\r', '\n']).len();
    lines(&text[..byte + blank])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn utf16(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(order).collect()
    }

    #[test]
    fn what_is_pasted_is_names_however_they_are_separated() {
        let three = ["esx01", "esx02", "esx03"];
        for text in [
            "esx01, esx02,esx03",
            "esx01;esx02\nesx03, ESX01",
            "\r\n esx01 \r\nesx02\r\n\r\nesx03 # the old one",
            "Name\tCluster\nesx01\tProduction\nesx02\tTest\nesx03\t",
            "\"esx01\",\"esx02\",\"esx03\"",
        ] {
            assert_eq!(parse_pasted(text).unwrap(), three, "{text:?}");
        }
        assert_eq!(parse_pasted(" \n,; # nothing"), Err(HostsFileProblem::Empty));
        let long = format!("esx01\n{}", "x".repeat(256));
        assert!(matches!(parse_pasted(&long), Err(HostsFileProblem::BadName { line: 2, .. })));
    }

    #[test]
    fn one_row_of_several_values_is_asked_about() {
        for text in ["esx01,esx02,esx03", "esx01; esx02\n", "# rack\nesx01\tesx02\n\n"] {
            assert_eq!(parse(text.as_bytes()), Err(HostsFileProblem::OneLine), "{text:?}");
        }
        for text in
            ["esx01", "esx01,\n", "Name,Cluster\nesx01,Production\n", "esx01,Production\nesx01,Test\n"]
        {
            assert_eq!(parse(text.as_bytes()).unwrap(), ["esx01"], "{text:?}");
        }
    }

    #[test]
    fn lists_of_all_kinds_are_read() {
        let two = &["esx01.lab.local", "esx02.lab.local"][..];
        for (text, expect) in [
            ("esx01.lab.local\nesx02.lab.local\n", two),
            ("esx01.lab.local\r\nesx02.lab.local", two),
            ("\n\n  esx01.lab.local \n\t\nesx02.lab.local\n\n", two),
            (
                "# rack 1\nesx01.lab.local # \"the old one\nesx02.lab.local#7\n",
                &["esx01.lab.local", "esx02.lab.local#7"],
            ),
            ("esx01.lab.local\nESX01.LAB.LOCAL\nesx02.lab.local\nesx01.lab.local", two),
            ("esx01.lab.local,Connected,10\nesx02.lab.local,Connected,20\n", two),
            ("esx01.lab.local;a,b\nesx02.lab.local;c\n", two),
            ("esx01.lab.local\ta\nesx02.lab.local\tb\n", two),
            ("\"Name\",\"Notes\"\n\"esx01.lab.local\",\"two\nlines\"\n\"esx02.lab.local\",\"\"\n", two),
            ("#TYPE Selected.VMHost\n\"Name\"\n\"esx01.lab.local\"\n\"esx02.lab.local\"\n", two),
            ("Name\nesx01.lab.local\nesx02.lab.local\n", two),
            ("esx01.lab.local\nname\n", &["esx01.lab.local", "name"]),
            ("büro-esx\n主机\n", &["büro-esx", "主机"]),
            ("esx*\n", &["esx*"]),
            (",x\nesx01\n", &["esx01"]),
            ("a, # one\nb # two, three\n", &["a", "b"]),
        ] {
            let expect: Vec<String> = expect.iter().map(|s| (*s).to_owned()).collect();
            let with_mark = format!("\u{feff}{text}");
            for (encoding, bytes) in [
                ("UTF-8", text.as_bytes().to_vec()),
                ("UTF-8 with mark", with_mark.into_bytes()),
                ("UTF-16 LE", utf16(text, u16::to_le_bytes)),
                ("UTF-16 BE", utf16(text, u16::to_be_bytes)),
            ] {
                assert_eq!(parse(&bytes).as_ref(), Ok(&expect), "{text:?} in {encoding}");
            }
        }
    }

    /// Each row's line was counted from the beginning.
    #[test]
    fn a_long_list_is_read_once() {
        let names: Vec<String> = (0..400_000).map(|n| format!("esx{n}.lab.local")).collect();
        assert_eq!(parse(names.join("\n").as_bytes()).unwrap(), names);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        use HostsFileProblem as P;
        let long = format!("a\n{}\n", "x".repeat(256));
        let odd = [0xff, 0xfe, b'a', 0, b'\n', 0, b'b'];
        let lone_surrogate = [0xff, 0xfe, b'a', 0, b'\n', 0, 0x00, 0xd8, b'\n', 0];
        for (bytes, expect) in [
            (&b""[..], P::Empty),
            (b"\xef\xbb\xbf", P::Empty),
            (b"# nothing\n\n", P::Empty),
            (b"\"Name\"\n", P::Empty),
            (b"a\nb\xffc\n", P::NotText { line: 2 }),
            (&odd, P::NotText { line: 2 }),
            (&lone_surrogate, P::NotText { line: 2 }),
            (b"a\n\n\"b\nc\nd\n", P::OpenQuote { line: 3 }),
            (b"a,x\nb,\"y\nc,z\n", P::OpenQuote { line: 2 }),
            (b"a\n\n\nb\x07\n", P::BadName { line: 4, reason: "it has control characters" }),
            (b"a\0\n", P::BadName { line: 1, reason: "it has control characters" }),
            (b"\"a\nb\",x\n", P::BadName { line: 1, reason: "it has control characters" }),
            (long.as_bytes(), P::BadName { line: 2, reason: "it is longer than 255 characters" }),
        ] {
            assert_eq!(parse(bytes), Err(expect), "{:?}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn files_are_named_in_errors() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hosts.txt");
        assert_eq!(read(&path).unwrap_err().code(), "file_missing");
        std::fs::write(&path, "").unwrap();
        let error = read(&path).unwrap_err();
        assert_eq!(error.code(), "hosts_file_broken");
        assert_eq!(
            error.to_string(),
            format!("the hosts file {} cannot be used: it names no host", path.display())
        );
        std::fs::write(&path, vec![b'a'; 9 << 20]).unwrap();
        assert_eq!(read(&path).unwrap_err().code(), "file_failed");
    }

    proptest! {
        #[test]
        fn no_input_panics(bytes in any::<Vec<u8>>(), text in "[a#,;\"\n\r\t ]{0,40}") {
            let _ = parse(&bytes);
            let _ = parse(text.as_bytes());
        }

        #[test]
        fn plain_names_come_back_each_once(names in prop::collection::vec("[a-z][a-z0-9.-]{3,20}[0-9]", 1..50)) {
            let parsed = parse(names.join("\r\n").as_bytes()).unwrap();
            let mut seen = HashSet::new();
            let distinct: Vec<String> = names.into_iter().filter(|n| seen.insert(n.clone())).collect();
            prop_assert_eq!(parsed, distinct);
        }
    }
}
