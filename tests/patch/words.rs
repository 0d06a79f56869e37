//! What a patch says, in commits and on a screen, and what is suggested next.

#![allow(clippy::unwrap_used)]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::process::Command;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::Value;

use crate::kit::{LINES, Place, two};

/// A checkout of one file, and a mail that creates another.
fn mailed(head: &[u8]) -> Place {
    let place = Place::new(&[("f", "x\n")]);
    let diff = "---\n g | 1 +\n\ndiff --git a/g b/g\nnew file mode 100644\n--- /dev/null\n+++ b/g\n@@ -0,0 +1 @@\n+g\n-- \n2.47\n";
    let text = [head, diff.as_bytes()].concat();
    fs::write(place.stack().join("p.patch"), text).unwrap();
    place
}

#[test]
fn a_commit_has_the_mails_words_as_git_am_has_them() {
    for head in [
        &b"From 1234567890 Mon Sep 17 00:00:00 2001\nFrom: =?UTF-8?q?J=C3=BCrgen=20M=C3=BCller?= <j@example.invalid>\nDate: Tue, 1 Sep 2026 10:00:00 +0200\nSubject: [PATCH 1/2] =?UTF-8?q?Gr=C3=B6=C3=9Fe=20?=\n =?UTF-8?q?pr=C3=BCfen?=\n\nWarum.\n\nDarum.\n"[..],
        b"From: \"Doe, John\" <d@example.invalid>\nDate: Tue, 1 Sep 2026 10:00:00 -0330\nSubject: Say\n more and\n\tmore\n\nBecause.\n",
        b"From: A <list@example.invalid>\nDate: Tue, 1 Sep 2026 10:00:00 +0000\nSubject: [PATCH v3] x\n\nFrom: =?utf-8?b?w4k=?= <e@example.invalid>\n\nText.\n",
        b"From: A <a@example.invalid>\nDate: Tue, 1 Sep 2026 10:00:00 +0000\nSubject: =?iso-8859-1?Q?Caf=E9?=\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: 8bit\n\nD\xe9j\xe0 vu.\n",
    ] {
        let ours = mailed(head);
        ours.run(&["apply", "--commit"]).expect(0);
        let git = mailed(head);
        git.git(&["am", "--quiet", "../stack/p.patch"]);
        let shown = ["log", "-1", "--format=%an <%ae> %ai%n%B"];
        assert_eq!(ours.git(&shown), git.git(&shown));
    }
}

#[test]
fn a_diff_and_a_document_keep_every_byte() {
    let place = Place::new(&[("f", "x\n")]);
    let text = "a\u{1b}[31mb\u{7f}\r\n\u{202e}\u{9b}c\n";
    place.patch("p", |place| place.write("f", text));
    let diff = place.command(&["diff"]).output().unwrap().stdout;
    let lines = "+a\u{1b}[31mb\u{7f}\r\n+\u{202e}\u{9b}c\n";
    assert!(
        diff.ends_with(lines.as_bytes()),
        "{}",
        String::from_utf8_lossy(&diff)
    );
    let document = place.run(&["diff", "--json"]).expect(0).json();
    assert_eq!(document["diff"].as_str().unwrap().as_bytes(), diff);
}

#[test]
fn what_a_stranger_wrote_does_not_steer_the_terminal() {
    let place = Place::new(&[("f", "\u{202e}one\u{1b}[31m\ntwo\n")]);
    let text = "Subject: \u{202e}evil\u{2066}\n\n---\n--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n \u{202e}one\u{1b}[32m\n-two\n+2\n";
    fs::write(place.stack().join("p\u{202e}.patch"), text).unwrap();
    for command in ["list", "status", "check", "apply", "verify", "matrix"] {
        let run = place.run(&[command]);
        let steers =
            |c: char| matches!(c, '\u{1b}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        let said = run.stdout + &run.stderr;
        assert!(!said.contains(steers), "{command}: {said:?}");
    }
}

/// Runs a suggested command in a shell, where the place's own commands run.
fn paste(place: &Place, line: &str) -> bool {
    let program = env!("CARGO_BIN_EXE_granite-bundle");
    let line = line.replace("granite-bundle ", &format!("{program} "));
    let mut shell = Command::new("bash");
    let shell = shell
        .args(["-c", &line])
        .current_dir(place.stack().parent().unwrap());
    shell.output().unwrap().status.success()
}

#[test]
fn next_commands_are_quoted_and_make_the_same_choices() {
    let place = two();
    let stack = "my 'st\u{e4}ck'; exit 3";
    fs::rename(place.stack(), place.stack().with_file_name(stack)).unwrap();
    let odd = std::ffi::OsStr::from_bytes(b"-en gine\n\xe9$x");
    fs::rename(place.engine(), place.engine().with_file_name(odd)).unwrap();
    let run = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_granite-bundle"));
        let mut engine = std::ffi::OsString::from("--engine=");
        engine.push(odd);
        command
            .arg("patch")
            .args(args)
            .args(["--stack", stack])
            .arg(engine);
        command
            .current_dir(place.stack().parent().unwrap())
            .output()
            .unwrap()
    };
    let status = run(&["status", "--only", "a", "--json"]);
    let document: serde_json::Value = serde_json::from_slice(&status.stdout).unwrap();
    let next = document["next"][0].as_str().unwrap();
    assert!(next.contains("--only a"), "{next}");
    assert!(paste(&place, next), "{next}");
    let after: serde_json::Value =
        serde_json::from_slice(&run(&["status", "--json"]).stdout).unwrap();
    assert_eq!(after["patches"][0]["state"], "applied");
    assert_eq!(after["patches"][1]["state"], "applicable");
}

#[test]
fn nothing_is_suggested_that_would_be_refused() {
    let edited = two();
    edited.write("src/lib.swift", &LINES.replace("six\n", "6\n"));
    let staged = two();
    staged.write("src/lib.swift", &LINES.replace("six\n", "6\n"));
    staged.git(&["add", "--all"]);
    let conflict = two();
    conflict.write("src/lib.swift", &LINES.replace("two\n", "2\n"));
    conflict.commit("in the way");
    let unborn = two();
    unborn.git(&["checkout", "--quiet", "--orphan", "new"]);
    let merging = two();
    merging.write(
        "src/lib.swift",
        &LINES.replace("one\n", "0\none\n").replace("four\n", "4\n"),
    );
    merging.commit("drifted");
    for place in [two(), edited, staged, conflict, unborn, merging] {
        for command in ["status", "check"] {
            let document = place.run(&[command, "--json"]).json();
            let page = place.run(&[command]).stdout;
            for line in document["next"].as_array().unwrap() {
                let line = line.as_str().unwrap();
                assert!(page.contains(line), "{page}");
                let dry = match line.contains("patch apply") {
                    true => format!("{line} --dry-run"),
                    false => line.to_owned(),
                };
                assert!(paste(&place, &dry), "{line}");
            }
        }
    }
}

#[test]
fn names_that_are_no_text_are_patched_told_and_taken_back() {
    let name = |bytes: &[u8]| OsStr::from_bytes(bytes).to_owned();
    let place = Place::new(&[("f", "x\n")]);
    let (old, new) = (name(b"caf\xe9.txt"), name(b"d\xff/n\xfe"));
    let at = |place: &Place, name: &OsStr| place.engine().join(name);
    fs::write(at(&place, &old), "one\n").unwrap();
    place.commit("a name that is no text");
    let stock = place.files();
    place.patch("p", |place| {
        fs::write(at(place, &old), "ONE\n").unwrap();
        fs::create_dir(at(place, OsStr::from_bytes(b"d\xff"))).unwrap();
        fs::write(at(place, &new), "new\n").unwrap();
    });
    let patch = place.stack().join("p.patch");
    place.git(&["apply", patch.to_str().unwrap()]);
    let applied = place.files();
    place.git(&["apply", "--reverse", patch.to_str().unwrap()]);
    assert_eq!(place.files(), stock);

    let document = place.run(&["status", "--json"]).expect(0).json();
    let files = document["patches"][0]["files"].as_array().unwrap();
    let paths: Vec<_> = files
        .iter()
        .map(|file| file["path"].as_str().unwrap())
        .collect();
    assert_eq!(paths, [r#""caf\351.txt""#, r#""d\377/n\376""#]);
    let diff = place.command(&["diff"]).output().unwrap().stdout;
    place.run(&["apply"]).expect(0);
    assert_eq!(place.files(), applied);
    assert_eq!(place.states(), ["applied"]);
    place.run(&["verify"]).expect(0);
    place.run(&["revert"]).expect(0);
    assert_eq!(place.files(), stock);
    // git takes what `diff` printed.
    let printed = place.stack().join("printed");
    fs::write(&printed, diff).unwrap();
    place.git(&["apply", printed.to_str().unwrap()]);
    assert_eq!(place.files(), applied);
    place.git(&["apply", "--reverse", printed.to_str().unwrap()]);
    place.run(&["apply", "--commit"]).expect(0);
    assert_eq!(place.files(), applied);
    assert_eq!(place.git(&["status", "--porcelain"]), "");

    fs::write(at(&place, &old), "mine\n").unwrap();
    let document = place.run(&["status", "--json"]).expect(0).json();
    assert_eq!(
        document["engine"]["edited"],
        serde_json::json!([r#""caf\351.txt""#])
    );
}

#[test]
fn a_diff_of_what_is_no_text_is_whole_in_the_document() {
    let place = Place::new(&[("f", "x\n")]);
    place.patch("p", |place| place.write("f", "y\n"));
    let patch = place.stack().join("p.patch");
    let latin = fs::read(&patch).unwrap();
    let plus = latin.windows(3).position(|part| part == b"+y\n").unwrap();
    let latin = [&latin[..plus], b"+caf\xe9\n", &latin[plus + 3..]].concat();
    fs::write(&patch, latin).unwrap();
    let diff = place.command(&["diff"]).output().unwrap().stdout;
    assert!(diff.ends_with(b"+caf\xe9\n"), "{diff:?}");
    let document = place.run(&["diff", "--json"]).expect(0).json();
    assert_eq!(document["diff"], Value::Null);
    let encoded = document["diff_base64"].as_str().unwrap();
    assert_eq!(BASE64_STANDARD.decode(encoded).unwrap(), diff);
}
