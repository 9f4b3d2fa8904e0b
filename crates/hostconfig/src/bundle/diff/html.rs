//! A comparison as one HTML file: no script, nothing loaded from anywhere, everything from a bundle escaped.

use std::fmt::Write as _;

use super::text::{NOT_COUNTED, plain, shown};
use super::{ChangeKind, Diff, FileChange, LeftOut, LineKind};
use crate::bundle::Redacted;

const STYLE: &str = "body{font:14px/1.5 'Segoe UI',system-ui,sans-serif;margin:2rem;color:#242424;background:#fff}\
table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}th,td{border:1px solid #d1d1d1;padding:.3rem .6rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}\
th{background:#f5f5f5}h2{margin-top:2rem}pre{background:#f5f5f5;padding:.6rem;overflow-x:auto}\
ins{background:#e7f7e7;text-decoration:none}del{background:#fde7e9;text-decoration:none}.mark{font-weight:600}\
@media(prefers-color-scheme:dark){body{color:#eee;background:#1f1f1f}th,pre{background:#292929}th,td{border-color:#525252}ins{background:#0f3d0f}del{background:#4a1418}}";

/// The whole comparison; `first` and `second` are what the two bundles are called.
pub fn to_html(diff: &Diff, first: &str, second: &str) -> String {
    let (first, second) = (escaped(first), escaped(second));
    let mut html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>{first} and {second}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <h1>Comparison</h1>\n<p><del>{first}</del><br><ins>{second}</ins></p>\n"
    );
    if let Some(why) = &diff.not_compared {
        let _ =
            writeln!(html, "<p class=\"mark\">Not compared: {}. Only the manifests are.</p>", escaped(why));
    }
    if diff.is_same() {
        let _ = writeln!(html, "<p>No setting differs; {} are alike.</p>", diff.same);
    }
    tell_settings(&mut html, diff, &first, &second);
    if !diff.files.is_empty() {
        html.push_str("<h2>Files that differ</h2>\n");
        diff.files.iter().for_each(|file| tell_file(&mut html, file));
    }
    if !diff.left_out.is_empty() {
        let _ = writeln!(html, "<h2>{NOT_COUNTED}</h2>\n<ul>");
        for LeftOut { path, noise } in &diff.left_out {
            let _ = writeln!(html, "<li>{} ({})</li>", escaped(path), noise.words());
        }
        html.push_str("</ul>\n");
    }
    html.push_str("</body>\n</html>\n");
    html
}

fn tell_settings(html: &mut String, diff: &Diff, first: &str, second: &str) {
    let mut section = None;
    for group in &diff.groups {
        if section != Some(group.section) {
            if section.is_some() {
                html.push_str("</tbody></table>\n");
            }
            section = Some(group.section);
            let _ = writeln!(
                html,
                "<h2>{}</h2>\n<table><thead><tr><th>Object<th>Setting<th><th>{first}<th>{second}</tr></thead><tbody>",
                group.section.title()
            );
        }
        for change in &group.changes {
            let (word, one, other) = match change.kind {
                ChangeKind::Added => ("added", String::new(), cell("ins", change.second.as_ref())),
                ChangeKind::Removed => ("removed", cell("del", change.first.as_ref()), String::new()),
                ChangeKind::Changed => {
                    ("changed", cell("del", change.first.as_ref()), cell("ins", change.second.as_ref()))
                }
            };
            let shows_nothing = change.kind == ChangeKind::Changed
                && change.first.as_ref().map(Redacted::text) == change.second.as_ref().map(Redacted::text);
            let word = match (change.secret_differs, shows_nothing) {
                (true, _) => "changed (secret differs)",
                (false, true) => "changed (differs in what is not shown)",
                (false, false) => word,
            };
            let _ = writeln!(
                html,
                "<tr><td>{}<td>{}<td class=\"mark\">{word}<td>{one}<td>{other}</tr>",
                escaped(&group.object),
                escaped(&change.name)
            );
        }
    }
    if section.is_some() {
        html.push_str("</tbody></table>\n");
    }
}

fn tell_file(html: &mut String, file: &FileChange) {
    let word = match file.kind {
        ChangeKind::Added => "added",
        ChangeKind::Removed => "removed",
        ChangeKind::Changed => "changed",
    };
    let _ = writeln!(html, "<h3>{} ({word})</h3>", escaped(&file.path));
    if file.hunks.is_empty() {
        return;
    }
    html.push_str("<pre>");
    for hunk in &file.hunks {
        let _ = writeln!(html, "@@ -{} +{} @@", hunk.first_line, hunk.second_line);
        for line in &hunk.lines {
            let text = escaped(line.text.text());
            let _ = match line.kind {
                LineKind::Same => writeln!(html, " {text}"),
                LineKind::Removed => writeln!(html, "<del>-{text}</del>"),
                LineKind::Added => writeln!(html, "<ins>+{text}</ins>"),
            };
        }
    }
    html.push_str("</pre>\n");
}

fn cell(tag: &str, value: Option<&Redacted>) -> String {
    format!("<{tag}>{}</{tag}>", escaped(&shown(value)))
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in plain(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
