#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    drop(granite_bundle_fuzz::json_edit(bytes));
});
