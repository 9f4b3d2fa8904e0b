//! What the fuzzers run, and the ordinary tests on the corpus that they have left: each takes any bytes, and fails by a panic.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::esx_conf::EsxConf;
use super::{
    CONTENT_LIMITS, Contents, Sealing, check, config_store, diff, envelope, fingerprint, open,
    parse_manifest, read_contents, settings, to_html, to_text,
};

/// Any file as a bundle.
pub fn bundle(bytes: &[u8]) {
    if let Ok(contents) = open(bytes, CONTENT_LIMITS) {
        check(bytes).expect("what is read is sound");
        whole(&contents);
    }
    let _ = read_contents(bytes);
}

/// Any tar archive as a host's files: past what gzip keeps a fuzzer from.
pub fn local(bytes: &[u8]) {
    let mut manifest = tar::Builder::new(Vec::new());
    let mut add = |path: &str, content: &[u8]| {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        manifest.append_data(&mut header, path, content).expect("memory takes it");
    };
    let mut state = tar::Builder::new(Vec::new());
    let local = gzip(bytes);
    let mut header = tar::Header::new_gnu();
    header.set_size(local.len() as u64);
    state.append_data(&mut header, "local.tgz", &local[..]).expect("memory takes it");
    add("Manifest.txt", b"UUID=1\n");
    add("state.tgz", &gzip(&state.into_inner().expect("memory takes it")));
    bundle(&gzip(&manifest.into_inner().expect("memory takes it")));
}

/// Any text as `Manifest.txt`.
pub fn manifest(bytes: &[u8]) {
    if let Some(manifest) = parse_manifest(bytes) {
        let shown = [manifest.release_level, manifest.uuid, manifest.kernel_options, manifest.user_options];
        assert!(shown.iter().flatten().all(|value| !value.contains(char::is_control)));
    }
}

/// Any text, up to a NUL, as `encryption.info`, and what follows as the envelope.
pub fn envelope_of(bytes: &[u8]) {
    let at = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let (info, rest) = bytes.split_at(at);
    let info = String::from_utf8_lossy(info);
    envelope::is_sealed(&info);
    envelope::fault(rest, rest.len() as u64).expect("memory is read to its end");
    let _ = envelope::open(rest.to_vec(), &info);
    // Behind the key, which costs a fuzzer too much time to derive.
    envelope::attribute(rest, "vmware.iv");
}

/// Any text as `esx.conf`.
pub fn esx_conf(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let conf = EsxConf::parse(text);
    conf.tree();
    for entry in conf.entries() {
        assert!(conf.get(&entry.key).is_some(), "{}", entry.key);
    }
}

/// Any file as a ConfigStore.
pub fn store(bytes: &[u8]) {
    if let Ok(store) = config_store::parse(bytes) {
        store.objects().iter().for_each(|object| drop(object.key()));
    }
}

fn whole(contents: &Contents) {
    let table = settings(contents);
    assert!(table.iter().all(|setting| !setting.name.is_empty()));
    assert_eq!(fingerprint(contents).is_some(), contents.sealing == Sealing::Open);
    let found = diff(contents, contents);
    assert_eq!(found.is_same(), contents.sealing == Sealing::Open);
    to_text(&found, "", "");
    to_html(&found, "", "");
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::none());
    gzip.write_all(bytes).expect("memory takes it");
    gzip.finish().expect("memory takes it")
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    type Target = (&'static str, fn(&[u8]));

    /// Each input that a fuzzer has found something by, or has been begun with.
    #[test]
    fn the_corpus_does_no_harm() {
        let targets: [Target; 6] = [
            ("bundle", super::bundle),
            ("local", super::local),
            ("manifest", super::manifest),
            ("envelope", super::envelope_of),
            ("esx_conf", super::esx_conf),
            ("config_store", super::store),
        ];
        for (target, run) in targets {
            let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
            let mut inputs = 0;
            for entry in fs::read_dir(&corpus).unwrap_or_else(|error| panic!("{}: {error}", corpus.display()))
            {
                run(&fs::read(entry.unwrap().path()).unwrap());
                inputs += 1;
            }
            assert!(inputs > 0, "{target}");
        }
    }
}
