//! Locks, worktrees, submodules, odd files and paths that lead out.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use crate::kit::{LINES, Place, two};

#[test]
fn a_held_lock_is_waited_for_and_then_named() {
    let place = two();
    place.run(&["apply"]).expect(0);
    let lock = place.engine().join(".git/granite-bundle/lock");
    let held = fs::File::open(lock).unwrap();
    held.lock().unwrap();
    let before = place.files();
    let run = place.run(&["revert", "--lock-timeout", "0.1"]).expect(2);
    assert!(run.stderr.contains("--lock-timeout"), "{}", run.stderr);
    assert_eq!(place.files(), before);
    // Looking needs no lock.
    place.run(&["status"]).expect(0);
    drop(held);
    place.run(&["revert"]).expect(0);
}

#[test]
fn worktrees_keep_their_own_state() {
    let place = two();
    place.git(&["worktree", "add", "--quiet", "../second"]);
    place.run(&["apply"]).expect(0);
    let second = |command: &str| {
        place
            .run(&[command, "--json", "--engine", "second"])
            .expect(0)
            .json()
    };
    assert_eq!(second("status")["patches"][0]["state"], "applicable");
    second("apply");
    place.run(&["revert"]).expect(0);
    assert_eq!(second("status")["patches"][0]["state"], "applied");
    assert_eq!(place.read("src/lib.swift"), LINES);
}

#[test]
fn a_submodule_is_a_checkout_like_any_other() {
    let place = two();
    let outer = Place::new(&[("f", "outer\n")]);
    let inner = place.engine();
    let allow = "protocol.file.allow=always";
    outer.git(&[
        "-c",
        allow,
        "submodule",
        "--quiet",
        "add",
        inner.to_str().unwrap(),
        "sub",
    ]);
    let stack = place.stack();
    let args = |command: &'static str| {
        [
            command,
            "--engine",
            "engine/sub",
            "--stack",
            stack.to_str().unwrap(),
        ]
        .map(str::to_owned)
    };
    let run = |command| {
        let args = args(command);
        outer
            .run(&args.iter().map(String::as_str).collect::<Vec<_>>())
            .expect(0)
    };
    run("apply");
    assert!(outer.read("sub/src/lib.swift").contains("TWO"));
    run("revert");
    assert_eq!(outer.read("sub/src/lib.swift"), LINES);
    // And from outside a patch does not reach into it.
    fs::write(
        outer.stack().join("in.patch"),
        "--- a/sub/README\n+++ b/sub/README\n@@ -1 +1 @@\n-read me\n\\ No newline at end of file\n+mine\n",
    )
    .unwrap();
    outer.run(&["apply"]).expect(1);
    assert_eq!(outer.read("sub/README"), "read me");
}

#[test]
fn odd_files_come_and_go_exactly() {
    let place = Place::new(&[
        ("crlf.txt", "a\r\nb\r\n"),
        ("bare.txt", "no newline"),
        ("tool.sh", "#!/bin/sh\n"),
    ]);
    symlink("crlf.txt", place.engine().join("link")).unwrap();
    place.commit("link");
    place.patch("odd", |place| {
        place.write("crlf.txt", "a\r\nB\r\n");
        place.write("bare.txt", "still no newline");
        let executable = fs::Permissions::from_mode(0o755);
        fs::set_permissions(place.engine().join("tool.sh"), executable).unwrap();
        fs::remove_file(place.engine().join("link")).unwrap();
        symlink("bare.txt", place.engine().join("link")).unwrap();
    });
    let before = place.files();
    place.run(&["apply"]).expect(0);
    assert_eq!(place.read("crlf.txt"), "a\r\nB\r\n");
    assert_eq!(place.read("link"), "still no newline");
    let mode = fs::metadata(place.engine().join("tool.sh"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o111, 0o111);
    place.run(&["revert"]).expect(0);
    assert_eq!(place.files(), before);
}

#[test]
fn a_path_out_of_the_checkout_is_refused() {
    let place = Place::new(&[("f", "x\n")]);
    symlink("..", place.engine().join("up")).unwrap();
    place.commit("link");
    for (name, path) in [
        ("dots", "../out"),
        ("link", "up/out"),
        ("git", ".git/hooks/out"),
        ("case", ".GIT/out"),
    ] {
        let text = format!("--- /dev/null\n+++ b/{path}\n@@ -0,0 +1 @@\n+out\n");
        fs::write(place.stack().join("p.patch"), text).unwrap();
        let before = place.files();
        place.run(&["apply"]).expect(1);
        assert_eq!(place.files(), before, "{name}");
        assert!(!place.stack().join("../out").exists());
    }
}
