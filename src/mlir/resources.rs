//! Resources: the table of keys and sizes, and the header of each entry. Data is never read.

use super::container::{FileRange, read_range};
use super::cursor::{check_alignment, check_padding, padding_len};
use super::limits;
use super::{Cursor, ReadError, ReadErrorKind};
use crate::bytes::ByteSource;

/// Bytes read at the start of a resource: its header with the usual padding.
const PROBE_BYTES: u64 = 64;

/// What a resource holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResourceKind {
    /// Aligned bytes.
    Blob,
    /// A truth value.
    Bool,
    /// A string number.
    String,
}

/// A resource as the offset table lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resource {
    /// String number of its key.
    pub key: u32,
    /// Its header, padding and data in the file.
    pub range: FileRange,
    /// What it holds.
    pub kind: ResourceKind,
}

/// A blob's data, as its header describes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blob {
    /// Alignment the data is stored with, bytes.
    pub alignment: u64,
    /// The data in the file.
    pub data: FileRange,
}

/// Resources of all dialects, in file order.
#[derive(Debug, Clone, Default)]
pub struct ResourceTable {
    resources: Vec<Resource>,
}

impl ResourceTable {
    /// Reads the offset section and checks that the entries fill `range`.
    pub(super) fn read(
        mut cursor: Cursor<'_>,
        range: FileRange,
        dialects: usize,
        strings: usize,
    ) -> Result<ResourceTable, ReadError> {
        let start = cursor;
        let external = cursor.count(limits::RESOURCES, "external resource groups")?;
        if external != 0 {
            // Numbered apart from the others; no Core AI file has any.
            let found = external as u64;
            let expected = "no external resource groups";
            let kind = ReadErrorKind::Unexpected { found, expected };
            return Err(start.error("external resource groups", kind));
        }
        let mut resources = Vec::new();
        let mut at = range.offset;
        while !cursor.is_at_end() {
            cursor.index(dialects, "dialect of resources")?;
            let group = cursor;
            let count = cursor.count(limits::RESOURCES, "resource count")?;
            let total = (resources.len() + count) as u64;
            if total > limits::RESOURCES {
                let kind = ReadErrorKind::OverLimit {
                    count: total,
                    limit: limits::RESOURCES,
                };
                return Err(group.error("resource count", kind));
            }
            for _ in 0..count {
                let left = range.offset + range.len - at;
                let resource = read_entry(&mut cursor, at, left, strings)?;
                at += resource.range.len;
                resources.push(resource);
            }
        }
        let bytes = range.offset + range.len - at;
        if bytes != 0 {
            return Err(ReadError {
                offset: at,
                field: "resources",
                kind: ReadErrorKind::Trailing { bytes },
            });
        }
        Ok(ResourceTable { resources })
    }

    /// How many resources there are.
    pub fn len(&self) -> usize {
        self.resources.len()
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.resources.is_empty()
    }

    /// The resource of that number.
    pub fn get(&self, index: u32) -> Option<Resource> {
        self.resources.get(index as usize).copied()
    }

    /// All resources in file order.
    pub fn iter(&self) -> impl Iterator<Item = Resource> + '_ {
        self.resources.iter().copied()
    }
}

fn read_entry(
    cursor: &mut Cursor<'_>,
    offset: u64,
    left: u64,
    strings: usize,
) -> Result<Resource, ReadError> {
    let key = cursor.index(strings, "resource key")?;
    let at = *cursor;
    let len = cursor.varint("resource size")?;
    if len > left {
        let missing = len - left;
        return Err(at.error("resource size", ReadErrorKind::Truncated { missing }));
    }
    let at = *cursor;
    let kind = match cursor.byte("resource kind")? {
        0 => ResourceKind::Blob,
        1 => ResourceKind::Bool,
        2 => ResourceKind::String,
        other => {
            let found = other.into();
            let expected = "0 (blob), 1 (bool) or 2 (string)";
            let kind = ReadErrorKind::Unexpected { found, expected };
            return Err(at.error("resource kind", kind));
        }
    };
    let range = FileRange { offset, len };
    Ok(Resource { key, range, kind })
}

impl Resource {
    /// Reads the header of a blob: one read of at most 64 bytes, two if it is aligned beyond that.
    ///
    /// # Errors
    /// A header that does not account for the whole resource.
    pub fn blob<S: ByteSource + ?Sized>(&self, source: &S) -> Result<Blob, ReadError> {
        let probe = PROBE_BYTES.min(self.range.len);
        let bytes = read_range(source, self.range.offset, probe, "resource header")?;
        let mut cursor = Cursor::new(&bytes, self.range.offset);
        let start = cursor;
        let alignment = cursor.varint("resource alignment")?;
        let alignment = check_alignment(start, alignment, "resource alignment")?;
        let at = cursor;
        let len = cursor.varint("resource length")?;
        let padding = padding_len(cursor.offset(), alignment);
        let header = cursor.position() as u64 + padding;
        if header.checked_add(len) != Some(self.range.len) {
            let kind = ReadErrorKind::Mismatch {
                found: len,
                expected: self.range.len.saturating_sub(header),
            };
            return Err(at.error("resource length", kind));
        }
        if padding <= cursor.remaining() as u64 {
            cursor.padding(alignment, "resource padding")?;
        } else {
            let pad = read_range(source, cursor.offset(), padding, "resource padding")?;
            check_padding(&pad, cursor.offset(), "resource padding")?;
        }
        let offset = self.range.offset + header;
        let data = FileRange { offset, len };
        Ok(Blob { alignment, data })
    }
}
