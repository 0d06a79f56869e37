//! A checkout and two patches of every kind of change.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use granite_bundle::checkout::{FileChange, FileImage, FileMode, RepoPath};
use granite_bundle::patch::judge::changes::{PatchChanges, PatchId};
use granite_bundle_testkit::repository;
use granite_bundle_testkit::scratch::folder;
use tempfile::TempDir;

use super::perform;
use crate::kit::{FAILPOINT, Snapshot, snapshot};

/// A file of the scenario: what it is before and after, as git mode and content.
type Target = (
    &'static str,
    Option<(FileMode, &'static str)>,
    Option<(FileMode, &'static str)>,
);

use FileMode::{Executable, Regular, Symlink};

/// The first patch: every kind of change there is.
const FIRST: &[Target] = &[
    (
        "src/modified.txt",
        Some((Regular, "one\r\ntwo\r\nthree")),
        Some((Regular, "one\r\n2\r\nthree")),
    ),
    (
        "src/run.sh",
        Some((Regular, "#!/bin/sh\n")),
        Some((Executable, "#!/bin/sh\n")),
    ),
    ("src/deep/er/created.txt", None, Some((Regular, "new\n"))),
    ("gone/deleted.txt", Some((Executable, "old\n")), None),
    (
        "src/link",
        Some((Symlink, "modified.txt")),
        Some((Symlink, "run.sh")),
    ),
    ("src/renamed-from.txt", Some((Regular, "moved\n")), None),
    ("src/renamed-to.txt", None, Some((Regular, "moved\n"))),
];

/// The second patch: on top of the first, and one file of its own.
const SECOND: &[Target] = &[
    (
        "src/modified.txt",
        Some((Regular, "one\r\n2\r\nthree")),
        Some((Regular, "one\r\n2\r\nthree\r\nfour\r\n")),
    ),
    (
        "top.txt",
        Some((Regular, "top\n")),
        Some((Regular, "TOP\n")),
    ),
];

pub(super) struct Scenario {
    root: TempDir,
    repository: Snapshot,
}

impl Scenario {
    /// A committed checkout with untracked neighbours; with the patches in it if they are to be taken back.
    pub(super) fn new(action: &str) -> Scenario {
        let root = folder();
        let repository = repository::init(root.path()).unwrap();
        for (path, before, _) in FIRST.iter().chain(&SECOND[1..]) {
            if let Some((mode, data)) = before {
                put(&root.path().join(path), *mode, data);
            }
        }
        repository::commit_all(&repository, "start").unwrap();
        put(&root.path().join("src/untracked.txt"), Regular, "mine\n");
        put(&root.path().join("src/.hidden"), Regular, "mine too\n");
        let repository = Snapshot::new();
        let mut scenario = Scenario { root, repository };
        scenario.repository = scenario.repository();
        if action == "revert" {
            perform("apply", scenario.path()).unwrap();
        }
        scenario
    }

    /// Another one that is the same in every file.
    pub(super) fn copy(&self) -> Scenario {
        let root = folder();
        repository::copy(self.path(), root.path()).unwrap();
        Scenario {
            root,
            repository: self.repository.clone(),
        }
    }

    pub(super) fn path(&self) -> &Path {
        self.root.path()
    }

    pub(super) fn child(&self, action: &str) -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", "faults::child", "--ignored", "--nocapture"])
            .env("FAULTS_CHECKOUT", self.path())
            .env("FAULTS_ACTION", action)
            .env_remove(FAILPOINT)
            // Where it is to fail, finding the names of its functions takes longer than all it does.
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// The files of the checkout.
    pub(super) fn snapshot(&self) -> Snapshot {
        snapshot(self.path(), &[".git"])
    }

    /// Index, references, configuration: nothing a plain apply or revert may change.
    pub(super) fn repository(&self) -> Snapshot {
        snapshot(&self.path().join(".git"), &["granite-bundle", "objects"])
    }

    /// Runs the next command to its end, whatever state it finds; gives what it said of the one before.
    pub(super) fn next(&self) -> &'static str {
        let said = perform("next", self.path()).unwrap();
        assert_eq!(
            self.repository(),
            self.repository,
            "the repository itself changed"
        );
        said
    }
}

fn put(path: &Path, mode: FileMode, data: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    match mode {
        Symlink => symlink(data, path).unwrap(),
        Regular => fs::write(path, data).unwrap(),
        Executable => {
            fs::write(path, data).unwrap();
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        }
    }
}

pub(super) fn steps() -> Vec<PatchChanges> {
    let image = |image: &Option<(FileMode, &str)>| {
        image.map(|(mode, data)| FileImage {
            mode,
            data: data.as_bytes().to_vec(),
        })
    };
    [("first", FIRST), ("second", SECOND)]
        .map(|(patch, targets)| PatchChanges {
            id: PatchId::named(patch),
            changes: targets
                .iter()
                .map(|(path, before, after)| FileChange {
                    path: RepoPath::new(path).unwrap(),
                    before: image(before),
                    after: image(after),
                })
                .collect(),
        })
        .to_vec()
}
