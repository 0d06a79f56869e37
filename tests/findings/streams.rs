//! What reaches streams and files of the user's.

use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use assert_cmd::cargo::cargo_bin;

use crate::{code, granite_350m, lint, run, stdout, wrong_vocabulary};
use granite_bundle_testkit::asset::HashFile;
use granite_bundle_testkit::kinds;
use granite_bundle_testkit::scratch;

/// The exit code of a command whose stdout nobody reads.
fn unread(folder: &Path, args: &[&str]) -> i32 {
    let mut child = Command::new(cargo_bin!("granite-bundle"))
        .current_dir(folder)
        .args(args)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    child.wait().unwrap().code().unwrap()
}

#[test]
fn a_closed_pipe_leaves_the_exit_code_that_of_the_findings() {
    let folder = scratch::folder();
    granite_350m().write(&folder.path().join("good")).unwrap();
    wrong_vocabulary()
        .write(&folder.path().join("bad"))
        .unwrap();
    let unread = |args: &[&str]| unread(folder.path(), args);
    for format in ["human", "json", "sarif", "junit", "github"] {
        let lint = |path| unread(&["lint", "--no-hash", "--format", format, path]);
        assert_eq!(
            (lint("good"), lint("bad"), lint("none")),
            (0, 1, 2),
            "{format}"
        );
    }
    // Not the large one, whose hash takes a second.
    let mut little = kinds::ordinary("little");
    little.asset.as_mut().unwrap().1.hash = HashFile::Bytes(vec![7; 32]);
    little.write(&folder.path().join("little")).unwrap();
    assert_eq!(unread(&["inspect", "--verify-hash", "little"]), 1);
    assert_eq!(unread(&["diff", "--exit-code", "good", "bad"]), 1);
    assert_eq!(unread(&["inspect", "none"]), 2);
    assert_eq!(unread(&["rules"]), 0);
}

#[test]
fn what_steers_a_terminal_is_escaped_and_not_lost() {
    let folder = scratch::folder();
    let name = "a\u{1b}[31m\u{9b}2J\u{7f}\u{202e}\u{61c}b";
    let mut bundle = granite_350m();
    bundle.manifest.as_mut().unwrap()["name"] = name.into();
    bundle.manifest.as_mut().unwrap()["kind"] = name.into();
    bundle.write(&folder.path().join("x")).unwrap();
    let steering = ['\u{1b}', '\u{9b}', '\u{7f}', '\u{202e}', '\u{61c}'];
    for args in [
        &["inspect", "x"][..],
        &["inspect", "--json", "x"],
        &["lint", "--no-hash", "x"],
        &["lint", "--no-hash", "--format", "json", "x"],
        &["lint", "--no-hash", "--format", "sarif", "x"],
        &["lint", "--no-hash", "--format", "junit", "x"],
        &["lint", "--no-hash", "--format", "github", "x"],
    ] {
        let text = stdout(&run(folder.path(), args));
        assert!(!text.contains(steering), "{args:?}: {text}");
        for shown in ["1b", "9b", "7f", "202e"] {
            assert!(text.contains(shown), "{args:?} lost {shown}: {text}");
        }
    }
    let json = run(folder.path(), &["inspect", "--json", "x"]);
    let json: serde_json::Value = serde_json::from_str(&stdout(&json)).unwrap();
    assert_eq!(json["bundles"][0]["bundle"]["name"], name);
}

/// Makes a named pipe.
fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn reports_go_through_links_and_pipes_and_keep_modes() {
    let folder = scratch::folder();
    let path = |name: &str| folder.path().join(name);
    granite_350m().write(&path("a")).unwrap();
    fs::create_dir(path("reports")).unwrap();
    fs::write(path("reports/old"), "old").unwrap();
    fs::set_permissions(path("reports/old"), fs::Permissions::from_mode(0o600)).unwrap();
    symlink("reports/old", path("link")).unwrap();
    let args = |file: &'static str| ["--format", "json", "--output", file, "a"];
    assert_eq!(code(&lint(folder.path(), &args("link"))), 0);
    assert!(path("link").is_symlink());
    assert!(
        fs::read_to_string(path("reports/old"))
            .unwrap()
            .contains("lint/1")
    );
    assert_eq!(
        fs::metadata(path("reports/old")).unwrap().mode() & 0o777,
        0o600
    );

    pipe(&path("pipe"));
    let reader = path("pipe");
    let read = std::thread::spawn(move || fs::read_to_string(reader).unwrap());
    assert_eq!(code(&lint(folder.path(), &args("pipe"))), 0);
    assert!(read.join().unwrap().contains("lint/1"));
    assert!(fs::metadata(path("pipe")).unwrap().file_type().is_fifo());
}

#[test]
fn a_baseline_is_written_through_a_link_and_keeps_the_mode() {
    let folder = scratch::folder();
    let path = |name: &str| folder.path().join(name);
    wrong_vocabulary().write(&path("a")).unwrap();
    fs::write(path("shared.toml"), "# ours\n").unwrap();
    fs::set_permissions(path("shared.toml"), fs::Permissions::from_mode(0o664)).unwrap();
    symlink("shared.toml", path("granite-bundle.toml")).unwrap();
    let output = lint(folder.path(), &["--write-baseline", "a"]);
    assert_eq!(code(&output), 0);
    assert!(path("granite-bundle.toml").is_symlink());
    let written = fs::read_to_string(path("shared.toml")).unwrap();
    assert!(written.starts_with("# ours\n") && written.contains("granite-vocab"));
    assert_eq!(
        fs::metadata(path("shared.toml")).unwrap().mode() & 0o777,
        0o664
    );
}

#[test]
fn configurations_and_profiles_that_are_no_files_are_refused_at_once() {
    let folder = scratch::folder();
    let path = |name: &str| folder.path().join(name);
    granite_350m().write(&path("a")).unwrap();
    pipe(&path("pipe"));
    symlink("/dev/zero", path("zero")).unwrap();
    fs::File::create(path("huge"))
        .unwrap()
        .set_len(1 << 40)
        .unwrap();
    for file in ["pipe", "zero", "huge", "a"] {
        assert_eq!(
            code(&lint(folder.path(), &["--config", file, "a"])),
            2,
            "{file}"
        );
        assert_eq!(
            code(&lint(folder.path(), &["--profile", file, "a"])),
            2,
            "{file}"
        );
        fs::write(path("granite-bundle.toml"), format!("profile = {file:?}\n")).unwrap();
        assert_eq!(code(&lint(folder.path(), &["a"])), 2, "{file}");
        fs::remove_file(path("granite-bundle.toml")).unwrap();
        symlink(file, path("granite-bundle.toml")).unwrap();
        assert_eq!(code(&lint(folder.path(), &["a"])), 2, "{file}");
        fs::remove_file(path("granite-bundle.toml")).unwrap();
    }
}
