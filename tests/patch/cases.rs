//! Makes trees, changes of them, and patches of every kind from these, at random but repeatably.

mod trees;

use std::collections::BTreeMap;

use git2::{DiffFindOptions, DiffFormat, DiffOptions, Oid, Repository};
use granite_bundle::checkout::{FileImage, FileMode, RepoPath};

use trees::{changed, edited, mixed, tree};

/// Files by path.
pub(crate) type Tree = BTreeMap<RepoPath, FileImage>;

/// Numbers that look random and are the same for the same seed (SplitMix64).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// Less than `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    /// True once in `times`.
    pub(crate) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// How a target was made from the tree the patch starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// It is that tree.
    Exact,
    /// It has edits of its own, anywhere.
    Edited,
    /// It has the patch already.
    AlreadyApplied,
    /// It has the patch and edits.
    AppliedAndEdited,
    /// Some of its files have the patch.
    Partly,
    /// It has nothing to do with it.
    Unrelated,
}

/// One patch and the tree it is tried on.
pub(crate) struct Case {
    pub(crate) kind: Kind,
    pub(crate) before: Tree,
    pub(crate) target: Tree,
    pub(crate) patch: Vec<u8>,
    /// What was done to the patch's text, for a message.
    pub(crate) spelling: Vec<&'static str>,
}

/// Makes the next case; `None` where the change changed nothing.
pub(crate) fn case(random: &mut Random, repository: &Repository) -> Option<Case> {
    let before = tree(random);
    let after = changed(random, &before);
    let kind = random.pick(&[
        Kind::Exact,
        Kind::Edited,
        Kind::Edited,
        Kind::Edited,
        Kind::AlreadyApplied,
        Kind::AppliedAndEdited,
        Kind::Partly,
        Kind::Unrelated,
    ]);
    let target = match kind {
        Kind::Exact => before.clone(),
        Kind::Edited => edited(random, &before),
        Kind::AlreadyApplied => after.clone(),
        Kind::AppliedAndEdited => edited(random, &after),
        Kind::Partly => mixed(random, &before, &after),
        Kind::Unrelated => tree(random),
    };
    let mut patch = diff(random, repository, &before, &after);
    if patch.is_empty() {
        return None;
    }
    let mut spelling = Vec::new();
    respell(random, &mut patch, &mut spelling);
    Some(Case {
        kind,
        before,
        target,
        patch,
        spelling,
    })
}

/// The tree's id in the repository's object database.
pub(crate) fn write_tree(repository: &Repository, tree: &Tree) -> Oid {
    let mut index = git2::Index::new().unwrap();
    for (path, image) in tree {
        index.add(&entry(repository, path, image)).unwrap();
    }
    index.write_tree_to(repository).unwrap()
}

/// An index entry for the file, its blob written.
pub(crate) fn entry(
    repository: &Repository,
    path: &RepoPath,
    image: &FileImage,
) -> git2::IndexEntry {
    let zero = git2::IndexTime::new(0, 0);
    git2::IndexEntry {
        ctime: zero,
        mtime: zero,
        dev: 0,
        ino: 0,
        mode: match image.mode {
            FileMode::Regular => 0o100_644,
            FileMode::Executable => 0o100_755,
            FileMode::Symlink => 0o120_000,
        },
        uid: 0,
        gid: 0,
        file_size: 0,
        id: repository.blob(&image.data).unwrap(),
        flags: 0,
        flags_extended: 0,
        path: path.as_bytes().to_vec(),
    }
}

fn diff(random: &mut Random, repository: &Repository, before: &Tree, after: &Tree) -> Vec<u8> {
    let [before, after] = [before, after].map(|tree| {
        let id = write_tree(repository, tree);
        repository.find_tree(id).unwrap()
    });
    let mut options = DiffOptions::new();
    options.context_lines(random.pick(&[0, 1, 2, 3, 3, 3, 3, 5]));
    options.id_abbrev(random.pick(&[7, 40, 40]));
    let diff = repository.diff_tree_to_tree(Some(&before), Some(&after), Some(&mut options));
    let mut diff = diff.unwrap();
    if random.once_in(2) {
        let mut find = DiffFindOptions::new();
        find.renames(true).copies(random.once_in(3));
        diff.find_similar(Some(&mut find)).unwrap();
    }
    let mut text = Vec::new();
    diff.print(DiffFormat::Patch, |_, _, line| {
        if let ' ' | '+' | '-' = line.origin() {
            text.push(line.origin() as u8);
        }
        text.extend_from_slice(line.content());
        true
    })
    .unwrap();
    text
}

/// Writes the same patch, or a damaged one, in another way.
fn respell(random: &mut Random, patch: &mut Vec<u8>, spelling: &mut Vec<&'static str>) {
    let mut lines = trees::lines(patch);
    if random.once_in(6) {
        spelling.push("plain");
        let is_extended = |line: &[u8]| {
            [
                &b"diff --git "[..],
                b"index ",
                b"similarity ",
                b"old mode",
                b"new mode",
            ]
            .iter()
            .any(|start| line.starts_with(start))
        };
        lines.retain(|line| !is_extended(line));
    }
    if random.once_in(5) {
        spelling.push("moved header lines");
        for line in &mut lines {
            if line.starts_with(b"@@ -") {
                *line = moved(random, line);
            }
        }
    }
    if random.once_in(12) {
        spelling.push("CRLF");
        for line in &mut lines {
            if line.ends_with(b"\n") && !line.ends_with(b"\r\n") {
                line.truncate(line.len() - 1);
                line.extend_from_slice(b"\r\n");
            }
        }
    }
    if random.once_in(10) {
        spelling.push("mail");
        let header = "From 1234567890 Mon Sep 17 00:00:00 2001\nFrom: A <a@example.org>\n\
                      Subject: [PATCH] Change\n\nText\n---\n f | 2 +-\n\n";
        lines.splice(0..0, trees::lines(header.as_bytes()));
        lines.push(b"-- \n".to_vec());
        lines.push(b"2.47.3\n".to_vec());
    }
    if random.once_in(30) && !lines.is_empty() {
        spelling.push("damaged");
        let at = random.below(lines.len());
        match random.below(3) {
            0 => drop(lines.remove(at)),
            1 => lines.truncate(at),
            _ => lines.insert(at, b"+damage\n".to_vec()),
        }
    }
    if random.once_in(30) {
        spelling.push("stripped blanks");
        for line in &mut lines {
            if line == b" \n" {
                *line = b"\n".to_vec();
            }
        }
    }
    *patch = lines.concat();
}

fn moved(random: &mut Random, line: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(line).into_owned();
    let shift = random.below(9);
    let words: Vec<String> = text
        .split(' ')
        .map(|word| {
            let Some(sign) = word.chars().next().filter(|sign| "+-".contains(*sign)) else {
                return word.to_owned();
            };
            let (start, rest) = match word[1..].split_once(',') {
                Some((start, count)) => (start, format!(",{count}")),
                None => (&word[1..], String::new()),
            };
            match start.parse::<usize>() {
                Ok(start) => format!("{sign}{}{rest}", start + shift),
                Err(_) => word.to_owned(),
            }
        })
        .collect();
    words.join(" ").into_bytes()
}
