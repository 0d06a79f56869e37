//! Elements in order.

use std::cmp::Ordering;

use crate::exec::ExecError;
use crate::exec::tensor::{Elements, Tensor};
use crate::model::DType;

use super::{axis, picked, scalar};

/// The positions along an axis that elements have in order; equal ones stay in theirs. What is not a number comes last.
///
/// # Errors
/// An axis beyond the rank.
pub fn argsort(
    x: &Tensor,
    at: &Tensor,
    descending: bool,
    dtype: DType,
) -> Result<Tensor, ExecError> {
    let (places, size, inner) = sorted(x, at, descending)?;
    let position = |place: usize| (place / inner % size) as i64;
    let data = places.into_iter().map(position).collect();
    Ok(Tensor::ints(dtype, x.shape.clone(), data))
}

/// The elements in order along an axis.
///
/// # Errors
/// An axis beyond the rank.
pub fn sort(x: &Tensor, at: &Tensor, descending: bool) -> Result<Tensor, ExecError> {
    let (places, ..) = sorted(x, at, descending)?;
    Ok(picked(x, x.shape.clone(), places.into_iter()))
}

/// For each place of the result, where its element is; then the size of the axis and the elements behind it.
fn sorted(
    x: &Tensor,
    at: &Tensor,
    descending: bool,
) -> Result<(Vec<usize>, usize, usize), ExecError> {
    let at = axis(scalar(at)?, x.rank())?;
    let size = x.shape[at];
    let inner: usize = x.shape[at + 1..].iter().product();
    let outer: usize = x.shape[..at].iter().product();
    let compare = |left: usize, right: usize| {
        let order = match &x.data {
            Elements::Int(data) => data[left].cmp(&data[right]),
            Elements::Float(data) => match (data[left].is_nan(), data[right].is_nan()) {
                (false, false) => data[left]
                    .partial_cmp(&data[right])
                    .unwrap_or(Ordering::Equal),
                (left, right) => return left.cmp(&right),
            },
        };
        if descending { order.reverse() } else { order }
    };
    let mut places = vec![0; x.len()];
    for outer in 0..outer {
        for within in 0..inner {
            let place = |step: usize| (outer * size + step) * inner + within;
            let mut line: Vec<usize> = (0..size).map(place).collect();
            line.sort_by(|left, right| compare(*left, *right));
            for (step, from) in line.into_iter().enumerate() {
                places[place(step)] = from;
            }
        }
    }
    Ok((places, size.max(1), inner.max(1)))
}
