//! A comparison as plain text: to be read in a terminal, mailed, or kept in a ticket.

use std::fmt::Write as _;

use super::{Change, ChangeKind, Diff, FileChange, Group, LeftOut, LineKind};
use crate::bundle::Redacted;

/// What stands above files whose differences say nothing.
pub(super) const NOT_COUNTED: &str = "Not counted: files that differ without anyone having changed a setting";

/// The whole comparison; `first` and `second` are what the two bundles are called.
pub fn to_text(diff: &Diff, first: &str, second: &str) -> String {
    let mut text = format!("--- {}\n+++ {}\n", plain(first), plain(second));
    if let Some(why) = &diff.not_compared {
        let _ = writeln!(text, "\nNot compared: {}. Only the manifests are.", plain(why));
    }
    if diff.is_same() {
        let _ = writeln!(text, "\nNo setting differs; {} are alike.", diff.same);
    }
    let mut section = None;
    for group in &diff.groups {
        if section != Some(group.section) {
            section = Some(group.section);
            let _ = writeln!(text, "\n{}", group.section.title());
        }
        tell_group(&mut text, group);
    }
    if !diff.files.is_empty() {
        let _ = writeln!(text, "\nFiles that differ");
        diff.files.iter().for_each(|file| tell_file(&mut text, file));
    }
    if !diff.left_out.is_empty() {
        let _ = writeln!(text, "\n{NOT_COUNTED}");
    }
    for LeftOut { path, noise } in &diff.left_out {
        let _ = writeln!(text, "  {} ({})", plain(path), noise.words());
    }
    text
}

/// A value on one line; what there was none of, and secrets that differ, are said.
pub(super) fn shown(value: Option<&Redacted>) -> String {
    match value.map(Redacted::text) {
        None => "(not set)".to_owned(),
        Some("") => "(empty)".to_owned(),
        Some(text) => plain(text),
    }
}

/// Without what steers a terminal or breaks a line.
pub(super) fn plain(text: &str) -> String {
    let shown = |c: char| match c {
        '\n' => ' ',
        '\t' => '\t',
        c if c.is_control() => '\u{fffd}',
        c => c,
    };
    text.replace("\r\n", "\n").chars().map(shown).collect()
}

fn tell_group(text: &mut String, group: &Group) {
    let indent = if group.object.is_empty() {
        "  "
    } else {
        let word = match group.kind {
            ChangeKind::Added => " (added)",
            ChangeKind::Removed => " (removed)",
            ChangeKind::Changed => "",
        };
        let _ = writeln!(text, "  {}{word}", plain(&group.object));
        "    "
    };
    for Change { name, kind, first, second, secret_differs, .. } in &group.changes {
        let name = plain(name);
        let _ = match kind {
            ChangeKind::Added => writeln!(text, "{indent}+ {name}: {}", shown(second.as_ref())),
            ChangeKind::Removed => writeln!(text, "{indent}- {name}: {}", shown(first.as_ref())),
            ChangeKind::Changed
                if first.as_ref().map(Redacted::text) == second.as_ref().map(Redacted::text) =>
            {
                let what = if *secret_differs { "differs" } else { "differs in what is not shown" };
                writeln!(text, "{indent}~ {name}: {} ({what})", shown(second.as_ref()))
            }
            ChangeKind::Changed => {
                writeln!(text, "{indent}~ {name}: {} -> {}", shown(first.as_ref()), shown(second.as_ref()))
            }
        };
    }
}

fn tell_file(text: &mut String, file: &FileChange) {
    let word = match file.kind {
        ChangeKind::Added => "added",
        ChangeKind::Removed => "removed",
        ChangeKind::Changed => "changed",
    };
    let _ = writeln!(text, "  {} ({word})", plain(&file.path));
    for hunk in &file.hunks {
        let _ = writeln!(text, "    @@ -{} +{} @@", hunk.first_line, hunk.second_line);
        for line in &hunk.lines {
            let mark = match line.kind {
                LineKind::Same => ' ',
                LineKind::Removed => '-',
                LineKind::Added => '+',
            };
            let _ = writeln!(text, "    {mark}{}", plain(line.text.text()));
        }
    }
}
