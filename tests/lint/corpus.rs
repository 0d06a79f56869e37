//! Every mutant is caught by exactly the rules that should catch it; the good bundles by none.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::LazyLock;

use granite_bundle::bundle::Target;
use granite_bundle::finding::{Finding, Level};
use granite_bundle::lint::rules;
use rayon::prelude::*;

use crate::good::Base;
use crate::mutants::{self, Change, Mutant, Setting};
use crate::table::BLESS;
use granite_bundle_testkit::scratch;

/// Findings through the entry the command line uses.
fn lint(path: &Path, base: Base, setting: Setting) -> Vec<Finding> {
    let path = match setting {
        Setting::Bare => bare(path),
        _ => path.to_owned(),
    };
    let linted = setting.settings(base).lint(Target::open(&path).unwrap());
    linted.findings
}

/// A finding as mutants name it: `level rule`.
fn short(finding: &Finding) -> String {
    format!("{} {}", finding.level, finding.rule)
}

fn shorts(findings: &[Finding]) -> BTreeSet<String> {
    findings.iter().map(short).collect()
}

fn bare(bundle: &Path) -> std::path::PathBuf {
    let mut entries = bundle
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let is_asset = |path: &std::path::PathBuf| {
        path.extension()
            .is_some_and(|extension| extension == "aimodel")
    };
    entries.find(is_asset).expect("an asset")
}

fn good(base: Base) -> Mutant {
    Mutant {
        name: "good",
        base,
        change: Change::None,
        setting: Setting::Plain,
        caught: &[],
    }
}

/// What stands for the folder that a mutant was written to.
pub(crate) const FOLDER: &str = "DIR";

/// What is found in a mutant, by paths that begin with [`FOLDER`].
fn lint_mutant(mutant: &Mutant) -> Vec<Finding> {
    let folder = scratch::folder();
    let mut findings = lint_in(folder.path(), mutant);
    let here = folder.path().display().to_string();
    for finding in &mut findings {
        finding.message = finding.message.replace(&here, FOLDER);
        finding.help = finding.help.take().map(|help| help.replace(&here, FOLDER));
    }
    findings
}

/// Every mutant with what is found in it, linted once.
pub(crate) fn linted() -> &'static [(&'static Mutant, Vec<Finding>)] {
    static LINTED: LazyLock<Vec<(&'static Mutant, Vec<Finding>)>> = LazyLock::new(|| {
        let mutants: Vec<_> = mutants::all().collect();
        let mutants = mutants.into_par_iter();
        mutants
            .map(|mutant| (mutant, lint_mutant(mutant)))
            .collect()
    });
    &LINTED
}

fn lint_in(folder: &Path, mutant: &Mutant) -> Vec<Finding> {
    let parent = match mutant.setting {
        Setting::InApp => folder.join("Chat.app"),
        _ => folder.to_owned(),
    };
    let bundle = parent.join(mutant.base.name());
    mutant.write(&bundle);
    lint(&bundle, mutant.base, mutant.setting)
}

fn lint_good() -> BTreeMap<Base, Vec<Finding>> {
    Base::ALL
        .into_par_iter()
        .map(|base| (base, lint_mutant(&good(base))))
        .collect()
}

#[test]
fn good_bundles_have_these_notes_and_nothing_else() {
    for (base, found) in lint_good() {
        let expected: BTreeSet<String> = base.notes().map(str::to_owned).collect();
        assert_eq!(shorts(&found), expected, "{base:?}");
    }
}

#[test]
fn a_good_bundle_has_only_notes_on_an_engine_the_stack_made_ready() {
    let granite = [Base::Int8lin, Base::Int8hu, Base::Fp16, Base::Small];
    for base in granite {
        for &setting in mutants::READY {
            let found = shorts(&lint_mutant(&Mutant {
                setting,
                ..good(base)
            }));
            let notes = base.notes().collect::<BTreeSet<_>>();
            let loud: Vec<_> = found
                .iter()
                .filter(|found| !notes.contains(found.as_str()))
                .collect();
            assert!(loud.is_empty(), "{base:?}: {loud:?}");
            assert!(!found.contains("note run-extension-skip"), "{base:?}");
        }
    }
}

#[test]
fn every_mutant_is_caught_by_exactly_its_rules() {
    let good = lint_good();
    let (mutants, found): (Vec<&Mutant>, Vec<Vec<Finding>>) = linted()
        .iter()
        .map(|(mutant, found)| {
            let known = shorts(&good[&mutant.base]);
            let mut found = found.clone();
            found.retain(|finding| !known.contains(&short(finding)));
            (mutant, found)
        })
        .unzip();
    let pairs = mutants.iter().zip(&found);
    let wrong: Vec<String> = pairs
        .filter(|(mutant, found)| shorts(found) != mutant.expected())
        .map(|(mutant, found)| {
            let (expected, new) = (mutant.expected(), shorts(found));
            format!(
                "{}\n  expected {expected:?}\n  found    {new:?}",
                mutant.name
            )
        })
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        mutants.len(),
        wrong.join("\n")
    );
    said_as_written(&mutants, &found);
}

/// Holds subject, anchor and message of every finding to what is written beside this file; `BLESS` writes it.
fn said_as_written(mutants: &[&Mutant], found: &[Vec<Finding>]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lint/said.txt");
    let pairs = mutants.iter().zip(found);
    let said: Vec<String> = pairs.map(|(mutant, found)| block(mutant, found)).collect();
    if std::env::var_os(BLESS).is_some() {
        std::fs::write(&path, said.concat()).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    let known: BTreeSet<&str> = written.split_inclusive("\n\n").collect();
    let new = said.iter().filter(|block| !known.contains(block.as_str()));
    let new: Vec<&str> = new.map(String::as_str).collect();
    assert!(
        new.is_empty() && known.len() == said.len(),
        "tests/lint/said.txt is out of date: read what changed, then run BLESS=1 cargo test --test lint\n{}",
        new.concat()
    );
}

/// What a mutant's findings say: level, rule, subject and anchor on one line, the message on the next.
fn block(mutant: &Mutant, found: &[Finding]) -> String {
    let mut block = format!("# {} ({})\n", mutant.name, mutant.base.title());
    for finding in found {
        let anchor = finding
            .location
            .as_ref()
            .map_or_else(|| "-".to_owned(), |at| format!("{}:{}", at.file, at.line));
        let (subject, message) = (&finding.subject, &finding.message);
        writeln!(
            block,
            "{} {subject} {anchor}\n    {message}",
            short(finding)
        )
        .unwrap();
    }
    block + "\n"
}

#[test]
fn there_are_at_least_120_mutants_with_names_of_their_own() {
    let names: BTreeSet<&str> = mutants::all().map(|mutant| mutant.name).collect();
    let count = mutants::all().count();
    assert_eq!(names.len(), count);
    assert!(count >= 120, "{count}");
}

#[test]
fn mutants_expect_rules_and_levels_that_exist() {
    for mutant in mutants::all() {
        assert!(!mutant.caught.is_empty(), "{}", mutant.name);
        for caught in mutant.caught {
            let (level, rule) = caught.split_once(' ').expect("a level and a rule");
            assert!(Level::from_name(level).is_some(), "{caught}");
            assert!(rules::find(rule).is_some(), "{caught}");
        }
    }
}
