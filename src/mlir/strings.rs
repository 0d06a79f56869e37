//! The string section.

use super::limits;
use super::{Cursor, ReadError, ReadErrorKind};

/// Where each string lies in the string section.
#[derive(Debug, Clone, Default)]
pub struct StringTable {
    /// End of each string in the section, past its NUL.
    ends: Vec<u32>,
    /// Start of the first string in the section.
    start: u32,
    /// Position of the section in the file.
    offset: u64,
}

impl StringTable {
    /// Reads the sizes, which are stored last string first, and checks that they fill the section.
    pub(super) fn read(mut cursor: Cursor<'_>) -> Result<StringTable, ReadError> {
        let offset = cursor.offset();
        let count = cursor.count(limits::STRINGS, "string count")?;
        let mut ends = vec![0_u32; count];
        for size in ends.iter_mut().rev() {
            let start = cursor;
            let length = cursor.varint("string size")?;
            if length == 0 || length > cursor.remaining() as u64 {
                let expected = "a size of 1 up to the rest of the section";
                let kind = ReadErrorKind::Unexpected {
                    found: length,
                    expected,
                };
                return Err(start.error("string size", kind));
            }
            // At most the section's length, which is limited to 2^28.
            *size = length as u32;
        }
        let start = cursor.position() as u32;
        for end in &mut ends {
            let size = *end;
            let text = cursor.take(size.into(), "string")?;
            if text.last() != Some(&0) {
                let kind = ReadErrorKind::Unexpected {
                    found: text.last().copied().unwrap_or_default().into(),
                    expected: "the NUL that ends a string",
                };
                return Err(cursor.error("string", kind));
            }
            *end = cursor.position() as u32;
        }
        cursor.finish("strings")?;
        Ok(StringTable {
            ends,
            start,
            offset,
        })
    }

    /// How many strings there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// String number `index` of the section whose bytes are given, without its NUL.
    pub(super) fn get<'a>(&self, section: &'a [u8], index: u32) -> Result<&'a [u8], ReadError> {
        let at = index as usize;
        let range = self.ends.get(at).and_then(|&end| {
            let start = at
                .checked_sub(1)
                .map_or(self.start, |prior| self.ends[prior]);
            section.get(start as usize..(end as usize).checked_sub(1)?)
        });
        range.ok_or(ReadError {
            offset: self.offset,
            field: "string index",
            kind: ReadErrorKind::OutOfRange {
                index: index.into(),
                len: self.ends.len() as u64,
            },
        })
    }

    /// Where string number `index` starts in the file.
    pub(super) fn position(&self, index: u32) -> u64 {
        let prior = (index as usize).checked_sub(1);
        let start = prior.and_then(|prior| self.ends.get(prior)).copied();
        self.offset + u64::from(start.unwrap_or(self.start))
    }
}
