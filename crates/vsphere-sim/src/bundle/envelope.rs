//! The envelope around `local.tgz.ve`, little-endian, in blocks of 4096 bytes: a header, the cipher text, a footer with
//! the GCM tag. Without a TPM the key comes from a published constant (obfuscation, so anyone can open it).

use std::sync::OnceLock;

use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::Sha256;
use uuid::Uuid;

use crate::certificates::sha256;
use crate::specs::HostSpec;

const BLOCK: usize = 4096;
const FOOTER: usize = 512;
const TAG: usize = 16;
const CIPHER: &str = "AES-256-GCM";
const OBFUSCATION: &[u8] = b"This is obfuscation, not encryption. If you want encryption, use TPM.";
const ROUNDS: u32 = 100_000;

/// A key and what `encryption.info` says of it.
#[derive(Clone)]
pub(super) struct Keyed {
    id: Uuid,
    data1: [u8; 32],
    data2: [u8; 32],
    key: [u8; 32],
}

/// The key of hosts without a TPM. Derived once a process, because the derivation is slow on purpose.
pub(super) fn published_key() -> Keyed {
    static KEY: OnceLock<Keyed> = OnceLock::new();
    KEY.get_or_init(|| {
        let data1 = sha256(b"simulated data1");
        let data2 = sha256(b"simulated data2");
        let key = derive(&data1, &data2);
        Keyed { id: uuid_of(&sha256(b"simulated key")), data1, data2, key }
    })
    .clone()
}

/// The key that only this host's TPM has: nothing in the bundle leads to it.
pub(super) fn sealed_key(spec: &HostSpec) -> Keyed {
    let of = |what: &str| sha256(format!("{what} of the simulated TPM in {}", spec.uuid).as_bytes());
    Keyed { id: uuid_of(&of("id")), data1: of("data1"), data2: of("data2"), key: of("key") }
}

impl Keyed {
    /// The text of `encryption.info`.
    pub(super) fn encryption_info(&self, mode: &str) -> String {
        let encoded = |bytes: &[u8]| utf8_percent_encode(&BASE64.encode(bytes), NON_ALPHANUMERIC).to_string();
        format!(
            "# Simulated ESXi configuration encryption\nmode = \"{mode}\"\nincludeKeyCache = \"FALSE\"\n\
             ConfigEncData = \"keyId={}:data1={}:data2={}:version=1\"\n",
            encoded(self.id.as_bytes()),
            encoded(&self.data1),
            encoded(&self.data2)
        )
    }
}

/// Wraps `content` with a nonce that must not come twice for one key.
pub(super) fn seal(content: &[u8], keyed: &Keyed, nonce: &[u8; 12]) -> Vec<u8> {
    let header = header(keyed, nonce);
    let cipher = Aes256Gcm::new(&keyed.key.into());
    let plain = with_crypto_footer(content);
    let sealed = cipher
        .encrypt(&Nonce::from(*nonce), Payload { msg: &plain, aad: &additional(&header) })
        .expect("a bundle is far below the limits of GCM");
    let (text, tag) = sealed.split_at(sealed.len() - TAG);
    let mut out = header;
    out.extend_from_slice(text);
    out.extend_from_slice(&aead_footer(tag));
    out
}

/// Opens what [`seal`] wrote with the same key.
pub(super) fn open(bytes: &[u8], keyed: &Keyed) -> Result<Vec<u8>, String> {
    if bytes.len() < 3 * BLOCK
        || !bytes.len().is_multiple_of(BLOCK)
        || !bytes.starts_with(b"DataTransformEnvelope")
    {
        return Err("local.tgz.ve is no envelope".into());
    }
    let (header, rest) = bytes.split_at(BLOCK);
    let (text, footer) = rest.split_at(rest.len() - BLOCK);
    let nonce = nonce_in(header).ok_or("the envelope's header has no usable IV")?;
    let mut sealed = text.to_vec();
    sealed.extend_from_slice(&footer[32..32 + TAG]);
    let mut plain = Aes256Gcm::new(&keyed.key.into())
        .decrypt(&Nonce::from(nonce), Payload { msg: &sealed, aad: &additional(header) })
        .map_err(|_| "the configuration is encrypted with a key that this host does not have")?;
    let at = plain.len() - 8;
    let padding = u32::from_le_bytes([plain[at], plain[at + 1], plain[at + 2], plain[at + 3]]) as usize;
    let length = plain.len().checked_sub(BLOCK + padding).ok_or("the envelope's padding is wrong")?;
    plain.truncate(length);
    Ok(plain)
}

/// The key that `encryption.info` leads to when its mode is `NONE`.
pub(super) fn key_from_info(info: &str) -> Option<Keyed> {
    let value = |name: &str| {
        info.lines().find_map(|line| {
            let (key, value) = line.split_once('=')?;
            (key.trim() == name).then(|| value.trim().trim_matches('"').to_string())
        })
    };
    if value("mode")? != "NONE" {
        return None;
    }
    let data = value("ConfigEncData")?;
    let part = |name: &str| {
        let text = data.split(':').find_map(|part| part.strip_prefix(name)?.strip_prefix('='))?;
        BASE64.decode(percent_encoding::percent_decode_str(text).collect::<Vec<u8>>()).ok()
    };
    let id = Uuid::from_slice(&part("keyId")?).ok()?;
    let (data1, data2) = (part("data1")?.try_into().ok()?, part("data2")?.try_into().ok()?);
    let known = published_key();
    let key = if known.data1 == data1 && known.data2 == data2 { known.key } else { derive(&data1, &data2) };
    Some(Keyed { id, data1, data2, key })
}

fn derive(data1: &[u8; 32], data2: &[u8; 32]) -> [u8; 32] {
    let password = [data1.as_slice(), OBFUSCATION].concat();
    pbkdf2::pbkdf2_hmac_array::<Sha256, 32>(&password, data2, ROUNDS)
}

fn header(keyed: &Keyed, nonce: &[u8; 12]) -> Vec<u8> {
    let mut block = b"DataTransformEnvelope".to_vec();
    block.resize(504, 0);
    block.extend_from_slice(&u32_of(BLOCK - FOOTER));
    block.extend_from_slice(&2u32.to_le_bytes());
    let hash = sha256(&[CIPHER.as_bytes(), &keyed.key].concat());
    attribute(&mut block, 11, "vmware.keyInfo", &[keyed.id.to_string().as_bytes(), b"\0"].concat());
    attribute(&mut block, 11, "vmware.cipherName", &[CIPHER.as_bytes(), b"\0"].concat());
    attribute(&mut block, 12, "vmware.keyHash", &counted(&hash));
    attribute(&mut block, 12, "vmware.iv", &counted(nonce));
    block.resize(BLOCK, 0);
    block
}

fn attribute(block: &mut Vec<u8>, kind: u8, name: &str, value: &[u8]) {
    block.extend_from_slice(&[kind, 0, 0, 0]);
    block.extend_from_slice(name.as_bytes());
    block.push(0);
    block.extend_from_slice(value);
}

fn counted(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u64).to_le_bytes(), bytes].concat()
}

fn nonce_in(header: &[u8]) -> Option<[u8; 12]> {
    let name = b"vmware.iv\0";
    let at = header.windows(name.len()).position(|window| window == name)? + name.len();
    header.get(at + 8..at + 20)?.try_into().ok()
}

fn with_crypto_footer(content: &[u8]) -> Vec<u8> {
    let padding = (BLOCK - content.len() % BLOCK) % BLOCK;
    let mut plain = content.to_vec();
    plain.resize(content.len() + padding + BLOCK - FOOTER, 0);
    plain.extend_from_slice(b"DataTransformCryptoFooter");
    plain.resize(content.len() + padding + BLOCK - 8, 0);
    plain.extend_from_slice(&u32_of(padding));
    plain.extend_from_slice(&1u32.to_le_bytes());
    plain
}

fn aead_footer(tag: &[u8]) -> Vec<u8> {
    let mut block = b"DataTransformAeadFooter".to_vec();
    block.resize(32, 0);
    block.extend_from_slice(tag);
    block.resize(BLOCK - 8, 0);
    block.extend_from_slice(&u32_of(tag.len()));
    block.extend_from_slice(&1u32.to_le_bytes());
    block
}

fn additional(header: &[u8]) -> Vec<u8> {
    [header, b"ESXConfiguration"].concat()
}

fn u32_of(number: usize) -> [u8; 4] {
    u32::try_from(number).expect("block sizes are small").to_le_bytes()
}

fn uuid_of(digest: &[u8; 32]) -> Uuid {
    let mut bytes = [0u8; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}
