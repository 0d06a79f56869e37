//! git itself, and trees written and read for it.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use granite_bundle::checkout::{FileImage, FileMode, RepoPath};

use crate::cases::Tree;

pub(crate) fn git(folder: &Path, arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new("git")
        .args(["-c", "core.autocrlf=false", "-c", "core.fileMode=true"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CEILING_DIRECTORIES", folder.parent().unwrap())
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("this test compares with git, which must be on the path");
    child.stdin.take().unwrap().write_all(input).ok();
    child.wait_with_output().unwrap()
}

pub(crate) fn write(folder: &Path, tree: &Tree) {
    use std::os::unix::fs::{PermissionsExt, symlink};
    fs::create_dir_all(folder).unwrap();
    for (path, image) in tree {
        let place = folder.join(path.as_path());
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        if image.mode == FileMode::Symlink {
            symlink(String::from_utf8(image.data.clone()).unwrap(), &place).unwrap();
            continue;
        }
        fs::write(&place, &image.data).unwrap();
        if image.mode == FileMode::Executable {
            fs::set_permissions(&place, fs::Permissions::from_mode(0o755)).unwrap();
        }
    }
}

pub(crate) fn read(folder: &Path) -> Tree {
    use std::os::unix::fs::PermissionsExt;
    let mut tree = Tree::new();
    let hidden = |entry: &walkdir::DirEntry| entry.file_name() == ".git";
    let entries = walkdir::WalkDir::new(folder).into_iter();
    for found in entries.filter_entry(|entry| !hidden(entry)) {
        let found = found.unwrap();
        let kind = found.file_type();
        if kind.is_dir() {
            continue;
        }
        let (mode, data) = if kind.is_symlink() {
            let target = fs::read_link(found.path()).unwrap();
            (FileMode::Symlink, target.to_str().unwrap().into())
        } else {
            let executable = found.metadata().unwrap().permissions().mode() & 0o100 != 0;
            let mode = if executable {
                FileMode::Executable
            } else {
                FileMode::Regular
            };
            (mode, fs::read(found.path()).unwrap())
        };
        let path = found.path().strip_prefix(folder).unwrap().to_str().unwrap();
        tree.insert(RepoPath::new(path).unwrap(), FileImage { mode, data });
    }
    tree
}

pub(crate) fn git_version() -> Output {
    git(Path::new("/tmp"), &["version"], b"")
}
