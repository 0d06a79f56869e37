//! Attribute and type entries: which dialect each belongs to and where its bytes lie.

use super::limits;
use super::{Cursor, ReadError, ReadErrorKind};

/// Where an attribute or type entry lies, and who can decode it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttrTypeEntry {
    /// Start in the attribute and type section.
    pub start: u32,
    /// End in that section.
    pub end: u32,
    /// Number of its dialect.
    pub dialect: u32,
    /// True for the dialect's own encoding, false for assembly text.
    pub custom: bool,
}

/// All entries: attributes first, then types.
#[derive(Debug, Clone, Default)]
pub struct EntryTable {
    entries: Vec<AttrTypeEntry>,
    attributes: usize,
}

impl EntryTable {
    /// Reads the offset section and checks it against the `size` of the entry section.
    pub(super) fn read(
        mut cursor: Cursor<'_>,
        dialects: usize,
        size: usize,
    ) -> Result<EntryTable, ReadError> {
        let start = cursor;
        let attributes = cursor.count(limits::ENTRIES, "attribute count")?;
        let types = cursor.count(limits::ENTRIES, "type count")?;
        let total = cursor.checked_count(
            start,
            (attributes + types) as u64,
            limits::ENTRIES,
            "attribute and type count",
        )?;
        let mut table = EntryTable {
            entries: Vec::with_capacity(total),
            attributes,
        };
        while !cursor.is_at_end() {
            let before = table.entries.len();
            table.read_group(&mut cursor, dialects, size)?;
            let after = table.entries.len();
            if after > total || (before < attributes && after > attributes) {
                let found = after as u64;
                let expected = if after > total { total } else { attributes } as u64;
                let kind = ReadErrorKind::Mismatch { found, expected };
                return Err(cursor.error("attribute and type groups", kind));
            }
        }
        let listed = table.entries.len() as u64;
        for (found, expected, field) in [
            (listed, total as u64, "attribute and type count"),
            (
                table.size().into(),
                size as u64,
                "sum of attribute and type sizes",
            ),
        ] {
            if found != expected {
                let kind = ReadErrorKind::Mismatch { found, expected };
                return Err(start.error(field, kind));
            }
        }
        Ok(table)
    }

    fn read_group(
        &mut self,
        cursor: &mut Cursor<'_>,
        dialects: usize,
        size: usize,
    ) -> Result<(), ReadError> {
        let dialect = cursor.index(dialects, "dialect of attributes or types")?;
        let count = cursor.count(limits::ENTRIES, "attribute or type group")?;
        let mut start = self.size();
        for _ in 0..count {
            let at = *cursor;
            let (length, custom) = cursor.flagged("attribute or type size")?;
            let left = size as u64 - u64::from(start);
            if length > left {
                let missing = length - left;
                let kind = ReadErrorKind::Truncated { missing };
                return Err(at.error("attribute or type size", kind));
            }
            // At most the section's length, which is limited to 2^28.
            let end = start + length as u32;
            self.entries.push(AttrTypeEntry {
                start,
                end,
                dialect,
                custom,
            });
            start = end;
        }
        Ok(())
    }

    /// Bytes of all entries read so far.
    fn size(&self) -> u32 {
        self.entries.last().map_or(0, |entry| entry.end)
    }

    /// How many attributes there are.
    pub fn attributes(&self) -> usize {
        self.attributes
    }

    /// How many types there are.
    pub fn types(&self) -> usize {
        self.entries.len() - self.attributes
    }

    /// The attribute of that number.
    pub fn attribute(&self, index: u32) -> Option<AttrTypeEntry> {
        self.entries[..self.attributes].get(index as usize).copied()
    }

    /// The type of that number.
    pub fn r#type(&self, index: u32) -> Option<AttrTypeEntry> {
        self.entries[self.attributes..].get(index as usize).copied()
    }
}
