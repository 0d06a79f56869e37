//! Faults of the whole program: killed, out of space, refused by the system. `FAULTS=every` tries every step.

#![cfg(debug_assertions)]
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::fs;
use std::process::Command;

use crate::kit::{FAILPOINT, Paused, Place, Snapshot, steps};

/// A checkout on which a command has something to do of every kind.
fn place(command: &[&str]) -> Place {
    let place = Place::new(&[("a/one", "1\n"), ("b/two", "2\n")]);
    place.patch("p", |place| {
        place.write("a/one", "one\n");
        place.write("c/three", "3\n");
    });
    place.patch("q", |place| {
        place.write("a/one", "ONE\n");
        fs::remove_file(place.engine().join("b/two")).unwrap();
    });
    if command[0] == "revert" {
        let apply: Vec<_> = ["apply"].iter().chain(&command[1..]).copied().collect();
        place.run(&apply).expect(0);
    }
    place
}

/// Where the checkout is.
#[derive(Debug, Clone, Copy)]
enum Kind {
    /// A folder inside the repository.
    Folder,
    /// A folder without git.
    Export,
}

impl Kind {
    fn arrange(self, place: &Place) {
        match self {
            Kind::Folder => {
                let inner = place.engine().join("vendor/engine");
                fs::create_dir_all(&inner).unwrap();
                for name in ["a", "b"] {
                    fs::rename(place.engine().join(name), inner.join(name)).unwrap();
                }
                place.commit("vendored");
            }
            Kind::Export => fs::remove_dir_all(place.engine().join(".git")).unwrap(),
        }
    }

    fn engine(self) -> &'static str {
        match self {
            Kind::Folder => "engine/vendor/engine",
            Kind::Export => "engine",
        }
    }

    /// The files, without the tool's own.
    fn files(self, place: &Place) -> Snapshot {
        let mut files = place.files();
        files.retain(|path, _| !path.starts_with(".granite-bundle"));
        files
    }
}

/// Files, and what git says of branch and index.
fn state(place: &Place) -> (Snapshot, String) {
    let branch = place.git(&["log", "--format=%s"]);
    (
        place.files(),
        branch + &place.git(&["status", "--porcelain"]),
    )
}

/// The steps of a command, of which there is one on this checkout.
fn points(place: &Place, command: &[&str]) -> usize {
    let output = place
        .copy()
        .command(command)
        .env(FAILPOINT, "trace")
        .output()
        .unwrap();
    assert!(output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    said.lines()
        .filter(|line| line.starts_with("failpoint "))
        .count()
}

#[test]
fn killed_anywhere_the_next_command_settles_it_and_says_so() {
    for command in [
        &["apply"][..],
        &["revert"],
        &["apply", "--commit"],
        &["revert", "--commit"],
    ] {
        let start = place(command);
        let before = state(&start);
        let whole = start.copy();
        whole.run(command).expect(0);
        let after = state(&whole);
        let (mut undone, mut finished) = (0, 0);
        let count = points(&start, command);
        for step in steps(0, count, 6).map(|index| index + 1) {
            let place = start.copy();
            Paused::at(place.command(command), step).unwrap().kill();
            let next = place.run(&["status", "--json"]).expect(0);
            next.json();
            let found = state(&place);
            let fault = format!("{command:?} killed at step {step}: {}", next.stderr);
            if found == before {
                assert!(!next.stderr.contains("now finished"), "{fault}");
                undone += 1;
            } else {
                assert!(found == after, "{fault}: neither before nor after");
                assert!(!next.stderr.contains("now undone"), "{fault}");
                finished += 1;
            }
            // And again it has nothing to say.
            assert_eq!(place.run(&["recover"]).expect(0).stderr, "");
        }
        println!(
            "{}: killed at {count} steps: {undone} before, {finished} after",
            command.join(" ")
        );
        assert!(undone > 2 && finished > 2);
    }
}

#[test]
fn a_disk_that_fills_at_any_size_leaves_it_before_or_after() {
    for command in ["apply", "revert"] {
        let start = place(&[command]);
        let before = state(&start);
        let whole = start.copy();
        whole.run(&[command]).expect(0);
        let after = state(&whole);
        let (mut failed, mut passed) = (0, 0);
        // The largest file a process may write, in 512-byte blocks: a real refusal by the system.
        for blocks in 0..6 {
            let place = start.copy();
            // A file grown before stays large enough.
            let tool = place.command(&[command]);
            let words = std::iter::once(tool.get_program()).chain(tool.get_args());
            let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
            let mut limited = Command::new("sh");
            limited.args(["-c", &script, "sh"]).args(words);
            let output = limited
                .current_dir(tool.get_current_dir().unwrap())
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            place.run(&["status"]).expect(0);
            let found = state(&place);
            if output.status.success() {
                assert!(found == after, "{command} with {blocks} blocks: {said}");
                passed += 1;
            } else {
                assert_eq!(output.status.code(), Some(2), "{said}");
                assert!(found == before, "{command} with {blocks} blocks: {said}");
                failed += 1;
            }
        }
        println!("{command}: {failed} limits too small, {passed} large enough");
        assert!(failed > 0 && passed > 0);
    }
}

#[test]
fn a_failure_is_told_in_words_and_with_exit_2() {
    const ENOSPC: u32 = 28;
    let mut told = 0;
    let start = place(&["apply"]);
    for step in steps(0, points(&start, &["apply"]), 6).map(|index| index + 1) {
        let place = start.copy();
        let mut command = place.command(&["apply"]);
        let output = command
            .env(FAILPOINT, format!("{step}:errno={ENOSPC}"))
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "step {step}: {said}");
        assert!(
            said.contains("No space left on device"),
            "step {step}: {said}"
        );
        told += 1;
    }
    assert!(told > 5);
}

#[test]
fn where_recovery_is_impossible_the_command_says_so_with_exit_2() {
    let place = place(&["apply"]);
    let middle = points(&place, &["apply"]) / 2;
    Paused::at(place.command(&["apply"]), middle)
        .unwrap()
        .kill();
    let mut command = place.command(&["status"]);
    const EROFS: u32 = 30;
    let output = command
        .env(FAILPOINT, format!("1:errno={EROFS}"))
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("patch recover"), "{said}");
    place.run(&["recover"]).expect(0);
}

#[test]
fn another_process_at_work_is_waited_for_and_not_disturbed() {
    let place = place(&["apply"]);
    let middle = points(&place, &["apply"]) / 2;
    let paused = Paused::at(place.command(&["apply"]), middle).unwrap();
    let during = place.everything();
    for command in ["apply", "revert", "recover"] {
        let run = place.run(&[command, "--lock-timeout", "0.1"]).expect(2);
        assert!(
            run.stderr.contains("another granite-bundle"),
            "{}",
            run.stderr
        );
        assert_eq!(place.everything(), during, "{command}");
    }
    assert!(paused.resume());
    assert_eq!(place.states(), ["applied", "applied"]);
}

#[test]
fn killed_in_a_folder_or_in_an_export_the_next_command_settles_it() {
    for kind in [Kind::Folder, Kind::Export] {
        for command in ["apply", "revert"] {
            let args = |command: &'static str| [command, "--engine", kind.engine()];
            let start = place(&["apply"]);
            kind.arrange(&start);
            if command == "revert" {
                start.run(&args("apply")).expect(0);
            }
            let before = kind.files(&start);
            let whole = start.copy();
            let trace = whole
                .command(&args(command))
                .env(FAILPOINT, "trace")
                .output()
                .unwrap();
            let after = kind.files(&whole);
            let said = String::from_utf8(trace.stderr).unwrap();
            let count = said
                .lines()
                .filter(|line| line.starts_with("failpoint "))
                .count();
            let (mut undone, mut finished) = (0, 0);
            for step in steps(0, count, 8).map(|index| index + 1) {
                let place = start.copy();
                Paused::at(place.command(&args(command)), step)
                    .unwrap()
                    .kill();
                let next = place.run(&args("status")).expect(0);
                let found = kind.files(&place);
                let fault = format!("{kind:?} {command} killed at {step}: {}", next.stderr);
                match found == before {
                    true => undone += 1,
                    false => {
                        assert!(found == after, "{fault}: neither before nor after");
                        finished += 1;
                    }
                }
                let engine = ["recover", "--engine", kind.engine()];
                assert_eq!(place.run(&engine).expect(0).stderr, "");
            }
            println!("{kind:?} {command}: {undone} before, {finished} after of {count}");
            assert!(undone > 0 && finished > 0);
        }
    }
}
