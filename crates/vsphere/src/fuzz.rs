//! What the fuzzer of SOAP decoding runs, and the ordinary tests on its corpus: any bytes, and it fails by a panic.

use crate::soap::{Fault, decode_envelope, decode_plain};

/// Any bytes as a server's reply.
pub fn soap(bytes: &[u8]) {
    if let Ok(body) = decode_envelope(bytes, |_| false) {
        let _ = body.returned();
        body.object();
        body.boolean();
        body.at(&["returnval", "name"]);
        Fault::from_soap(&body);
        Fault::from_localized(&body);
    }
    let _ = decode_plain(bytes);
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    #[test]
    fn the_corpus_does_no_harm() {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/soap");
        let inputs: Vec<_> = fs::read_dir(&corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!(!inputs.is_empty());
        for input in inputs {
            super::soap(&fs::read(input).unwrap());
        }
    }
}
