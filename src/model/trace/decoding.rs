//! A weight that is decoded from stored data, and what its operations have in common.

use crate::mlir::OpId;
use crate::model::QuantizedWeight;

/// Most operations between a decoded weight and its data.
pub(super) const MAX_STEPS: usize = 32;
/// Operand numbers of a scaling; the axis is that of `dequantize`.
pub(super) const SCALE: usize = 1;
pub(super) const ZERO_POINT: usize = 2;
pub(super) const MINIMUM: usize = 3;
pub(super) const AXIS: usize = 4;
/// Operand numbers of a lookup.
pub(super) const TABLE: usize = 1;
pub(super) const TABLE_AXIS: usize = 2;
/// Operand number of the mask of a sparse value.
pub(super) const MASK: usize = 1;

/// A weight, followed from its last operation back to its data.
pub(super) struct Made {
    pub(super) weight: QuantizedWeight,
    /// Position of the data in the list of constants.
    pub(super) constant: usize,
    /// Positions of what they are decoded with.
    pub(super) parameters: Vec<usize>,
    /// The decoding operations but the last.
    pub(super) passed: Vec<OpId>,
}

/// An axis counted from the front.
pub(super) fn normalized(axis: i64, rank: usize) -> Option<usize> {
    let axis = match axis {
        0.. => axis,
        _ => axis.checked_add(i64::try_from(rank).ok()?)?,
    };
    usize::try_from(axis).ok().filter(|axis| *axis < rank)
}

pub(super) fn shares(data: &[u64], parts: &[u64]) -> Option<Vec<u64>> {
    let pairs = data.iter().zip(parts);
    pairs.map(|(dim, parts)| share(*dim, *parts)).collect()
}

/// One scale, or several, along one axis.
pub(super) fn along(data: &[u64], axis: usize, scales: u64) -> Option<Vec<u64>> {
    let mut block = data.to_vec();
    let dim = block.get_mut(axis)?;
    *dim = share(*dim, scales)?;
    Some(block)
}

/// Elements per scale, if they divide evenly.
fn share(dim: u64, scales: u64) -> Option<u64> {
    (scales > 0 && dim.is_multiple_of(scales)).then(|| dim / scales)
}
