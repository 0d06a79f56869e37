//! What goes where: stdout, files, levels, and how much of it.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::{code, granite_350m, lint, stderr, stdout, wrong_vocabulary};
use granite_bundle_testkit::scratch;

const MACHINE: [&str; 6] = ["json", "sarif", "junit", "github", "gitlab", "markdown"];

fn read(folder: &TempDir, file: &str) -> String {
    fs::read_to_string(folder.path().join(file)).unwrap()
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// A folder with a good bundle, one whose vocabulary is wrong, and a perfect one with its transcript.
fn bundles() -> TempDir {
    let folder = scratch::folder();
    granite_350m().write(&folder.path().join("good")).unwrap();
    wrong_vocabulary()
        .write(&folder.path().join("bad"))
        .unwrap();
    folder
}

#[test]
fn a_perfect_bundle_is_silent_in_machine_formats() {
    let folder = bundles();
    for format in MACHINE {
        let output = lint(folder.path(), &["--format", format, "good"]);
        assert_eq!(
            (code(&output), stderr(&output).as_str()),
            (0, ""),
            "{format}"
        );
        let text = stdout(&output);
        match format {
            "json" => assert_eq!(parsed(&text)["findings"], serde_json::json!([])),
            "sarif" => assert_eq!(parsed(&text)["runs"][0]["results"], serde_json::json!([])),
            "gitlab" => assert_eq!(text, "[]\n"),
            "github" => assert_eq!(text, ""),
            "junit" => assert!(!text.contains("<system-out>") && !text.contains("<failure")),
            _ => assert!(text.contains("ready for release") && !text.contains("run-warmup")),
        }
    }
    let notes = lint(folder.path(), &["--json", "--level", "note", "good"]);
    let notes = parsed(&stdout(&notes));
    assert_eq!(notes["findings"].as_array().unwrap().len(), 11);
    assert_eq!(notes["summary"]["notes"], 11);
}

#[test]
fn what_refuses_a_bundle_is_always_shown() {
    let folder = bundles();
    for format in MACHINE {
        let args = ["--format", format, "--fail-on", "note", "good"];
        let output = lint(folder.path(), &args);
        assert_eq!(code(&output), 1);
        assert!(stdout(&output).contains("run-warmup"), "{format}");
    }
}

#[test]
fn one_run_writes_every_format_and_still_annotates() {
    let folder = bundles();
    let mut args = vec!["--format", "github", "bad"];
    let outputs = ["human", "json", "sarif", "junit", "gitlab", "markdown"];
    let outputs = outputs.map(|format| format!("--output={format}={format}.out"));
    args.extend(outputs.iter().map(String::as_str));
    let output = lint(folder.path(), &args);
    assert_eq!(code(&output), 1);
    assert!(stdout(&output).starts_with("::error file=bad/metadata.json"));
    assert_eq!(parsed(&read(&folder, "json.out"))["summary"]["errors"], 2);
    let results = &parsed(&read(&folder, "sarif.out"))["runs"][0]["results"];
    assert_eq!(results.as_array().unwrap().len(), 2);
    assert!(read(&folder, "junit.out").contains("<failure"));
    assert!(read(&folder, "human.out").contains("refused: 2 errors"));
    assert!(read(&folder, "markdown.out").starts_with("## Bundle lint: 1 of 1 bundle refused"));
    let issues = parsed(&read(&folder, "gitlab.out"));
    assert_eq!(issues[0]["severity"], "critical");
    assert_eq!(issues[0]["location"]["path"], "bad/metadata.json");
}

#[test]
fn files_alone_leave_one_line_on_stdout() {
    let folder = bundles();
    let line = |args: &[&str]| stdout(&lint(folder.path(), args));
    assert_eq!(
        line(&["--output", "json=a", "bad"]),
        "refused: 2 errors, 11 notes\n"
    );
    assert_eq!(
        line(&["--format", "sarif", "--output", "b", "good"]),
        "passed: 11 notes\n"
    );
    assert!(read(&folder, "b").contains("\"runs\""));
    assert_eq!(line(&["--quiet", "--output", "json=a", "bad"]), "");
}

#[test]
fn files_are_written_when_nothing_could_be_judged() {
    let folder = bundles();
    fs::write(folder.path().join("broken.toml"), "profle = 1\n").unwrap();
    let cases: [&[&str]; 4] = [
        &["none"],
        &["--config", "broken.toml", "good"],
        &["--profile", "nobody", "good"],
        &["--engine", "good", "good"],
    ];
    for case in cases {
        let outputs = MACHINE.map(|format| format!("--output={format}={format}.out"));
        for format in MACHINE {
            let _ = fs::remove_file(folder.path().join(format!("{format}.out")));
        }
        let mut args = case.to_vec();
        args.extend(outputs.iter().map(String::as_str));
        let output = lint(folder.path(), &args);
        assert_eq!(code(&output), 2, "{case:?}");
        assert_eq!(stdout(&output), "nothing judged: nothing to say\n");
        let failures = &parsed(&read(&folder, "json.out"))["failures"];
        assert!(failures[0]["message"].is_string(), "{case:?}");
        let run = &parsed(&read(&folder, "sarif.out"))["runs"][0];
        assert_eq!(run["invocations"][0]["executionSuccessful"], false);
        assert!(read(&folder, "junit.out").contains("<error"));
        assert!(read(&folder, "github.out").starts_with("::error::"));
        assert!(read(&folder, "markdown.out").contains("not judged"));
        assert_eq!(read(&folder, "gitlab.out"), "[]\n");
    }
}

#[test]
fn one_file_that_cannot_be_written_stops_none_of_the_others() {
    let folder = bundles();
    let args = ["--output", "json=no/such/x", "--output", "sarif=b", "good"];
    let output = lint(folder.path(), &args);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("cannot write no/such/x"));
    assert!(read(&folder, "b").contains("\"runs\""));
    let mistyped = lint(folder.path(), &["--output", "srif=x", "good"]);
    assert_eq!(code(&mistyped), 2);
    assert!(stderr(&mistyped).contains("did you mean \"sarif\""));
}

#[test]
fn quiet_says_nothing_but_what_is_found() {
    let folder = bundles();
    let quiet = |path: &str| {
        let output = lint(folder.path(), &["--quiet", path]);
        (stdout(&output), stderr(&output))
    };
    assert_eq!(quiet("good"), (String::new(), String::new()));
    let (found, _) = quiet(".");
    assert!(found.contains("graph-vocab-mismatch") && !found.contains("refused"));
    assert!(
        !found.contains("good") && !found.contains("run-warmup"),
        "{found}"
    );
}

#[test]
fn the_worst_is_last_on_the_page() {
    let folder = bundles();
    let page = stdout(&lint(folder.path(), &["bad"]));
    let at = |text: &str| page.find(text).unwrap();
    assert!(at("run-warmup") < at("graph-vocab-mismatch"));
    assert!(at("graph-vocab-mismatch") < at("refused:"));
}

/// A bundle with many mistakes of both levels.
fn write_many(folder: &Path) {
    for number in 0..13 {
        let mut bundle = wrong_vocabulary();
        let manifest = bundle.manifest.as_mut().unwrap();
        manifest["compression"] = "4bit".into();
        bundle.write(&folder.join(format!("b{number:02}"))).unwrap();
    }
}

#[test]
fn annotations_stay_within_what_github_keeps() {
    let folder = scratch::folder();
    write_many(folder.path());
    let text = stdout(&lint(
        folder.path(),
        &["--format", "github", "--level", "note", "."],
    ));
    for (command, counted) in [
        ("::error ", "errors, of which 10"),
        ("::warning ", ""),
        ("::notice ", "notes, of which 10"),
    ] {
        let number = text
            .lines()
            .filter(|line| line.starts_with(command))
            .count();
        assert!(number <= 10, "{number} {command}");
        assert!(text.contains(counted), "{text}");
    }
    assert!(text.starts_with("::error"));
}

#[test]
fn every_alert_has_an_identity_of_its_own() {
    let folder = scratch::folder();
    write_many(folder.path());
    let args = ["--format", "sarif", "--level", "note", "."];
    let log = parsed(&stdout(&lint(folder.path(), &args)));
    let results = log["runs"][0]["results"].as_array().unwrap();
    for key in ["primaryLocationLineHash", "graniteBundle/v1"] {
        let mut prints = results
            .iter()
            .map(|result| result["partialFingerprints"][key].as_str().unwrap())
            .collect::<Vec<_>>();
        let all = prints.len();
        prints.sort_unstable();
        prints.dedup();
        assert!(
            all > 100 && prints.len() == all,
            "{key}: {} of {all}",
            prints.len()
        );
    }
    let levels = results
        .iter()
        .map(|result| result["level"].as_str().unwrap());
    let rank = |level: &str| {
        ["error", "warning", "note"]
            .iter()
            .position(|it| *it == level)
    };
    assert!(levels.map(rank).is_sorted());
    let rules = log["runs"][0]["tool"]["driver"]["rules"]
        .as_array()
        .unwrap();
    for rule in rules {
        let text = |pointer: &str| rule.pointer(pointer).and_then(Value::as_str).unwrap();
        assert!(text("/shortDescription/text").len() <= 1024);
        assert!(
            text("/fullDescription/text").len() <= 1024,
            "{}",
            text("/id")
        );
        assert!(text("/help/markdown").contains("granite-bundle explain"));
        assert!(
            text("/shortDescription/text")
                .starts_with(|c: char| c.is_uppercase() || !c.is_alphabetic())
        );
    }
}

#[test]
fn accepted_findings_are_in_sarif_only_where_asked_for() {
    let folder = bundles();
    lint(folder.path(), &["--write-baseline", "bad"]);
    let results = |args: &[&str]| {
        let output = lint(
            folder.path(),
            &[&["--format", "sarif", "bad"], args].concat(),
        );
        parsed(&stdout(&output))["runs"][0]["results"].clone()
    };
    assert_eq!(results(&[]), serde_json::json!([]));
    let marked = results(&["--suppressed"]);
    assert_eq!(marked.as_array().unwrap().len(), 2);
    assert_eq!(marked[0]["suppressions"][0]["status"], "accepted");
}

/// A bundle whose folder and keys are written to be markup.
fn hostile() -> (TempDir, &'static str) {
    const NAME: &str = "a|b <img src=x> [l](http:u) ``` *b* @me #1";
    let folder = scratch::folder();
    let mut bundle = crate::granite_350m();
    bundle.manifest.as_mut().unwrap()["user_data"] = serde_json::json!({
        "<script>alert(1)</script>": 1,
        "x|y|z": 2,
        "[link](javascript:1)": 3,
        "```<img>`x``": 4,
    });
    bundle.write(&folder.path().join(NAME)).unwrap();
    (folder, NAME)
}

#[test]
fn names_of_strangers_are_no_markup_in_a_summary() {
    let (folder, name) = hostile();
    let output = lint(
        folder.path(),
        &["--format", "markdown", "--level", "note", name],
    );
    let text = stdout(&output);
    let row = text.lines().find(|line| line.starts_with("| a")).unwrap();
    let cells = row.replace("\\|", "").matches('|').count();
    assert_eq!(cells, 8, "{row}");
    for line in text.lines() {
        // What is between single backticks is shown as it is.
        let outside: String = line.replace("\\`", "").split('`').step_by(2).collect();
        assert!(
            !outside.contains("<img") && !outside.contains("<script"),
            "{line}"
        );
        assert!(
            !outside.contains("[link](") && !outside.contains("[l]("),
            "{line}"
        );
        assert!(!outside.contains("@me"), "{line}");
    }
    assert_eq!(
        text.matches("bundle-user-data-nonstring").count(),
        4,
        "{text}"
    );
}

/// The fields that GitLab documents for a code-quality report, and the words of `severity`.
#[test]
fn gitlab_gets_the_fields_it_documents() {
    let (folder, name) = hostile();
    let output = lint(
        folder.path(),
        &["--format", "gitlab", "--level", "note", name],
    );
    let issues = parsed(&stdout(&output));
    let issues = issues.as_array().unwrap();
    assert!(issues.len() > 4);
    let mut prints = std::collections::BTreeSet::new();
    for issue in issues {
        let text = |field: &str| issue[field].as_str().unwrap();
        assert!(!text("description").is_empty() && !text("check_name").is_empty());
        let severities = ["info", "minor", "major", "critical", "blocker"];
        assert!(severities.contains(&text("severity")));
        assert!(prints.insert(text("fingerprint")), "{issue}");
        let location = &issue["location"];
        let path = location["path"].as_str().unwrap();
        assert!(path.starts_with(name) && !path.starts_with("./"), "{path}");
        assert!(location["lines"]["begin"].as_u64().unwrap() >= 1);
        let fields: Vec<_> = issue.as_object().unwrap().keys().collect();
        assert_eq!(
            fields,
            [
                "description",
                "check_name",
                "fingerprint",
                "severity",
                "location"
            ]
        );
    }
}
