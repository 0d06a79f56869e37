//! What follows the code of each attribute and type entry, as data.
//!
//! Source: entries written by `coreai-core 1.0.0b3` and read back, one by one. Codes within the
//! known range that no writer was seen to use are kept raw.

/// One field of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    /// An attribute number.
    Attr,
    /// A count and as many attribute numbers.
    Attrs,
    /// A count and as many pairs of attribute numbers.
    AttrPairs,
    /// A type number.
    Type,
    /// A count and as many type numbers.
    Types,
    /// A string number.
    Str,
    /// A count and as many string numbers.
    Strs,
    /// A resource number.
    Resource,
    /// An unsigned number.
    Uint,
    /// An unsigned number from 0 to the given one.
    UpTo(u64),
    /// A count and as many unsigned numbers.
    Uints,
    /// A signed number.
    Int,
    /// A count and as many signed numbers.
    Ints,
    /// A count and as many dimensions.
    Dims,
    /// A byte that is 0 or 1.
    Bool,
    /// A byte that is 0 or 1, and an unsigned number if it is 1.
    OptionalUint,
    /// The bit width of the [`Field::Bits`] that follow.
    Width,
    /// An integer or float of the width read before.
    Bits,
    /// A length and as many bytes.
    Blob,
}

use Field::{
    Attr, AttrPairs, Attrs, Bits, Blob, Bool, Dims, Int, Ints, OptionalUint, Resource, Str, Strs,
    Type, Types, Uint, Uints, UpTo, Width,
};

/// How an entry code is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// These fields and nothing else.
    Fields(&'static [Field]),
    /// Within the code range, layout not known.
    Raw,
    /// Not a code of this dialect version.
    Unknown,
}

/// Highest attribute and type code of dialect version 2.
const LAST_CODE: u64 = 47;

/// A code without a known layout.
fn beyond(code: u64) -> Layout {
    match code {
        1..=LAST_CODE => Layout::Raw,
        _ => Layout::Unknown,
    }
}

/// Layout of an `aicode` attribute.
pub(super) fn attribute(code: u64) -> Layout {
    Layout::Fields(match code {
        1 => &[Str],
        2 => &[Width, Bool, Bits],
        3 => &[Width, Bits],
        4 => &[Type],
        5 | 42 | 45 => &[Attrs],
        6 => &[Bool, Blob],
        7 => &[Resource],
        9 => &[Str, Attrs],
        10 => &[Str, Type],
        12 => &[Ints, Ints, UpTo(3)],
        13 => &[Ints, Ints, UpTo(3), Attr],
        14 => &[Strs],
        16 => &[Attr, Type],
        17 => &[UpTo(4)],
        18 => &[UpTo(15)],
        19 | 28 => &[UpTo(2)],
        20 => &[UpTo(6)],
        21 => &[UpTo(4), Uint, Uint, OptionalUint],
        23 => &[UpTo(4), Uint, Uint, OptionalUint, Uints],
        25 => &[UpTo(3)],
        26 => &[UpTo(2), Ints],
        27 => &[Uint],
        29 => &[Attr, Attr, Attr],
        30 => &[Str, Str, Str],
        31 => &[Attr, Uint, Uint, Uint, Uint],
        32 => &[Str, Attr, Str, Uint, Str, Attrs],
        33 | 39 | 47 => &[Attr],
        35 => &[Str, Attr],
        36 => &[Type, Attr, Attr, Str, Str, Uint],
        38 => &[Int, Int, Int, Int],
        40 => &[Attr, Attr, Attrs, Attrs],
        41 => &[Attr, Attr, Attr, Attrs, Attrs],
        43 => &[UpTo(1)],
        44 => &[UpTo(5)],
        46 => &[],
        _ => return beyond(code),
    })
}

/// Layout of an `aicode` type.
pub(super) fn r#type(code: u64) -> Layout {
    Layout::Fields(match code {
        1 => &[Str, Attrs],
        2 => &[Dims, Type],
        3 => &[Dims, Type, Attr],
        4..=29 | 32..=34 | 36..=38 | 46 | 47 => &[],
        30 => &[Types, Types],
        31 | 41 => &[Type],
        35 => &[Str, Type],
        39 => &[Attr, Uint, Uint],
        40 => &[Attr, Uint, Uint, Attr],
        42 => &[Uint, Uint, Str, Uint],
        43 => &[Uint, Str, Uint, Uint, Uint, Type],
        _ => return beyond(code),
    })
}

/// Layout of an attribute of MLIR's `builtin` dialect; those that compiled assets use.
pub(super) fn builtin_attribute(code: u64) -> Layout {
    Layout::Fields(match code {
        0 => &[Attrs],
        1 => &[AttrPairs],
        2 => &[Str],
        11 => &[Attr, Uint, Uint],
        13 => &[Attrs, Attr],
        14 => &[Attr, Attr],
        _ => return Layout::Raw,
    })
}
