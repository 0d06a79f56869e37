//! Which axis of its operand an axis of a result was, so that a block's axis and the axis a product sums over can be
//! compared although a weight is transposed and reshaped in between.

use super::dataflow::{Calls, Dataflow};
use super::decoding::normalized;
use crate::mlir::OpId;
use crate::model::Dim;

/// The axis of an operation's first operand that an axis of its first result is; `None` where it is none, or several,
/// or the graph does not show it.
pub(super) fn operand_axis(flow: &Dataflow<'_>, op: OpId, axis: usize) -> Option<usize> {
    let (_, result) = flow.tensor(flow.op(op).results().next()?)?;
    let (_, operand) = flow.tensor(flow.operand(op, 0)?)?;
    let list = |rank| {
        let axes = flow.integers(flow.operand(op, 1)?, &Calls::new())?;
        let axes = axes.into_iter().map(|axis| normalized(axis, rank));
        axes.collect::<Option<Vec<usize>>>()
    };
    match flow.name(flow.op(op)) {
        "transpose" => list(operand.len())?.get(axis).copied(),
        "expand_dims" => {
            let added = list(result.len())?;
            let before = added.iter().filter(|it| **it < axis).count();
            (!added.contains(&axis)).then(|| axis - before)
        }
        "shrink_dims" => {
            let removed = list(operand.len())?;
            let mut kept = (0..operand.len()).filter(|it| !removed.contains(it));
            kept.nth(axis)
        }
        "broadcast_to" => {
            let from = axis.checked_sub(result.len().checked_sub(operand.len())?)?;
            let (from_dim, to_dim) = (operand.get(from)?, result.get(axis)?);
            (from_dim == to_dim || to_dim.is_none()).then_some(from)
        }
        "reshape" => reshaped(&operand, &result, axis),
        "gather_nd" => {
            let (_, indices) = flow.tensor(flow.operand(op, 1)?)?;
            let (depth, picked) = indices.split_last()?;
            let depth = usize::try_from((*depth)?).ok()?;
            axis.checked_sub(picked.len())?.checked_add(depth)
        }
        _ => (result.len() == operand.len()).then_some(axis),
    }
    .filter(|axis| *axis < operand.len())
}

/// The axis with the same size and as many elements outside it, or inside it.
fn reshaped(operand: &[Dim], result: &[Dim], axis: usize) -> Option<usize> {
    let size = (*result.get(axis)?)?;
    let product = |dims: &[Dim]| dims.iter().try_fold(1_u64, |n, dim| n.checked_mul((*dim)?));
    let outside = product(&result[..axis]);
    let inside = product(&result[axis + 1..]);
    let mut same = (0..operand.len()).filter(|at| {
        let is_at = |wanted: Option<u64>, dims| wanted.is_some() && product(dims) == wanted;
        operand[*at] == Some(size)
            && (is_at(outside, &operand[..*at]) || is_at(inside, &operand[*at + 1..]))
    });
    // Axes of one element may stand anywhere.
    same.next().filter(|_| size > 1)
}

#[cfg(test)]
mod tests {
    use super::reshaped;

    #[test]
    fn an_axis_is_followed_through_a_reshape_by_what_lies_around_it() {
        let dims = |dims: &[u64]| dims.iter().copied().map(Some).collect::<Vec<_>>();
        let square = dims(&[64, 64]);
        assert_eq!(reshaped(&square, &dims(&[64, 64, 1, 1]), 1), Some(1));
        assert_eq!(reshaped(&square, &dims(&[1, 64, 64]), 1), Some(0));
        assert_eq!(reshaped(&square, &dims(&[64, 2, 32]), 0), Some(0));
        assert_eq!(reshaped(&square, &dims(&[64, 2, 32]), 2), None);
        let open = [Some(1), None, Some(2), Some(128), Some(256)];
        assert_eq!(
            reshaped(&[Some(1), None, Some(128), Some(256)], &open, 3),
            Some(2)
        );
    }
}
