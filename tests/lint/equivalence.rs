//! `preflight` and `lint --engine` agree on every mutant: what the one refuses the other has an error on.

use granite_bundle::bundle::Target;
use granite_bundle::checkout::capability::{Capability, Presence};
use granite_bundle::finding::Level;
use granite_bundle::preflight::{Objection, Surroundings, Verdict, examine};
use granite_bundle_testkit::scratch;
use granite_bundle_testkit::turn::has_turn;
use rayon::prelude::*;

use crate::mutants::{self, Mutant, Setting};

/// The oldest and the newest engine that the stack makes ready, and the first of all, which it does not.
const ENGINES: [Setting; 3] = [
    mutants::READY[0],
    mutants::READY[2],
    Setting::Engine("E0", &[(Capability::GuidedHybrid, Presence::NoPath)], &[]),
];

/// What is wrong with the two answers on a mutant, if anything.
fn disagreement(mutant: &Mutant, engine: Setting) -> Option<String> {
    let folder = scratch::folder();
    let bundle = folder.path().join(mutant.base.name());
    mutant.write(&bundle);
    let settings = engine.settings(mutant.base);
    let survey = settings.engine.clone().unwrap();
    let linted = settings.lint(Target::open(&bundle).ok()?);
    // What is no bundle at all is a note of lint's, and nothing that any engine runs.
    if linted
        .findings
        .iter()
        .any(|it| it.rule == "bundle-not-a-manifest")
    {
        return None;
    }
    let errors = linted.findings.iter();
    let errors: Vec<_> = errors.filter(|it| it.level == Level::Error).collect();
    let objections: Vec<_> = errors
        .iter()
        .map(|finding| Objection {
            rule: finding.rule,
            message: finding.message.clone(),
            is_of_engine: false,
        })
        .collect();
    let around = |objections| Surroundings {
        clone: None,
        way_out: &[],
        checkout: "engine",
        takes_whole_stack: true,
        objections,
        better: None,
    };
    let joined = examine(&linted.target, &survey, around(&objections));
    // What preflight finds by itself, lint has an error on too.
    let alone = examine(&linted.target, &survey, around(&[]));
    let name = mutant.name;
    if !errors.is_empty() && joined.verdict != Verdict::CannotRun {
        return Some(format!(
            "{name}: lint has errors, preflight says {}",
            joined.verdict.word()
        ));
    }
    if errors.is_empty() && alone.verdict == Verdict::CannotRun {
        let unmet = alone.needs.iter().filter(|need| need.required);
        let unmet: Vec<_> = unmet
            .map(|need| format!("{}: {:?} {}", need.id, need.outcome, need.detail))
            .collect();
        return Some(format!(
            "{name}: preflight refuses, lint has no error: {unmet:#?}"
        ));
    }
    None
}

#[test]
fn preflight_refuses_exactly_what_lint_has_an_error_on() {
    for (engine_place, engine) in ENGINES.into_iter().enumerate() {
        let mutants: Vec<&Mutant> = mutants::all()
            .filter(|mutant| !matches!(mutant.setting, Setting::Bare | Setting::Hashed))
            .collect();
        assert!(mutants.len() > 150, "{}", mutants.len());
        let mutants = mutants.into_iter().enumerate();
        let mutants: Vec<&Mutant> = mutants
            .filter(|(place, _)| has_turn(place + engine_place, 15))
            .map(|(_, mutant)| mutant)
            .collect();
        let found: Vec<String> = mutants
            .into_par_iter()
            .filter_map(|mutant| disagreement(mutant, engine))
            .collect();
        assert!(found.is_empty(), "{engine:?}: {}", found.join("\n"));
    }
}
