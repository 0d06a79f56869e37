//! `init`.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::{code, granite_350m, lint, run, stderr, wrong_vocabulary};
use granite_bundle_testkit::scratch;

fn read(folder: &Path, file: &str) -> String {
    fs::read_to_string(folder.join(file)).unwrap()
}

#[test]
fn what_init_writes_is_obeyed_and_described() {
    let folder = scratch::folder();
    let root = folder.path();
    fs::create_dir(root.join(".git")).unwrap();
    fs::write(root.join(".git/HEAD"), "ref: refs/heads/trunk\n").unwrap();
    fs::write(root.join(".gitattributes"), "*.mlirb filter=lfs diff=lfs\n").unwrap();
    granite_350m().write(&root.join("my bundles/a")).unwrap();
    wrong_vocabulary()
        .write(&root.join("my bundles/b"))
        .unwrap();
    let before = fs::read_dir(root).unwrap().count();
    let output = run(&root.join("my bundles"), &["init", "--dry-run"]);
    assert_eq!(code(&output), 0);
    assert_eq!(fs::read_dir(root).unwrap().count(), before);

    assert_eq!(code(&run(&root.join("my bundles"), &["init"])), 0);
    let config = read(root, "granite-bundle.toml");
    let schema_file = config
        .lines()
        .next()
        .unwrap()
        .strip_prefix("#:schema ./")
        .unwrap();
    let schema: Value = serde_json::from_str(&read(root, schema_file)).unwrap();
    jsonschema::validate(&schema, &toml::from_str(&config).unwrap()).unwrap();
    assert!(config.contains("2, below my bundles"), "{config}");
    let uncommented = config
        .lines()
        .filter(|line| !line.starts_with("#:"))
        .map(|line| match line.strip_prefix("# ") {
            Some(rest) if rest.contains(" = ") || rest.starts_with("[[") => rest,
            _ => line,
        });
    let uncommented = uncommented.collect::<Vec<_>>().join("\n");
    granite_bundle::lint::config::Config::parse(Path::new("x"), &uncommented).unwrap();
    let workflow = read(root, ".github/workflows/bundles.yml");
    for part in [
        "lint 'my bundles' --format github",
        "lfs: true",
        "\"trunk\"",
        "if: always()",
    ] {
        assert!(workflow.contains(part), "{part}: {workflow}");
    }
    assert!(!workflow.contains('@') || !workflow.contains("@PATH@"));
    let linted = lint(root, &["my bundles"]);
    assert_eq!(code(&linted), 1);
    assert!(!stderr(&linted).contains("error"), "{}", stderr(&linted));

    fs::write(root.join("granite-bundle.toml"), "# mine\n").unwrap();
    let again = run(root, &["init"]);
    assert!(stderr(&again).contains("stays as it is"));
    assert_eq!(read(root, "granite-bundle.toml"), "# mine\n");
    run(root, &["init", "--force"]);
    assert_eq!(read(root, "granite-bundle.toml"), config);
}

#[test]
fn the_job_is_for_the_system_the_repository_uses() {
    let folder = scratch::folder();
    let root = folder.path();
    fs::create_dir(root.join(".git")).unwrap();
    fs::write(
        root.join(".git/config"),
        "[remote \"origin\"]\nurl = git@gitlab.com:a/b\n",
    )
    .unwrap();
    run(root, &["init"]);
    assert!(read(root, ".gitlab-ci.yml").contains("granite-bundle lint ."));
    assert!(!root.join(".github").exists());
    run(root, &["init"]);
    assert!(root.join(".gitlab/bundles.yml").exists());
    let other = scratch::folder();
    run(other.path(), &["init", "--ci", "none"]);
    assert_eq!(fs::read_dir(other.path()).unwrap().count(), 2);
}

/// The command by which a job installs what its runner lacks, run by a shell with a `cargo` that says what it is asked.
#[test]
fn a_job_installs_from_a_repository_and_says_what_it_lacks() {
    for (ci, file) in [
        ("github", ".github/workflows/bundles.yml"),
        ("gitlab", ".gitlab-ci.yml"),
    ] {
        let folder = scratch::folder();
        run(folder.path(), &["init", "--ci", ci]);
        let text = read(folder.path(), file);
        let line = text.lines().find(|it| it.contains("cargo install"));
        let (_, command) = line.unwrap().split_once("command -v").unwrap();
        assert!(
            !text.contains('@') || !text.contains("@REPOSITORY@"),
            "{text}"
        );
        let shell = |address: Option<&str>| {
            let script = format!("cargo() {{ echo cargo \"$@\"; }}; command -v{command}");
            let mut shell = std::process::Command::new("/bin/sh");
            shell
                .args(["-c", &script])
                .env_remove("GRANITE_BUNDLE_REPOSITORY");
            shell.env("PATH", "/nowhere");
            if let Some(address) = address {
                shell.env("GRANITE_BUNDLE_REPOSITORY", address);
            }
            shell.output().unwrap()
        };
        let done = shell(Some("https://example.org/granite-bundle"));
        let asked = String::from_utf8(done.stdout).unwrap();
        assert!(done.status.success(), "{asked}");
        assert!(
            asked.starts_with("cargo install --git https://")
                && asked.ends_with(" --locked granite-bundle\n"),
            "{asked}"
        );
        if env!("CARGO_PKG_REPOSITORY").is_empty() {
            let refused = shell(None);
            assert!(!refused.status.success());
            let said = String::from_utf8(refused.stderr).unwrap();
            assert!(said.contains("set it to the address"), "{said}");
        }
    }
}

#[test]
fn a_bundle_gets_no_configuration_of_its_own() {
    let folder = scratch::folder();
    granite_350m().write(&folder.path().join("a")).unwrap();
    let output = run(&folder.path().join("a"), &["init"]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("is a bundle"));
    assert_eq!(code(&run(folder.path(), &["init", "none"])), 2);
}
