//! `hostkeep bundle`: what is in a bundle, and how two differ. What is shown has no secrets in it: they do not get this far.

use std::fmt::Write as _;
use std::path::Path;

use hostconfig::archive::{Archive, read_bundle, read_bundle_file};
use hostconfig::bundle::{
    BundleFile, ConfNode, Contents, Diff, FileBody, Layer, Noise, Redacted, Sealing, Section, Setting,
    StoreObject, diff, fingerprint, settings, to_html, to_text,
};
use serde::Serialize;

use crate::arguments::BundleCommand;
use crate::console::{self, Console, STRONG, WARNING};
use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::text;

pub(crate) fn run(context: &Context, command: &BundleCommand) -> Result<Exit, Failure> {
    match command {
        BundleCommand::Show { bundle } => show(context, bundle),
        BundleCommand::Files { bundle } => files(context, bundle),
        BundleCommand::Cat { bundle, path } => cat(context, bundle, path),
        BundleCommand::Settings { bundle, filter } => list_settings(context, bundle, filter.as_deref()),
        BundleCommand::Diff { first, second, settings_only, html } => {
            compare(context, (first, second), *settings_only, *html)
        }
    }
}

/// A bundle that was asked for.
struct Opened {
    /// What it is called.
    name: String,
    contents: Contents,
}

#[derive(Serialize)]
struct ShowBody<'a> {
    bundle: &'a str,
    release: Option<&'a str>,
    uuid: Option<&'a str>,
    #[serde(flatten)]
    sealing: &'a Sealing,
    address: Option<String>,
    certificate: Option<&'a vsphere::Certificate>,
    files: usize,
    settings: usize,
    fingerprint: Option<String>,
}

#[derive(Serialize)]
struct FilesBody<'a> {
    bundle: &'a str,
    #[serde(flatten)]
    sealing: &'a Sealing,
    files: Vec<ShownFile<'a>>,
}

#[derive(Serialize)]
struct ShownFile<'a> {
    layer: Layer,
    path: &'a str,
    bytes: u64,
    kind: &'static str,
    sha256: Option<String>,
    noise: Option<Noise>,
}

#[derive(Serialize)]
struct CatBody<'a> {
    bundle: &'a str,
    file: ShownFile<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lines: Option<Vec<Redacted>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    keys: Option<ConfNode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    objects: Option<&'a [StoreObject]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificates: Option<&'a [vsphere::Certificate]>,
}

#[derive(Serialize)]
struct SettingsBody<'a> {
    bundle: &'a str,
    #[serde(flatten)]
    sealing: &'a Sealing,
    settings: &'a [Setting],
}

#[derive(Serialize)]
struct DiffBody<'a> {
    first: &'a str,
    second: &'a str,
    is_same: bool,
    #[serde(flatten)]
    diff: &'a Diff,
}

fn show(context: &Context, bundle: &str) -> Result<Exit, Failure> {
    let Opened { name, contents } = open(context, bundle)?;
    let table = settings(&contents);
    let body = ShowBody {
        bundle: &name,
        release: contents.manifest.release_level.as_deref(),
        uuid: contents.manifest.uuid.as_deref(),
        sealing: &contents.sealing,
        address: contents.address.map(|address| address.to_string()),
        certificate: contents.certificate.as_ref(),
        files: contents.files().len(),
        settings: table.len(),
        fingerprint: fingerprint(&contents),
    };
    context.console.result(&body, || {
        let known = |text: Option<&str>| text.unwrap_or("unknown").to_owned();
        let mut pairs = vec![
            ("Release", known(body.release)),
            ("Hardware UUID", known(body.uuid)),
            ("Content", told_content(&contents)),
            ("Address", known(body.address.as_deref())),
        ];
        if let Some(certificate) = body.certificate {
            let until = certificate.not_after.map_or_else(|| "an unknown day".to_owned(), text::local_day);
            pairs.push(("Certificate", format!("{}, until {until}", certificate.subject)));
        }
        pairs.push(("Files", body.files.to_string()));
        pairs.push(("Settings", body.settings.to_string()));
        let mut told = format!("{STRONG}{}{STRONG:#}\n\n{}", text::visible(&name), text::pairs(&pairs));
        let sections = sections(&table);
        if !sections.is_empty() {
            let rows =
                sections.iter().map(|(section, count)| vec![section.title().to_owned(), count.to_string()]);
            told += "\n";
            told +=
                &text::table(&["section", "settings"], &[1], &[0], rows.collect(), console::output_width());
        }
        told
    })?;
    Ok(Exit::Ok)
}

fn files(context: &Context, bundle: &str) -> Result<Exit, Failure> {
    let Opened { name, contents } = open(context, bundle)?;
    let body = FilesBody {
        bundle: &name,
        sealing: &contents.sealing,
        files: contents.files().iter().map(ShownFile::from).collect(),
    };
    tell_unread(&context.console, &contents);
    context.console.result(&body, || {
        let row = |file: &ShownFile<'_>| {
            let noise = match file.noise {
                Some(Noise::EveryBackup) => "changes by itself",
                Some(Noise::Running) => "what runs",
                None => "",
            };
            vec![file.path.to_owned(), text::size(file.bytes), file.kind.to_owned(), noise.to_owned()]
        };
        let rows = body.files.iter().map(row).collect();
        let table =
            text::table(&["path", "size", "kind", "noise"], &[1], &[0], rows, console::output_width());
        format!("{table}\n{} in {}\n", text::count(body.files.len(), "file"), text::visible(&name))
    })?;
    Ok(Exit::Ok)
}

fn cat(context: &Context, bundle: &str, path: &str) -> Result<Exit, Failure> {
    let Opened { name, contents } = open(context, bundle)?;
    let Some(file) = contents.file(path) else {
        tell_unread(&context.console, &contents);
        let message = format!("{name} has no file {path}");
        return Err(Failure::new("no_such_file", message, "List its files with: hostkeep bundle files"));
    };
    let body = CatBody {
        bundle: &name,
        file: ShownFile::from(file),
        lines: match &file.body {
            FileBody::Text(_) => file.lines(),
            _ => None,
        },
        keys: match &file.body {
            FileBody::EsxConf(conf) => Some(conf.tree()),
            _ => None,
        },
        objects: match &file.body {
            FileBody::ConfigStore(store) => Some(store.objects()),
            _ => None,
        },
        certificates: match &file.body {
            FileBody::Certificates(found) => Some(found),
            _ => None,
        },
    };
    context.console.result(&body, || told_file(file))?;
    Ok(Exit::Ok)
}

fn told_file(file: &BundleFile) -> String {
    if let Some(lines) = file.lines() {
        return lines.iter().fold(String::new(), |text, line| text + &text::visible(line.text()) + "\n");
    }
    match &file.body {
        FileBody::Certificates(found) => found.iter().fold(String::new(), |told, certificate| {
            let until = certificate.not_after.map_or_else(|| "unknown".to_owned(), text::local);
            let pairs = [
                ("Subject", certificate.subject.clone()),
                ("Issuer", certificate.issuer.clone()),
                ("Valid until", until),
                ("SHA-256", certificate.sha256.to_string()),
            ];
            let between = if told.is_empty() { "" } else { "\n" };
            told + between + &text::pairs(&pairs)
        }),
        FileBody::Secret(secret) => format!("[redacted: {secret}], {}\n", text::size(file.bytes)),
        _ => {
            let hash = file.sha256().map(|hash| format!(", SHA-256 {hash}")).unwrap_or_default();
            format!("Not a text: {}{hash}\n", text::size(file.bytes))
        }
    }
}

fn list_settings(context: &Context, bundle: &str, filter: Option<&str>) -> Result<Exit, Failure> {
    let Opened { name, contents } = open(context, bundle)?;
    let mut table = settings(&contents);
    if let Some(filter) = filter.map(str::to_lowercase) {
        table.retain(|setting| {
            let Setting { section, object, name, value, .. } = setting;
            [section.title(), object, name, value.text()]
                .iter()
                .any(|text| text.to_lowercase().contains(&filter))
        });
    }
    tell_unread(&context.console, &contents);
    let body = SettingsBody { bundle: &name, sealing: &contents.sealing, settings: &table };
    context.console.result(&body, || told_settings(&table))?;
    Ok(Exit::Ok)
}

fn told_settings(table: &[Setting]) -> String {
    let mut told = String::new();
    let (mut section, mut object) = (None, None);
    for setting in table {
        if section != Some(setting.section) {
            let between = if told.is_empty() { "" } else { "\n" };
            let _ = writeln!(told, "{between}{STRONG}{}{STRONG:#}", setting.section.title());
            (section, object) = (Some(setting.section), None);
        }
        if object != Some(&setting.object) && !setting.object.is_empty() {
            let _ = writeln!(told, "  {}", text::visible(&setting.object));
        }
        object = Some(&setting.object);
        let indent = if setting.object.is_empty() { "  " } else { "    " };
        let value = if setting.value.text().is_empty() { "(empty)" } else { setting.value.text() };
        let _ = writeln!(told, "{indent}{}: {}", text::visible(&setting.name), one_line(value));
    }
    if told.is_empty() { "No setting.\n".to_owned() } else { told }
}

fn compare(
    context: &Context,
    (first, second): (&str, &str),
    settings_only: bool,
    html: bool,
) -> Result<Exit, Failure> {
    let (first, second) = (open(context, first)?, open(context, second)?);
    let mut found = diff(&first.contents, &second.contents);
    let is_same = found.is_same();
    if settings_only {
        found.files.clear();
        found.left_out.clear();
    }
    if let Some(why) = &found.not_compared {
        context.console.warn(&format!("not compared: {why}"));
    }
    if html {
        Console::text(&to_html(&found, &first.name, &second.name))?;
    } else {
        let body = DiffBody { first: &first.name, second: &second.name, is_same, diff: &found };
        context.console.result(&body, || to_text(&found, &first.name, &second.name))?;
    }
    Ok(if found.not_compared.is_some() { Exit::Failed } else { Exit::Ok })
}

/// A file of this name counts for more than a record of this id.
fn open(context: &Context, bundle: &str) -> Result<Opened, Failure> {
    let path = Path::new(bundle);
    let is_path = path.exists() || bundle.contains(['/', '\\', '.']);
    if is_path {
        return Ok(Opened { name: bundle.to_owned(), contents: read_bundle_file(path)? });
    }
    let archive: Archive = context.open_archive(&context.settings()?)?;
    let listing = archive.list()?;
    let record = archive.find(&listing, bundle)?;
    let name = format!("{} {}, {}", record.id, record.host.name, text::local(record.taken_at));
    Ok(Opened { name, contents: read_bundle(record)? })
}

impl<'a> From<&'a BundleFile> for ShownFile<'a> {
    fn from(file: &'a BundleFile) -> Self {
        let kind = match &file.body {
            FileBody::Text(_) => "text",
            FileBody::Certificates(_) => "certificates",
            FileBody::EsxConf(_) => "esx.conf",
            FileBody::ConfigStore(_) => "ConfigStore",
            FileBody::Secret(_) => "secret",
            FileBody::Binary => "binary",
        };
        let BundleFile { layer, path, bytes, noise, .. } = file;
        Self { layer: *layer, path, bytes: *bytes, kind, sha256: file.sha256(), noise: *noise }
    }
}

fn sections(table: &[Setting]) -> Vec<(Section, usize)> {
    let mut sections: Vec<(Section, usize)> = Vec::new();
    for setting in table {
        match sections.last_mut().filter(|(section, _)| *section == setting.section) {
            Some((_, count)) => *count += 1,
            None => sections.push((setting.section, 1)),
        }
    }
    sections
}

fn told_content(contents: &Contents) -> String {
    match (&contents.sealing, contents.unread_part()) {
        (Sealing::Open, None) => "can be read".to_owned(),
        (Sealing::Open, Some(part)) => {
            format!("can be read, but for its {part}: most settings are not known")
        }
        (Sealing::Tpm, _) => "sealed by its host's TPM: only that host can read it".to_owned(),
        (Sealing::Unreadable { reason }, _) => format!("cannot be read: {reason}"),
    }
}

/// Why a table is shorter than one would think.
fn tell_unread(console: &Console, contents: &Contents) {
    if contents.sealing != Sealing::Open || contents.unread_part().is_some() {
        console.say(&format!("{WARNING}Content{WARNING:#}: {}.", text::visible(&told_content(contents))));
    }
}

fn one_line(value: &str) -> String {
    text::visible(value).replace('\n', " ")
}
