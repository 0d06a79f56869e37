//! Values around a tensor.

use crate::exec::ExecError;
use crate::exec::kernels::{sizes, strides};
use crate::exec::tensor::{Elements, Tensor, elements};

/// What surrounds a tensor that is padded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Padding {
    /// What comes at its other end.
    Circular,
    /// One value.
    Constant,
    /// Its mirror image without the element at the border.
    Reflect,
    /// The element at the border.
    Replicate,
    /// Its mirror image.
    Symmetric,
}

impl Padding {
    /// The position along an axis of `size` that one before or behind it stands for; `None` for the constant.
    fn source(self, place: i64, size: i64) -> Option<i64> {
        if (0..size).contains(&place) {
            return Some(place);
        }
        let inner = match self {
            Padding::Constant => return None,
            Padding::Circular => place.rem_euclid(size.max(1)),
            Padding::Replicate => place.clamp(0, size - 1),
            Padding::Reflect if place < 0 => -place,
            Padding::Reflect => 2 * size - 2 - place,
            Padding::Symmetric if place < 0 => -place - 1,
            Padding::Symmetric => 2 * size - 1 - place,
        };
        Some(inner)
    }
}

/// The tensor with values before and behind it along each axis.
///
/// # Errors
/// Widths for another number of axes, or wider than the mode can fill.
pub fn pad(
    x: &Tensor,
    widths: &Tensor,
    value: &Tensor,
    mode: Padding,
) -> Result<Tensor, ExecError> {
    let widths_given = sizes(widths)?;
    if widths_given.len() != 2 * x.rank() {
        return Err(ExecError::operand(
            "two widths for each axis are",
            widths.dtype,
            &widths.shape,
        ));
    }
    let mut shape = x.shape.clone();
    for (size, width) in shape.iter_mut().zip(widths_given.chunks_exact(2)) {
        *size = size.saturating_add(width[0]).saturating_add(width[1]);
    }
    let total = elements(&shape)?;
    let (to, from) = (strides(&shape), strides(&x.shape));
    // Where each position along each axis comes from.
    let mut sources: Vec<Vec<Option<usize>>> = Vec::with_capacity(x.rank());
    for (axis, size) in shape.iter().enumerate() {
        let inner = x.shape[axis] as i64;
        let before = widths_given[2 * axis] as i64;
        let along = (0..*size as i64).map(|place| match mode.source(place - before, inner) {
            None => Ok(None),
            Some(place) => usize::try_from(place)
                .ok()
                .filter(|place| *place < x.shape[axis])
                .map(Some)
                .ok_or_else(|| {
                    ExecError::operand("narrower widths are", widths.dtype, &widths.shape)
                }),
        });
        sources.push(along.collect::<Result<_, _>>()?);
    }
    let source = |at: usize| {
        (0..shape.len()).try_fold(0, |sum, axis| {
            let place = sources[axis][at / to[axis] % shape[axis]]?;
            Some(sum + place * from[axis])
        })
    };
    match (&x.data, &value.data) {
        (Elements::Float(data), Elements::Float(value)) => {
            let fill = value.first().copied().unwrap_or(0.0);
            let data = (0..total).map(|at| source(at).map_or(fill, |at| data[at]));
            Ok(Tensor::exact(x.dtype, shape.clone(), data.collect()))
        }
        (Elements::Int(data), Elements::Int(value)) => {
            let fill = value.first().copied().unwrap_or(0);
            let data = (0..total).map(|at| source(at).map_or(fill, |at| data[at]));
            Ok(Tensor::ints(x.dtype, shape.clone(), data.collect()))
        }
        _ => Err(ExecError::operand(
            "a value of the same kind is",
            value.dtype,
            &value.shape,
        )),
    }
}
