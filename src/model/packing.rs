//! How the bytes of a constant hold its elements.

use super::DType;

/// How a constant's data hold its elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// Each element has bytes of its own, as many as [`DType::storage_bytes`] says.
    Whole,
    /// Elements smaller than a byte lie side by side, the first in the lowest bits.
    Packed,
    /// Some other way, which no known writer has; how many bytes there are.
    Unknown(u64),
}

impl Packing {
    /// The form in which so many elements, of less than 2^64 bytes together, take `len` bytes; `None` if none does.
    pub fn of(dtype: DType, elements: u64, len: u64) -> Option<Packing> {
        // Before the other, because exporters pack: three 6-bit elements take three bytes either way.
        if dtype.packed_bytes(elements) == Some(len) {
            return Some(Packing::Packed);
        }
        if len == whole_bytes(dtype, elements) {
            return Some(Packing::Whole);
        }
        let is_possible =
            dtype.packed_bytes(elements).is_none() && could_hold(dtype, elements, len);
        is_possible.then_some(Packing::Unknown(len))
    }

    /// Bytes that so many elements take.
    pub(super) fn bytes(self, dtype: DType, elements: u64) -> u64 {
        match self {
            Packing::Unknown(bytes) => bytes,
            Packing::Packed => dtype
                .packed_bytes(elements)
                .unwrap_or_else(|| whole_bytes(dtype, elements)),
            Packing::Whole => whole_bytes(dtype, elements),
        }
    }
}

fn whole_bytes(dtype: DType, elements: u64) -> u64 {
    elements.saturating_mul(dtype.storage_bytes())
}

/// True if some form of elements smaller than a byte takes so many bytes: without gaps, at a byte each, in groups of
/// eight, or anything between.
fn could_hold(dtype: DType, elements: u64, len: u64) -> bool {
    let Some(bits) = dtype.sub_byte_bits() else {
        return false;
    };
    let (groups, rest) = (elements / 8, elements % 8);
    let least = groups * bits + (rest * bits).div_ceil(8);
    let most = elements.max(elements.div_ceil(8) * bits);
    (least..=most).contains(&len)
}

/// The lengths that would fit so many elements, in words.
pub(super) fn lengths(dtype: DType, elements: u64) -> String {
    let whole = whole_bytes(dtype, elements);
    match dtype.packed_bytes(elements) {
        Some(packed) => format!("{packed} packed or {whole} at a byte each"),
        None => whole.to_string(),
    }
}
