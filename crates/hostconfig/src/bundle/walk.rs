//! One pass through a bundle: gzip, tar and the archives nested in it, as a stream and within limits.

use std::cell::RefCell;
use std::collections::HashSet;
use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::GzDecoder;

use super::check::{Layer, Limits, Member};
use super::envelope;
use super::manifest::MAX_MANIFEST_BYTES;
use super::problem::{BundleProblem, Forbidden};
use super::redact::visible;

/// How much memory all members' paths may take together.
const MAX_PATHS_BYTES: usize = 16 * 1024 * 1024;
/// The longest extension header (long names and the like) that is read.
const MAX_EXTENSION_BYTES: u64 = 64 * 1024;

/// What is gathered on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keeping {
    /// Names and sizes. Tolerant: a bundle that is to be kept is not refused for what Hostkeep does not unpack.
    Nothing,
    /// What is in the files, too. Strict: links, traversal and duplicate names end it.
    Content,
}

/// Reads a bundle through to its end. The first thing that is wrong ends it.
pub(super) fn walk_through(
    bundle: impl Read,
    limits: Limits,
    keeping: Keeping,
) -> Result<Found, BundleProblem> {
    let pass = Pass::new(limits, keeping);
    let mut input = BufReader::with_capacity(64 * 1024, Source { bundle, pass: &pass });
    let walked = walk(&mut input, Layer::Bundle, "", &pass);
    pass.ended(walked)
}

/// The same for a `local.tgz` that came out of an envelope, in the place of what is `found` already.
pub(super) fn walk_local(local: &[u8], limits: Limits, found: Found) -> Result<Found, BundleProblem> {
    let pass = Pass { found: RefCell::new(found), ..Pass::new(limits, Keeping::Content) };
    let mut input = local;
    let walked = walk(&mut input, Layer::Local, "state.tgz/local.tgz.ve/", &pass);
    pass.ended(walked)
}

/// What one pass through a bundle gathers, shared by its layers' readers.
struct Pass {
    limits: Limits,
    keeping: Keeping,
    problem: RefCell<Option<BundleProblem>>,
    found: RefCell<Found>,
}

/// What a bundle holds.
#[derive(Default)]
pub(super) struct Found {
    pub(super) manifest: Option<Vec<u8>>,
    pub(super) has_state: bool,
    /// Whether the configuration lies in it as a plain `local.tgz`.
    pub(super) has_local: bool,
    /// Whether a file is in it.
    has_files: bool,
    /// Whether it lies in an envelope that is one, or what that lacks.
    pub(super) envelope: Option<Result<(), &'static str>>,
    /// Files of all layers; where content is kept, those that are no archives are in `kept` instead.
    pub(super) members: Vec<Member>,
    pub(super) kept: Vec<Kept>,
    seen: HashSet<(Layer, String)>,
    paths_bytes: usize,
    unpacked_bytes: u64,
}

/// A file with what is in it. Its content is for this module's siblings only, and has no `Debug`.
pub(super) struct Kept {
    pub(super) layer: Layer,
    /// Within its layer.
    pub(super) path: String,
    pub(super) content: Vec<u8>,
}

impl Pass {
    fn new(limits: Limits, keeping: Keeping) -> Self {
        Self { limits, keeping, problem: RefCell::default(), found: RefCell::default() }
    }

    /// A reader above only sees that the one below it failed: the first failure is the cause.
    fn ended(self, walked: Result<(), BundleProblem>) -> Result<Found, BundleProblem> {
        match self.problem.into_inner() {
            Some(problem) => Err(problem),
            None => walked.map(|()| self.found.into_inner()),
        }
    }

    fn forbid(&self, layer: Layer, what: Forbidden, path: &str) -> Result<(), BundleProblem> {
        if self.keeping == Keeping::Nothing {
            return Ok(());
        }
        let path = visible(path.chars().take(200).collect());
        Err(BundleProblem::Forbidden { layer, what, path })
    }

    /// Keeps the first problem and gives an error for the readers above.
    fn fail(&self, problem: BundleProblem) -> io::Error {
        let error = io::Error::other(problem.to_string());
        self.problem.borrow_mut().get_or_insert(problem);
        error
    }
}

/// The bundle's own bytes.
struct Source<'a, R> {
    bundle: R,
    pass: &'a Pass,
}

impl<R: Read> Read for Source<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.bundle.read(buffer) {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                result => return result.map_err(|e| self.pass.fail(BundleProblem::Unreadable(e))),
            }
        }
    }
}

/// A layer's decompressed bytes, counted against the limit of all layers.
struct Unpacked<'a, 'b> {
    gzip: GzDecoder<&'a mut dyn BufRead>,
    layer: Layer,
    pass: &'b Pass,
}

impl Read for Unpacked<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let layer = self.layer;
        let read = self.gzip.read(buffer).map_err(|e| {
            self.pass.fail(if e.kind() == io::ErrorKind::UnexpectedEof {
                BundleProblem::Truncated(layer)
            } else {
                BundleProblem::GzipDamaged { layer, reason: e.to_string() }
            })
        })?;
        let mut found = self.pass.found.borrow_mut();
        found.unpacked_bytes += read as u64;
        let limit = self.pass.limits.unpacked_bytes;
        if found.unpacked_bytes > limit {
            return Err(self.pass.fail(BundleProblem::TooLarge { limit_mib: limit >> 20 }));
        }
        Ok(read)
    }
}

/// Reads one layer to its end, and the layer nested in it.
fn walk(input: &mut dyn BufRead, layer: Layer, prefix: &str, pass: &Pass) -> Result<(), BundleProblem> {
    require_gzip(input, layer)?;
    let mut unpacked = Unpacked { gzip: GzDecoder::new(&mut *input), layer, pass };
    let tar_damaged = |e: io::Error| BundleProblem::TarDamaged { layer, reason: e.to_string() };
    read_members(&mut unpacked, layer, prefix, pass)?;
    // What follows the last member is padding, but the checksum comes after it.
    io::copy(&mut unpacked, &mut io::sink()).map_err(tar_damaged)?;
    drop(unpacked);
    if layer == Layer::Local && !pass.found.borrow().has_files {
        return Err(BundleProblem::Empty(layer));
    }
    if layer == Layer::Bundle && !input.fill_buf().map_err(tar_damaged)?.is_empty() {
        return Err(BundleProblem::TrailingData);
    }
    Ok(())
}

fn require_gzip(input: &mut dyn BufRead, layer: Layer) -> Result<(), BundleProblem> {
    let start = input.fill_buf().map_err(BundleProblem::Unreadable)?;
    match start {
        [] => Err(BundleProblem::Empty(layer)),
        [0x1f] | [0x1f, 0x8b, ..] => Ok(()),
        _ => {
            let looks_like_html = start.trim_ascii_start().starts_with(b"<");
            Err(BundleProblem::NotGzip { layer, looks_like_html })
        }
    }
}

fn read_members(
    unpacked: &mut Unpacked<'_, '_>,
    layer: Layer,
    prefix: &str,
    pass: &Pass,
) -> Result<(), BundleProblem> {
    let tar_damaged = |e: io::Error| BundleProblem::TarDamaged { layer, reason: e.to_string() };
    let mut archive = tar::Archive::new(unpacked);
    let mut long_path = None;
    // Raw, because otherwise long names are read into memory whatever their length.
    for member in archive.entries().map_err(tar_damaged)?.raw(true) {
        let member = member.map_err(tar_damaged)?;
        let kind = member.header().entry_type();
        if kind.is_gnu_longname() || kind.is_pax_local_extensions() {
            let extension = read_up_to(MAX_EXTENSION_BYTES, member).map_err(tar_damaged)?;
            let extension = extension.ok_or(BundleProblem::TooManyMembers)?;
            long_path = extended_path(kind, &extension).or(long_path);
            continue;
        }
        if kind.is_gnu_longlink() || kind.is_pax_global_extensions() {
            continue;
        }
        let path = long_path.take().unwrap_or_else(|| member.path_bytes().into_owned());
        let path = String::from_utf8_lossy(&path).into_owned();
        let name = path.strip_prefix("./").unwrap_or(&path);
        if !leads_inside(name) {
            pass.forbid(layer, Forbidden::Traversal, &path)?;
        }
        if !matches!(kind, tar::EntryType::Regular) {
            let is_link = kind.is_symlink() || kind.is_hard_link();
            if !kind.is_dir() {
                pass.forbid(layer, if is_link { Forbidden::Link } else { Forbidden::Special }, &path)?;
            }
            continue;
        }
        let whole = format!("{prefix}{name}");
        let bytes = member.size();
        note_member(layer, name, &whole, bytes, pass)?;
        read_content(member, bytes, layer, name, &whole, pass)?;
    }
    Ok(())
}

/// Reads a file on, as far as something is to be known of what is in it; an archive to its end. `path` is that of all layers.
fn read_content(
    mut member: impl Read,
    bytes: u64,
    layer: Layer,
    name: &str,
    path: &str,
    pass: &Pass,
) -> Result<(), BundleProblem> {
    let tar_damaged = |e: io::Error| BundleProblem::TarDamaged { layer, reason: e.to_string() };
    match (layer, name) {
        (Layer::Bundle, "Manifest.txt") => {
            let manifest = read_up_to(MAX_MANIFEST_BYTES, member).map_err(tar_damaged)?;
            pass.found.borrow_mut().manifest = Some(manifest.ok_or(BundleProblem::BadManifest)?);
        }
        (Layer::Bundle, "state.tgz") => {
            pass.found.borrow_mut().has_state = true;
            walk(&mut nested(member), Layer::State, "state.tgz/", pass)?;
        }
        (Layer::State, "local.tgz") => {
            pass.found.borrow_mut().has_local = true;
            walk(&mut nested(member), Layer::Local, &format!("{path}/"), pass)?;
        }
        _ if pass.keeping == Keeping::Content => {
            let mut content = Vec::new();
            member.read_to_end(&mut content).map_err(tar_damaged)?;
            if is_envelope(layer, name) {
                note_envelope(&content[..], bytes, pass).map_err(tar_damaged)?;
            }
            pass.found.borrow_mut().kept.push(Kept { layer, path: name.to_owned(), content });
        }
        _ if is_envelope(layer, name) => note_envelope(member, bytes, pass).map_err(tar_damaged)?,
        _ => {}
    }
    Ok(())
}

pub(super) fn is_envelope(layer: Layer, name: &str) -> bool {
    layer == Layer::State && name == "local.tgz.ve"
}

fn note_envelope(envelope: impl Read, bytes: u64, pass: &Pass) -> io::Result<()> {
    let fault = envelope::fault(envelope, bytes)?;
    pass.found.borrow_mut().envelope = Some(fault.map_or(Ok(()), Err));
    Ok(())
}

fn nested<R: Read>(member: R) -> BufReader<R> {
    BufReader::with_capacity(16 * 1024, member)
}

/// None where there is more.
fn read_up_to(limit: u64, from: impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut content = Vec::new();
    from.take(limit + 1).read_to_end(&mut content)?;
    Ok((content.len() as u64 <= limit).then_some(content))
}

fn note_member(layer: Layer, name: &str, path: &str, bytes: u64, pass: &Pass) -> Result<(), BundleProblem> {
    let mut found = pass.found.borrow_mut();
    if pass.keeping == Keeping::Content && !found.seen.insert((layer, name.to_owned())) {
        return pass.forbid(layer, Forbidden::Duplicate, path);
    }
    found.has_files |= layer == Layer::Local;
    found.paths_bytes += path.len();
    if found.members.len() == pass.limits.members || found.paths_bytes > MAX_PATHS_BYTES {
        return Err(BundleProblem::TooManyMembers);
    }
    found.members.push(Member { path: path.to_owned(), bytes });
    Ok(())
}

/// Whether a path stays in the folder that it is unpacked to, on every system.
fn leads_inside(path: &str) -> bool {
    let is_absolute = path.starts_with('/') || path.starts_with('\\') || path.get(1..2) == Some(":");
    !is_absolute && path.split(['/', '\\']).all(|part| part != "..") && !path.contains('\0')
}

/// The next member's path, when an extension header gives it.
fn extended_path(kind: tar::EntryType, extension: &[u8]) -> Option<Vec<u8>> {
    if kind.is_gnu_longname() {
        return Some(extension.split(|b| *b == 0).next().unwrap_or_default().to_vec());
    }
    // An extension that can't be read leaves the header's own path in force.
    tar::PaxExtensions::new(extension)
        .filter_map(Result::ok)
        .find(|e| e.key_bytes() == b"path")
        .map(|e| e.value_bytes().to_vec())
}
