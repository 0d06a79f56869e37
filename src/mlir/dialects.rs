//! The dialect section: dialects, their versions and the operation names.

use super::container::{SectionId, nested_section};
use super::limits;
use super::{Cursor, ReadError, ReadErrorKind};

/// A dialect the file names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DialectEntry {
    /// String number of its namespace.
    pub name: u32,
    /// Its version as the dialect encodes it, and where it lies in the file.
    pub version: Option<(u64, Vec<u8>)>,
}

/// An operation the file names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpName {
    /// Number of its dialect.
    pub dialect: u32,
    /// String number of its name, without the dialect.
    pub name: u32,
    /// True if the writer knew the operation.
    pub registered: bool,
}

/// Dialects and operation names in file order.
#[derive(Debug, Clone, Default)]
pub struct DialectTable {
    /// Dialects.
    pub dialects: Vec<DialectEntry>,
    /// Operation names; operations refer to them by position.
    pub op_names: Vec<OpName>,
}

impl DialectTable {
    pub(super) fn read(mut cursor: Cursor<'_>, strings: usize) -> Result<DialectTable, ReadError> {
        let count = cursor.count(limits::DIALECTS, "dialect count")?;
        let mut dialects = Vec::with_capacity(count);
        for _ in 0..count {
            dialects.push(read_dialect(&mut cursor, strings)?);
        }
        let start = cursor;
        let expected = cursor.count(limits::OP_NAMES, "operation name count")?;
        let mut op_names = Vec::with_capacity(expected);
        while !cursor.is_at_end() {
            let dialect = cursor.index(dialects.len(), "dialect of operation names")?;
            let names = cursor.count(limits::OP_NAMES, "operation name count")?;
            for _ in 0..names {
                let at = cursor;
                let (name, registered) = cursor.flagged("operation name")?;
                let name = at.in_range(name, strings, "operation name")?;
                op_names.push(OpName {
                    dialect,
                    name,
                    registered,
                });
            }
        }
        let (found, expected) = (op_names.len() as u64, expected as u64);
        if found != expected {
            let kind = ReadErrorKind::Mismatch { found, expected };
            return Err(start.error("operation name count", kind));
        }
        Ok(DialectTable { dialects, op_names })
    }
}

fn read_dialect(cursor: &mut Cursor<'_>, strings: usize) -> Result<DialectEntry, ReadError> {
    let at = *cursor;
    let (name, versioned) = cursor.flagged("dialect name")?;
    let name = at.in_range(name, strings, "dialect name")?;
    let version = if versioned {
        let mut body = nested_section(cursor, SectionId::DialectVersion, "dialect version")?;
        let offset = body.offset();
        let bytes = body.take(body.remaining() as u64, "dialect version")?;
        Some((offset, bytes.to_vec()))
    } else {
        None
    };
    Ok(DialectEntry { name, version })
}
