#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostconfig::bundle::fuzz::envelope_of(bytes));
