//! Holds the placing of patches to `git apply` itself: verdict, hunk positions and resulting tree.
//!
//! `PATCH_SEED` and `PATCH_CASES` choose other cases; the seed is printed.

#![allow(clippy::print_stdout)]

use granite_bundle_testkit::scratch;
use std::collections::BTreeMap;
use std::fs;
use std::process::Output;

use git2::Repository;
use granite_bundle::checkout::site::Site;
use granite_bundle::checkout::tree::{Memory, Overlay, PathRules};
use granite_bundle::patch::fit::problem::FileProblem;
use granite_bundle::patch::fit::trial::{Trial, changes, try_merge, try_patch};
use granite_bundle::patch::format::file::{FileOperation, FilePatch, Hunk};
use granite_bundle::patch::format::parse::parse;
use granite_bundle::patch::judge::judgement::Options;
use granite_bundle::patch::judge::plan;
use granite_bundle::patch::judge::report::State;
use granite_bundle::patch::series::{Origin, Series, from_file};

use crate::cases::{Case, Kind, Random, Tree, case, entry};
use crate::git::{git, git_version, read, write};

fn number(variable: &str, default: u64) -> u64 {
    match std::env::var(variable) {
        Ok(text) => text.parse().unwrap(),
        Err(_) => default,
    }
}

/// A sample; CI has more.
const CASES: u64 = 240;

struct Cases {
    random: Random,
    repository: Repository,
    folder: tempfile::TempDir,
    left: u64,
}

fn cases(count: u64, stream: u64) -> Cases {
    let seed = number("PATCH_SEED", 20_260_801);
    println!("PATCH_SEED={seed} PATCH_CASES={count}");
    let folder = scratch::folder();
    let repository = Repository::init_bare(folder.path().join("objects.git")).unwrap();
    // Objects are only stepping stones to a diff: memory will do.
    repository
        .odb()
        .unwrap()
        .add_new_mempack_backend(1000)
        .unwrap();
    Cases {
        random: Random::new(seed ^ stream),
        repository,
        folder,
        left: count,
    }
}

impl Cases {
    fn next(&mut self) -> Option<Case> {
        self.left = self.left.checked_sub(1)?;
        loop {
            if let Some(case) = case(&mut self.random, &self.repository) {
                return Some(case);
            }
        }
    }
}

fn memory(tree: &Tree) -> Memory {
    Memory::new(
        tree.iter()
            .map(|(path, image)| (path.clone(), image.clone())),
    )
}

fn result(tree: &Tree, files: &[FilePatch], trial: &Trial) -> Tree {
    let mut result = tree.clone();
    for change in changes(files, trial, &memory(tree)).unwrap() {
        match change.after {
            Some(image) => drop(result.insert(change.path, image)),
            None => drop(result.remove(&change.path)),
        }
    }
    result
}

fn describe(case: &Case, said: &Output) -> String {
    let mut text = format!("{:?} {:?}\n", case.kind, case.spelling);
    for (name, tree) in [("before", &case.before), ("target", &case.target)] {
        for (path, image) in tree {
            let data = String::from_utf8_lossy(&image.data);
            text += &format!("{name} {path} {:?} {data:?}\n", image.mode);
        }
    }
    text += &String::from_utf8_lossy(&case.patch);
    text + "git: " + &String::from_utf8_lossy(&said.stderr)
}

/// The hunks git placed off their line, as `(file, hunk, offset)`, in the order it says them.
fn offsets(said: &Output) -> Vec<(usize, usize, isize)> {
    let text = String::from_utf8_lossy(&said.stderr);
    let mut file = 0;
    let mut found = Vec::new();
    for line in text.lines() {
        if line.starts_with("Checking patch ") {
            file += 1;
        }
        let Some(rest) = line.strip_prefix("Hunk #") else {
            continue;
        };
        let mut words = rest.split([' ', '(', ')']);
        let hunk: usize = words.next().unwrap().parse().unwrap();
        let offset = words.skip_while(|word| *word != "offset").nth(1);
        found.push((file, hunk, offset.unwrap().parse().unwrap()));
    }
    found
}

/// The same of ours; git counts lines after the hunks before, so only files with hunks placed in order compare.
fn our_offsets(files: &[FilePatch], trial: &Trial) -> Option<Vec<(usize, usize, isize)>> {
    let mut found = Vec::new();
    for (number, (file, patch)) in trial.files.iter().zip(files).enumerate() {
        let lines: Vec<_> = file
            .hunks
            .iter()
            .map(|hunk| hunk.map(|hunk| hunk.line))
            .collect();
        // The header of an empty side names the line before it, and git counts from there.
        let empty =
            |hunk: &Hunk| hunk.preimage().next().is_none() || hunk.postimage().next().is_none();
        if !lines.is_sorted() || patch.hunks.iter().any(empty) {
            return None;
        }
        for (index, hunk) in file.hunks.iter().enumerate() {
            if let Some(hunk) = hunk.filter(|hunk| hunk.offset != 0) {
                found.push((number + 1, index + 1, hunk.offset));
            }
        }
    }
    Some(found)
}

#[test]
fn verdict_positions_and_tree_are_those_of_git_apply() {
    let mut cases = cases(number("PATCH_CASES", CASES), 0);
    let mut tally: BTreeMap<(Kind, bool), u64> = BTreeMap::new();
    let mut positions = 0;
    let mut number = 0;
    while let Some(case) = cases.next() {
        number += 1;
        let folder = cases.folder.path().join(number.to_string());
        write(&folder, &case.target);
        let said = git(
            &folder,
            &["apply", "--verbose", "--whitespace=nowarn"],
            &case.patch,
        );
        let applies = said.status.success();
        let view = memory(&case.target);
        let tried = parse(&case.patch).ok().map(|files| {
            let trial = try_patch(&files, &view, PathRules::default()).unwrap();
            (files, trial)
        });
        let ours = tried.as_ref().is_some_and(|(_, trial)| trial.applies());
        assert_eq!(
            ours,
            applies,
            "case {number}: {}{tried:?}",
            describe(&case, &said)
        );
        *tally.entry((case.kind, applies)).or_default() += 1;
        if let Some((files, trial)) = tried.filter(|_| applies) {
            assert_eq!(
                result(&case.target, &files, &trial),
                read(&folder),
                "case {number}: {}",
                describe(&case, &said)
            );
            if let Some(ours) = our_offsets(&files, &trial) {
                assert_eq!(
                    ours,
                    offsets(&said),
                    "case {number}: {}",
                    describe(&case, &said)
                );
                positions += 1;
            }
        }
        fs::remove_dir_all(&folder).unwrap();
    }
    println!("{number} cases, all equal to git's; positions compared in {positions}: {tally:?}");
    let applied: u64 = tally
        .iter()
        .filter(|((_, applies), _)| *applies)
        .map(|(_, n)| n)
        .sum();
    assert!(
        applied * 5 > number && applied * 5 < number * 4,
        "one-sided cases"
    );
}

#[test]
fn merges_that_git_makes_cleanly_come_out_the_same() {
    let mut cases = cases(number("PATCH_CASES", CASES) / 8, 1);
    let (mut clean, mut conflicts, mut plain_differs, mut number) = (0, 0, 0, 0);
    let mut overwrites = 0;
    while let Some(case) = cases.next() {
        number += 1;
        let folder = cases.folder.path().join(number.to_string());
        write(&folder, &case.target);
        let repository = Repository::init(&folder).unwrap();
        // The pre-images the patch records must be at hand.
        for (path, image) in &case.before {
            entry(&repository, path, image);
        }
        let mut index = repository.index().unwrap();
        index
            .add_all(["*"], git2::IndexAddOption::FORCE, None)
            .unwrap();
        index.write().unwrap();
        let said = git(
            &folder,
            &["apply", "--3way", "--whitespace=nowarn"],
            &case.patch,
        );
        let view = memory(&case.target);
        let tried = parse(&case.patch).ok().map(|files| {
            let trial = try_merge(&files, &view, PathRules::default(), &repository).unwrap();
            let plain = try_patch(&files, &view, PathRules::default()).unwrap();
            (files, trial, plain)
        });
        let ours = tried.as_ref().is_some_and(|(_, trial, _)| trial.applies());
        if tried
            .as_ref()
            .is_some_and(|(_, trial, _)| would_overwrite(trial))
        {
            // git overwrites the file a rename leads to when it merges; here nothing is ever lost that way.
            assert!(!ours, "case {number}: {}", describe(&case, &said));
            overwrites += 1;
            fs::remove_dir_all(&folder).unwrap();
            continue;
        }
        assert_eq!(
            ours,
            said.status.success(),
            "case {number}: {}{:?}",
            describe(&case, &said),
            tried.map(|(_, trial, _)| trial)
        );
        if let Some((files, trial, plain)) = tried.filter(|_| ours) {
            clean += 1;
            let merged = result(&case.target, &files, &trial);
            assert_eq!(
                merged,
                read(&folder),
                "case {number}: {}",
                describe(&case, &said)
            );
            plain_differs +=
                u64::from(plain.applies() && result(&case.target, &files, &plain) != merged);
        } else {
            conflicts += 1;
        }
        fs::remove_dir_all(&folder).unwrap();
    }
    println!(
        "{number} merges: {clean} clean and {conflicts} refused as git does, {overwrites} kept from overwriting; \
         {plain_differs} where placing the hunks goes elsewhere"
    );
    assert!(
        clean * 5 > number && conflicts * 20 > number,
        "one-sided cases"
    );
}

/// Whether a rename or copy leads to a file that is there.
fn would_overwrite(trial: &Trial) -> bool {
    trial.files.iter().any(|file| {
        matches!(file.operation, FileOperation::Rename | FileOperation::Copy)
            && matches!(file.problem, Some(FileProblem::Exists(_)))
    })
}

fn series(patch: &[u8]) -> Series {
    Series {
        origin: Origin::Folder("stack".into()),
        eras: Vec::new(),
        capabilities: Vec::new(),
        features: Vec::new(),
        patches: vec![from_file("change.patch", patch.to_vec())],
    }
}

#[test]
fn states_agree_with_how_the_tree_came_about() {
    let mut cases = cases(number("PATCH_CASES", CASES) / 2, 2);
    let mut states: BTreeMap<(Kind, &str), u64> = BTreeMap::new();
    while let Some(case) = cases.next() {
        let view = memory(&case.target);
        let committed = memory(&case.before);
        let site = Site {
            view: &view,
            committed: Some(&committed),
            blobs: None,
            rules: PathRules::default(),
            records: None,
        };
        let series = series(&case.patch);
        let plan = plan::apply(site, &series, &Options::default()).unwrap();
        let state = plan.report.patches[0].state;
        *states.entry((case.kind, state.word())).or_default() += 1;
        let sound = ["damaged", "plain", "moved header lines", "CRLF"]
            .iter()
            .all(|respelled| !case.spelling.contains(respelled));
        match case.kind {
            Kind::AlreadyApplied if sound => {
                assert!(
                    matches!(state, State::Applied),
                    "{state}: {}",
                    describe(&case, &git_version())
                );
                let taken = plan::revert(site, &series, &Options::default()).unwrap();
                let mut back = Overlay::new(&view);
                taken
                    .steps
                    .iter()
                    .for_each(|step| back.apply(&step.changes));
                for (path, image) in &case.before {
                    let found = granite_bundle::checkout::tree::image(&back, path).unwrap();
                    assert_eq!(found.as_ref(), Some(image), "{path}");
                }
            }
            Kind::Exact => {
                let files = parse(&case.patch);
                let trial = files.map(|files| try_patch(&files, &view, PathRules::default()));
                let applies = trial.is_ok_and(|trial| trial.unwrap().applies());
                let expected = state == State::Applicable;
                assert_eq!(
                    applies,
                    expected,
                    "{state}: {}",
                    describe(&case, &git_version())
                );
            }
            _ => {}
        }
    }
    println!("{states:?}");
    assert!(states.keys().any(|(_, state)| *state == "partial"));
}
