//! The whole cycle through the command line, on repositories made of skeletons; plain git agrees.

use std::fs;
use std::path::Path;
use std::process::Command;

use assert_cmd::cargo::cargo_bin;
use granite_bundle::checkout::capability::Era;
use granite_bundle::patch::series::{Patch, Series};
use granite_bundle_testkit::repository;
use granite_bundle_testkit::scratch;
use granite_bundle_testkit::turn::has_turn;
use serde_json::Value;
use tempfile::TempDir;

use crate::{checkout, place, texts};

const TOUCHED: [&str; 2] = [
    "Package.swift",
    "swift/Sources/CoreAILanguageModels/InferenceEngines/CoreAIPipelinedEngine.swift",
];

/// A repository with one commit: an engine of that era, as far as the stack looks at it.
fn committed(era: &str) -> TempDir {
    let folder = scratch::folder();
    checkout::write(&Series::builtin().unwrap(), era, folder.path());
    commit(&folder);
    folder
}

fn commit(folder: &TempDir) {
    let made = repository::init(folder.path()).unwrap();
    repository::commit_all(&made, "An engine").unwrap();
}

fn files(root: &Path) -> Vec<Vec<u8>> {
    TOUCHED
        .iter()
        .map(|file| fs::read(root.join(file)).unwrap())
        .collect()
}

fn code(engine: &Path, arguments: &[&str]) -> Option<i32> {
    let mut command = Command::new(cargo_bin!("granite-bundle"));
    let command = command.args(arguments).arg("--engine").arg(engine);
    command.output().unwrap().status.code()
}

/// Whether each capability is there. Not `verify`: the fragments of a skeleton do not parse as Swift, so what they
/// become may have faults of its own; whole files are verified against an engine's history.
fn states(engine: &Path) -> Vec<bool> {
    let document = status(engine);
    let capabilities = document["capabilities"].as_array().unwrap();
    let is_there = |state: &Value| *state == "native" || *state == "applied";
    let has_guided_path = fs::read_to_string(engine.join(TOUCHED[1])).unwrap();
    let has_guided_path = has_guided_path.contains("func runConstrainedCompletion(");
    let wanted = |id: &Value| *id != "guided-hybrid" || has_guided_path;
    capabilities
        .iter()
        .filter(|capability| wanted(&capability["id"]))
        .map(|capability| is_there(&capability["state"]))
        .collect()
}

fn status(engine: &Path) -> Value {
    let mut command = Command::new(cargo_bin!("granite-bundle"));
    let command = command
        .args(["patch", "status", "--json", "--engine"])
        .arg(engine);
    serde_json::from_slice(&command.output().unwrap().stdout).unwrap()
}

fn git_applies(root: &Path, patch: &Path, more: &[&str]) -> bool {
    let mut git = Command::new("git");
    let git = git
        .current_dir(root)
        .args(["apply", "--check"])
        .args(more)
        .arg(patch);
    git.output().unwrap().status.success()
}

#[test]
fn apply_status_and_revert_come_full_circle_in_every_patched_era() {
    let bundle = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/examples/granite-4.0-h-1b-signature"
    );
    let eras = ["E3", "E1", "E2", "E4c"].into_iter().enumerate();
    for (_, era) in eras.filter(|(place, _)| has_turn(*place, 4)) {
        // Plain generation, which is what preflight judges, needs no patch in E4c.
        let before = if era == "E4c" { 0 } else { 1 };
        let folder = committed(era);
        let root = folder.path();
        let stock = files(root);
        assert!(states(root).contains(&false), "{era}");
        assert_eq!(code(root, &["preflight", bundle]), Some(before), "{era}");
        assert_eq!(code(root, &["patch", "apply"]), Some(0), "{era}");
        assert_ne!(files(root), stock, "{era}");
        assert!(!states(root).contains(&false), "{era}");
        assert_eq!(code(root, &["preflight", bundle]), Some(0), "{era}");
        assert_eq!(code(root, &["patch", "revert"]), Some(0), "{era}");
        assert_eq!(files(root), stock, "{era}");
    }
}

#[test]
fn what_an_earlier_version_of_the_stack_applied_is_told_and_taken_out_and_never_put_in() {
    let series = Series::builtin().unwrap();
    let patches = Path::new(env!("CARGO_MANIFEST_DIR")).join("patches");
    let variants = series.patches.iter().flat_map(|patch| &patch.variants);
    let superseded = variants.filter(|variant| variant.superseded).enumerate();
    for (_, variant) in superseded.filter(|(place, _)| has_turn(*place, 4)) {
        let folder = scratch::folder();
        let root = folder.path();
        checkout::write_for(&series, variant.eras[0].id(), root, &variant.file);
        commit(&folder);
        let stock = files(root);
        assert_eq!(code(root, &["patch", "apply"]), Some(1), "{}", variant.file);
        assert_eq!(files(root), stock, "{}", variant.file);

        let mut git = Command::new("git");
        let git = git.current_dir(root).arg("apply");
        let git = git.arg(patches.join(&variant.file)).output().unwrap();
        assert!(git.status.success(), "{}", variant.file);
        let applied = files(root);
        let patch = status(root)["patches"][1].clone();
        assert_eq!(patch["state"], "applied", "{}", variant.file);
        assert_eq!(patch["file"], variant.file.as_str());
        assert!(patch["reason"].as_str().unwrap().contains("revert it"));
        assert_eq!(code(root, &["patch", "verify"]), Some(1));
        let only = |command| ["patch", command, "--only", "pipelined-extra-states"];
        assert_eq!(code(root, &only("apply")), Some(0), "nothing to do");
        assert_eq!(files(root), applied, "{}", variant.file);
        assert_eq!(code(root, &only("revert")), Some(0), "{}", variant.file);
        assert_eq!(files(root), stock, "{}", variant.file);
    }
}

#[test]
fn the_community_fork_takes_its_own_text_and_gives_it_back() {
    let series = Series::builtin().unwrap();
    let folder = scratch::folder();
    let root = folder.path();
    let file = "pipelined-extra-states/zoo-0.4.patch";
    checkout::write_for(&series, "fork zoo-0.4", root, file);
    commit(&folder);
    let stock = files(root);
    let judged = |state: &str| {
        let patch = status(root)["patches"][1].clone();
        assert_eq!(
            (&patch["state"], &patch["file"]),
            (&state.into(), &file.into())
        );
    };
    judged("applicable");
    assert_eq!(code(root, &["patch", "apply"]), Some(0));
    judged("applied");
    assert_eq!(code(root, &["patch", "revert"]), Some(0));
    assert_eq!(files(root), stock);
}

#[test]
fn an_era_without_a_variant_is_refused_and_left_as_it_is() {
    let folder = committed("E0");
    let stock = files(folder.path());
    assert_eq!(code(folder.path(), &["patch", "apply"]), Some(1));
    assert_eq!(files(folder.path()), stock);
    let only = ["patch", "apply", "--only", "shared-product"];
    assert_eq!(code(folder.path(), &only), Some(0));
    assert_ne!(files(folder.path()), stock);
}

#[test]
fn plain_git_applies_every_variant_to_its_era_alone() {
    let series = Series::builtin().unwrap();
    let patches = Path::new(env!("CARGO_MANIFEST_DIR")).join("patches");
    for era in ["E0", "E1", "E2", "E3", "E4c"] {
        let folder = committed(era);
        for variant in series.patches.iter().flat_map(Patch::current) {
            let applies = git_applies(folder.path(), &patches.join(&variant.file), &[]);
            assert_eq!(
                applies,
                variant.eras.contains(&Era::new(era).unwrap()),
                "{} on {era}",
                variant.file
            );
            assert!(!git_applies(
                folder.path(),
                &patches.join(&variant.file),
                &["-R"]
            ));
        }
    }
}

#[test]
fn a_product_that_somebody_added_a_second_time_is_told_with_its_lines() {
    let folder = committed("E3");
    assert_eq!(code(folder.path(), &["patch", "apply"]), Some(0));
    let entry = ".library(name: \"CoreAIShared\", targets: [\"CoreAIShared\"]),\n";
    let text =
        format!("let package = Package(name: \"coreai-models\", products: [\n{entry}{entry}])\n");
    fs::write(folder.path().join(TOUCHED[0]), text).unwrap();
    let output = Command::new(cargo_bin!("granite-bundle"))
        .args(["patch", "verify", "--json", "--engine"])
        .arg(folder.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let problems = document["problems"].as_array().unwrap().iter();
    let told = problems.filter_map(Value::as_str);
    let told: Vec<_> = told.filter(|it| it.contains("more than once")).collect();
    let words = "`Package.swift` has `CoreAIShared` more than once, on lines 2 and 3";
    assert_eq!(told, [words]);
}

/// The engine E1 as committed, with the community's July patch in its files.
fn with_the_july_patch() -> TempDir {
    let folder = committed("E1");
    let theirs = texts::text("July patch").engine();
    fs::write(folder.path().join(TOUCHED[1]), theirs).unwrap();
    folder
}

fn git(folder: &TempDir, arguments: &[&str]) {
    place::git(folder.path(), arguments);
}

/// The commands that `status` prints next, run as they are.
fn follow(folder: &TempDir) -> Vec<String> {
    let next = status(folder.path())["next"].clone();
    let next: Vec<String> = serde_json::from_value(next).unwrap();
    for line in &next {
        let run = place::paste(folder.path(), line);
        assert!(run.status.success(), "{line}: {run:?}");
    }
    next
}

#[test]
fn a_community_patch_in_the_way_is_taken_out_by_the_next_command() {
    for is_committed in [false, true] {
        let folder = with_the_july_patch();
        let engine = folder.path().join(TOUCHED[1]);
        let theirs = fs::read(&engine).unwrap();
        if is_committed {
            git(
                &folder,
                &["commit", "--quiet", "--all", "--message", "July"],
            );
        }
        assert_eq!(code(folder.path(), &["patch", "check"]), Some(1));
        let next = follow(&folder);
        let word = match is_committed {
            true => " revert --no-edit ",
            false => " stash push -- ",
        };
        assert!(next[0].contains(word), "{next:?}");
        assert!(next[1].contains(" patch apply "), "{next:?}");
        assert_eq!(next.len(), 2, "{next:?}");
        assert_ne!(fs::read(&engine).unwrap(), theirs);
        assert!(states(folder.path()).iter().all(|is_there| *is_there));
        if !is_committed {
            let show = format!("git show 'stash@{{0}}:{}'", TOUCHED[1]);
            assert_eq!(place::paste(folder.path(), &show).stdout, theirs);
        }
    }
}
