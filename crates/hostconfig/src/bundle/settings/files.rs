//! Settings out of text files. What is not understood of a file is one setting that only says whether it changed.

use std::collections::BTreeMap;

use super::words::label;
use super::{OTHER_LINES, Section, Table, list, source};
use crate::bundle::BundleFile;
use crate::bundle::file::counted;
use crate::bundle::redact::Redacted;

pub(super) fn add(table: &mut Table, file: &BundleFile, lines: &[Redacted]) {
    let rest = match file.path.as_str() {
        "etc/resolv.conf" => by_keyword(
            table,
            file,
            lines,
            &[
                ("nameserver", Section::Networking, "DNS", "Servers"),
                ("search", Section::Networking, "DNS", "Search domains"),
                ("domain", Section::Networking, "DNS", "Domain name"),
            ],
        ),
        "etc/ntp.conf" => by_keyword(table, file, lines, &[("server", Section::Time, "NTP", "Servers")]),
        "etc/hosts" => hosts(table, file, lines),
        "etc/shadow" => shadow(table, file, lines),
        "etc/passwd" => accounts(table, file, lines, "User", "Account"),
        "etc/group" => accounts(table, file, lines, "Group", "Members"),
        "etc/vmsyslog.conf" => ini(table, file, lines, Section::Syslog),
        "etc/vmware/license.cfg" => tags(table, file, lines, |tag| match tag {
            "serial" => Some((Section::Licensing, String::new(), "Licence key".to_owned())),
            _ => None,
        }),
        "etc/vmware/snmp.xml" => {
            tags(table, file, lines, |tag| Some((Section::Services, "SNMP".to_owned(), label(&[tag]))))
        }
        "etc/vmware/hostd/hostsvc.xml" => tags(table, file, lines, |tag| match tag {
            "mode" => Some((Section::Security, "Lockdown mode".to_owned(), "Mode".to_owned())),
            "ConfigRoot" | "service" => None,
            service => Some((Section::Services, format!("Service {service}"), "Startup policy".to_owned())),
        }),
        "etc/vmware/hostd/authorization.xml" => permissions(table, file, lines),
        _ => return table.whole_file(file),
    };
    let is_remark = |line: &&&Redacted| {
        let line = line.text().trim();
        line.is_empty() || line.starts_with('#')
    };
    let rest: Vec<&Redacted> = rest.iter().filter(|line| !is_remark(line)).copied().collect();
    if !rest.is_empty() {
        let words = counted(rest.len(), "line");
        let all = Redacted::joined(&rest, "\n");
        let hidden = Redacted::about(words, all.text().as_bytes());
        let value = Redacted::joined(&[&hidden, &all.told_as("")], "");
        table.add(Section::Files, file.path.clone(), OTHER_LINES, value, source(&file.path, ""));
    }
}

/// `keyword value` lines, whose values are one list each.
fn by_keyword<'a>(
    table: &mut Table,
    file: &BundleFile,
    lines: &'a [Redacted],
    known: &[(&'static str, Section, &str, &str)],
) -> Vec<&'a Redacted> {
    let mut found: BTreeMap<&str, Vec<Redacted>> = BTreeMap::new();
    let mut rest = Vec::new();
    for line in lines {
        let words = line.text().trim().split_once(char::is_whitespace);
        match words.and_then(|(word, value)| Some((known.iter().find(|known| known.0 == word)?.0, value))) {
            Some((keyword, value)) => found.entry(keyword).or_default().push(line.told_as(value.trim())),
            None => rest.push(line),
        }
    }
    for (keyword, section, object, name) in known {
        if let Some(values) = found.get(keyword) {
            let values: Vec<&Redacted> = values.iter().collect();
            table.add(*section, *object, *name, list(&values), source(&file.path, keyword));
        }
    }
    rest
}

/// `address name…`.
fn hosts<'a>(table: &mut Table, file: &BundleFile, lines: &'a [Redacted]) -> Vec<&'a Redacted> {
    let mut found: BTreeMap<&str, Vec<Redacted>> = BTreeMap::new();
    let mut rest = Vec::new();
    for line in lines {
        let text = line.text().trim();
        match text.split_once(char::is_whitespace).filter(|_| !text.starts_with('#')) {
            Some((address, names)) => {
                let names = names.split_whitespace().collect::<Vec<_>>().join(" ");
                found.entry(address).or_default().push(line.told_as(&names));
            }
            None => rest.push(line),
        }
    }
    for (address, names) in found {
        let names: Vec<&Redacted> = names.iter().collect();
        table.add(Section::Networking, "Hosts file", address, list(&names), source(&file.path, address));
    }
    rest
}

/// Whether an account has a password, and that it is another one; when it was set is part of that.
fn shadow<'a>(table: &mut Table, file: &BundleFile, lines: &'a [Redacted]) -> Vec<&'a Redacted> {
    let mut rest = Vec::new();
    for line in lines {
        let Some((user, fields)) = line.text().split_once(':') else {
            rest.push(line);
            continue;
        };
        let words = match fields.split(':').next() {
            _ if line.has_secret() => "[redacted: password hash]",
            Some("") => "none: empty",
            Some(_) => "none: locked",
            None => "not known",
        };
        table.add(
            Section::Users,
            format!("User {user}"),
            "Password",
            line.told_as(words),
            source(&file.path, user),
        );
        // Past the hash and the day that it was set on.
        let aging = fields.rsplit(':').take(6).collect::<Vec<_>>();
        if let [_, expires, inactive, warned, max, min] = aging[..] {
            let or_never = |day: &'_ str| if day.is_empty() { "never".to_owned() } else { day.to_owned() };
            let value = format!(
                "{min} to {max} days, warned {} before, inactive after {}, expires {}",
                or_never(warned),
                or_never(inactive),
                or_never(expires)
            );
            table.add(
                Section::Users,
                format!("User {user}"),
                "Password aging",
                Redacted::of(&value),
                source(&file.path, user),
            );
        }
    }
    rest
}

/// `name:x:…`.
fn accounts<'a>(
    table: &mut Table,
    file: &BundleFile,
    lines: &'a [Redacted],
    kind: &str,
    name: &str,
) -> Vec<&'a Redacted> {
    let mut rest = Vec::new();
    for line in lines {
        match line.text().split_once(':') {
            Some((account, fields)) => {
                let fields = fields.strip_prefix("x:").unwrap_or(fields);
                table.add(
                    Section::Users,
                    format!("{kind} {account}"),
                    name,
                    line.told_as(fields),
                    source(&file.path, account),
                );
            }
            None => rest.push(line),
        }
    }
    rest
}

/// `key = value` below `[section]`.
fn ini<'a>(
    table: &mut Table,
    file: &BundleFile,
    lines: &'a [Redacted],
    section: Section,
) -> Vec<&'a Redacted> {
    let mut rest = Vec::new();
    let mut below = String::new();
    for line in lines {
        let text = line.text().trim();
        if let Some(name) = text.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
            below = if name == "vmsyslog" { String::new() } else { name.to_owned() };
            continue;
        }
        match text.split_once('=').filter(|_| !text.starts_with('#')) {
            Some((key, value)) => {
                let (key, value) = (key.trim(), value.trim());
                table.add(
                    section,
                    below.clone(),
                    label(&[key]),
                    line.told_as(value),
                    source(&file.path, key),
                );
            }
            None => rest.push(line),
        }
    }
    rest
}

/// `<tag>value</tag>` on a line.
fn tags<'a>(
    table: &mut Table,
    file: &BundleFile,
    lines: &'a [Redacted],
    known: impl Fn(&str) -> Option<(Section, String, String)>,
) -> Vec<&'a Redacted> {
    let mut rest = Vec::new();
    for line in lines {
        let (mut some, mut others) = (is_frame(line.text()), false);
        for (tag, value) in tagged(line.text()) {
            if let Some((section, object, name)) = known(tag) {
                some = true;
                table.add(section, object, name, part(line, value), source(&file.path, tag));
            } else {
                others = true;
            }
        }
        if !some || others {
            rest.push(line);
        }
    }
    rest
}

/// `<ACEData>` with entity, user and role.
fn permissions<'a>(table: &mut Table, file: &BundleFile, lines: &'a [Redacted]) -> Vec<&'a Redacted> {
    let mut rest = Vec::new();
    let mut found: BTreeMap<&str, Redacted> = BTreeMap::new();
    for line in lines {
        let text = line.text().trim();
        let mut is_known = is_frame(text) || text.starts_with("<ACEData ");
        for tagged in text.split('<') {
            if tagged.starts_with("/ACEData>") {
                is_known = true;
                permission(table, file, &std::mem::take(&mut found));
            } else if let Some((tag, value)) = open_tag(tagged).filter(|(tag, _)| tag.starts_with("ACEData"))
            {
                is_known = true;
                found.insert(tag, part(line, value));
            }
        }
        if !is_known {
            rest.push(line);
        }
    }
    rest
}

fn permission(table: &mut Table, file: &BundleFile, found: &BTreeMap<&str, Redacted>) {
    let told = |tag| found.get(tag).map_or("", Redacted::text);
    let kind = if told("ACEDataIsGroup") == "true" { "group" } else { "user" };
    let object = format!("Permission of {kind} {} on {}", told("ACEDataUser"), told("ACEDataEntity"));
    let source = source(&file.path, told("ACEDataUser"));
    if let Some(propagates) = found.get("ACEDataPropagate") {
        table.add(Section::Users, &object, "Propagate to children", propagates.clone(), source.clone());
    }
    let role = found.get("ACEDataRoleId").cloned().unwrap_or_default();
    let role = role.told_as(role_name(role.text()));
    table.add(Section::Users, object, "Role", role, source);
}

/// A part of a line, which has its secrets only where it shows one.
fn part(line: &Redacted, text: &str) -> Redacted {
    if text.contains("[redacted: ") { line.told_as(text) } else { Redacted::of(text) }
}

/// The roles that every host has (`AuthorizationManager`).
fn role_name(id: &str) -> &str {
    match id {
        "-1" => "Administrator",
        "-2" => "Read-only",
        "-3" => "View",
        "-4" => "Anonymous",
        "-5" => "No access",
        "-6" => "No cryptography administrator",
        id => id,
    }
}

/// A line with nothing but tags that begin or end something.
fn is_frame(line: &str) -> bool {
    let line = line.trim();
    let has_attributes = line.contains('=') && !line.starts_with("<?xml ");
    line.starts_with('<') && line.ends_with('>') && line.matches('<').count() == 1 && !has_attributes
}

fn tagged(line: &str) -> impl Iterator<Item = (&str, &str)> {
    line.split('<').filter_map(open_tag)
}

/// Of `tag>value`.
fn open_tag(part: &str) -> Option<(&str, &str)> {
    let (tag, value) = part.split_once('>')?;
    let tag = tag.split_whitespace().next()?;
    (!tag.starts_with('/') && !value.trim().is_empty()).then_some((tag, value.trim()))
}
