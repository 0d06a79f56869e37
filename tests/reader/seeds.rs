//! The bodies of the fuzz targets on their committed seeds, and on damaged forms of them.

use std::fs;
use std::path::Path;

use granite_bundle::bundle::Parsing;
use granite_bundle_testkit::turn::has_turn;

use crate::targets::{bundle_json, chat_template, json_edit, patch_file};

/// The seeds of a target, in order of names.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/seeds")
        .join(target);
    let entries = fs::read_dir(folder).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty());
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// Forms of a text cut short, or with one byte another, where it is that place's turn; how many there are.
fn damaged(text: &[u8], mut read: impl FnMut(&[u8])) -> usize {
    let mut forms = 0;
    for at in (0..text.len()).filter(|at| has_turn(*at, 3)) {
        read(&text[..at]);
        let mut changed = text.to_vec();
        for byte in [b'"', b'{', b'}', b'\\', b'9', b'%', 0xFF] {
            changed[at] = byte;
            read(&changed);
            forms += 1;
        }
        forms += 1;
    }
    forms
}

#[test]
fn every_target_has_a_body_that_is_tested() {
    let targets = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/fuzz_targets");
    let entries = fs::read_dir(targets).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_owned())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "aicode_asset",
            "bundle_json",
            "chat_template",
            "json_edit",
            "mlir_container",
            "patch_file"
        ]
    );
}

#[test]
fn bundle_json_reads_or_refuses() {
    for seed in seeds("bundle_json") {
        bundle_json(&seed).unwrap();
        let mut read = 0;
        let forms = damaged(&seed, |bytes| {
            read += usize::from(bundle_json(bytes).is_ok())
        });
        assert!(0 < read && read < forms, "{read} of {forms}");
    }
}

#[test]
fn chat_template_parses_or_says_why() {
    for seed in seeds("chat_template") {
        assert_eq!(chat_template(&seed), Parsing::Sound);
        let mut sound = 0;
        let forms = damaged(&seed, |bytes| {
            sound += usize::from(chat_template(bytes) == Parsing::Sound);
        });
        assert!(0 < sound && sound < forms, "{sound} of {forms}");
    }
}

#[test]
fn json_edit_edits_or_does_not() {
    for seed in seeds("json_edit") {
        assert!(json_edit(&seed).is_some());
        let mut edited = 0;
        let forms = damaged(&seed, |bytes| {
            edited += usize::from(json_edit(bytes).is_some())
        });
        assert!(0 < edited && edited < forms, "{edited} of {forms}");
    }
}

#[test]
fn patch_file_applies_or_says_why_not() {
    for seed in seeds("patch_file") {
        assert!(patch_file(&seed).unwrap().files[0].applies());
        let mut applied = 0;
        let forms = damaged(&seed, |bytes| {
            let trial = patch_file(bytes);
            applied +=
                usize::from(trial.is_ok_and(|trial| trial.files.iter().all(|file| file.applies())));
        });
        assert!(0 < applied && applied < forms, "{applied} of {forms}");
    }
}
