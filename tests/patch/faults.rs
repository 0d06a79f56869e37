//! Faults: the process dies, errors strike and others interfere at every step of apply and of revert.
//!
//! Whatever happens, the next command leaves the checkout fully before or fully after, and says which.
//!
//! `FAULTS=every` tries every step and `FAULTS=all` every combination of step and fault; otherwise some have their turn.

#![cfg(debug_assertions)]
#![allow(clippy::print_stdout, clippy::unwrap_used)]

mod scenario;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use granite_bundle::checkout::open::Checkout;
use granite_bundle::checkout::{FileImage, FileMode, RepoPath};
use granite_bundle::patch::change::transaction::{
    self, Recorded, Request, TransactionError, WorkTree, WriteSession,
};
use granite_bundle::patch::change::undo::{Undo, UndoReader};
use granite_bundle::patch::judge::changes::PatchId;

use FileMode::{Executable, Regular, Symlink};
use scenario::{Scenario, steps};

use crate::kit::{FAILPOINT, Paused, Snapshot, faults, steps as its_turn};

const ENOSPC: i32 = 28;
const EACCES: i32 = 13;
const EIO: i32 = 5;

struct Place<'c>(WorkTree<'c>, &'c Path);

impl UndoReader for Place<'_> {
    fn image(&self, recorded: Recorded) -> Result<FileImage, TransactionError> {
        transaction::image(&self.0, recorded)
    }

    fn current(&self, path: &RepoPath) -> std::io::Result<Option<FileImage>> {
        let place = self.1.join(path.as_path());
        let Ok(metadata) = fs::symlink_metadata(&place) else {
            return Ok(None);
        };
        Ok(Some(if metadata.is_symlink() {
            let data = fs::read_link(&place)
                .unwrap()
                .into_os_string()
                .into_encoded_bytes();
            FileImage {
                mode: Symlink,
                data,
            }
        } else {
            let executable = metadata.permissions().mode() & 0o100 != 0;
            let mode = if executable { Executable } else { Regular };
            FileImage {
                mode,
                data: fs::read(&place).unwrap(),
            }
        }))
    }
}

/// Does it in this process; gives what was said of an interrupted transaction.
fn perform(action: &str, checkout: &Path) -> Result<&'static str, TransactionError> {
    let opened = Checkout::open(checkout).unwrap();
    let place = Place(WorkTree::of(&opened).unwrap(), checkout);
    let (session, recovered) = WriteSession::open(place.0.clone(), Duration::from_millis(100))?;
    let said = match recovered {
        Some(recovered) if recovered.finished => "finished",
        Some(_) => "undone",
        None => "",
    };
    let receipt = session.receipt()?;
    let request = match action {
        "apply" => Request::apply(&steps(), &receipt)?,
        "revert" => {
            let mut undo = Undo::new(receipt, &place);
            for patch in ["second", "first"] {
                assert!(undo.recorded(&PatchId::named(patch)).unwrap());
            }
            undo.finish()
        }
        _ => return Ok(said),
    };
    session.execute(request)?;
    Ok(said)
}

/// Not a test of its own: the process the others start, stop and break.
#[test]
#[ignore = "started by the other tests"]
fn child() {
    let checkout = std::env::var("FAULTS_CHECKOUT").unwrap();
    perform(
        &std::env::var("FAULTS_ACTION").unwrap(),
        Path::new(&checkout),
    )
    .unwrap();
}

/// The points an action passes.
fn trace(start: &Scenario, action: &str) -> Vec<String> {
    let output = start
        .copy()
        .child(action)
        .env(FAILPOINT, "trace")
        .output()
        .unwrap();
    assert!(output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    said.lines()
        .filter_map(|line| line.strip_prefix("failpoint ")?.split_once(' '))
        .map(|(_, name)| name.to_owned())
        .collect()
}

/// Both ends of an action, from a run nothing happens to.
fn ends(start: &Scenario, action: &str) -> (Snapshot, Snapshot) {
    let scenario = start.copy();
    let before = scenario.snapshot();
    perform(action, scenario.path()).unwrap();
    (before, scenario.snapshot())
}

/// How often each end was reached.
#[derive(Debug, Default)]
struct Tally {
    faults: usize,
    before: usize,
    after: usize,
}

impl Tally {
    /// Holds a checkout to one of both ends, the one that was said if something was.
    fn count(&mut self, found: &Snapshot, ends: &(Snapshot, Snapshot), said: &str, fault: &str) {
        self.faults += 1;
        if *found == ends.0 {
            assert_ne!(said, "finished", "{fault}");
            self.before += 1;
        } else if *found == ends.1 {
            assert_ne!(said, "undone", "{fault}");
            self.after += 1;
        } else {
            let differs = |path: &&PathBuf| found.get(*path) != ends.0.get(*path);
            let paths: Vec<_> = found.keys().chain(ends.0.keys()).filter(differs).collect();
            panic!("{fault}: neither before nor after; differs from before in {paths:?}");
        }
    }
}

#[test]
fn killed_at_every_step_it_is_fully_before_or_fully_after() {
    for action in ["apply", "revert"] {
        let start = Scenario::new(action);
        let (points, ends) = (trace(&start, action), ends(&start, action));
        let mut tally = Tally::default();
        for index in its_turn(0, points.len(), 9) {
            let name = &points[index];
            let scenario = start.copy();
            Paused::at(scenario.child(action), index + 1)
                .unwrap()
                .kill();
            let said = scenario.next();
            tally.count(&scenario.snapshot(), &ends, said, name);
        }
        println!("{action}: killed at {} steps: {tally:?}", points.len());
        assert!(tally.before > 0 && tally.after > 0, "{tally:?}");
    }
}

#[test]
fn killed_again_while_recovering_it_still_ends_at_one_of_both() {
    for action in ["apply", "revert"] {
        let start = Scenario::new(action);
        let (points, ends) = (trace(&start, action), ends(&start, action));
        let mut tally = Tally::default();
        for first in its_turn(1, points.len(), 9).map(|index| index + 1) {
            for second in faults(first, points.len(), 9).map(|index| index + 1) {
                let scenario = start.copy();
                Paused::at(scenario.child(action), first).unwrap().kill();
                let Some(paused) = Paused::at(scenario.child("next"), second) else {
                    break;
                };
                paused.kill();
                let said = scenario.next();
                let fault = format!("{} then step {second} of recovery", points[first - 1]);
                tally.count(&scenario.snapshot(), &ends, said, &fault);
            }
        }
        println!("{action}: killed twice: {tally:?}");
        assert!(tally.before > 0 && tally.after > 0, "{tally:?}");
    }
}

#[test]
fn an_error_at_every_step_ends_at_one_of_both() {
    for action in ["apply", "revert"] {
        let start = Scenario::new(action);
        let (points, ends) = (trace(&start, action), ends(&start, action));
        let mut tally = Tally::default();
        for index in its_turn(2, points.len(), 8) {
            let name = &points[index];
            for errno in faults(index, 3, 3).map(|which| [ENOSPC, EACCES, EIO][which]) {
                let scenario = start.copy();
                let wish = format!("{}:errno={errno}", index + 1);
                let status = scenario
                    .child(action)
                    .env(FAILPOINT, wish)
                    .status()
                    .unwrap();
                assert!(!status.success(), "{name}");
                let at_once = scenario.snapshot();
                let said = scenario.next();
                let fault = format!("{name} with error {errno}");
                tally.count(&scenario.snapshot(), &ends, said, &fault);
                // Unless it said it stopped half-way, it was settled at once.
                assert!(
                    !said.is_empty() || at_once == scenario.snapshot(),
                    "{fault}"
                );
            }
        }
        println!("{action}: errors at {} steps: {tally:?}", points.len());
        assert!(tally.before > 0, "{tally:?}");
    }
}

/// Saves a file as the crudest and as the most careful of editors do.
fn edit(path: &Path, carefully: bool) -> Option<Vec<u8>> {
    let metadata = fs::symlink_metadata(path)
        .ok()
        .filter(|metadata| metadata.is_file())?;
    let mut content = fs::read(path).unwrap();
    content.extend_from_slice(b"edited\n");
    if carefully {
        let beside = path.with_extension("edit~");
        fs::write(&beside, &content).unwrap();
        fs::set_permissions(&beside, metadata.permissions()).unwrap();
        fs::rename(beside, path).unwrap();
    } else {
        fs::write(path, &content).unwrap();
    }
    Some(content)
}

#[test]
fn an_edit_at_any_moment_is_kept_and_the_rest_is_at_one_of_both() {
    let targets = [
        "src/modified.txt",
        "src/run.sh",
        "top.txt",
        "gone/deleted.txt",
        "src/renamed-to.txt",
    ];
    for action in ["apply", "revert"] {
        let start = Scenario::new(action);
        let (points, ends) = (trace(&start, action), ends(&start, action));
        let mut tally = Tally::default();
        for index in its_turn(1, points.len(), 9) {
            let point = &points[index];
            for which in faults(index, 2 * targets.len(), 5) {
                let (target, carefully) = (targets[which / 2], which % 2 == 0);
                let scenario = start.copy();
                let paused = Paused::at(scenario.child(action), index + 1).unwrap();
                let edited = edit(&scenario.path().join(target), carefully);
                paused.resume();
                scenario.next();
                let mut found = scenario.snapshot();
                let fault = format!("{target} edited at {point}");
                let mut ends = ends.clone();
                if let Some(edited) = edited {
                    let kept = found.remove(Path::new(target)).map(|(_, content)| content);
                    assert_eq!(kept, Some(edited), "{fault}");
                    for end in [&mut ends.0, &mut ends.1] {
                        end.remove(Path::new(target));
                        // The directory of a file that was to go stays with the edit.
                        end.insert(
                            "gone".into(),
                            found.get(Path::new("gone")).cloned().unwrap_or_default(),
                        );
                        found.entry("gone".into()).or_default();
                    }
                }
                tally.count(&found, &ends, "", &fault);
            }
        }
        println!("{action}: edited at {} steps: {tally:?}", points.len());
        assert!(tally.before > 0 && tally.after > 0, "{tally:?}");
    }
}
