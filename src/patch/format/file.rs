//! What a patch file says, as parsed: files, hunks, lines.

use crate::checkout::{FileMode, RepoPath};

/// What a patch does to one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// The file is made.
    Create,
    /// The file is removed.
    Delete,
    /// The file stays where it is.
    Modify,
    /// The file moves.
    Rename,
    /// A second file is made from the first.
    Copy,
}

/// The part of a patch that concerns one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePatch {
    /// What happens to the file.
    pub operation: Operation,
    /// False in a plain unified diff without a `/dev/null` side, where creation and deletion are known only once the
    /// tree is looked at.
    pub certain: bool,
    /// The file; where it is moved or copied, where to.
    pub path: RepoPath,
    /// Where it is moved or copied from, else `None`. A modification has this, too, where a header gives two names
    /// without saying that the file is renamed: git then reads the one and writes the other.
    pub from: Option<RepoPath>,
    /// The mode the header gives for the pre-image.
    pub old_mode: Option<FileMode>,
    /// The mode the header gives for the post-image.
    pub new_mode: Option<FileMode>,
    /// The pre-image's blob id on the `index` line: hexadecimal, perhaps abbreviated, empty where there is no such line.
    pub preimage: String,
    /// The post-image's blob id on the `index` line, likewise.
    pub postimage: String,
    /// The changes, in the order of the patch.
    pub hunks: Vec<Hunk>,
}

/// One hunk. Line numbers count from 1; a start of 0 stands before the first line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// First line of the pre-image.
    pub old_start: usize,
    /// First line of the post-image.
    pub new_start: usize,
    /// Context, removed and added lines, in order.
    pub lines: Vec<Line>,
}

/// One line of a hunk, with its line ending unless the file ends without one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// In which image it is.
    pub side: Side,
    /// The bytes.
    pub text: Vec<u8>,
}

/// The image a hunk's line belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Both images.
    Context,
    /// The pre-image.
    Removed,
    /// The post-image.
    Added,
}

impl FilePatch {
    /// The path the pre-image is read from; `None` for a creation.
    pub fn read_path(&self) -> Option<&RepoPath> {
        match self.operation {
            Operation::Create => None,
            _ => Some(self.from.as_ref().unwrap_or(&self.path)),
        }
    }

    /// The path the post-image is written to; `None` for a deletion.
    pub fn written_path(&self) -> Option<&RepoPath> {
        (self.operation != Operation::Delete).then_some(&self.path)
    }

    /// The patch that takes this one back.
    ///
    /// A copy is taken back by removing the copy, which a patch cannot express without its content: callers treat it
    /// apart.
    pub fn reversed(&self) -> FilePatch {
        let operation = match self.operation {
            Operation::Create => Operation::Delete,
            Operation::Delete => Operation::Create,
            other => other,
        };
        let (old_mode, new_mode) = match (self.operation, self.new_mode) {
            // The mode on an `index` line is that of both images.
            (Operation::Modify | Operation::Rename | Operation::Copy, None) => {
                (self.old_mode, None)
            }
            _ => (self.new_mode, self.old_mode),
        };
        FilePatch {
            operation,
            certain: self.certain,
            path: self.from.as_ref().unwrap_or(&self.path).clone(),
            from: self.from.as_ref().map(|_| self.path.clone()),
            old_mode,
            new_mode,
            preimage: self.postimage.clone(),
            postimage: self.preimage.clone(),
            hunks: self.hunks.iter().map(Hunk::reversed).collect(),
        }
    }
}

impl Hunk {
    /// The hunk's lines in the pre-image.
    pub fn preimage(&self) -> impl DoubleEndedIterator<Item = &Line> {
        self.lines.iter().filter(|line| line.side != Side::Added)
    }

    /// The hunk's lines in the post-image.
    pub fn postimage(&self) -> impl DoubleEndedIterator<Item = &Line> {
        self.lines.iter().filter(|line| line.side != Side::Removed)
    }

    /// How many context lines end the hunk.
    pub fn trailing_context(&self) -> usize {
        let context = |line: &&Line| line.side == Side::Context;
        self.lines.iter().rev().take_while(context).count()
    }

    /// The hunk that takes this one back.
    pub fn reversed(&self) -> Hunk {
        let lines = self.lines.iter().map(|line| Line {
            side: match line.side {
                Side::Context => Side::Context,
                Side::Removed => Side::Added,
                Side::Added => Side::Removed,
            },
            text: line.text.clone(),
        });
        Hunk {
            old_start: self.new_start,
            new_start: self.old_start,
            lines: lines.collect(),
        }
    }
}
