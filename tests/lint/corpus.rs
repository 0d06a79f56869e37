//! Every mutant is caught by exactly the rules that should catch it; the good bundles by none.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use granite_bundle::bundle::Target;
use granite_bundle::finding::Level;
use granite_bundle::lint::rules;
use rayon::prelude::*;

use crate::good::Base;
use crate::mutants::{self, Change, Mutant, Setting};

/// Findings as `level rule`, through the entry the command line uses.
fn lint(path: &Path, base: Base, setting: Setting) -> BTreeSet<String> {
    let path = match setting {
        Setting::Bare => bare(path),
        _ => path.to_owned(),
    };
    let linted = setting.settings(base).lint(Target::open(&path).unwrap());
    let findings = linted.findings.iter();
    findings
        .map(|finding| format!("{} {}", finding.level, finding.rule))
        .collect()
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

fn lint_mutant(mutant: &Mutant) -> BTreeSet<String> {
    let folder = tempfile::tempdir().unwrap();
    let parent = match mutant.setting {
        Setting::InApp => folder.path().join("Chat.app"),
        _ => folder.path().to_owned(),
    };
    let bundle = parent.join(mutant.base.name());
    mutant.write(&bundle);
    lint(&bundle, mutant.base, mutant.setting)
}

fn lint_good() -> BTreeMap<Base, BTreeSet<String>> {
    Base::ALL
        .into_par_iter()
        .map(|base| (base, lint_mutant(&good(base))))
        .collect()
}

#[test]
fn good_bundles_have_these_notes_and_nothing_else() {
    for (base, found) in lint_good() {
        let expected: BTreeSet<String> = base.notes().map(str::to_owned).collect();
        assert_eq!(found, expected, "{base:?}");
    }
}

#[test]
fn a_good_bundle_has_only_notes_on_an_engine_the_stack_made_ready() {
    let granite = [Base::Int8lin, Base::Int8hu, Base::Fp16, Base::Small];
    for base in granite {
        for &setting in mutants::READY {
            let found = lint_mutant(&Mutant {
                setting,
                ..good(base)
            });
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
    let mutants: Vec<&Mutant> = mutants::all().collect();
    let wrong: Vec<String> = mutants
        .par_iter()
        .filter_map(|mutant| {
            let new: BTreeSet<String> = lint_mutant(mutant)
                .difference(&good[&mutant.base])
                .cloned()
                .collect();
            let expected = mutant.expected();
            (new != expected).then(|| {
                format!(
                    "{}\n  expected {expected:?}\n  found    {new:?}",
                    mutant.name
                )
            })
        })
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        mutants.len(),
        wrong.join("\n")
    );
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
