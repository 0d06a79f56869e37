#![allow(clippy::unwrap_used)]

use std::io;

use crate::checkout::FileImage;
use crate::checkout::FileMode;
use crate::checkout::RepoPath;
use crate::checkout::blobs::Blobs;
use crate::checkout::capability::Capability;
use crate::checkout::capability::{
    CapabilityDefinition, Era, EraDefinition, Gives, Probe, Reading,
};
use crate::checkout::site::Site;
use crate::checkout::tree::Memory;
use crate::checkout::tree::PathRules;
use crate::patch::format::parse::parse;
use crate::patch::judge::judgement::{JudgeError, Options};
use crate::patch::judge::plan::{Refusal, apply, revert, status};
use crate::patch::judge::report::{StackReport, State};
use crate::patch::judge::verify::verify;
use crate::patch::series::Series;
use crate::patch::series::{Origin, Variant, from_file};

const STOCK: &str = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n";
const FIRST: &str = "--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n one\n-two\n+TWO\n three\n";
/// Needs what the first patch leaves.
const SECOND: &str = "--- a/f\n+++ b/f\n@@ -1,4 +1,4 @@\n one\n TWO\n-three\n+THREE\n four\n";

fn tree(text: &str) -> Memory {
    let image = FileImage {
        mode: FileMode::Regular,
        data: text.as_bytes().to_vec(),
    };
    Memory::new([(RepoPath::new("f").unwrap(), image)])
}

fn folder(patches: &[(&str, &str)]) -> Series {
    let patches = patches.iter();
    Series {
        origin: Origin::Folder("stack".into()),
        eras: Vec::new(),
        capabilities: Vec::new(),
        features: Vec::new(),
        patches: patches
            .map(|(file, text)| from_file(file, text.as_bytes().to_vec()))
            .collect(),
    }
}

fn site<'v>(view: &'v Memory, committed: &'v Memory) -> Site<'v> {
    Site {
        view,
        committed: Some(committed),
        blobs: None,
        rules: PathRules::default(),
        records: None,
    }
}

fn states(report: &StackReport) -> Vec<State> {
    report.patches.iter().map(|patch| patch.state).collect()
}

#[test]
fn each_patch_is_judged_on_the_result_of_those_before() {
    let series = folder(&[("1.patch", FIRST), ("2.patch", SECOND)]);
    let stock = tree(STOCK);
    let plan = apply(site(&stock, &stock), &series, &Options::default()).unwrap();
    assert_eq!(states(&plan.report), [State::Applicable, State::Applicable]);
    let last = plan.steps[1].changes[0].after.as_ref().unwrap();
    let whole = STOCK.replace("two", "TWO").replace("three", "THREE");
    assert_eq!(last.data, whole.as_bytes());

    let alone = Options {
        only: Some("2".to_owned()),
        ..Options::default()
    };
    let alone = apply(site(&stock, &stock), &series, &alone).unwrap();
    assert_eq!(states(&alone.report), [State::Conflict]);
    assert_eq!(
        alone.refusal,
        Some(Refusal::Inapplicable(vec!["2".to_owned()]))
    );

    let both = tree(&whole);
    let report = status(site(&both, &stock), &series, &Options::default()).unwrap();
    assert_eq!(states(&report), [State::Applied, State::Applied]);
    let back = revert(site(&both, &stock), &series, &Options::default()).unwrap();
    let names: Vec<_> = back
        .steps
        .iter()
        .map(|step| step.id.name.as_str())
        .collect();
    assert_eq!(names, ["2", "1"]);
    let last = back.steps[1].changes[0].after.as_ref().unwrap();
    assert_eq!(last.data, STOCK.as_bytes());
}

#[test]
fn edits_beside_the_patch_are_seen_and_edits_of_the_target_refused() {
    let series = folder(&[("1.patch", FIRST)]);
    let stock = tree(STOCK);
    let edited = tree(&STOCK.replace("two", "TWO").replace("eight", "8"));
    let report = status(site(&edited, &stock), &series, &Options::default()).unwrap();
    assert_eq!(states(&report), [State::AppliedModified]);

    let dirty = tree(&STOCK.replace("eight", "8"));
    let plan = apply(site(&dirty, &stock), &series, &Options::default()).unwrap();
    assert_eq!(states(&plan.report), [State::Applicable]);
    let path = RepoPath::new("f").unwrap();
    assert_eq!(plan.refusal, Some(Refusal::Dirty(vec![path])));
    assert!(plan.steps.is_empty());
}

#[test]
fn a_name_that_is_not_in_the_stack_is_refused_with_those_that_are() {
    let stock = tree(STOCK);
    let options = Options {
        only: Some("3".to_owned()),
        ..Options::default()
    };
    let error = status(
        site(&stock, &stock),
        &folder(&[("1.patch", FIRST)]),
        &options,
    );
    assert!(matches!(error, Err(JudgeError::NoSuchPatch { known, .. }) if known == ["1"]));
}

fn probe(test: &str) -> Probe {
    toml::from_str(&format!("file = 'f'\n{test}")).unwrap()
}

fn e(id: &str) -> Era {
    Era::new(id).unwrap()
}

/// Two eras, one patch that gives two capabilities to the older and one of them to the newer.
fn builtin_like() -> Series {
    let variant = |era, file: &str, text: &str, provides: &[Capability]| Variant {
        eras: vec![era],
        provides: provides.to_vec(),
        file: file.to_owned(),
        superseded: false,
        proven: Vec::new(),
        present: vec![probe("code = 'TWO'")],
        digest: String::new(),
        text: text.as_bytes().into(),
        files: parse(text.as_bytes()),
    };
    let era = |id, text: &str| EraDefinition {
        id,
        title: String::new(),
        unknown: String::new(),
        has: Vec::new(),
        when: vec![probe(&format!("code = '{text}'"))],
    };
    let capability = |id, native: &str| CapabilityDefinition {
        id,
        summary: String::new(),
        without: String::new(),
        requirements: Vec::new(),
        place: None,
        readings: vec![Reading {
            gives: Gives::Native,
            by: None,
            remark: None,
            when: vec![probe(&format!("code = '{native}'"))],
        }],
    };
    let all = [Capability::ExtraStates, Capability::StaticStep];
    let newer = FIRST.replace(" one\n", " new one\n");
    let mut patch = from_file("p.patch", Vec::new());
    patch.provides = all.to_vec();
    patch.variants = vec![
        variant(e("E1"), "p/e1.patch", FIRST, &all),
        variant(e("E2"), "p/e2.patch", &newer, &all[1..]),
    ];
    Series {
        origin: Origin::BuiltIn,
        eras: vec![era(e("E2"), "new one"), era(e("E1"), "one")],
        capabilities: vec![
            capability(all[0], "new one"),
            capability(all[1], "upstream step"),
        ],
        features: Vec::new(),
        patches: vec![patch],
    }
}

fn capability_states(text: &str) -> (Option<Era>, Vec<(State, Option<String>)>) {
    let view = tree(text);
    let report = status(site(&view, &view), &builtin_like(), &Options::default()).unwrap();
    let capabilities = report.capabilities.into_iter();
    let states = capabilities.map(|capability| (capability.state, capability.patch));
    (report.era, states.collect())
}

#[test]
fn capabilities_are_native_patched_or_wanting_by_content() {
    let p = || Some("p".to_owned());
    let newer = STOCK.replace("one\n", "new one\n");
    for (text, era, states) in [
        (
            STOCK.to_owned(),
            Some(e("E1")),
            vec![(State::Applicable, p()), (State::Applicable, p())],
        ),
        (
            STOCK.replace("two", "TWO"),
            Some(e("E1")),
            vec![(State::Applied, p()), (State::Applied, p())],
        ),
        (
            newer.clone(),
            Some(e("E2")),
            vec![(State::Native, None), (State::Applicable, p())],
        ),
        (
            newer.replace("two", "TWO"),
            Some(e("E2")),
            vec![(State::Native, None), (State::Applied, p())],
        ),
        (
            format!("{newer}upstream step\n"),
            Some(e("E2")),
            vec![(State::Native, None), (State::Native, None)],
        ),
        (
            "another program\n".to_owned(),
            None,
            vec![(State::Unsupported, p()), (State::Unsupported, p())],
        ),
    ] {
        assert_eq!(capability_states(&text), (era, states), "{text}");
    }
}

#[test]
fn verification_wants_every_capability() {
    let stock = tree(STOCK);
    let series = builtin_like();
    let lacking = verify(site(&stock, &stock), &series, &Options::default()).unwrap();
    assert_eq!(
        lacking.lacking,
        [Capability::ExtraStates, Capability::StaticStep]
    );
    assert!(!lacking.holds());
    let patched = tree(&STOCK.replace("two", "TWO"));
    let sound = verify(site(&patched, &stock), &series, &Options::default()).unwrap();
    assert!(sound.holds(), "{sound:?}");
}

struct OneBlob(&'static str);

impl Blobs for OneBlob {
    fn blob(&self, prefix: &str) -> io::Result<Option<Vec<u8>>> {
        Ok("1234567"
            .starts_with(prefix)
            .then(|| self.0.as_bytes().to_vec()))
    }
}

#[test]
fn a_merge_is_made_only_on_request_and_only_without_conflict() {
    let patch = format!("diff --git a/f b/f\nindex 1234567..7654321 100644\n{FIRST}");
    let series = folder(&[("1.patch", &patch)]);
    let blob = OneBlob(STOCK);
    // The context changed, the line the patch is about did not.
    let drifted = tree(&STOCK.replace("four", "4").replace("one\n", "0\none\n"));
    let shifted = tree(&format!("0\n{STOCK}"));
    let gone = tree(&STOCK.replace("two", "2"));
    for (view, three_way, expected) in [
        (&drifted, true, State::ThreeWay),
        (&drifted, false, State::Conflict),
        (&shifted, true, State::ThreeWay),
        (&gone, true, State::Conflict),
    ] {
        let site = Site {
            blobs: Some(&blob),
            ..site(view, view)
        };
        let options = Options {
            three_way,
            only: None,
        };
        let plan = apply(site, &series, &options).unwrap();
        assert_eq!(states(&plan.report), [expected]);
        assert_eq!(plan.refusal.is_none(), expected == State::ThreeWay);
    }
}
