//! What can be computed once, when the plan is made.

use crate::exec::ExecError;
use crate::exec::apply::{Argument, apply, new_sizes};
use crate::exec::kernels::{axis, movement, scalar};
use crate::exec::limits;
use crate::exec::operation::Operation;
use crate::exec::weight::{Stored, Weight};
use crate::model::DType;

/// The results of an operation on constants, where they are known at once: of weights without decoding them, of small
/// tensors by computing them.
///
/// # Errors
/// Constants that do not go together.
pub(super) fn fold(
    operation: Operation,
    operands: &[Argument],
    types: &[DType],
) -> Result<Option<Vec<Argument>>, ExecError> {
    if let Some(weight) = weight(operation, operands, types)? {
        return Ok(Some(vec![small(weight)?]));
    }
    let is_small = |operand: &Argument| match operand {
        Argument::Tensor(tensor) => tensor.len() <= limits::DECODED_ELEMENTS,
        Argument::Weight(_) => matches!(operation, Operation::GetShape),
    };
    // These make more of little.
    let grows = matches!(
        operation,
        Operation::BroadcastTo
            | Operation::BroadcastInDims
            | Operation::Range
            | Operation::Tile
            | Operation::Pad(_)
            | Operation::MatMul
    );
    if grows || !operands.iter().all(is_small) {
        return Ok(None);
    }
    let results = apply(operation, operands.to_vec(), types)?;
    Ok(Some(results.into_iter().map(Argument::Tensor).collect()))
}

/// A weight that is so small that it may as well be decoded, is.
fn small(weight: Weight) -> Result<Argument, ExecError> {
    match weight.is_small() {
        true => Ok(Argument::Tensor(weight.dense()?)),
        false => Ok(Argument::Weight(weight)),
    }
}

/// Operations that turn weights into weights.
fn weight(
    operation: Operation,
    operands: &[Argument],
    types: &[DType],
) -> Result<Option<Weight>, ExecError> {
    let [Argument::Weight(first), rest @ ..] = operands else {
        return Ok(None);
    };
    let Some(dtype) = types.first().copied() else {
        return Ok(None);
    };
    Ok(match (operation, rest) {
        (Operation::Same, []) => Some(first.clone()),
        (Operation::Cast, []) if dtype == first.dtype => Some(first.clone()),
        (Operation::Transpose, [Argument::Tensor(order)]) => {
            let order = movement::order(order, first.shape().len())?;
            first.permuted(&order)
        }
        (
            Operation::Reshape | Operation::ExpandDims | Operation::ShrinkDims,
            [Argument::Tensor(by)],
        ) => first.reshaped(&new_sizes(operation, &first.shape(), by)?),
        (Operation::BlockwiseShiftScale, [scale, zero, offset]) => {
            let scale_shape = shape(scale);
            Weight::affine(
                dtype,
                first,
                (&stored(scale)?, &scale_shape),
                stored(zero)?,
                stored(offset)?,
            )?
        }
        (Operation::LutToDense, [Argument::Tensor(tables), Argument::Tensor(at)]) => {
            let Some((indices, indices_shape)) = first.as_stored() else {
                return Ok(None);
            };
            let at = axis(scalar(at)?, indices_shape.len())?;
            Weight::palette(dtype, indices, indices_shape, tables, at)?
        }
        (Operation::SparseToDense, [mask]) => {
            let (Some((values, _)), mask_shape) = (first.as_stored(), shape(mask)) else {
                return Ok(None);
            };
            let dense = Stored::spread(values, &stored(mask)?)?;
            Some(Weight::plain(dense, mask_shape)?)
        }
        _ => None,
    })
}

fn shape(argument: &Argument) -> Vec<usize> {
    match argument {
        Argument::Tensor(tensor) => tensor.shape.clone(),
        Argument::Weight(weight) => weight.shape(),
    }
}

/// The elements of a constant as they would be stored.
fn stored(argument: &Argument) -> Result<Stored, ExecError> {
    match argument {
        Argument::Weight(weight) => match weight.as_stored() {
            Some((stored, _)) => Ok(stored.clone()),
            None => Stored::of(&weight.dense()?),
        },
        Argument::Tensor(tensor) => Stored::of(tensor),
    }
}
