//! Files of strangers that would hang a program or swell it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use granite_bundle_testkit::turn::has_turn;

use crate::numbers::manifest;
use crate::{Run, bundles, run};

const PROGRAM: &str = env!("CARGO_BIN_EXE_granite-bundle");

/// Runs the program with at most that much address space.
fn within(kilobytes: u64, folder: &Path, arguments: &str) -> (Option<i32>, String) {
    let output = Command::new("sh")
        .current_dir(folder)
        .env("MALLOC_ARENA_MAX", "1")
        .env("RAYON_NUM_THREADS", "1")
        .args([
            "-c",
            &format!("ulimit -v {kilobytes}; exec '{PROGRAM}' {arguments}"),
        ])
        .output()
        .unwrap();
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

#[test]
fn a_manifest_of_fifteen_megabytes_takes_no_hundred() {
    let fill = |piece: &str, separator: &str| {
        let pair = [piece, separator].concat();
        pair.repeat(15_000_000 / pair.len() - 1) + piece
    };
    let hostile = [
        format!("[{}]", fill("0", ",")),
        format!("[{}]", fill("{}", ",")),
        format!("[{}]", fill("{\"\":[]}", ",")),
        format!("\"{}\"", fill("x", "x")),
    ];
    let hostile = hostile.into_iter().enumerate();
    for (_, hostile) in hostile.filter(|(place, _)| has_turn(*place, 4)) {
        let folder = bundles(&["a"]);
        manifest(
            &folder,
            "\"compression\": null",
            &format!("\"compression\": {hostile}"),
        );
        let large = hostile.starts_with('[');
        for command in ["inspect a", "lint a --no-hash"] {
            let (code, stderr) =
                within(100_000 + 45_000 * u64::from(!large), folder.path(), command);
            assert!(matches!(code, Some(0..=2)), "{command}: {stderr}");
            if large && command.starts_with("inspect") {
                assert!(
                    stderr.contains("holds more than the 65536 values"),
                    "{stderr}"
                );
            }
        }
        // Nor is it called something the engine would refuse, which nobody knows.
        if large {
            let lint = run(
                folder.path(),
                &["lint", "a", "--no-hash", "--format", "json"],
            )
            .json();
            let text = lint["findings"].to_string();
            assert!(!text.contains("malformedMetadata"), "{text}");
        }
    }
}

/// Runs a command that must end by itself.
fn bounded(folder: &Path, arguments: &[&str]) -> Run {
    let output = Command::new("timeout")
        .arg(Duration::from_secs(20).as_secs().to_string())
        .arg(PROGRAM)
        .current_dir(folder)
        .args(arguments)
        .output()
        .unwrap();
    let code = output.status.code().unwrap();
    assert_ne!(code, 124, "{arguments:?} does not end");
    Run {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        code,
    }
}

#[test]
fn a_pipe_in_a_bundle_never_hangs_and_is_said() {
    for file in [
        "metadata.json",
        "LICENSE",
        "gate.json",
        "generation_config.json",
        "tokenizer/tokenizer.json",
        "tokenizer/tokenizer_config.json",
        "tokenizer/generation_config.json",
        "tokenizer/chat_template.jinja",
        "tokenizer/chat_template.json",
        "a.aimodel/main.mlirb",
        "a.aimodel/main.hash",
        "a.aimodel/metadata.json",
    ] {
        let folder = bundles(&["a"]);
        let path = folder.path().join("a").join(file);
        drop(fs::remove_file(&path));
        assert!(
            Command::new("mkfifo")
                .arg(&path)
                .status()
                .unwrap()
                .success()
        );
        for arguments in [
            &["inspect", "a", "--verify-hash"][..],
            &["lint", "a", "--format", "json"],
            &["diff", "a", "a"],
            &["inspect", "a", "--as-profile"],
        ] {
            let run = bounded(folder.path(), arguments);
            assert!(run.code <= 2);
            let is_seen = !["LICENSE", "gate.json", "tokenizer/chat_template.json"].contains(&file);
            if arguments[0] == "inspect"
                && arguments.len() == 3
                && is_seen
                && arguments[2] != "--as-profile"
            {
                assert!(
                    run.stderr.contains("a named pipe"),
                    "{file}: {}",
                    run.stderr
                );
            }
        }
    }
}

#[test]
fn a_device_in_a_bundle_is_no_file_either() {
    let folder = bundles(&["a"]);
    let zero = folder.path().join("a/tokenizer/tokenizer.json");
    fs::remove_file(&zero).unwrap();
    symlink("/dev/zero", &zero).unwrap();
    let run = bounded(folder.path(), &["inspect", "a"]);
    assert!(
        run.stderr.contains("leads out of the bundle"),
        "{}",
        run.stderr
    );
}
