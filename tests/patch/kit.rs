//! Checkouts and stacks made for a test, and the program run on them.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};

use git2::{Repository, ResetType};
use granite_bundle_testkit::repository;
use granite_bundle_testkit::scratch::folder;
use granite_bundle_testkit::turn::tries_every_case;
use serde_json::Value;
use tempfile::TempDir;

/// Everything under a directory: type, permissions and bytes.
pub(crate) type Snapshot = BTreeMap<PathBuf, (u32, Vec<u8>)>;

/// What stops, breaks or pauses the program in a debug build.
pub(crate) const FAILPOINT: &str = "GRANITE_BUNDLE_FAILPOINT";

/// Those of `count` steps whose turn it is: with `FAULTS=every`, as in CI, all of them, else the first, the last and one in
/// `share` from `start` on.
pub(crate) fn steps(start: usize, count: usize, share: usize) -> impl Iterator<Item = usize> {
    turn(start, count, if tries_every_case() { 1 } else { share })
}

/// Those of `count` faults whose turn it is at a step: with `FAULTS=all` all of them, else one in `share`.
pub(crate) fn faults(step: usize, count: usize, share: usize) -> impl Iterator<Item = usize> {
    let is_all = std::env::var("FAULTS").is_ok_and(|wish| wish == "all");
    turn(step, count, if is_all { 1 } else { share })
}

fn turn(start: usize, count: usize, share: usize) -> impl Iterator<Item = usize> {
    let is_on =
        move |case: &usize| case % share == start % share || (start == 0 && case + 1 == count);
    (0..count).filter(is_on)
}

/// A folder with a checkout in `engine` and patches in `stack`.
pub(crate) struct Place {
    root: TempDir,
}

/// What a run of the program said.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// The document, held to its schema.
    pub(crate) fn json(&self) -> Value {
        let document: Value = serde_json::from_str(&self.stdout).unwrap();
        let schema = include_str!("../../schemas/patch-1.schema.json");
        let schema: Value = serde_json::from_str(schema).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let faults: Vec<_> = validator
            .iter_errors(&document)
            .map(|fault| fault.to_string())
            .collect();
        assert!(faults.is_empty(), "{faults:#?}\n{document:#}");
        assert_eq!(document["ok"], self.code == 0);
        document
    }

    pub(crate) fn expect(self, code: i32) -> Run {
        assert_eq!(self.code, code, "{}{}", self.stdout, self.stderr);
        self
    }
}

/// A file of twelve lines.
pub(crate) const LINES: &str =
    "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\neleven\ntwelve\n";

/// Two patches: `a` changes the head of a file and makes another, `b` changes its tail.
pub(crate) fn two() -> Place {
    let place = Place::new(&[("src/lib.swift", LINES), ("README", "read me")]);
    place.patch("a", |place| {
        place.write("src/lib.swift", &LINES.replace("two\n", "TWO\n"));
        place.write("src/new/made.txt", "made\n");
    });
    place.patch("b", |place| {
        place.write(
            "src/lib.swift",
            &place.read("src/lib.swift").replace("eleven\n", "ELEVEN\n"),
        );
    });
    place
}

impl Place {
    /// A committed checkout of these files, and an empty stack.
    pub(crate) fn new(files: &[(&str, &str)]) -> Place {
        let place = Place { root: folder() };
        fs::create_dir(place.stack()).unwrap();
        fs::create_dir(place.engine()).unwrap();
        repository::init(&place.engine()).unwrap();
        for (path, content) in files {
            place.write(path, content);
        }
        place.commit("start");
        place
    }

    /// Another one that is the same in every file.
    pub(crate) fn copy(&self) -> Place {
        let place = Place { root: folder() };
        repository::copy(self.root.path(), place.root.path()).unwrap();
        place
    }

    pub(crate) fn engine(&self) -> PathBuf {
        self.root.path().join("engine")
    }

    pub(crate) fn stack(&self) -> PathBuf {
        self.root.path().join("stack")
    }

    pub(crate) fn write(&self, path: &str, content: &str) {
        let place = self.engine().join(path);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, content).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.engine().join(path)).unwrap()
    }

    pub(crate) fn commit(&self, message: &str) {
        repository::commit_all(&self.opened(), message).unwrap();
    }

    /// Makes a patch of what `edit` does on top of the patches made so far, and takes it out of the checkout again.
    pub(crate) fn patch(&self, name: &str, edit: impl FnOnce(&Place)) {
        let mut earlier: Vec<_> = fs::read_dir(self.stack())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        earlier.sort();
        if !earlier.is_empty() {
            let mut git = self.git_command(&["apply", "--index"]);
            assert!(git.args(&earlier).status().unwrap().success());
        }
        let repository = self.opened();
        let before = repository::add_all(&repository).unwrap();
        edit(self);
        let after = repository::add_all(&repository).unwrap();
        let mut text = format!("Subject: [PATCH] {name}\n\nWhy {name}.\n---\n").into_bytes();
        text.extend(repository::diff(&repository, before, after).unwrap());
        fs::write(self.stack().join(format!("{name}.patch")), text).unwrap();
        let head = repository.revparse_single("HEAD").unwrap();
        repository.reset(&head, ResetType::Hard, None).unwrap();
    }

    fn opened(&self) -> Repository {
        Repository::open(self.engine()).unwrap()
    }

    pub(crate) fn git(&self, args: &[&str]) -> String {
        let output = self.git_command(args).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {args:?}: {said}");
        String::from_utf8(output.stdout).unwrap()
    }

    pub(crate) fn git_command(&self, args: &[&str]) -> Command {
        let mut command = Command::new("git");
        command
            .args(args)
            .current_dir(self.engine())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .env("GIT_AUTHOR_DATE", "2026-01-01T00:00:00Z")
            .env("GIT_COMMITTER_DATE", "2026-01-01T00:00:00Z");
        command
    }

    /// The program on this checkout and this stack, from the folder that holds both.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_granite-bundle"));
        command
            .arg("patch")
            .args(args)
            .current_dir(self.root.path());
        if !args.contains(&"--engine") {
            command.args(["--engine", "engine"]);
        }
        if !args.contains(&"--stack") && args[0] != "recover" {
            command.args(["--stack", "stack"]);
        }
        command
            .env_remove("GRANITE_BUNDLE_FAILPOINT")
            .env("NO_COLOR", "1");
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Run {
        let output = self.command(args).output().unwrap();
        Run {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The state of every patch.
    pub(crate) fn states(&self) -> Vec<String> {
        let document = self.run(&["status", "--json"]).expect(0).json();
        let patches = document["patches"].as_array().unwrap().iter();
        patches
            .map(|patch| patch["state"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The files of the checkout without its repository.
    pub(crate) fn files(&self) -> Snapshot {
        snapshot(&self.engine(), &[".git"])
    }

    /// Index, references and configuration.
    pub(crate) fn repository(&self) -> Snapshot {
        snapshot(&self.engine().join(".git"), &["granite-bundle", "objects"])
    }

    /// Everything there is, the tool's own folder too.
    pub(crate) fn everything(&self) -> Snapshot {
        snapshot(self.root.path(), &[])
    }
}

/// Everything under `root` but what is named `without` directly in it.
pub(crate) fn snapshot(root: &Path, without: &[&str]) -> Snapshot {
    let walk = walkdir::WalkDir::new(root).min_depth(1);
    walk.into_iter()
        .filter_entry(|entry| {
            !(entry.depth() == 1 && without.iter().any(|name| entry.file_name() == *name))
        })
        .map(|entry| {
            let path = entry.unwrap().into_path();
            let metadata = fs::symlink_metadata(&path).unwrap();
            let content = if metadata.is_symlink() {
                fs::read_link(&path)
                    .unwrap()
                    .into_os_string()
                    .into_encoded_bytes()
            } else if metadata.is_file() {
                fs::read(&path).unwrap()
            } else {
                Vec::new()
            };
            let place = path.strip_prefix(root).unwrap().to_owned();
            (place, (metadata.permissions().mode(), content))
        })
        .collect()
}

/// A child that waits at a failpoint.
pub(crate) struct Paused {
    child: Child,
    stderr: BufReader<ChildStderr>,
}

impl Paused {
    /// Starts the command; `None` if it ended without passing the point.
    // `kill` and `resume` wait for it.
    #[allow(clippy::zombie_processes)]
    pub(crate) fn at(mut command: Command, step: usize) -> Option<Paused> {
        let mut child = command
            .env(FAILPOINT, format!("{step}:pause"))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        loop {
            line.clear();
            if stderr.read_line(&mut line).unwrap() == 0 {
                child.wait().unwrap();
                return None;
            }
            if line.starts_with("failpoint ") {
                return Some(Paused { child, stderr });
            }
        }
    }

    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Lets it go on; true if it succeeds.
    pub(crate) fn resume(mut self) -> bool {
        drop(self.child.stdin.take());
        let mut rest = String::new();
        self.stderr.read_to_string(&mut rest).unwrap();
        self.child.wait().unwrap().success()
    }
}
