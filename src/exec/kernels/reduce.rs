//! Operations that make one element of many.

use crate::exec::ExecError;
use crate::exec::simd;
use crate::exec::tensor::{Class, Elements, Shape, Tensor, class, is_wide, wrap};
use crate::model::DType;

use super::{axes, axis, scalar};

/// What becomes of the elements along the axes that go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each variant is the operation its name says")]
pub enum Reduction {
    Sum,
    Mean,
    Product,
    Max,
    Min,
    All,
    Any,
}

impl Reduction {
    /// Reduces along axes, which stay with a size of 1.
    ///
    /// # Errors
    /// Axes beyond the rank, or an element type that the operation does not take.
    pub fn apply(self, x: &Tensor, over: &Tensor) -> Result<Tensor, ExecError> {
        let over = axes(over, x.rank())?;
        let mut shape = x.shape.clone();
        for axis in &over {
            shape[*axis] = 1;
        }
        let groups = Groups::new(&x.shape, &over);
        match (&x.data, class(x.dtype)) {
            (Elements::Float(data), Some(Class::Float)) => {
                let data = groups.each(data, |group| self.floats(group));
                Ok(Tensor::floats(x.dtype, shape, data))
            }
            (Elements::Int(data), _) if self != Reduction::Mean => {
                let dtype = x.dtype;
                let data = groups.each(data, |group| self.ints(dtype, group));
                Ok(Tensor::ints(dtype, shape, data))
            }
            _ => Err(ExecError::operand("floats", x.dtype, &x.shape)),
        }
    }

    fn floats(self, group: &[f32]) -> f32 {
        match self {
            Reduction::Sum => sum(group),
            // A mean of nothing is not a number.
            Reduction::Mean => sum(group) / group.len() as f32,
            Reduction::Product => group.iter().product(),
            Reduction::Max => group.iter().fold(f32::NEG_INFINITY, |most, value| {
                if value.is_nan() || *value > most {
                    *value
                } else {
                    most
                }
            }),
            Reduction::Min => group.iter().fold(f32::INFINITY, |least, value| {
                if value.is_nan() || *value < least {
                    *value
                } else {
                    least
                }
            }),
            Reduction::All => f32::from(u8::from(group.iter().all(|value| *value != 0.0))),
            Reduction::Any => f32::from(u8::from(group.iter().any(|value| *value != 0.0))),
        }
    }

    fn ints(self, dtype: DType, group: &[i64]) -> i64 {
        let unsigned = is_wide(dtype);
        let key =
            |value: &&i64| i128::from(**value) & if unsigned { i128::from(u64::MAX) } else { -1 };
        match self {
            Reduction::Sum | Reduction::Mean => {
                group.iter().fold(0, |sum, value| sum.wrapping_add(*value))
            }
            Reduction::Product => group.iter().fold(1, |product, value| {
                wrap(dtype, product.wrapping_mul(*value))
            }),
            Reduction::Max => group.iter().max_by_key(key).copied().unwrap_or(0),
            Reduction::Min => group.iter().min_by_key(key).copied().unwrap_or(0),
            Reduction::All => i64::from(group.iter().all(|value| *value != 0)),
            Reduction::Any => i64::from(group.iter().any(|value| *value != 0)),
        }
    }
}

/// The sum in `float32`, by partial sums.
fn sum(values: &[f32]) -> f32 {
    const ONES: [f32; 256] = [1.0; 256];
    if values.len() < simd::LANES {
        return values.iter().sum();
    }
    // In pieces, so that long sums lose little.
    let pieces = values.chunks(ONES.len());
    pieces
        .map(|piece| simd::dot(piece, &ONES[..piece.len()]))
        .sum()
}

/// The elements that are reduced together.
struct Groups {
    /// Sizes and steps of the axes that stay.
    kept: Vec<(usize, usize)>,
    /// Sizes and steps of the axes that go.
    gone: Vec<(usize, usize)>,
}

impl Groups {
    fn new(shape: &[usize], over: &[usize]) -> Groups {
        let steps = super::strides(shape);
        let of = |gone: bool| {
            let axes = (0..shape.len()).filter(move |axis| over.contains(axis) == gone);
            axes.map(|axis| (shape[axis], steps[axis])).collect()
        };
        Groups {
            kept: of(false),
            gone: of(true),
        }
    }

    fn each<T: Copy>(&self, data: &[T], mut one: impl FnMut(&[T]) -> T) -> Vec<T> {
        let starts = offsets(&self.kept);
        let within = offsets(&self.gone);
        let is_run = within
            .iter()
            .enumerate()
            .all(|(place, offset)| place == *offset);
        if is_run {
            let group = |start: usize| one(&data[start..start + within.len()]);
            return starts.into_iter().map(group).collect();
        }
        let mut group = Vec::with_capacity(within.len());
        let each = |start: usize| {
            group.clear();
            group.extend(within.iter().map(|offset| data[start + offset]));
            one(&group)
        };
        starts.into_iter().map(each).collect()
    }
}

/// The distance from the first element of every combination of positions, in order.
fn offsets(dims: &[(usize, usize)]) -> Vec<usize> {
    dims.iter().fold(vec![0], |offsets, (size, step)| {
        let along = |offset: usize| (0..*size).map(move |place| offset + place * step);
        offsets.into_iter().flat_map(along).collect()
    })
}

/// Splits sizes around an axis: before it, itself, behind it.
fn around(shape: &[usize], at: usize) -> (usize, usize, usize) {
    let product = |sizes: &[usize]| sizes.iter().product();
    (product(&shape[..at]), shape[at], product(&shape[at + 1..]))
}

/// Calls `each` with a line of elements along an axis, and puts what it leaves there in its place.
fn lines<T: Copy>(data: &mut [T], shape: &[usize], at: usize, mut each: impl FnMut(&mut [T])) {
    let (outer, size, inner) = around(shape, at);
    if size == 0 {
        return;
    }
    if inner == 1 {
        return data.chunks_exact_mut(size).for_each(each);
    }
    let mut line = Vec::with_capacity(size);
    for outer in 0..outer {
        for inner_place in 0..inner {
            let place = |step: usize| (outer * size + step) * inner + inner_place;
            line.clear();
            line.extend((0..size).map(|step| data[place(step)]));
            each(&mut line);
            for (step, value) in line.iter().enumerate() {
                data[place(step)] = *value;
            }
        }
    }
}

/// Exponentials along an axis as shares of their sum.
///
/// # Errors
/// An axis beyond the rank, or integers.
pub fn softmax(x: &Tensor, at: &Tensor) -> Result<Tensor, ExecError> {
    let at = axis(scalar(at)?, x.rank())?;
    let mut data = x.as_floats()?.to_vec();
    lines(&mut data, &x.shape, at, shares);
    Ok(Tensor::floats(x.dtype, x.shape.clone(), data))
}

/// Softmax of one line, in place.
pub(in crate::exec) fn shares(line: &mut [f32]) {
    let most = Reduction::Max.floats(line);
    for value in line.iter_mut() {
        *value = (*value - most).exp();
    }
    let total = sum(line);
    for value in line.iter_mut() {
        *value /= total;
    }
}

/// The position of the greatest element along an axis, the first of equal ones; NaN is less than any other.
///
/// # Errors
/// An axis beyond the rank, or one without elements.
pub fn argmax(x: &Tensor, at: &Tensor, dtype: DType) -> Result<Tensor, ExecError> {
    let at = axis(scalar(at)?, x.rank())?;
    let (_, size, _) = around(&x.shape, at);
    if size == 0 {
        return Err(ExecError::operand(
            "an axis with elements is",
            x.dtype,
            &x.shape,
        ));
    }
    let groups = Groups::new(&x.shape, &[at]);
    let mut shape: Shape = x.shape.clone();
    shape[at] = 1;
    let data = match &x.data {
        Elements::Float(data) => {
            let mut found = Vec::new();
            groups.each(data, |group| {
                found.push(first_greatest(group, |new, old| {
                    new > old || (old.is_nan() && !new.is_nan())
                }));
                0.0
            });
            found
        }
        Elements::Int(data) => {
            groups.each(data, |group| first_greatest(group, |new, old| new > old))
        }
    };
    Ok(Tensor::ints(dtype, shape, data))
}

fn first_greatest<T: Copy>(group: &[T], exceeds: impl Fn(T, T) -> bool) -> i64 {
    let mut best = 0;
    for (place, value) in group.iter().enumerate() {
        if exceeds(*value, group[best]) {
            best = place;
        }
    }
    best as i64
}

/// How a scan combines what came before with the next element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each variant is the operation its name says")]
pub enum Combiner {
    Sum,
    Product,
    Min,
    Max,
}

/// For each element, what it and all before it along an axis come to.
///
/// # Errors
/// An axis beyond the rank.
pub fn scan(x: &Tensor, at: &Tensor, backwards: bool, by: Combiner) -> Result<Tensor, ExecError> {
    let at = axis(scalar(at)?, x.rank())?;
    let shape = x.shape.clone();
    match &x.data {
        Elements::Float(data) => {
            let one = |old: f32, new: f32| match by {
                Combiner::Sum => old + new,
                Combiner::Product => old * new,
                Combiner::Min if old.is_nan() || new.is_nan() => f32::NAN,
                Combiner::Max if old.is_nan() || new.is_nan() => f32::NAN,
                Combiner::Min => old.min(new),
                Combiner::Max => old.max(new),
            };
            let mut data = data.to_vec();
            lines(&mut data, &shape, at, |line| {
                accumulate(line, backwards, one)
            });
            Ok(Tensor::floats(x.dtype, shape, data))
        }
        Elements::Int(data) => {
            let dtype = x.dtype;
            let one = |old: i64, new: i64| match by {
                Combiner::Sum => wrap(dtype, old.wrapping_add(new)),
                Combiner::Product => wrap(dtype, old.wrapping_mul(new)),
                Combiner::Min => old.min(new),
                Combiner::Max => old.max(new),
            };
            let mut data = data.to_vec();
            lines(&mut data, &shape, at, |line| {
                accumulate(line, backwards, one)
            });
            Ok(Tensor::ints(dtype, shape, data))
        }
    }
}

fn accumulate<T: Copy>(line: &mut [T], backwards: bool, one: impl Fn(T, T) -> T) {
    if backwards {
        line.reverse();
    }
    for place in 1..line.len() {
        line[place] = one(line[place - 1], line[place]);
    }
    if backwards {
        line.reverse();
    }
}
