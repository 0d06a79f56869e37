//! Attributes, typed.

use super::Program;
use crate::mlir::limits;
use crate::mlir::{Cursor, ReadError};

/// Numbers of strings, attributes or types, still encoded.
#[derive(Debug, Clone, Copy)]
pub struct Numbers<'a> {
    cursor: Cursor<'a>,
    len: usize,
}

impl<'a> Numbers<'a> {
    /// Reads a count and moves past as many numbers.
    pub(super) fn read(cursor: &mut Cursor<'a>) -> Result<Numbers<'a>, ReadError> {
        let len = cursor.count(limits::ENTRIES, "list length")?;
        let list = Numbers {
            cursor: *cursor,
            len,
        };
        for _ in 0..len {
            cursor.varint("list element")?;
        }
        Ok(list)
    }

    /// How many numbers there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The numbers, in order.
    pub fn iter(&self) -> impl Iterator<Item = u32> + use<'a> {
        let mut cursor = self.cursor;
        (0..self.len).map_while(move |_| {
            let number = cursor.varint("list element").ok()?;
            u32::try_from(number).ok()
        })
    }
}

/// An attribute.
#[derive(Debug, Clone, Copy)]
pub enum Attr<'a> {
    /// Text; a string number.
    String(u32),
    /// The lowest 64 bits of an integer.
    Integer(u64),
    /// A type number.
    Type(u32),
    /// Attribute numbers.
    Array(Numbers<'a>),
    /// Elements of a constant, or a single one for all if `splat`.
    DenseElements {
        /// True if `data` is one element, whatever the shape.
        splat: bool,
        /// Row-major little-endian elements.
        data: &'a [u8],
        /// Where the attribute lies in the file.
        offset: u64,
    },
    /// Elements of a constant in resource number `resource`.
    DenseResource {
        /// Position over all resource groups.
        resource: u32,
        /// Where the attribute lies in the file.
        offset: u64,
    },
    /// A name (string number) with children (attribute numbers).
    Named {
        /// String number.
        name: u32,
        /// Attribute numbers.
        children: Numbers<'a>,
    },
    /// The parts of a symbol name; string numbers.
    Symbol(Numbers<'a>),
    /// A reference to a symbol; an attribute number.
    ParamConstant(u32),
    /// A pixel format.
    FourCc(u64),
    /// The number of a variant: a padding mode, an approximation, a scatter mode, a combiner, an interpolation.
    Enumeration(u64),
    /// Any other, by dialect number and code.
    Other {
        /// Number of the dialect.
        dialect: u32,
        /// Code within it.
        code: u64,
    },
}

impl Program {
    /// The attribute of that number.
    ///
    /// # Errors
    /// A number beyond the table. Fields were checked when the program was read.
    pub fn attr(&self, index: u32) -> Result<Attr<'_>, ReadError> {
        let (entry, mut cursor) = self.module.attribute(index)?;
        let offset = cursor.offset();
        let code = cursor.varint("attribute code")?;
        let dialect = entry.dialect;
        if dialect != self.dialects.aicode || !entry.custom {
            return Ok(Attr::Other { dialect, code });
        }
        Ok(match code {
            1 => Attr::String(self.number(&mut cursor)?),
            2 => Attr::Integer(integer(&mut cursor)?),
            4 => Attr::Type(self.number(&mut cursor)?),
            5 => Attr::Array(Numbers::read(&mut cursor)?),
            6 => Attr::DenseElements {
                splat: cursor.bool("splat flag")?,
                data: cursor.blob("inline data")?,
                offset,
            },
            7 => Attr::DenseResource {
                resource: self.number(&mut cursor)?,
                offset,
            },
            9 => Attr::Named {
                name: self.number(&mut cursor)?,
                children: Numbers::read(&mut cursor)?,
            },
            14 => Attr::Symbol(Numbers::read(&mut cursor)?),
            16 => Attr::ParamConstant(self.number(&mut cursor)?),
            17 | 19 | 20 | 25 | 43 => Attr::Enumeration(cursor.varint("variant")?),
            27 => Attr::FourCc(cursor.varint("fourcc")?),
            _ => Attr::Other { dialect, code },
        })
    }

    /// A number checked against its table when the program was read.
    pub(super) fn number(&self, cursor: &mut Cursor<'_>) -> Result<u32, ReadError> {
        cursor.index(u32::MAX as usize, "index")
    }
}

/// Width, sign and bits of an integer attribute; its lowest 64 bits.
fn integer(cursor: &mut Cursor<'_>) -> Result<u64, ReadError> {
    let width = cursor.varint("integer width")?;
    cursor.bool("integer sign")?;
    Ok(match width {
        0..=8 => cursor.byte("integer")?.into(),
        9..=64 => cursor.svarint("integer")?.cast_unsigned(),
        _ => match cursor.count(limits::ENTRIES, "integer words")? {
            0 => 0,
            _ => cursor.svarint("integer")?.cast_unsigned(),
        },
    })
}
