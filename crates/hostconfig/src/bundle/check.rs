//! Proves a bundle whole in one pass: gzip to its end, tar, `Manifest.txt`, and the archives nested in `state.tgz`.

use std::cell::RefCell;
use std::fmt;
use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::GzDecoder;

use super::manifest::{MAX_MANIFEST_BYTES, Manifest, parse_manifest};

/// How much a bundle may unpack to, all its layers together. Real ones have a few megabytes.
pub const MAX_UNPACKED_BYTES: u64 = 512 * 1024 * 1024;
/// How many members a bundle may have, all its layers together.
pub const MAX_MEMBERS: usize = 50_000;
/// How much memory all members' paths may take together.
const MAX_PATHS_BYTES: usize = 16 * 1024 * 1024;
/// The longest extension header (long names and the like) that is read.
const MAX_EXTENSION_BYTES: u64 = 64 * 1024;

/// What a sound bundle holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Its `Manifest.txt`.
    pub manifest: Manifest,
    /// Its files, those of nested archives included.
    pub members: Vec<Member>,
}

/// A file in a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its path, through nested archives: `state.tgz/local.tgz/etc/hosts`. As the bundle has it: not a path to write to.
    pub path: String,
    /// Its length.
    pub bytes: u64,
}

/// An archive in a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// The bundle itself.
    Bundle,
    /// `state.tgz` in it.
    State,
    /// `local.tgz` in that.
    Local,
}

/// Why a bundle is no good.
#[derive(Debug, thiserror::Error)]
pub enum BundleProblem {
    /// The file itself cannot be read.
    #[error("it cannot be read: {0}")]
    Unreadable(#[source] io::Error),
    /// It has no bytes.
    #[error("{0} is empty")]
    Empty(Layer),
    /// It is something else than gzip.
    #[error("{layer} is not a gzip file{}", if *.looks_like_html { ": it looks like a web page" } else { "" })]
    NotGzip {
        /// Which archive.
        layer: Layer,
        /// Whether it begins as a web page does: a proxy's or the host's error message.
        looks_like_html: bool,
    },
    /// It ends too early.
    #[error("{0} is cut off")]
    Truncated(Layer),
    /// It does not decompress to what was compressed.
    #[error("{layer} is damaged: {reason}")]
    GzipDamaged {
        /// Which archive.
        layer: Layer,
        /// In the decoder's words.
        reason: String,
    },
    /// Something follows the end of the bundle.
    #[error("there is data after the end of the bundle")]
    TrailingData,
    /// It decompresses, but to no readable tar archive.
    #[error("{layer} holds no readable tar archive: {reason}")]
    TarDamaged {
        /// Which archive.
        layer: Layer,
        /// In the decoder's words.
        reason: String,
    },
    /// It unpacks to far more than any host's configuration.
    #[error("it unpacks to more than {} MiB, which no host's configuration does", MAX_UNPACKED_BYTES >> 20)]
    TooLarge,
    /// It has far more files than any host's configuration.
    #[error("it has more than {MAX_MEMBERS} files or too long names, which no host's configuration has")]
    TooManyMembers,
    /// There is no `Manifest.txt`.
    #[error("it has no Manifest.txt, so it is not a configuration bundle")]
    NoManifest,
    /// `Manifest.txt` names neither release nor UUID.
    #[error("its Manifest.txt cannot be understood")]
    BadManifest,
    /// There is no `state.tgz`: no configuration.
    #[error("it has no state.tgz, so it holds no configuration")]
    NoState,
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bundle => "it",
            Self::State => "its state.tgz",
            Self::Local => "its local.tgz",
        })
    }
}

/// Reads a bundle through to its end and says what it holds, or the first thing that is wrong with it. Memory stays
/// within a few megabytes whatever the bundle, and time within a few seconds.
pub fn check(bundle: impl Read) -> Result<Checked, BundleProblem> {
    let pass = Pass::default();
    let mut input = BufReader::with_capacity(64 * 1024, Source { bundle, pass: &pass });
    let walked = walk(&mut input, Layer::Bundle, "", &pass);
    // A reader above only sees that the one below it failed: the first failure is the cause.
    if let Some(problem) = pass.problem.take() {
        return Err(problem);
    }
    walked?;
    let Found { manifest, members, has_state, .. } = pass.found.into_inner();
    let manifest = manifest.ok_or(BundleProblem::NoManifest)?;
    let manifest = parse_manifest(&manifest).ok_or(BundleProblem::BadManifest)?;
    if !has_state {
        return Err(BundleProblem::NoState);
    }
    Ok(Checked { manifest, members })
}

/// What one pass through a bundle gathers, shared by its layers' readers.
#[derive(Default)]
struct Pass {
    problem: RefCell<Option<BundleProblem>>,
    found: RefCell<Found>,
}

#[derive(Default)]
struct Found {
    manifest: Option<Vec<u8>>,
    has_state: bool,
    members: Vec<Member>,
    paths_bytes: usize,
    unpacked_bytes: u64,
}

impl Pass {
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
        if found.unpacked_bytes > MAX_UNPACKED_BYTES {
            return Err(self.pass.fail(BundleProblem::TooLarge));
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
        let mut member = member.map_err(tar_damaged)?;
        let kind = member.header().entry_type();
        if kind.is_gnu_longname() || kind.is_pax_local_extensions() {
            let mut extension = Vec::new();
            (&mut member).take(MAX_EXTENSION_BYTES + 1).read_to_end(&mut extension).map_err(tar_damaged)?;
            if extension.len() as u64 > MAX_EXTENSION_BYTES {
                return Err(BundleProblem::TooManyMembers);
            }
            long_path = extended_path(kind, &extension).or(long_path);
            continue;
        }
        if kind.is_gnu_longlink() || kind.is_pax_global_extensions() {
            continue;
        }
        let path = long_path.take().unwrap_or_else(|| member.path_bytes().into_owned());
        let path = String::from_utf8_lossy(&path).into_owned();
        if !kind.is_file() {
            continue;
        }
        let name = path.strip_prefix("./").unwrap_or(&path);
        let whole = format!("{prefix}{name}");
        note_member(&whole, member.size(), pass)?;
        match (layer, name) {
            (Layer::Bundle, "Manifest.txt") => {
                let mut manifest = Vec::new();
                (&mut member).take(MAX_MANIFEST_BYTES + 1).read_to_end(&mut manifest).map_err(tar_damaged)?;
                if manifest.len() as u64 > MAX_MANIFEST_BYTES {
                    return Err(BundleProblem::BadManifest);
                }
                pass.found.borrow_mut().manifest = Some(manifest);
            }
            (Layer::Bundle, "state.tgz") => {
                pass.found.borrow_mut().has_state = true;
                walk(&mut BufReader::with_capacity(16 * 1024, member), Layer::State, "state.tgz/", pass)?;
            }
            (Layer::State, "local.tgz") => {
                walk(
                    &mut BufReader::with_capacity(16 * 1024, member),
                    Layer::Local,
                    &format!("{whole}/"),
                    pass,
                )?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn note_member(path: &str, bytes: u64, pass: &Pass) -> Result<(), BundleProblem> {
    let mut found = pass.found.borrow_mut();
    found.paths_bytes += path.len();
    if found.members.len() == MAX_MEMBERS || found.paths_bytes > MAX_PATHS_BYTES {
        return Err(BundleProblem::TooManyMembers);
    }
    found.members.push(Member { path: path.to_owned(), bytes });
    Ok(())
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

#[cfg(test)]
#[path = "check_tests.rs"]
pub(crate) mod tests;
