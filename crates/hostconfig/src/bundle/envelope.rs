//! The envelope around `local.tgz.ve` (7.0 U2 and later). Without a TPM its key is derived from a published constant, so that
//! anyone can open it; with one only the host can.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::sync::{Mutex, PoisonError};

use aes_gcm::aead::inout::InOutBuf;
use aes_gcm::aead::{AeadInOut as _, KeyInit as _};
use aes_gcm::{Aes256Gcm, Key, Nonce, Tag};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use percent_encoding::percent_decode_str;
use sha2::{Digest as _, Sha256};

const BLOCK: usize = 4096;
const HEADER: &[u8] = b"DataTransformEnvelope";
const FOOTER: &[u8] = b"DataTransformAeadFooter";
/// Of the header. Another one may be anything.
const VERSION: u32 = 2;
const VERSION_AT: usize = 508;
/// Where a header's attributes begin.
const ATTRIBUTES: usize = 512;
const CIPHER: &[u8] = b"AES-256-GCM";
const TAG_AT: usize = 32;
const TAG_BYTES: usize = 16;
const ROUNDS: u32 = 100_000;
const OBFUSCATION: &[u8] = b"This is obfuscation, not encryption. If you want encryption, use TPM.";

/// Why an envelope stays closed, in plain words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closed {
    /// It is in a form that is not known here, such as a later release's. That is no fault of it.
    Unknown(&'static str),
    /// Nobody can open it any more.
    Damaged(&'static str),
}

/// What an envelope lacks to be one, in plain words. It is read through as a stream: what is in it does not matter, nor how it is
/// framed where that is not known.
pub(super) fn fault(mut envelope: impl Read, bytes: u64) -> io::Result<Option<&'static str>> {
    let between = match bytes.checked_sub(2 * BLOCK as u64) {
        None => return Ok(Some("its local.tgz.ve is no envelope")),
        Some(0) => return Ok(Some("its local.tgz.ve is empty")),
        Some(between) => between,
    };
    let mut block = [0; BLOCK];
    envelope.read_exact(&mut block)?;
    if !is_known(&block) {
        return Ok(None);
    }
    io::copy(&mut envelope.by_ref().take(between), &mut io::sink())?;
    envelope.read_exact(&mut block)?;
    Ok((!block.starts_with(FOOTER)).then_some("its local.tgz.ve is cut off"))
}

/// Whether `encryption.info` says that only the host's TPM has the key; none where it does not say who has it.
pub(super) fn is_sealed(info: &str) -> Option<bool> {
    value(info, "mode").map(|mode| !mode.eq_ignore_ascii_case("none"))
}

fn is_known(header: &[u8]) -> bool {
    let version = header.get(VERSION_AT..VERSION_AT + 4);
    header.starts_with(HEADER) && version == Some(&VERSION.to_le_bytes()[..])
}

/// What is in an envelope that is not sealed.
pub(super) fn open(mut envelope: Vec<u8>, info: &str) -> Result<Vec<u8>, Closed> {
    let key = key(info).ok_or(Closed::Unknown("its encryption.info has no key of a kind that is known"))?;
    if envelope.len() < 2 * BLOCK || !is_known(&envelope) {
        return Err(Closed::Unknown("its local.tgz.ve is in a form that is not known"));
    }
    let end = envelope.len() - BLOCK;
    let footer = envelope.split_off(end);
    let header: Vec<u8> = envelope.drain(..BLOCK).collect();
    if !footer.starts_with(FOOTER) {
        return Err(Closed::Damaged("its local.tgz.ve is cut off"));
    }
    // The header tells whether this is the key that it was made with: only then is it the content that is at fault.
    if attribute(&header, "vmware.keyHash")
        != Some(&Sha256::new_with_prefix(CIPHER).chain_update(key).finalize()[..])
    {
        return Err(Closed::Unknown("its local.tgz.ve was encrypted with a key that is not known"));
    }
    let iv = attribute(&header, "vmware.iv").and_then(|iv| <[u8; 12]>::try_from(iv).ok());
    let iv = iv.ok_or(Closed::Damaged("the header of its local.tgz.ve has no usable IV"))?;
    let tag: [u8; TAG_BYTES] =
        footer[TAG_AT..TAG_AT + TAG_BYTES].try_into().expect("a block is longer than that");
    let additional = [&header, &b"ESXConfiguration"[..]].concat();
    // In place: a second copy of a large bundle would be memory for nothing.
    Aes256Gcm::new(&Key::<Aes256Gcm>::from(key))
        .decrypt_inout_detached(
            &Nonce::from(iv),
            &additional,
            InOutBuf::from(envelope.as_mut_slice()),
            &Tag::from(tag),
        )
        .map_err(|_| Closed::Damaged("its local.tgz.ve is damaged"))?;
    let padding = envelope.len().checked_sub(8).and_then(|at| number(envelope.get(at..at + 4)?));
    let length = padding.and_then(|padding| envelope.len().checked_sub(BLOCK.checked_add(padding)?));
    envelope.truncate(length.ok_or(Closed::Damaged("the padding of its local.tgz.ve is wrong"))?);
    Ok(envelope)
}

fn key(info: &str) -> Option<[u8; 32]> {
    let data = value(info, "ConfigEncData")?;
    let part = |name: &str| {
        let text = data.split(':').find_map(|part| part.strip_prefix(name)?.strip_prefix('='))?;
        BASE64.decode(percent_decode_str(text).collect::<Vec<u8>>()).ok()
    };
    let (data1, data2) = (part("data1")?, part("data2")?);
    let mut known = Sha256::new_with_prefix((data1.len() as u64).to_le_bytes());
    known.update(&data1);
    known.update(&data2);
    Some(remembered(known.finalize().into(), || {
        let password = [data1.as_slice(), OBFUSCATION].concat();
        pbkdf2::pbkdf2_hmac_array::<Sha256, 32>(&password, &data2, ROUNDS)
    }))
}

/// A host keeps its key for years, and deriving one takes longer than reading all of its bundle. Anyone can derive these keys,
/// so that remembering them gives nothing away.
fn remembered(known: [u8; 32], derive: impl FnOnce() -> [u8; 32]) -> [u8; 32] {
    const MOST: usize = 4096;
    static KEYS: Mutex<BTreeMap<[u8; 32], [u8; 32]>> = Mutex::new(BTreeMap::new());
    let keys = || KEYS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(key) = keys().get(&known) {
        return *key;
    }
    // Without the lock: other bundles are read meanwhile.
    let key = derive();
    let mut keys = keys();
    if keys.len() >= MOST {
        keys.clear();
    }
    keys.insert(known, key);
    key
}

/// Of `name = "value"` lines.
fn value<'a>(info: &'a str, name: &str) -> Option<&'a str> {
    let lines = info.lines().filter(|line| !line.trim_start().starts_with('#'));
    lines
        .filter_map(|line| line.split_once('='))
        .find_map(|(key, value)| (key.trim() == name).then(|| value.trim().trim_matches('"')))
}

/// An attribute of bytes in a header block.
pub(super) fn attribute<'a>(header: &'a [u8], wanted: &str) -> Option<&'a [u8]> {
    let mut rest = header.get(ATTRIBUTES..)?;
    loop {
        let kind = *rest.first()?;
        let (name, value) = until_nul(rest.get(4..)?)?;
        let bytes = match kind {
            1 | 5 => 1,
            2 | 6 => 2,
            3 | 7 | 9 => 4,
            4 | 8 | 10 => 8,
            11 => until_nul(value)?.0.len() + 1,
            12 => 8 + number(value.get(..8)?)?,
            _ => return None,
        };
        if kind == 12 && name == wanted.as_bytes() {
            return value.get(8..bytes);
        }
        rest = value.get(bytes..)?;
    }
}

fn until_nul(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|byte| *byte == 0)?;
    Some((&bytes[..end], &bytes[end + 1..]))
}

/// Little-endian, and small enough to be a length.
fn number(bytes: &[u8]) -> Option<usize> {
    let number = bytes.iter().rev().fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    usize::try_from(number).ok().filter(|number| *number <= 1 << 31)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Header and footer of an envelope, and nothing in it that could be opened.
    pub(crate) fn framed() -> Vec<u8> {
        let mut envelope = HEADER.to_vec();
        envelope.resize(VERSION_AT, 0);
        envelope.extend(VERSION.to_le_bytes());
        envelope.resize(2 * BLOCK, 0);
        envelope.extend(FOOTER);
        envelope.resize(3 * BLOCK, 0);
        envelope
    }

    /// An envelope that anyone can open, and its `encryption.info`.
    pub(crate) fn enveloped(content: &[u8]) -> (Vec<u8>, String) {
        let info =
            "mode = \"NONE\"\nConfigEncData = \"keyId=AA%3D%3D:data1=AA%3D%3D:data2=AA%3D%3D:version=1\"\n";
        let key = key(info).unwrap();
        let mut header = HEADER.to_vec();
        header.resize(VERSION_AT, 0);
        header.extend(VERSION.to_le_bytes());
        let hash = Sha256::new_with_prefix(CIPHER).chain_update(key).finalize();
        for (name, value) in [("vmware.keyHash", &hash[..]), ("vmware.iv", &[7; 12])] {
            header
                .extend([&[12, 0, 0, 0], name.as_bytes(), b"\0", &value.len().to_le_bytes(), value].concat());
        }
        header.resize(BLOCK, 0);
        let mut text = [content, &[0; BLOCK]].concat();
        let cipher = Aes256Gcm::new(&Key::<Aes256Gcm>::from(key));
        let additional = [&header, &b"ESXConfiguration"[..]].concat();
        let sealed = InOutBuf::from(text.as_mut_slice());
        let tag = cipher.encrypt_inout_detached(&Nonce::from([7; 12]), &additional, sealed).unwrap();
        let mut footer = FOOTER.to_vec();
        footer.resize(TAG_AT, 0);
        footer.extend(tag);
        footer.resize(BLOCK, 0);
        ([header, text, footer].concat(), info.to_owned())
    }

    #[test]
    fn one_byte_of_damage_is_told_from_a_key_that_is_not_known() {
        let (envelope, info) = enveloped(b"configuration");
        assert_eq!(open(envelope.clone(), &info).unwrap(), b"configuration");
        let with = |at: usize| {
            let mut changed = envelope.clone();
            changed[at] ^= 1;
            open(changed, &info).unwrap_err()
        };
        assert_eq!(with(BLOCK + 5), Closed::Damaged("its local.tgz.ve is damaged"));
        let hash = envelope.windows(14).position(|bytes| bytes == b"vmware.keyHash").unwrap() + 15 + 8;
        assert_eq!(
            with(hash),
            Closed::Unknown("its local.tgz.ve was encrypted with a key that is not known")
        );
    }

    #[test]
    fn what_is_no_envelope_is_told() {
        let info =
            "mode = \"NONE\"\nConfigEncData = \"keyId=AA%3D%3D:data1=AA%3D%3D:data2=AA%3D%3D:version=1\"\n";
        assert_eq!([info, "mode = \"TPM\"", ""].map(is_sealed), [Some(false), Some(true), None]);
        let footed = framed();
        let mut cut_off = footed.clone();
        cut_off[2 * BLOCK..].fill(0);
        let mut later = footed.clone();
        later[VERSION_AT] = 3;
        assert_eq!(fault(&later[..], later.len() as u64).unwrap(), None);
        for (envelope, info, expect) in [
            (b"PK".to_vec(), info, Closed::Unknown("its local.tgz.ve is in a form that is not known")),
            (later, info, Closed::Unknown("its local.tgz.ve is in a form that is not known")),
            (cut_off, info, Closed::Damaged("its local.tgz.ve is cut off")),
            (
                footed.clone(),
                info,
                Closed::Unknown("its local.tgz.ve was encrypted with a key that is not known"),
            ),
            (
                footed,
                "mode = \"NONE\"",
                Closed::Unknown("its encryption.info has no key of a kind that is known"),
            ),
        ] {
            assert_eq!(open(envelope, info), Err(expect));
        }
    }

    proptest::proptest! {
        #[test]
        fn no_header_makes_it_fail(attributes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..600)) {
            let header = [vec![0; ATTRIBUTES], attributes].concat();
            attribute(&header, "vmware.iv");
        }
    }
}
