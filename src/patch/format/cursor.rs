//! The lines of a patch file, one after the other.

use crate::patch::format::error::{PatchError, PatchErrorKind};

/// A place in a patch file, at the beginning of a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct PatchCursor<'t> {
    text: &'t [u8],
    /// Bytes before the line.
    offset: usize,
    /// Lines before the line.
    line: usize,
}

impl<'t> PatchCursor<'t> {
    pub(super) fn new(text: &'t [u8]) -> PatchCursor<'t> {
        PatchCursor {
            text,
            offset: 0,
            line: 0,
        }
    }

    /// Bytes before the line.
    pub(super) fn offset(&self) -> usize {
        self.offset
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.offset == self.text.len()
    }

    /// The line, with its ending; empty after the last.
    pub(super) fn line(&self) -> &'t [u8] {
        let rest = &self.text[self.offset..];
        let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |newline| newline + 1);
        &rest[..end]
    }

    /// Goes on to the next line.
    pub(super) fn advance(&mut self) {
        self.offset += self.line().len();
        self.line += 1;
    }

    /// The place one line further on.
    pub(super) fn next(mut self) -> PatchCursor<'t> {
        self.advance();
        self
    }

    /// What is wrong with this line.
    pub(super) fn error(&self, kind: PatchErrorKind) -> PatchError {
        PatchError {
            line: self.line + 1,
            kind,
        }
    }
}
