//! Commands that helps and pages name exist, and those with a path in them work when pasted.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Output};

use granite_bundle::finding::Finding;
use granite_bundle::lint::fix;
use rayon::prelude::*;

use crate::corpus::{FOLDER, linted};
use crate::mutants::{self, Setting};
use granite_bundle_testkit::scratch;

const PROGRAM: &str = env!("CARGO_BIN_EXE_granite-bundle");

/// The commands between backticks, without the program's name.
fn commands(text: &str) -> impl Iterator<Item = &str> {
    let spans = text.split('`').skip(1).step_by(2);
    spans.filter_map(|span| span.strip_prefix("granite-bundle "))
}

/// The subcommands and the flags of a command.
fn parts(command: &str) -> (Vec<&str>, Vec<&str>) {
    let words: Vec<&str> = command.split_whitespace().collect();
    let is_name = |word: &&str| word.chars().all(|c| c.is_ascii_lowercase());
    let names = match words[0] {
        // Only `patch` has commands of its own.
        "patch" => words.iter().copied().take_while(is_name).collect(),
        name => vec![name],
    };
    let flags = words.iter().filter(|word| word.starts_with("--"));
    (names, flags.copied().collect())
}

fn run(arguments: &[&str]) -> Output {
    Command::new(PROGRAM).args(arguments).output().unwrap()
}

#[test]
fn every_command_in_pages_and_helps_is_there_with_its_flags() {
    let lint = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lint");
    let mut found: BTreeSet<String> = BTreeSet::new();
    for entry in walkdir::WalkDir::new(lint) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let text = std::fs::read_to_string(entry.path()).unwrap();
            // A backtick stands alone nowhere in a line of code or prose here.
            let lines = text.lines().flat_map(commands);
            found.extend(lines.map(str::to_owned));
        }
    }
    assert!(found.len() >= 8, "{found:?}");
    let mut pages: BTreeMap<String, String> = BTreeMap::new();
    for command in &found {
        let (names, flags) = parts(command);
        let page = pages.entry(names.join(" ")).or_insert_with(|| {
            let help = run(&[&names[..], &["--help"]].concat());
            assert!(help.status.success(), "{command}");
            String::from_utf8(help.stdout).unwrap()
        });
        for flag in flags {
            assert!(page.contains(flag), "{command}: no {flag}\n{page}");
        }
        if names[0] == "schema" {
            let words: Vec<&str> = command.split_whitespace().collect();
            assert!(run(&words).status.success(), "{command}");
        }
    }
}

/// What the helps of a mutant's findings tell to run, and what came of those that name the bundle, each run on a new copy.
fn pasted(mutant: &mutants::Mutant, findings: &[Finding]) -> Vec<(String, Output)> {
    let helps = findings
        .iter()
        .filter_map(|finding| finding.help.as_deref());
    let told: BTreeSet<&str> = helps
        .flat_map(commands)
        .filter(|command| command.contains(FOLDER))
        .collect();
    let shell = |command: &str| {
        let copy = scratch::folder();
        mutant.write(&copy.path().join(mutant.base.name()));
        // The bytecode is gigabytes of holes, and what is told of is not its hash.
        let command = command.replace(FOLDER, copy.path().to_str().unwrap())
            + " --no-hash --ignore asset-hash-missing";
        let mut shell = Command::new("/bin/sh");
        let output = shell
            .args(["-c", &format!("'{PROGRAM}' {command}")])
            .current_dir(copy.path())
            .output()
            .unwrap();
        (command, output)
    };
    told.into_iter().map(shell).collect()
}

#[test]
fn commands_that_name_the_bundle_work_when_pasted() {
    // One mutant for each set of rules that catch it, and of those the ones whose mistake can be mended.
    let mut seen = BTreeSet::new();
    let mutants: Vec<_> = linted()
        .iter()
        .filter(|(mutant, _)| mutant.setting == Setting::Plain)
        .filter(|(mutant, _)| {
            let rule = |caught: &&str| caught.split(' ').nth(1).is_some_and(fix::may_fix);
            mutant.caught.iter().any(rule) && seen.insert(mutant.caught)
        })
        .collect();
    let mutants = mutants.into_par_iter();
    let done: Vec<_> = mutants
        .flat_map_iter(|(mutant, found)| pasted(mutant, found))
        .collect();
    assert!(done.len() >= 8, "{}", done.len());
    for (command, output) in &done {
        let said = String::from_utf8_lossy(&output.stderr);
        assert_ne!(output.status.code(), Some(2), "{command}: {said}");
        assert!(output.status.code().is_some(), "{command}: {said}");
    }
}
