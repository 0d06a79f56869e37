//! Types, typed.

use super::attrs::Numbers;
use super::{DType, Program};
use crate::mlir::limits;
use crate::mlir::{Cursor, ReadError, ReadErrorKind};

/// Marks a dynamic dimension.
const DYNAMIC: i64 = i64::MIN;

/// The dimensions of a tensor, still encoded.
#[derive(Debug, Clone, Copy)]
pub struct EncodedShape<'a> {
    cursor: Cursor<'a>,
    rank: usize,
}

impl<'a> EncodedShape<'a> {
    fn read(cursor: &mut Cursor<'a>) -> Result<EncodedShape<'a>, ReadError> {
        let rank = cursor.count(limits::ENTRIES, "rank")?;
        let shape = EncodedShape {
            cursor: *cursor,
            rank,
        };
        for _ in 0..rank {
            cursor.varint("dimension")?;
        }
        Ok(shape)
    }

    /// How many dimensions there are.
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// Sizes, outermost first; `None` is dynamic.
    pub fn dims(&self) -> impl Iterator<Item = Option<u64>> + use<'a> {
        let mut cursor = self.cursor;
        (0..self.rank).map_while(move |_| {
            let dim = cursor.svarint("dimension").ok()?;
            Some((dim != DYNAMIC).then_some(dim.cast_unsigned()))
        })
    }

    /// Elements of a tensor of this shape; `None` if dynamic or over `u64`.
    pub fn elements(&self) -> Option<u64> {
        self.dims().try_fold(1_u64, |n, dim| n.checked_mul(dim?))
    }
}

/// A type.
#[derive(Debug, Clone, Copy)]
pub enum Type<'a> {
    /// An element type.
    Scalar(DType),
    /// A tensor of elements of type number `element`.
    Tensor {
        /// Sizes.
        shape: EncodedShape<'a>,
        /// Type number.
        element: u32,
    },
    /// A graph's type.
    Function {
        /// Type numbers.
        results: Numbers<'a>,
        /// Type numbers.
        inputs: Numbers<'a>,
    },
    /// A state that holds a tensor; type number of the tensor.
    Handle(u32),
    /// An order of state accesses.
    Token,
    /// An image.
    Image {
        /// Attribute number of the pixel format.
        format: u32,
        /// Pixels.
        height: u64,
        /// Pixels.
        width: u64,
    },
    /// An opaque type; string number of its name.
    Opaque(u32),
    /// Any other, by dialect number and code.
    Other {
        /// Number of the dialect.
        dialect: u32,
        /// Code within it.
        code: u64,
    },
}

impl Program {
    /// The type of that number.
    ///
    /// # Errors
    /// A number beyond the table. Fields were checked when the program was read.
    pub fn r#type(&self, index: u32) -> Result<Type<'_>, ReadError> {
        let (entry, mut cursor) = self.module.r#type(index)?;
        let code = cursor.varint("type code")?;
        let dialect = entry.dialect;
        if dialect != self.dialects.aicode || !entry.custom {
            return Ok(Type::Other { dialect, code });
        }
        Ok(match code {
            1 => Type::Opaque(self.number(&mut cursor)?),
            2 | 3 => Type::Tensor {
                shape: EncodedShape::read(&mut cursor)?,
                element: self.number(&mut cursor)?,
            },
            30 => Type::Function {
                results: Numbers::read(&mut cursor)?,
                inputs: Numbers::read(&mut cursor)?,
            },
            31 => Type::Handle(self.number(&mut cursor)?),
            32 => Type::Token,
            39 | 40 => Type::Image {
                format: self.number(&mut cursor)?,
                height: cursor.varint("image height")?,
                width: cursor.varint("image width")?,
            },
            _ => match DType::from_code(code) {
                Some(dtype) => Type::Scalar(dtype),
                None => Type::Other { dialect, code },
            },
        })
    }

    /// Element type and shape of a tensor type, or of the tensor in a handle type; `None` for
    /// other types and for elements this reader does not know.
    ///
    /// # Errors
    /// A number beyond the table, or elements that cannot be elements.
    pub fn tensor(&self, index: u32) -> Result<Option<(DType, EncodedShape<'_>)>, ReadError> {
        let mut ty = self.r#type(index)?;
        if let Type::Handle(inner) = ty {
            ty = self.r#type(inner)?;
        }
        let Type::Tensor { shape, element } = ty else {
            return Ok(None);
        };
        Ok(match self.r#type(element)? {
            Type::Scalar(dtype) => Some((dtype, shape)),
            Type::Opaque(_) | Type::Other { .. } => None,
            _ => {
                let (_, cursor) = self.module.r#type(element)?;
                let found = element.into();
                let expected = "the number of an element type";
                let kind = ReadErrorKind::Unexpected { found, expected };
                return Err(cursor.error("element type", kind));
            }
        })
    }
}
