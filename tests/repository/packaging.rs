//! What a release is packed from, by the very scripts that its workflow runs.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::root;

fn script(name: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new("bash");
    let command = command.current_dir(root()).arg(format!("packaging/{name}"));
    command.args(arguments).output().unwrap()
}

fn unpacked(archive: &Path, to: &Path) {
    let mut command = Command::new("tar");
    let command = command.arg("-xzf").arg(archive).arg("-C").arg(to);
    assert!(command.status().unwrap().success());
}

#[test]
fn an_archive_has_the_program_its_completions_and_its_pages() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().display().to_string();
    let program = env!("CARGO_BIN_EXE_granite-bundle");
    let packed = script("pack", &["some-target", program, &out]);
    assert!(packed.status.success(), "{packed:?}");
    let archive = folder.path().join("granite-bundle-some-target.tar.gz");
    let bytes = fs::read(&archive).unwrap();
    unpacked(&archive, folder.path());
    for file in [
        "LICENSE",
        "README.md",
        "completions/granite-bundle.bash",
        "completions/granite-bundle.fish",
        "completions/granite-bundle.zsh",
        "man/granite-bundle.1",
        "man/granite-bundle-patch-apply.1",
    ] {
        let length = fs::metadata(folder.path().join(file)).unwrap().len();
        assert!(length > 0, "{file}");
    }
    let version = Command::new(folder.path().join("granite-bundle"))
        .arg("--version")
        .output()
        .unwrap();
    let expected = format!("granite-bundle {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(String::from_utf8_lossy(&version.stdout), expected);
    if cfg!(target_os = "linux") {
        assert!(
            script("pack", &["some-target", program, &out])
                .status
                .success()
        );
        assert!(
            fs::read(&archive).unwrap() == bytes,
            "packed again, it is another archive"
        );
    }
}

const TARGETS: [&str; 3] = [
    "aarch64-apple-darwin",
    "x86_64-unknown-linux-gnu",
    "aarch64-unknown-linux-gnu",
];

#[test]
fn a_formula_names_each_archive_with_its_checksum() {
    let folder = tempfile::tempdir().unwrap();
    let sums = folder.path().join("SHA256SUMS");
    let line = |(place, target): (usize, &&str)| {
        format!("{:064}  granite-bundle-{target}.tar.gz\n", place + 1)
    };
    let all: Vec<String> = TARGETS.iter().enumerate().map(line).collect();
    fs::write(&sums, all.concat()).unwrap();
    let sums = sums.display().to_string();
    let formula = script("formula", &["owner/name", "v1.2.3", &sums]);
    assert!(formula.status.success(), "{formula:?}");
    let text = String::from_utf8(formula.stdout).unwrap();
    assert!(text.contains("version \"1.2.3\""));
    for (place, target) in TARGETS.iter().enumerate() {
        let stanza = format!(
            "url \"https://github.com/owner/name/releases/download/v1.2.3/granite-bundle-{target}.tar.gz\"\n      sha256 \"{:064}\"",
            place + 1
        );
        assert!(text.contains(&stanza), "{text}");
    }
    fs::write(folder.path().join("SHA256SUMS"), all[..2].concat()).unwrap();
    assert!(
        !script("formula", &["owner/name", "v1.2.3", &sums])
            .status
            .success()
    );
}

/// The value of a key at the top of a section of a TOML text.
fn value<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    let line = text
        .lines()
        .find(|line| line.starts_with(&format!("{key} = ")))?;
    Some(line.split_once(" = ")?.1.trim_matches('"'))
}

#[test]
fn the_wheel_and_the_crate_say_the_same() {
    let read = |file: &str| fs::read_to_string(root().join(file)).unwrap();
    let (python, cargo) = (read("pyproject.toml"), read("Cargo.toml"));
    for key in ["name", "license", "readme", "description"] {
        assert_eq!(value(&python, key), value(&cargo, key), "{key}");
    }
}
