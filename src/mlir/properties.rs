//! The property section: blobs that operations share.

use super::limits;
use super::{Cursor, ReadError};

/// Where each property blob lies in the property section.
#[derive(Debug, Clone, Default)]
pub struct PropertyTable {
    ranges: Vec<(u32, u32)>,
}

impl PropertyTable {
    pub(super) fn read(mut cursor: Cursor<'_>) -> Result<PropertyTable, ReadError> {
        let count = cursor.count(limits::PROPERTIES, "property count")?;
        let mut ranges = Vec::with_capacity(count);
        for _ in 0..count {
            let len = cursor.blob("property")?.len();
            let end = cursor.position();
            // Both within the section, which is limited to 2^28 bytes.
            ranges.push(((end - len) as u32, end as u32));
        }
        cursor.finish("properties")?;
        Ok(PropertyTable { ranges })
    }

    /// How many blobs there are.
    pub fn len(&self) -> usize {
        self.ranges.len()
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Start and end of a blob in the section.
    pub(super) fn range(&self, index: u32) -> Option<(usize, usize)> {
        let &(start, end) = self.ranges.get(index as usize)?;
        Some((start as usize, end as usize))
    }
}
