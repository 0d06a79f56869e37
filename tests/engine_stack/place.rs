//! A folder with an engine's repository, and what people make of one: clones, worktrees, copies.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use assert_cmd::cargo::cargo_bin;
use git2::Repository;
use granite_bundle::patch::series::Series;
use granite_bundle_testkit::repository;
use granite_bundle_testkit::scratch;
use tempfile::TempDir;

use crate::checkout;
use crate::texts::ENGINE;

/// The bundle that asks for every capability, from this repository's root.
pub(crate) const BUNDLE: &str = "examples/granite-4.0-h-1b-signature";

/// What git needs to commit anywhere, and to take a submodule from a folder; nothing of this machine's settings.
const GIT: [(&str, &str); 8] = [
    ("GIT_CONFIG_NOSYSTEM", "1"),
    ("GIT_CONFIG_COUNT", "1"),
    ("GIT_CONFIG_KEY_0", "protocol.file.allow"),
    ("GIT_CONFIG_VALUE_0", "always"),
    ("GIT_AUTHOR_NAME", "A"),
    ("GIT_AUTHOR_EMAIL", "a@example.invalid"),
    ("GIT_COMMITTER_NAME", "A"),
    ("GIT_COMMITTER_EMAIL", "a@example.invalid"),
];

/// A folder with the repository `engine`, two commits long, and room for its clones.
pub(crate) struct Place {
    folder: TempDir,
}

impl Place {
    /// One whose `engine` is there, or to come.
    pub(crate) fn at(folder: TempDir) -> Place {
        Place { folder }
    }

    pub(crate) fn new() -> Place {
        let place = Place::at(scratch::folder());
        let engine = place.path("engine");
        fs::create_dir(&engine).unwrap();
        let made = repository::init(&engine).unwrap();
        let mut config = made.config().unwrap();
        config.set_bool("uploadpack.allowFilter", true).unwrap();
        checkout::write(&Series::builtin().unwrap(), "E2", &engine);
        place.commit();
        for file in [ENGINE, "Package.swift"] {
            fs::remove_file(engine.join(file)).unwrap();
        }
        checkout::write(&Series::builtin().unwrap(), "E3", &engine);
        place.commit();
        place
    }

    /// The repository `engine`, one commit long, of that era.
    pub(crate) fn of(era: &str) -> Place {
        let place = Place::at(scratch::folder());
        checkout::write(&Series::builtin().unwrap(), era, &place.path("engine"));
        repository::init(&place.path("engine")).unwrap();
        place.commit();
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn git(&self, folder: &str, arguments: &[&str]) {
        git(&self.path(folder), arguments);
    }

    /// A command as it was printed, pasted into a shell there.
    pub(crate) fn paste(&self, line: &str) -> Output {
        paste(self.folder.path(), line)
    }

    pub(crate) fn commit(&self) {
        let engine = Repository::open(self.path("engine")).unwrap();
        repository::commit_all(&engine, "An engine").unwrap();
    }

    pub(crate) fn commit_in(&self, folder: &str) {
        self.git(folder, &["add", "--all"]);
        self.git(folder, &["commit", "--quiet", "--message", "An engine"]);
    }

    /// A clone of that name, made with these options.
    pub(crate) fn clone(&self, name: &str, options: &[&str]) {
        let origin = format!("file://{}", self.path("engine").display());
        let clone = [&["clone", "--quiet"], options, &[&origin, name]].concat();
        self.git("", &clone);
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(cargo_bin!("granite-bundle"));
        let command = command.current_dir(self.folder.path()).args(arguments);
        command.env("NO_COLOR", "1").output().unwrap()
    }
}

/// Runs git in that folder, with somebody's name and nothing of this machine's settings.
pub(crate) fn git(folder: &Path, arguments: &[&str]) {
    let mut command = Command::new("git");
    command.current_dir(folder).args(arguments);
    let output = command.envs(GIT).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
}

/// A command as it was printed, pasted into a shell in that folder.
pub(crate) fn paste(folder: &Path, line: &str) -> Output {
    let tool = cargo_bin!("granite-bundle");
    let path = env::var_os("PATH").unwrap();
    let folders = tool.parent().map(Path::to_owned).into_iter();
    let path = env::join_paths(folders.chain(env::split_paths(&path))).unwrap();
    let mut shell = Command::new("sh");
    let shell = shell.current_dir(folder).args(["-c", line]);
    shell.envs(GIT).env("PATH", path).output().unwrap()
}
