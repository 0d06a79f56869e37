//! Every example of every command's help, pasted where such bundles and such a checkout are; and what a shell completes.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use assert_cmd::cargo::cargo_bin;
use granite_bundle_testkit::repository;

use crate::place::{BUNDLE, Place};

/// Every command, by its words.
const COMMANDS: [&str; 23] = [
    "",
    "inspect",
    "lint",
    "rules",
    "explain",
    "init",
    "diff",
    "patch",
    "patch list",
    "patch status",
    "patch check",
    "patch apply",
    "patch verify",
    "patch diff",
    "patch matrix",
    "patch recover",
    "patch revert",
    "preflight",
    "run",
    "gate",
    "schema",
    "completions",
    "man",
];

/// Those whose examples speak of a stack that is in.
const AFTER_APPLY: [&str; 3] = ["patch verify", "patch recover", "patch revert"];

/// What may find something, and be right.
const FINDS: [&str; 5] = ["lint", "preflight", "patch check", "diff", "gate"];

fn help(command: &str) -> String {
    let output = Command::new(cargo_bin!("granite-bundle"))
        .args(command.split_whitespace())
        .arg("--help")
        .env("COLUMNS", "80")
        .output()
        .unwrap();
    assert!(output.status.success(), "{command}");
    String::from_utf8(output.stdout).unwrap()
}

/// The examples of a help, each with its continued lines.
fn examples(help: &str) -> Vec<String> {
    let Some((_, text)) = help.split_once("Examples:\n") else {
        return Vec::new();
    };
    let text = text.split("\n\n").next().unwrap();
    let mut examples: Vec<String> = Vec::new();
    let mut goes_on = false;
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "{line}");
        match examples.last_mut().filter(|_| goes_on) {
            Some(example) => *example += &format!("\n{line}"),
            None => examples.push(line.trim_start().to_owned()),
        }
        goes_on = line.ends_with('\\');
    }
    examples
}

/// A place with all that the examples name.
fn world() -> Place {
    let place = Place::of("E2");
    fs::rename(place.path("engine"), place.path("coreai-models")).unwrap();
    place.git("coreai-models", &["tag", "0.2.0"]);
    place.git("coreai-models", &["checkout", "--quiet", "-B", "main"]);
    fs::write(place.path("coreai-models/NEW.txt"), "1\n").unwrap();
    place.commit_in("coreai-models");
    let bundle = Path::new(env!("CARGO_MANIFEST_DIR")).join(BUNDLE);
    let exports = ["granite-4.0-h-1b", "granite-int8", "granite-fp16"];
    let exports = exports.map(|name| format!("exports/{name}"));
    let versions = ["old/granite-4.0-h-1b", "new/granite-4.0-h-1b"];
    for name in exports
        .iter()
        .map(String::as_str)
        .chain(versions)
        .chain(["releases/one"])
    {
        repository::copy(&bundle, &place.path(name)).unwrap();
    }
    let asset = bundle.join("granite-4.0-h-1b-signature.aimodel");
    for name in ["model.aimodel", "a.aimodel", "b.aimodel"] {
        repository::copy(&asset, &place.path(name)).unwrap();
    }
    fs::write(
        place.path("crash.log"),
        "Expected 2 states (KV cache), got 4\n",
    )
    .unwrap();
    fs::write(place.path("gate-granite-4.0-h-1b.json"), TRANSCRIPT).unwrap();
    let patches = Path::new(env!("CARGO_MANIFEST_DIR")).join("patches");
    repository::copy(&patches, &place.path("my-patches")).unwrap();
    for folder in [
        ".local/share/bash-completion/completions",
        ".zfunc",
        ".config/fish/completions",
    ] {
        fs::create_dir_all(place.path(folder)).unwrap();
    }
    place
}

const TRANSCRIPT: &str = r#"{"input_ids": [1, 2], "oracle_ids": [0], "margins": [0.5]}"#;

fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

#[test]
fn every_example_works_when_it_is_pasted() {
    let mut count = 0;
    for command in COMMANDS {
        let examples = examples(&help(command));
        assert!(!examples.is_empty(), "{command} has no examples");
        let place = world();
        if AFTER_APPLY.contains(&command) {
            let output = place.paste("granite-bundle patch apply --engine coreai-models");
            assert!(output.status.success(), "{}", said(&output));
        }
        for example in examples {
            let output = place.paste(&format!("export HOME=\"$PWD\"\n{example}"));
            let code = output.status.code().unwrap();
            let finds = FINDS
                .iter()
                .any(|word| example.contains(&format!("granite-bundle {word}")));
            assert!(
                code == 0 || (code == 1 && finds),
                "{example}\n{code}\n{}",
                said(&output)
            );
            count += 1;
        }
    }
    assert!(count > 40, "{count}");
}

/// What bash offers for the last of these words.
fn offered(words: &[&str]) -> Vec<String> {
    let place = Place::of("E2");
    fs::write(place.path("notes.txt"), "").unwrap();
    let quoted: Vec<_> = words.iter().map(|word| format!("'{word}'")).collect();
    let script = format!(
        "granite-bundle completions bash > completions.bash; exec bash --norc -c '
        source ./completions.bash
        COMP_WORDS=({}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); COMP_TYPE=9
        _clap_complete_granite_bundle granite-bundle \"${{COMP_WORDS[COMP_CWORD]}}\" x
        printf \"%s\\n\" \"${{COMPREPLY[@]}}\"'",
        quoted.join(" ").replace('\'', "\"")
    );
    let output = place.paste(&script);
    assert!(output.status.success(), "{}", said(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines().filter(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}

#[test]
fn bash_completes_commands_options_values_rules_and_files() {
    let of = |words: &str| offered(&words.split(' ').collect::<Vec<_>>());
    assert_eq!(of("granite-bundle ins"), ["inspect"]);
    assert_eq!(of("granite-bundle patch rec"), ["recover"]);
    assert_eq!(of("granite-bundle lint --forma"), ["--format"]);
    assert_eq!(of("granite-bundle lint --format sa"), ["sarif"]);
    assert_eq!(
        of("granite-bundle lint --profile granite-4.0"),
        ["granite-4.0-h-1b", "granite-4.0-h-350m"]
    );
    assert_eq!(of("granite-bundle lint --output ju"), ["junit="]);
    assert_eq!(
        of("granite-bundle lint --output junit=no"),
        ["junit=notes.txt"]
    );
    assert_eq!(
        of("granite-bundle lint --select run-warmup,graph-logits-d"),
        ["run-warmup,graph-logits-dtype"]
    );
    assert_eq!(
        of("granite-bundle explain graph-logits-d"),
        ["graph-logits-dtype"]
    );
    assert_eq!(of("granite-bundle explain static-st"), ["static-step"]);
    assert_eq!(of("granite-bundle schema sar"), Vec::<String>::new());
    assert_eq!(of("granite-bundle schema lin"), ["lint-1"]);
    assert_eq!(of("granite-bundle inspect eng"), ["engine/"]);
}

#[test]
fn every_command_has_a_page_with_what_it_exits_by() {
    let place = Place::of("E2");
    let output = place.paste("granite-bundle man --dir pages && ls pages");
    assert!(output.status.success(), "{}", said(&output));
    let listed = String::from_utf8(output.stdout).unwrap();
    for command in COMMANDS {
        let words = ["granite-bundle"]
            .into_iter()
            .chain(command.split_whitespace());
        let name = format!("{}.1", words.collect::<Vec<_>>().join("-"));
        assert!(listed.lines().any(|line| line == name), "{name}: {listed}");
        let page = fs::read_to_string(place.path("pages").join(name)).unwrap();
        for section in [
            "NAME",
            "SYNOPSIS",
            "OPTIONS",
            "EXIT STATUS",
            "ENVIRONMENT",
            "FILES",
            "EXAMPLES",
        ] {
            let heading = format!(".SH {section}").replace("EXIT STATUS", "\"EXIT STATUS\"");
            assert!(
                page.lines().any(|line| line == heading),
                "{command}: {section}\n{page}"
            );
        }
    }
}
