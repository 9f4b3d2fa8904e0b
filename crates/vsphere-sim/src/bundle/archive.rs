//! Gzip'd tar files, in memory.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

/// Archives that unpack to more than this are refused.
const MAX_UNPACKED: u64 = 256 * 1024 * 1024;

/// Name and content.
pub(super) type Member = (String, Vec<u8>);

/// How hard to press.
#[derive(Clone, Copy)]
pub(super) enum Packing {
    /// For what can be pressed.
    Compressed,
    /// For what is pressed already.
    Stored,
}

pub(super) fn pack(members: &[Member], packing: Packing) -> Vec<u8> {
    let level = match packing {
        Packing::Compressed => Compression::default(),
        Packing::Stored => Compression::none(),
    };
    let size: usize = members.iter().map(|(_, content)| content.len() + 1024).sum();
    let mut tar = tar::Builder::new(Vec::with_capacity(size + 1024));
    for (name, content) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(if name.contains("shadow") || name.contains("key") { 0o600 } else { 0o644 });
        header.set_mtime(1_700_000_000);
        tar.append_data(&mut header, name, content.as_slice()).expect("writing to memory does not fail");
    }
    let tar = tar.into_inner().expect("writing to memory does not fail");
    let mut gzip = GzEncoder::new(Vec::with_capacity(tar.len() / 2), level);
    gzip.write_all(&tar).expect("writing to memory does not fail");
    gzip.finish().expect("writing to memory does not fail")
}

/// All members of a gzip'd tar. The error says what is wrong with it.
pub(super) fn unpack(bytes: &[u8]) -> Result<Vec<Member>, String> {
    let mut tar = Vec::new();
    GzDecoder::new(bytes)
        .take(MAX_UNPACKED)
        .read_to_end(&mut tar)
        .map_err(|error| format!("not a gzip file: {error}"))?;
    let mut members = Vec::new();
    let mut archive = tar::Archive::new(tar.as_slice());
    for entry in archive.entries().map_err(|error| format!("not a tar file: {error}"))? {
        let mut entry = entry.map_err(|error| format!("not a tar file: {error}"))?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).map_err(|error| format!("truncated tar file: {error}"))?;
        members.push((name.trim_start_matches("./").to_string(), content));
    }
    Ok(members)
}
