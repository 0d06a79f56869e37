//! A stack over a whole history: `ENGINE_REPO=… [STACK=…] cargo test --release --test engine_history -- --nocapture`.
//!
//! Prints where every patch stands on every commit, holds each verdict to `git apply --check`, and writes nothing into the
//! repository. Without `ENGINE_REPO`, a small history made on the spot is used.

#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use git2::{Oid, Repository, Signature};
use granite_bundle::checkout::open::Checkout;
use granite_bundle::checkout::swift::{Code, repeated_declarations};
use granite_bundle::checkout::tree::{Committed, Entry, PathRules, TreeView};
use granite_bundle::checkout::{FileMode, RepoPath};
use granite_bundle::patch::fit::trial::try_patch;
use granite_bundle::patch::format::file::FilePatch;
use granite_bundle::patch::judge::judgement::Options;
use granite_bundle::patch::judge::matrix::{Matrix, history, matrix};
use granite_bundle::patch::judge::plan;
use granite_bundle::patch::judge::report::State;
use granite_bundle::patch::series::{Series, Variant};

/// Files on disk for `git apply` to look at, one folder per set of contents.
struct Scratch {
    folder: tempfile::TempDir,
    verdicts: BTreeMap<(String, Vec<Option<Oid>>), bool>,
}

impl Scratch {
    fn new() -> Scratch {
        Scratch {
            folder: tempfile::tempdir().unwrap(),
            verdicts: BTreeMap::new(),
        }
    }

    /// git's verdict on the files the patch names.
    fn git_applies(&mut self, variant: &Variant, files: &[FilePatch], view: &dyn TreeView) -> bool {
        let entries: Vec<_> = paths(files)
            .into_iter()
            .map(|path| {
                let entry = view.entry(&path).unwrap();
                (path, entry)
            })
            .collect();
        let id = |entry: &Entry| match entry {
            Entry::File(image) => Some(image.oid().unwrap()),
            _ => None,
        };
        let ids = entries.iter().map(|(_, entry)| id(entry)).collect();
        let key = (variant.file.clone(), ids);
        if let Some(verdict) = self.verdicts.get(&key) {
            return *verdict;
        }
        let folder = self.folder.path().join(self.verdicts.len().to_string());
        fs::create_dir(&folder).unwrap();
        for (path, entry) in entries {
            let Entry::File(image) = entry else { continue };
            assert_ne!(image.mode, FileMode::Symlink, "{path}");
            let place = folder.join(path.as_path());
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(place, image.data).unwrap();
        }
        let verdict = git_check(&folder, &variant.text);
        self.verdicts.insert(key, verdict);
        verdict
    }
}

fn paths(files: &[FilePatch]) -> Vec<RepoPath> {
    let named = files
        .iter()
        .flat_map(|file| [Some(&file.path), file.from.as_ref()]);
    named.flatten().cloned().collect()
}

fn git_check(folder: &Path, patch: &[u8]) -> bool {
    let mut child = Command::new("git")
        .args(["apply", "--check"])
        .current_dir(folder)
        .env("GIT_CEILING_DIRECTORIES", folder.parent().unwrap())
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("this test compares with git, which must be on the path");
    child.stdin.take().unwrap().write_all(patch).ok();
    child.wait().unwrap().success()
}

/// Every variant of the series on every commit, against git; how many verdicts were compared and how many were yes.
fn compare(repository: &Repository, series: &Series, commits: &[Oid]) -> (usize, usize) {
    let mut scratch = Scratch::new();
    let (mut compared, mut applies) = (0, 0);
    for id in commits {
        let tree = repository.find_commit(*id).unwrap().tree().unwrap();
        let view = Committed::new(repository, tree);
        for variant in series.patches.iter().flat_map(|patch| &patch.variants) {
            let Ok(files) = &variant.files else { continue };
            let trial = try_patch(files, &view, PathRules::default()).unwrap();
            let git = scratch.git_applies(variant, files, &view);
            assert_eq!(trial.applies(), git, "{} on {id}", variant.file);
            compared += 1;
            applies += usize::from(git);
        }
    }
    (compared, applies)
}

fn print(matrix: &Matrix) {
    for row in &matrix.rows {
        println!("{}", row.patch);
        for range in &row.ranges {
            let [first, last] = [range.first, range.last].map(|index| &matrix.commits[index].id);
            let era = range.era.map_or("-".to_owned(), |era| era.to_string());
            println!(
                "  {:>4} commits  {first:.10}..{last:.10}  {era:<3} {:<16} {}",
                range.commits(),
                range.state.word(),
                range.file
            );
        }
    }
}

#[test]
fn every_commit_of_a_real_history_is_judged_as_git_judges_it() {
    let Some(path) = std::env::var_os("ENGINE_REPO").map(PathBuf::from) else {
        println!("skipped: set ENGINE_REPO to a clone of the engine to run this on its history");
        return;
    };
    let series = match std::env::var_os("STACK") {
        Some(folder) => Series::from_dir(Path::new(&folder)).unwrap(),
        None => Series::builtin().unwrap(),
    };
    let repository = Repository::open(&path).unwrap();
    let commits = history(&repository, "HEAD").unwrap();
    let options = Options {
        three_way: !series.capabilities.is_empty(),
        only: None,
    };
    let start = Instant::now();
    let judged = matrix(&repository, &series, &options, &commits).unwrap();
    println!("{} commits in {:?}", commits.len(), start.elapsed());
    print(&judged);
    for row in &judged.rows {
        let covered: usize = row
            .ranges
            .iter()
            .map(granite_bundle::patch::judge::matrix::Range::commits)
            .sum();
        assert_eq!(covered, commits.len(), "{}", row.patch);
    }
    let (compared, applies) = compare(&repository, &series, &commits);
    println!("{compared} verdicts compared with git apply --check, all equal; {applies} apply");
    assert!(compared > 0);
}

const BASE: &str = "one\ntwo\nthree\nfour\nfive\nsix\nseven\n";

/// A history in which a change is applicable, applicable further down, there, and gone again.
fn small_history(folder: &Path) -> (Repository, Vec<Oid>) {
    let repository = Repository::init(folder).unwrap();
    let changed = BASE.replace("four", "FOUR");
    let contents = [
        BASE.to_owned(),
        format!("zero\n{BASE}"),
        format!("zero\n{changed}"),
        "other\n".to_owned(),
    ];
    let mut commits: Vec<Oid> = Vec::new();
    for (number, content) in contents.iter().enumerate() {
        fs::write(folder.join("file.txt"), content).unwrap();
        let mut index = repository.index().unwrap();
        index.add_path(Path::new("file.txt")).unwrap();
        let tree = repository.find_tree(index.write_tree().unwrap()).unwrap();
        index.write().unwrap();
        let time = git2::Time::new(1_700_000_000 + i64::try_from(number).unwrap(), 0);
        let who = Signature::new("A", "a@example.org", &time).unwrap();
        let parent = commits
            .last()
            .map(|id| repository.find_commit(*id).unwrap());
        let parents: Vec<_> = parent.iter().collect();
        let id = repository.commit(Some("HEAD"), &who, &who, "Commit\n", &tree, &parents);
        commits.push(id.unwrap());
        drop(parents);
    }
    (repository, commits)
}

const CHANGE: &str =
    "--- a/file.txt\n+++ b/file.txt\n@@ -3,3 +3,3 @@\n three\n-four\n+FOUR\n five\n";

fn small_stack(folder: &Path) -> Series {
    fs::write(folder.join("change.patch"), CHANGE).unwrap();
    Series::from_dir(folder).unwrap()
}

#[test]
fn a_matrix_says_where_in_a_history_a_patch_applies() {
    let folder = tempfile::tempdir().unwrap();
    let stack = tempfile::tempdir().unwrap();
    let (repository, commits) = small_history(folder.path());
    let series = small_stack(stack.path());
    let found = history(&repository, "HEAD").unwrap();
    assert_eq!(found, commits, "oldest first");
    let range = format!("{}..{}", commits[0], commits[2]);
    assert_eq!(history(&repository, &range).unwrap(), commits[1..3]);
    assert!(history(&repository, "no-such-branch").is_err());

    let judged = matrix(&repository, &series, &Options::default(), &commits).unwrap();
    let ranges: Vec<_> = judged.rows[0]
        .ranges
        .iter()
        .map(|range| (range.first, range.last, range.state))
        .collect();
    assert_eq!(
        ranges,
        [
            (0, 1, State::Applicable),
            (2, 2, State::Applied),
            (3, 3, State::Conflict)
        ]
    );
    let applies: Vec<_> = judged
        .applies_to("change")
        .map(|range| (range.first, range.last))
        .collect();
    assert_eq!(applies, [(0, 1)]);
    assert_eq!(compare(&repository, &series, &commits), (4, 2));
}

#[test]
fn a_checkout_of_any_kind_is_judged_by_content() {
    let folder = tempfile::tempdir().unwrap();
    let stack = tempfile::tempdir().unwrap();
    let (repository, commits) = small_history(folder.path());
    let series = small_stack(stack.path());
    let state = |path: &Path| {
        let checkout = Checkout::open(path).unwrap();
        let trees = checkout.trees().unwrap();
        let report = plan::status(trees.site(), &series, &Options::default()).unwrap();
        report.patches[0].state
    };
    let at = |commit: usize| {
        let object = repository.find_object(commits[commit], None).unwrap();
        repository
            .reset(&object, git2::ResetType::Hard, None)
            .unwrap();
    };
    at(1);
    assert_eq!(state(folder.path()), State::Applicable);
    fs::write(
        folder.path().join("file.txt"),
        format!("zero\n{}", BASE.replace("four", "FOUR")),
    )
    .unwrap();
    assert_eq!(state(folder.path()), State::Applied);
    fs::write(
        folder.path().join("file.txt"),
        format!("0\n{}", BASE.replace("four", "FOUR")),
    )
    .unwrap();
    assert_eq!(state(folder.path()), State::AppliedModified);
    at(2);
    assert_eq!(state(folder.path()), State::Applied);
    // The bare repository is its own checkout, an export has no history to compare with.
    let bare = folder.path().join("bare.git");
    git2::build::RepoBuilder::new()
        .bare(true)
        .clone(folder.path().to_str().unwrap(), &bare)
        .unwrap();
    assert_eq!(state(&bare), State::Applied);
    let export = tempfile::tempdir().unwrap();
    fs::copy(
        folder.path().join("file.txt"),
        export.path().join("file.txt"),
    )
    .unwrap();
    assert_eq!(state(export.path()), State::Applied);
    fs::write(export.path().join("file.txt"), BASE).unwrap();
    assert_eq!(state(export.path()), State::Applicable);
}

/// Every Swift text of a history that the stack may touch, once.
fn texts(repository: &Repository) -> BTreeMap<Oid, (String, Vec<u8>)> {
    let mut texts = BTreeMap::new();
    for commit in history(repository, "HEAD").unwrap() {
        let tree = repository.find_commit(commit).unwrap().tree().unwrap();
        let walked = tree.walk(git2::TreeWalkMode::PreOrder, |folder, entry| {
            let path = format!("{folder}{}", entry.name().unwrap_or_default());
            let is_ours = path == "Package.swift"
                || path.starts_with("swift/Sources/CoreAILanguageModels/InferenceEngines/");
            if is_ours
                && path.ends_with(".swift")
                && let Ok(blob) = repository.find_blob(entry.id())
            {
                texts.insert(entry.id(), (path, blob.content().to_vec()));
            }
            git2::TreeWalkResult::Ok
        });
        walked.unwrap();
    }
    texts
}

#[test]
fn no_text_of_the_history_is_taken_to_repeat_a_declaration() {
    let Some(path) = std::env::var_os("ENGINE_REPO") else {
        return;
    };
    let repository = Repository::open(path).unwrap();
    let texts = texts(&repository);
    assert!(!texts.is_empty());
    let mut repeated = Vec::new();
    for (path, text) in texts.into_values() {
        let code = Code::of(text).unwrap();
        for found in repeated_declarations(&code) {
            repeated.push(format!("{path}: {} {:?}", found.name, found.lines));
        }
    }
    assert_eq!(repeated, Vec::<String>::new());
}
