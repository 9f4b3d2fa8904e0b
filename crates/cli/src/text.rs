//! Sizes, times, counts and tables as people read them. Pure: text out of data.

use std::borrow::Cow;

use chrono::{DateTime, Duration, FixedOffset, Local, Utc};
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, presets};

/// A size the way Windows shows it: 1 KB is 1,024 bytes.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KB", "MB", "GB", "TB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    // Tenths, in whole numbers: a size is never rounded up to more than there is.
    let (mut tenths, mut unit) = (u128::from(bytes) * 10 / 1024, 0);
    while tenths >= 10 * 1024 && unit + 1 < UNITS.len() {
        tenths /= 1024;
        unit += 1;
    }
    match tenths {
        0..100 => format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit]),
        _ => format!("{} {}", tenths / 10, UNITS[unit]),
    }
}

/// A time where the user is, with its offset from UTC.
pub(crate) fn local(time: DateTime<Utc>) -> String {
    with_offset(time.with_timezone(&Local).fixed_offset())
}

/// The same where there is little room.
pub(crate) fn local_minute(time: DateTime<Utc>) -> String {
    time.with_timezone(&Local).format("%Y-%m-%d %H:%M").to_string()
}

/// The day of it where the user is.
pub(crate) fn local_day(time: DateTime<Utc>) -> String {
    time.with_timezone(&Local).format("%Y-%m-%d").to_string()
}

pub(crate) fn with_offset(time: DateTime<FixedOffset>) -> String {
    time.format("%Y-%m-%d %H:%M %:z").to_string()
}

/// How long ago that was.
pub(crate) fn age(age: Duration) -> String {
    let minutes = age.num_minutes();
    match minutes {
        ..-60 => "in the future".to_owned(),
        -60..1 => "just now".to_owned(),
        1..120 => format!("{minutes} min ago"),
        120..2880 => format!("{} h ago", minutes / 60),
        _ => format!("{} days ago", minutes / (24 * 60)),
    }
}

/// `1 host`, `2 hosts`.
pub(crate) fn count(count: usize, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}

/// How long something took; a clock that was set back meanwhile makes it nothing.
pub(crate) fn seconds(seconds: f64) -> String {
    let seconds = seconds.max(0.0);
    if seconds < 60.0 {
        return format!("{seconds:.1} s");
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a positive number of whole seconds"
    )]
    let whole = seconds as u64;
    format!("{} min {} s", whole / 60, whole % 60)
}

/// A text from elsewhere (host names, notes, faults) that cannot steer the terminal.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    let steers = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    if text.contains(steers) { text.replace(steers, "\u{fffd}").into() } else { text.into() }
}

/// A message that names what it is about, once.
pub(crate) fn about(name: &str, message: &str) -> String {
    let (name, message) = (visible(name), visible(message));
    if message.contains(name.as_ref()) { message.into_owned() } else { format!("{name}: {message}") }
}

/// Lines of at most `width` columns, all but the first indented by `indent`.
pub(crate) fn wrapped(text: &str, width: usize, indent: &str) -> String {
    // Neither options nor names with hyphens are split.
    let options = textwrap::Options::new(width)
        .subsequent_indent(indent)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .break_words(false);
    textwrap::fill(text, options)
}

/// A table without lines; `width` is the terminal's, if there is one. Columns named in `right` are aligned to the right.
/// Columns named in `whole` are never broken: names and ids are there to be copied.
pub(crate) fn table(
    header: &[&str],
    right: &[usize],
    whole: &[usize],
    rows: Vec<Vec<String>>,
    width: Option<u16>,
) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    if let Some(width) = width {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }
    table.set_header(header.iter().map(|name| name.to_uppercase()));
    for row in rows {
        table.add_row(row.iter().map(|cell| visible(cell).replace(['\n', '\t'], " ")));
    }
    for (at, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, if at + 1 == header.len() { 0 } else { 2 }));
        if whole.contains(&at) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
        if right.contains(&at) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    lines(table.lines().map(|line| line.trim_end().to_owned()))
}

/// The columns that the widest line takes.
pub(crate) fn width(text: &str) -> usize {
    text.lines().map(textwrap::core::display_width).max().unwrap_or_default()
}

/// Names and values below each other.
pub(crate) fn pairs(pairs: &[(&str, String)]) -> String {
    let width = pairs.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    lines(pairs.iter().map(|(name, value)| format!("{name:width$}  {}", visible(value))))
}

fn lines(lines: impl Iterator<Item = String>) -> String {
    lines.fold(String::new(), |text, line| text + &line + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (bytes, expect) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KB"),
            (10 * 1024 - 1, "9.9 KB"),
            (10 * 1024, "10 KB"),
            (1024 * 1024 - 1, "1023 KB"),
            (1024 * 1024, "1.0 MB"),
            (5 * 1024 * 1024 * 1024, "5.0 GB"),
            (u64::MAX, "16777215 TB"),
        ] {
            assert_eq!(size(bytes), expect, "{bytes}");
        }
    }

    #[test]
    fn ages() {
        for (minutes, expect) in [
            (-61, "in the future"),
            (-5, "just now"),
            (0, "just now"),
            (1, "1 min ago"),
            (119, "119 min ago"),
            (120, "2 h ago"),
            (47 * 60, "47 h ago"),
            (48 * 60, "2 days ago"),
            (400 * 24 * 60, "400 days ago"),
        ] {
            assert_eq!(age(Duration::minutes(minutes)), expect);
        }
    }

    #[test]
    fn durations_and_counts() {
        assert_eq!(seconds(0.04), "0.0 s");
        assert_eq!(seconds(-3600.0), "0.0 s", "the clock was set back");
        assert_eq!(seconds(59.94), "59.9 s");
        assert_eq!(seconds(61.9), "1 min 1 s");
        assert_eq!(count(1, "host"), "1 host");
        assert_eq!(count(0, "host"), "0 hosts");
    }

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(visible("esx\x1b[2J01\r"), "esx\u{fffd}[2J01\u{fffd}");
        let table = table(&["name"], &[], &[0], vec![vec!["a\x1b]0;x\x07\nb".into()]], None);
        assert_eq!(table, "NAME\na\u{fffd}]0;x\u{fffd} b\n");
    }

    #[test]
    fn tables_fit_the_terminal() {
        let rows = vec![vec!["esx01.lab.local".into(), "Frankfurt / Production".into(), "7".into()]];
        insta::assert_snapshot!(table(&["name", "cluster", "n"], &[2], &[0], rows.clone(), None));
        for line in table(&["name", "cluster", "n"], &[2], &[0], rows, Some(32)).lines() {
            assert!(line.chars().count() <= 32, "{line:?}");
        }
    }
}
