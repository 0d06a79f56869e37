//! `--write-baseline` and what becomes of its entries.

use std::fs;

use crate::{code, json, lint, loud, stderr, wrong_vocabulary};

#[test]
fn a_baseline_accepts_what_is_there_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let bundle = folder.path().join("bundles/a");
    wrong_vocabulary().write(&bundle).unwrap();
    let file = folder.path().join("granite-bundle.toml");
    let before = "# how we lint\nfail-on = \"error\" # for now\n";
    fs::write(&file, before).unwrap();

    let output = lint(folder.path(), &["--write-baseline", "bundles"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let written = fs::read_to_string(&file).unwrap();
    assert!(written.starts_with(before), "{written}");
    insta::assert_snapshot!(written);

    let elsewhere = folder.path().join("bundles/b");
    wrong_vocabulary().write(&elsewhere).unwrap();
    assert_eq!(code(&lint(folder.path(), &["bundles/a"])), 0);
    assert_eq!(code(&lint(folder.path(), &["bundles/b"])), 1);
}

#[test]
fn reasons_and_comments_stay_and_stale_entries_go() {
    let folder = tempfile::tempdir().unwrap();
    wrong_vocabulary().write(&folder.path().join("a")).unwrap();
    let file = folder.path().join("granite-bundle.toml");
    let kept = "# see the ticket\n[[baseline]]\nrule = \"granite-vocab\"\nsubject = \"language.vocab_size\"\nreason = \"exported again next week\"\n";
    let stale = "\n[[baseline]]\nrule = \"granite-eos\"\nsubject = \"tokenizer.eos_token\"\nreason = \"once\"\n";
    fs::write(&file, format!("{kept}{stale}")).unwrap();

    assert_eq!(
        loud(&json(folder.path(), &["a"])),
        ["graph-vocab-mismatch", "baseline-unmatched"]
    );
    lint(folder.path(), &["--write-baseline", "a"]);
    let written = fs::read_to_string(&file).unwrap();
    assert!(written.starts_with(kept), "{written}");
    assert!(!written.contains("granite-eos") && written.contains("graph-vocab-mismatch"));

    lint(folder.path(), &["--write-baseline", "a"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), written);
}
