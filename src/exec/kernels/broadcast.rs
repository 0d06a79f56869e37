//! Which elements of operands meet, by NumPy's rules.

use crate::exec::ExecError;
use crate::exec::tensor::{Shape, elements};

/// Sizes that both can be stretched to.
///
/// # Errors
/// Sizes that differ where neither is 1.
pub(in crate::exec) fn shape(left: &[usize], right: &[usize]) -> Result<Shape, ExecError> {
    let rank = left.len().max(right.len());
    let at = |shape: &[usize], axis: usize| {
        (axis + shape.len())
            .checked_sub(rank)
            .map_or(1, |axis| shape[axis])
    };
    (0..rank)
        .map(|axis| match (at(left, axis), at(right, axis)) {
            (1, size) | (size, 1) => Ok(size),
            (one, other) if one == other => Ok(one),
            _ => Err(ExecError::shapes(left, right)),
        })
        .collect()
}

/// How `N` operands are walked together: an outer walk over offsets, and runs of an inner dimension in which each
/// operand moves by one element or stays.
#[derive(Debug)]
pub(super) struct Walk<const N: usize> {
    /// Elements of one run.
    pub(super) run: usize,
    /// Whether an operand moves within a run.
    pub(super) moves: [bool; N],
    outer: Vec<(usize, [usize; N])>,
    runs: usize,
}

impl<const N: usize> Walk<N> {
    /// A walk of operands of the sizes `shapes` over the sizes `whole`, which each of them can be stretched to.
    ///
    /// # Errors
    /// Sizes that cannot be stretched so, or too many elements.
    pub(super) fn new(shapes: [&[usize]; N], whole: &[usize]) -> Result<Walk<N>, ExecError> {
        let count = elements(whole)?;
        let mut dims: Vec<(usize, [usize; N])> = whole.iter().map(|size| (*size, [0; N])).collect();
        for (operand, shape) in shapes.into_iter().enumerate() {
            let skipped = whole
                .len()
                .checked_sub(shape.len())
                .ok_or_else(|| ExecError::shapes(shape, whole))?;
            let mut stride = 1;
            for (size, dim) in shape.iter().zip(&mut dims[skipped..]).rev() {
                if *size == dim.0 && *size != 1 {
                    dim.1[operand] = stride;
                } else if *size != 1 {
                    return Err(ExecError::shapes(shape, whole));
                }
                stride *= size;
            }
        }
        let mut outer = merged(dims);
        let (run, strides) = outer.pop().unwrap_or((1, [0; N]));
        Ok(Walk {
            run,
            moves: strides.map(|stride| stride == 1),
            runs: count.checked_div(run).unwrap_or(0),
            outer,
        })
    }

    /// Calls `each` with the offset of every operand at the start of each run, in order.
    pub(super) fn runs(&self, mut each: impl FnMut([usize; N])) {
        let mut index = vec![0; self.outer.len()];
        let mut offsets = [0; N];
        for _ in 0..self.runs {
            each(offsets);
            for (axis, (size, strides)) in self.outer.iter().enumerate().rev() {
                index[axis] += 1;
                for (offset, stride) in offsets.iter_mut().zip(strides) {
                    *offset += stride;
                }
                if index[axis] < *size {
                    break;
                }
                for (offset, stride) in offsets.iter_mut().zip(strides) {
                    *offset -= stride * size;
                }
                index[axis] = 0;
            }
        }
    }
}

/// Dimensions of one element left out, and neighbours that are walked as one made one.
fn merged<const N: usize>(dims: Vec<(usize, [usize; N])>) -> Vec<(usize, [usize; N])> {
    let mut merged: Vec<(usize, [usize; N])> = Vec::with_capacity(dims.len());
    for (size, strides) in dims {
        if size == 1 {
            continue;
        }
        match merged.last_mut() {
            Some((outer, above))
                if (0..N).all(|operand| above[operand] == strides[operand] * size) =>
            {
                *outer *= size;
                *above = strides;
            }
            _ => merged.push((size, strides)),
        }
    }
    merged
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn shapes_stretch_as_numpy_does() {
        assert_eq!(shape(&[2, 1, 3], &[4, 1]).unwrap(), [2, 4, 3]);
        assert_eq!(shape(&[], &[5]).unwrap(), [5]);
        assert_eq!(shape(&[0], &[1]).unwrap(), [0]);
        assert!(shape(&[2], &[3]).is_err());
    }

    #[test]
    fn equal_operands_are_one_run() {
        let walk = Walk::new([&[2, 3, 4], &[2, 3, 4]], &[2, 3, 4]).unwrap();
        assert_eq!((walk.run, walk.moves), (24, [true, true]));
    }

    #[test]
    fn offsets_follow_the_strides() {
        let walk = Walk::new([&[2, 1, 3], &[4, 1]], &[2, 4, 3]).unwrap();
        assert_eq!((walk.run, walk.moves), (3, [true, false]));
        let mut seen = Vec::new();
        walk.runs(|offsets| seen.push(offsets));
        let expected: Vec<_> = (0..8).map(|run| [run / 4 * 3, run % 4]).collect();
        assert_eq!(seen, expected);
    }

    #[test]
    fn nothing_is_walked_where_a_size_is_zero() {
        let walk = Walk::new([&[2, 0]], &[2, 0]).unwrap();
        walk.runs(|_| panic!("there is no run"));
    }
}
