//! Where another engine, or another revision of it, is what is needed.

use super::*;

#[test]
fn what_another_engine_would_take_is_not_sent_to_lint() {
    let (_folder, target) = written(&bundle(&granite()));
    let e0 = engine("E0", &[(Capability::ExtraStates, Presence::NoPath)]);
    let next = |is_of_engine| {
        let objection = Objection {
            rule: "graph-state-count",
            message: "4 states".to_owned(),
            is_of_engine,
        };
        let around = Surroundings {
            objections: &[objection],
            ..AROUND
        };
        examine(&target, &e0, around).next
    };
    assert_eq!(next(true)[0], "git -C engine switch --detach 0.2.0");
    let both = next(false);
    assert!(both[0].starts_with("granite-bundle lint "), "{both:?}");
    assert_eq!(both[1..], next(true));
}

#[test]
fn a_manifest_that_depends_on_a_branch_is_told_and_decides_nothing() {
    let (_folder, target) = written(&bundle(&granite()));
    let mut engine = stock_e3();
    let before = examine(&target, &engine, AROUND);
    assert!(before.needs.iter().all(|need| need.id != "package-version"));
    engine.from_branches = vec![Dependency {
        url: "https://example.invalid/grammar.git".to_owned(),
        branch: "main".to_owned(),
        line: 7,
    }];
    let after = examine(&target, &engine, AROUND);
    let told = need(&after, "package-version");
    assert!(!told.required);
    let words = "Package.swift line 7 takes grammar from the branch `main`";
    assert!(told.detail.contains(words), "{}", told.detail);
    assert_eq!((after.verdict, after.next), (before.verdict, before.next));
}

#[test]
fn another_revision_is_had_as_the_checkout_allows() {
    let (_folder, target) = written(&bundle(&granite()));
    let e0 = engine("E0", &[(Capability::ExtraStates, Presence::NoPath)]);
    let next = |revisions| {
        let around = Surroundings {
            better: better_revision(&e0, false).map(|tag| (tag, revisions)),
            ..AROUND
        };
        examine(&target, &e0, around).next
    };
    let here = next(Revisions::Here { edited: true });
    assert_eq!(
        here[..2],
        [
            "git -C engine stash push",
            "git -C engine switch --detach 0.2.0"
        ]
    );
    assert!(here[2].ends_with(" --engine engine"));
    let origin = next(Revisions::AtOrigin { edited: false });
    assert_eq!(origin[0], "git -C engine fetch --depth 1 origin tag 0.2.0");
    assert_eq!(origin[1], here[1]);
    let elsewhere = next(Revisions::Elsewhere);
    assert!(
        elsewhere[0].starts_with("git clone --depth 1 --branch 0.2.0 https://"),
        "{elsewhere:?}"
    );
    assert!(elsewhere[1].ends_with(" --engine coreai-models-0.2.0"));
}

#[test]
fn an_engine_without_a_variant_is_left_for_the_first_release_that_goes_by_the_graph() {
    let e4a = engine("E4a", &[(Capability::ExtraStates, Presence::Native)]);
    assert_eq!(better_revision(&e4a, true), None);
    let tag = better_revision(&e4a, false);
    assert_eq!(tag, Some("1.0.0"));
    let (_folder, target) = written(&bundle(&granite()));
    let around = Surroundings {
        better: tag.map(|tag| (tag, Revisions::AtOrigin { edited: false })),
        ..AROUND
    };
    let preflight = examine(&target, &e4a, around);
    assert_eq!(preflight.verdict, Verdict::CannotRun);
    assert_eq!(
        preflight.next[..2],
        [
            "git -C engine fetch --depth 1 origin tag 1.0.0",
            "git -C engine switch --detach 1.0.0"
        ]
    );
}
