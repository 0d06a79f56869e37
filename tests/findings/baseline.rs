//! `--write-baseline` and what becomes of its entries.

use std::fs;

use crate::{code, granite_350m, json, lint, loud, stderr, wrong_vocabulary};
use granite_bundle_testkit::scratch;

#[test]
fn a_baseline_accepts_what_is_there_and_nothing_else() {
    let folder = scratch::folder();
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
    let folder = scratch::folder();
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

/// A folder with a configuration and a bundle with a wrong vocabulary, accepted.
fn accepted() -> tempfile::TempDir {
    let folder = scratch::folder();
    wrong_vocabulary().write(&folder.path().join("a")).unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    assert_eq!(code(&lint(folder.path(), &["--write-baseline", "a"])), 0);
    folder
}

#[test]
fn entries_whose_rule_did_not_look_are_neither_lost_nor_reported() {
    let folder = accepted();
    let file = folder.path().join("granite-bundle.toml");
    let all = "\n[[baseline]]\nrule = \"run-warmup\"\nsubject = \"run.warmup\"\nreason = \"other engine\"\n";
    let elsewhere =
        "\n[[baseline]]\nrule = \"granite-eos\"\nsubject = \"x\"\npath = \"b\"\nreason = \"b\"\n";
    let platform = "\n[[baseline]]\nrule = \"granite-ios\"\nsubject = \"language.max_context_length\"\nreason = \"r\"\n";
    let hash = "\n[[baseline]]\nrule = \"asset-hash-mismatch\"\nsubject = \"asset.hash\"\nreason = \"r\"\n";
    let text = fs::read_to_string(&file).unwrap()
        + all
            .replace("run.warmup", "functions.main.inputs.input_ids")
            .as_str()
        + elsewhere
        + platform
        + hash;
    wrong_vocabulary().write(&folder.path().join("b")).unwrap();
    granite_350m().write(&folder.path().join("c")).unwrap();
    let runs: [&[&str]; 8] = [
        &["--select", "bundle", "a"],
        &["--ignore", "graph,granite-vocab", "a"],
        &["--profile", "none", "a"],
        &["c"],
        &["--fail-on", "note", "--select", "asset", "a"],
        &["--platform", "ios", "c"],
        &["--select", "granite-*", "a"],
        &["a/granite-350m-fp16.aimodel"],
    ];
    for args in runs {
        fs::write(&file, &text).unwrap();
        let found = loud(&json(folder.path(), args));
        assert!(
            !found.contains(&"baseline-unmatched".to_owned()),
            "{args:?}: {found:?}"
        );
        lint(folder.path(), &[&["--write-baseline"], args].concat());
        let written = fs::read_to_string(&file).unwrap();
        assert!(written.starts_with(&text), "{args:?}: {written}");
    }
    let off = format!("[levels]\n\"gran*\" = \"off\"\ngraph = \"off\"\n\n{text}");
    fs::write(&file, &off).unwrap();
    assert_eq!(loud(&json(folder.path(), &["a"])), [""; 0]);
    lint(folder.path(), &["--write-baseline", "a"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), off);
    fs::write(
        folder.path().join("a/granite-350m-fp16.aimodel/main.mlirb"),
        "x",
    )
    .unwrap();
    fs::write(&file, &text).unwrap();
    let found = loud(&json(folder.path(), &["a"]));
    assert!(
        !found.contains(&"baseline-unmatched".to_owned()),
        "{found:?}"
    );
}

#[test]
fn one_accepted_value_accepts_no_other() {
    let folder = accepted();
    assert_eq!(code(&lint(folder.path(), &["a"])), 0);
    let mut bundle = wrong_vocabulary();
    bundle.manifest.as_mut().unwrap()["language"]["vocab_size"] = 7.into();
    fs::remove_dir_all(folder.path().join("a")).unwrap();
    bundle.write(&folder.path().join("a")).unwrap();
    let found = loud(&json(folder.path(), &["a"]));
    assert!(found.contains(&"granite-vocab".to_owned()), "{found:?}");
    assert_eq!(code(&lint(folder.path(), &["a"])), 1);
    let output = lint(folder.path(), &["--write-baseline", "a"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let written = fs::read_to_string(folder.path().join("granite-bundle.toml")).unwrap();
    assert!(
        written.contains("value = \"7\"") && !written.contains("100351"),
        "{written}"
    );
}

#[test]
fn an_entry_may_have_a_last_day() {
    let folder = accepted();
    let file = folder.path().join("granite-bundle.toml");
    let text = fs::read_to_string(&file).unwrap();
    let dated = |day: &str| text.replace("reason =", &format!("until = {day}\nreason ="));
    fs::write(&file, dated("2999-01-01")).unwrap();
    assert_eq!(code(&lint(folder.path(), &["a"])), 0);
    for day in ["2001-01-01", "\"2001-01-01\""] {
        fs::write(&file, dated(day)).unwrap();
        assert_eq!(code(&lint(folder.path(), &["a"])), 1);
        let found = loud(&json(folder.path(), &["a"]));
        assert_eq!(
            found.iter().filter(|it| *it == "baseline-expired").count(),
            2
        );
    }
    lint(folder.path(), &["--write-baseline", "a"]);
    let written = fs::read_to_string(&file).unwrap();
    assert!(
        !written.contains("until") && written.contains("granite-vocab"),
        "{written}"
    );
    fs::write(&file, dated("2026-02-31")).unwrap();
    assert_eq!(code(&lint(folder.path(), &["a"])), 2);
    fs::write(&file, dated("\"soon\"")).unwrap();
    assert!(stderr(&lint(folder.path(), &["a"])).contains("until must be a date"));
}
