#![allow(clippy::unwrap_used)]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::time::Duration;

use git2::{Repository, Signature};

use super::*;
use crate::checkout::open::Checkout;
use crate::checkout::{FileChange, FileImage, FileMode, RepoPath};
use crate::patch::judge::changes::{PatchChanges, PatchId};

const WAIT: Duration = Duration::from_millis(50);

struct Scratch {
    root: tempfile::TempDir,
    repository: Repository,
    opened: Checkout,
}

impl Scratch {
    fn new(files: &[(&str, &str)]) -> Scratch {
        let root = tempfile::tempdir().unwrap();
        let repository = Repository::init(root.path()).unwrap();
        let mut index = repository.index().unwrap();
        for (path, content) in files {
            let place = root.path().join(path);
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(place, content).unwrap();
            index.add_path(Path::new(path)).unwrap();
        }
        index.write().unwrap();
        let tree = repository.find_tree(index.write_tree().unwrap()).unwrap();
        let who = Signature::now("T", "t@example.invalid").unwrap();
        repository
            .commit(Some("HEAD"), &who, &who, "start", &tree, &[])
            .unwrap();
        drop(tree);
        let mut config = repository.config().unwrap();
        config.set_str("user.name", "T").unwrap();
        config.set_str("user.email", "t@example.invalid").unwrap();
        let opened = Checkout::open(root.path()).unwrap();
        Scratch {
            root,
            repository,
            opened,
        }
    }

    fn path(&self, path: &str) -> std::path::PathBuf {
        self.root.path().join(path)
    }

    fn text(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    fn session(&self) -> WriteSession<'_> {
        WriteSession::open(self.work_tree(), WAIT).unwrap().0
    }

    fn work_tree(&self) -> WorkTree<'_> {
        WorkTree::of(&self.opened).unwrap()
    }

    fn execute(&self, steps: &[PatchChanges]) -> Result<Outcome, TransactionError> {
        let session = self.session();
        let request = Request::apply(steps, &session.receipt()?)?;
        session.execute(request)
    }

    /// Everything in the checkout, its own folder left out.
    fn listing(&self) -> Vec<String> {
        let walk = walkdir::WalkDir::new(self.root.path()).sort_by_file_name();
        walk.into_iter()
            .filter_entry(|entry| entry.file_name() != ".git")
            .map(|entry| entry.unwrap())
            .filter(|entry| entry.depth() > 0)
            .map(|entry| {
                let path = entry.path().strip_prefix(self.root.path()).unwrap();
                path.to_str().unwrap().to_owned()
            })
            .collect()
    }
}

fn file(data: &str) -> Option<FileImage> {
    Some(FileImage {
        mode: FileMode::Regular,
        data: data.as_bytes().to_vec(),
    })
}

fn change(path: &str, before: Option<FileImage>, after: Option<FileImage>) -> FileChange {
    FileChange {
        path: RepoPath::new(path).unwrap(),
        before,
        after,
    }
}

fn step(patch: &str, changes: Vec<FileChange>) -> PatchChanges {
    PatchChanges {
        id: PatchId::named(patch),
        changes,
    }
}

#[test]
fn modifies_creates_and_deletes_together() {
    let checkout = Scratch::new(&[("a/one", "1\n"), ("b/two", "2")]);
    let outcome = checkout.execute(&[step(
        "p",
        vec![
            change("a/one", file("1\n"), file("one\r\n")),
            change("b/two", file("2"), None),
            change("c/d/three", None, file("3")),
        ],
    )]);
    assert_eq!(outcome.unwrap().changed.len(), 3);
    assert_eq!(checkout.text("a/one"), "one\r\n");
    assert_eq!(checkout.listing(), ["a", "a/one", "c", "c/d", "c/d/three"]);
    let receipt = receipt(&checkout.work_tree()).unwrap();
    let made = ["c", "c/d"].map(|path| RepoPath::new(path).unwrap());
    assert_eq!(receipt.applied[0].directories, made);
    let before = receipt.applied[0].files[1].before.unwrap();
    assert_eq!(image(&checkout.work_tree(), before).unwrap().data, b"2");
    assert!(!interrupted(&checkout.work_tree()));
}

#[test]
fn steps_are_joined_and_every_image_is_kept() {
    let checkout = Scratch::new(&[("f", "0")]);
    let steps = [
        step("p", vec![change("f", file("0"), file("1"))]),
        step("q", vec![change("f", file("1"), file("2"))]),
    ];
    checkout.execute(&steps).unwrap();
    assert_eq!(checkout.text("f"), "2");
    let receipt = receipt(&checkout.work_tree()).unwrap();
    let middle = receipt.of(&PatchId::named("p")).unwrap().files[0]
        .after
        .unwrap();
    assert_eq!(image(&checkout.work_tree(), middle).unwrap().data, b"1");
}

#[test]
fn steps_that_do_not_meet_are_refused() {
    let checkout = Scratch::new(&[("f", "0")]);
    let steps = [
        step("p", vec![change("f", file("0"), file("1"))]),
        step("q", vec![change("f", file("x"), file("2"))]),
    ];
    let error = checkout.execute(&steps).unwrap_err();
    assert!(matches!(error, TransactionError::Disconnected { .. }));
    assert_eq!(checkout.text("f"), "0");
}

#[test]
fn a_target_that_changed_is_kept() {
    let checkout = Scratch::new(&[("f", "0"), ("g", "0")]);
    fs::write(checkout.path("g"), "mine").unwrap();
    let changes = vec![
        change("f", file("0"), file("1")),
        change("g", file("0"), file("1")),
    ];
    let error = checkout.execute(&[step("p", changes)]).unwrap_err();
    assert!(error.is_refusal());
    assert_eq!(
        (checkout.text("f").as_str(), checkout.text("g").as_str()),
        ("0", "mine")
    );
}

#[test]
fn permissions_and_hard_links_are_as_git_has_them() {
    let checkout = Scratch::new(&[("f", "0")]);
    fs::set_permissions(checkout.path("f"), fs::Permissions::from_mode(0o640)).unwrap();
    fs::hard_link(checkout.path("f"), checkout.path("other")).unwrap();
    checkout
        .execute(&[step("p", vec![change("f", file("0"), file("1"))])])
        .unwrap();
    assert_eq!(checkout.text("other"), "0");
    let mode = fs::metadata(checkout.path("f")).unwrap().mode();
    assert_eq!(mode & 0o777, 0o640);
    let executable = Some(FileImage {
        mode: FileMode::Executable,
        data: b"1".to_vec(),
    });
    checkout
        .execute(&[step("q", vec![change("f", file("1"), executable)])])
        .unwrap();
    let mode = fs::metadata(checkout.path("f")).unwrap().mode();
    assert_eq!(mode & 0o777, 0o750);
}

#[test]
fn a_link_on_the_way_is_not_followed() {
    let checkout = Scratch::new(&[("f", "0")]);
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("f"), "0").unwrap();
    symlink(outside.path(), checkout.path("dir")).unwrap();
    let error = checkout
        .execute(&[step("p", vec![change("dir/f", file("0"), file("1"))])])
        .unwrap_err();
    assert!(
        matches!(error, TransactionError::OutOfBounds { boundary: Boundary::Link(ref at), .. } if at == "dir")
    );
    assert_eq!(fs::read(outside.path().join("f")).unwrap(), b"0");
}

#[test]
fn a_link_is_replaced_not_followed() {
    let checkout = Scratch::new(&[("f", "0")]);
    symlink("f", checkout.path("link")).unwrap();
    let link = |target: &str| {
        Some(FileImage {
            mode: FileMode::Symlink,
            data: target.as_bytes().to_vec(),
        })
    };
    checkout
        .execute(&[step("p", vec![change("link", link("f"), link("g"))])])
        .unwrap();
    assert_eq!(
        fs::read_link(checkout.path("link")).unwrap(),
        Path::new("g")
    );
    assert_eq!(checkout.text("f"), "0");
}

#[test]
fn a_repository_inside_is_not_entered() {
    let checkout = Scratch::new(&[("f", "0")]);
    Repository::init(checkout.path("sub")).unwrap();
    let error = checkout
        .execute(&[step("p", vec![change("sub/f", None, file("1"))])])
        .unwrap_err();
    assert!(
        matches!(error, TransactionError::OutOfBounds { boundary: Boundary::Repository(ref at), .. } if at == "sub")
    );
}

#[test]
fn the_lock_is_exclusive_and_a_stale_file_is_harmless() {
    let checkout = Scratch::new(&[("f", "0")]);
    let session = checkout.session();
    let Err(error) = WriteSession::open(checkout.work_tree(), WAIT) else {
        panic!("locked twice");
    };
    assert!(matches!(error, TransactionError::Locked { .. }));
    drop(session);
    assert!(WriteSession::open(checkout.work_tree(), WAIT).is_ok());
}

#[test]
fn commits_move_the_branch_and_keep_the_rest_of_the_index() {
    let checkout = Scratch::new(&[("f", "0"), ("g", "0")]);
    fs::write(checkout.path("g"), "staged").unwrap();
    let mut index = checkout.repository.index().unwrap();
    index.add_path(Path::new("g")).unwrap();
    index.write().unwrap();
    let steps = [step("p", vec![change("f", file("0"), file("1"))])];
    let session = checkout.session();
    let mut request = Request::apply(&steps, &Receipt::default()).unwrap();
    request.commits.push(NewCommit {
        message: "p".to_owned(),
        author: None,
        changes: request.changes.clone(),
    });
    let outcome = session.execute(request).unwrap();
    let head = checkout
        .repository
        .head()
        .unwrap()
        .peel_to_commit()
        .unwrap();
    assert_eq!(outcome.commits, [head.id()]);
    let status = |path: &str| checkout.repository.status_file(Path::new(path)).unwrap();
    assert_eq!(status("f"), git2::Status::CURRENT);
    assert_eq!(status("g"), git2::Status::INDEX_MODIFIED);
}

#[test]
fn images_that_git_has_packed_are_still_there() {
    let checkout = Scratch::new(&[("f", "0")]);
    let back_and_forth = |checkout: &Scratch| {
        for (before, after) in [("0", "1"), ("1", "0")] {
            let steps = [step("p", vec![change("f", file(before), file(after))])];
            checkout.execute(&steps).unwrap();
        }
    };
    back_and_forth(&checkout);
    let images = checkout.path(".git/granite-bundle/images.git");
    let git = |arguments: &[&str]| {
        let mut git = std::process::Command::new("git");
        assert!(
            git.arg("--git-dir")
                .arg(&images)
                .args(arguments)
                .status()
                .unwrap()
                .success()
        );
    };
    let objects = |checkout: &Scratch| {
        let objects = checkout.path(".git/granite-bundle/images.git/objects");
        let walk = walkdir::WalkDir::new(objects).into_iter();
        walk.filter(|entry| entry.as_ref().unwrap().file_type().is_file())
            .count()
    };
    assert_eq!(objects(&checkout), 2);
    // Nothing refers to them, and git does not take them for garbage.
    git(&["gc", "--quiet", "--prune=now"]);
    assert_eq!(objects(&checkout), 2);
    // A store of an earlier version may be packed.
    git(&["config", "--unset", "extensions.preciousObjects"]);
    git(&["repack", "-adk", "--quiet"]);
    git(&["prune-packed", "--quiet"]);
    back_and_forth(&checkout);
    let before = receipt(&checkout.work_tree()).unwrap().applied[0].files[0]
        .before
        .unwrap();
    assert_eq!(image(&checkout.work_tree(), before).unwrap().data, b"1");
    git(&["gc", "--quiet"]);
    assert_eq!(image(&checkout.work_tree(), before).unwrap().data, b"1");
}
