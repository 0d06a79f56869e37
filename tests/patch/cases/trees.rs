//! Trees and edits of them, at random.

use granite_bundle::checkout::{FileImage, FileMode, RepoPath};

use super::{Random, Tree};

const NAMES: [&str; 8] = [
    "main.swift",
    "lib/core.swift",
    "lib/deep/er/x.txt",
    "with space.txt",
    "caf\u{e9}.txt",
    "tab\there",
    "README",
    "lib/other.txt",
];

const LINES: [&str; 9] = ["a", "b", "c", "{", "}", "", "    return", "\ttab", "x  "];

pub(super) fn tree(random: &mut Random) -> Tree {
    let count = 1 + random.below(4);
    let mut tree = Tree::new();
    for _ in 0..count {
        let path = RepoPath::new(random.pick(&NAMES)).unwrap();
        tree.insert(path, image(random));
    }
    tree
}

fn image(random: &mut Random) -> FileImage {
    if random.once_in(25) {
        return FileImage {
            mode: FileMode::Symlink,
            data: random
                .pick(&["README", "lib/core.swift", "no/where"])
                .into(),
        };
    }
    let mode = if random.once_in(8) {
        FileMode::Executable
    } else {
        FileMode::Regular
    };
    let length = if random.once_in(6) {
        random.below(4)
    } else {
        random.below(40)
    };
    let block: Vec<&str> = (0..1 + random.below(6))
        .map(|_| random.pick(&LINES))
        .collect();
    let repeats = random.once_in(3);
    let line = |number: usize, random: &mut Random| {
        if repeats {
            block[number % block.len()].to_owned()
        } else if random.once_in(3) {
            format!("line {number}")
        } else {
            random.pick(&LINES).to_owned()
        }
    };
    let lines: Vec<String> = (0..length).map(|number| line(number, random)).collect();
    let ending = if random.once_in(8) { "\r\n" } else { "\n" };
    let mut text = lines.join(ending);
    if !text.is_empty() && !random.once_in(6) {
        text.push_str(ending);
    }
    FileImage {
        mode,
        data: text.into_bytes(),
    }
}

pub(super) fn lines(data: &[u8]) -> Vec<Vec<u8>> {
    let lines = data.split_inclusive(|byte| *byte == b'\n');
    lines.map(<[u8]>::to_vec).collect()
}

/// Inserts, removes, replaces or repeats a few lines.
fn edit_text(random: &mut Random, data: &[u8]) -> Vec<u8> {
    let mut lines = lines(data);
    for _ in 0..1 + random.below(4) {
        let at = random.below(lines.len() + 1);
        let ending = if data.contains(&b'\r') { "\r\n" } else { "\n" };
        let new = format!("{}{ending}", random.pick(&["new", "a", "}", "", "other"]));
        match random.below(5) {
            0 | 1 => lines.insert(at, new.into_bytes()),
            2 if at < lines.len() => drop(lines.remove(at)),
            3 if at < lines.len() => lines[at] = new.into_bytes(),
            4 if at < lines.len() => {
                let end = (at + 1 + random.below(5)).min(lines.len());
                let block = lines[at..end].to_vec();
                lines.splice(at..at, block);
            }
            _ => {}
        }
    }
    // A line without an ending that came to stand in the middle gets one, or the file would not be what it looks like.
    let count = lines.len();
    for line in lines.iter_mut().take(count.saturating_sub(1)) {
        if !line.ends_with(b"\n") {
            line.push(b'\n');
        }
    }
    let mut data = lines.concat();
    if random.once_in(12) && data.ends_with(b"\n") {
        data.pop();
    } else if random.once_in(12) && !data.is_empty() && !data.ends_with(b"\n") {
        data.push(b'\n');
    }
    data
}

/// The change a patch is made of.
pub(super) fn changed(random: &mut Random, before: &Tree) -> Tree {
    let mut after = before.clone();
    let paths: Vec<_> = before.keys().cloned().collect();
    for path in &paths {
        let Some(mut image) = after.get(path).cloned() else {
            continue;
        };
        match random.below(14) {
            0 => drop(after.remove(path)),
            1 => {
                let to = RepoPath::new(random.pick(&["moved.txt", "lib/moved/y.txt"])).unwrap();
                after.remove(path);
                if random.once_in(2) && image.mode != FileMode::Symlink {
                    image.data = edit_text(random, &image.data);
                }
                after.insert(to, image);
            }
            2 if image.mode != FileMode::Symlink => {
                image.mode = if image.mode == FileMode::Regular {
                    FileMode::Executable
                } else {
                    FileMode::Regular
                };
                after.insert(path.clone(), image);
            }
            3 => {}
            _ if image.mode == FileMode::Symlink => {
                image.data = b"elsewhere".to_vec();
                after.insert(path.clone(), image);
            }
            _ => {
                image.data = edit_text(random, &image.data);
                after.insert(path.clone(), image);
            }
        }
    }
    if random.once_in(6) {
        let path = RepoPath::new(random.pick(&["made.txt", "lib/made/z.txt", "README"])).unwrap();
        after.entry(path).or_insert_with(|| image(random));
    }
    after
}

/// Somebody else's edits.
pub(super) fn edited(random: &mut Random, tree: &Tree) -> Tree {
    let mut edited = tree.clone();
    for (path, image) in tree {
        let mut image = image.clone();
        match random.below(12) {
            0 => drop(edited.remove(path)),
            1 => {
                image.mode = FileMode::Executable;
                edited.insert(path.clone(), image);
            }
            2 | 3 => {}
            4 if image.mode != FileMode::Symlink => {
                // Far shifts: a block of lines before everything else.
                let shift = "shift\n".repeat(1 + random.below(30));
                image.data.splice(0..0, shift.into_bytes());
                edited.insert(path.clone(), image);
            }
            _ if image.mode == FileMode::Symlink => {}
            _ => {
                image.data = edit_text(random, &image.data);
                edited.insert(path.clone(), image);
            }
        }
    }
    if random.once_in(8) {
        let path = RepoPath::new(random.pick(&["made.txt", "moved.txt", "lib/made"])).unwrap();
        edited.entry(path).or_insert_with(|| image(random));
    }
    without_files_as_folders(edited)
}

pub(super) fn mixed(random: &mut Random, before: &Tree, after: &Tree) -> Tree {
    let paths = before.keys().chain(after.keys());
    let mut mixed = Tree::new();
    for path in paths {
        let side = if random.once_in(2) { before } else { after };
        if let Some(image) = side.get(path) {
            mixed.insert(path.clone(), image.clone());
        }
    }
    without_files_as_folders(mixed)
}

/// A tree cannot have both `lib` and `lib/x`.
fn without_files_as_folders(mut tree: Tree) -> Tree {
    let paths: Vec<_> = tree.keys().map(|path| format!("{path}/")).collect();
    let blocked = |path: &RepoPath| {
        paths
            .iter()
            .any(|folder| path.as_bytes().starts_with(folder.as_bytes()))
    };
    tree.retain(|path, _| !blocked(path));
    tree
}
