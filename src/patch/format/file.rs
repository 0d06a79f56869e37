//! What a patch file says, as parsed: files, hunks, lines.

use std::fmt;
use std::sync::Arc;

use crate::checkout::{FileMode, RepoPath};

/// What a patch does to one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileOperation {
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
    pub operation: FileOperation,
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
#[derive(Clone)]
pub struct Hunk {
    /// First line of the pre-image.
    pub old_start: usize,
    /// First line of the post-image.
    pub new_start: usize,
    /// The patch file, shared by all its hunks.
    text: Arc<[u8]>,
    spans: Arc<[LineSpan]>,
    /// Removed and added lines have changed places.
    reversed: bool,
}

/// Where one line of a hunk is in its patch file.
#[derive(Debug, Clone, Copy)]
pub(super) struct LineSpan {
    pub(super) side: Side,
    /// In bytes.
    pub(super) start: u32,
    /// In bytes.
    pub(super) length: u32,
}

impl LineSpan {
    /// The line in its patch file; empty where it would not be inside it.
    pub(super) fn bytes_of(self, text: &[u8]) -> &[u8] {
        // A place in a text of 32 bits of bytes is one in memory.
        let start = self.start as usize;
        let bytes = text.get(start..start + self.length as usize);
        bytes.unwrap_or_default()
    }
}

/// One line of a hunk, with its line ending unless the file ends without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'h> {
    /// In which image it is.
    pub side: Side,
    /// The bytes.
    pub text: &'h [u8],
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
            FileOperation::Create => None,
            _ => Some(self.from.as_ref().unwrap_or(&self.path)),
        }
    }

    /// The path the post-image is written to; `None` for a deletion.
    pub fn written_path(&self) -> Option<&RepoPath> {
        (self.operation != FileOperation::Delete).then_some(&self.path)
    }

    /// The patch that takes this one back.
    ///
    /// A copy is taken back by removing the copy, which a patch cannot express without its content: callers treat it
    /// apart.
    pub fn reversed(&self) -> FilePatch {
        let operation = match self.operation {
            FileOperation::Create => FileOperation::Delete,
            FileOperation::Delete => FileOperation::Create,
            other => other,
        };
        let (old_mode, new_mode) = match (self.operation, self.new_mode) {
            // The mode on an `index` line is that of both images.
            (FileOperation::Modify | FileOperation::Rename | FileOperation::Copy, None) => {
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
    /// A hunk whose lines are at `spans` in `text`.
    pub(super) fn new(
        old_start: usize,
        new_start: usize,
        text: Arc<[u8]>,
        spans: Vec<LineSpan>,
    ) -> Hunk {
        Hunk {
            old_start,
            new_start,
            text,
            spans: spans.into(),
            reversed: false,
        }
    }

    /// Context, removed and added lines, in order.
    pub fn lines(&self) -> impl DoubleEndedIterator<Item = Line<'_>> {
        self.spans.iter().map(|span| Line {
            side: match (span.side, self.reversed) {
                (Side::Removed, true) => Side::Added,
                (Side::Added, true) => Side::Removed,
                (side, _) => side,
            },
            text: span.bytes_of(&self.text),
        })
    }

    /// The hunk's lines in the pre-image.
    pub fn preimage(&self) -> impl DoubleEndedIterator<Item = &[u8]> {
        let lines = self.lines().filter(|line| line.side != Side::Added);
        lines.map(|line| line.text)
    }

    /// The hunk's lines in the post-image.
    pub fn postimage(&self) -> impl DoubleEndedIterator<Item = &[u8]> {
        let lines = self.lines().filter(|line| line.side != Side::Removed);
        lines.map(|line| line.text)
    }

    /// How many context lines end the hunk.
    pub fn trailing_context(&self) -> usize {
        let context = |line: &Line<'_>| line.side == Side::Context;
        self.lines().rev().take_while(context).count()
    }

    /// The hunk that takes this one back.
    pub fn reversed(&self) -> Hunk {
        Hunk {
            old_start: self.new_start,
            new_start: self.old_start,
            reversed: !self.reversed,
            ..self.clone()
        }
    }
}

/// Hunks are the same where they do the same, whatever file they are from.
impl PartialEq for Hunk {
    fn eq(&self, other: &Hunk) -> bool {
        (self.old_start, self.new_start) == (other.old_start, other.new_start)
            && self.lines().eq(other.lines())
    }
}

impl Eq for Hunk {}

impl fmt::Debug for Hunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |line: Line<'_>| {
            let sign = match line.side {
                Side::Context => ' ',
                Side::Removed => '-',
                Side::Added => '+',
            };
            format!("{sign}{}", String::from_utf8_lossy(line.text))
        };
        f.debug_struct("Hunk")
            .field("old_start", &self.old_start)
            .field("new_start", &self.new_start)
            .field("lines", &self.lines().map(shown).collect::<Vec<_>>())
            .finish()
    }
}
