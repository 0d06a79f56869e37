//! Products of matrices.

use rayon::prelude::*;

use crate::exec::tensor::{Elements, Shape, Tensor, elements};
use crate::exec::{ExecError, simd};

use super::broadcast;

/// Multiplications from which on a product is shared out among threads.
const PARALLEL: usize = 1 << 16;

/// `x · y` for every matrix of a batch, whose sizes are stretched to each other.
///
/// # Errors
/// Sizes or element types that do not go together.
pub fn batch_matmul(x: &Tensor, y: &Tensor) -> Result<Tensor, ExecError> {
    let batch = Batch::new(x, y, false)?;
    match (&x.data, &y.data) {
        (Elements::Float(a), Elements::Float(b)) => Ok(Tensor::floats(
            x.dtype,
            batch.shape.clone(),
            batch.of_floats(a, b, floats),
        )),
        (Elements::Int(a), Elements::Int(b)) => {
            let mut data = vec![0; elements(&batch.shape)?];
            for ((x, y), out) in batch
                .matrices(a, b)
                .zip(data.chunks_exact_mut((batch.m * batch.n).max(1)))
            {
                ints(x, y, out, batch.k, batch.n);
            }
            Ok(Tensor::ints(x.dtype, batch.shape, data))
        }
        _ => Err(ExecError::operands(format!(
            "operands of {} and {} do not go together",
            x.dtype, y.dtype
        ))),
    }
}

/// The same with the rows and columns of `y` changed for each other: both operands are read as they lie.
///
/// # Errors
/// Sizes that do not go together, or integers.
pub fn batch_matmul_transposed(x: &Tensor, y: &Tensor) -> Result<Tensor, ExecError> {
    let batch = Batch::new(x, y, true)?;
    let data = batch.of_floats(x.as_floats()?, y.as_floats()?, rows);
    Ok(Tensor::floats(x.dtype, batch.shape, data))
}

/// Which matrices meet: of `m` by `k` elements, and of `k` by `n`.
struct Batch {
    m: usize,
    k: usize,
    n: usize,
    /// Sizes of the result.
    shape: Shape,
    /// The matrices of each product, by their numbers.
    pairs: Vec<(usize, usize)>,
}

impl Batch {
    fn new(x: &Tensor, y: &Tensor, is_transposed: bool) -> Result<Batch, ExecError> {
        let ([x_batch @ .., m, k], [y_batch @ .., first, second]) =
            (x.shape.as_slice(), y.shape.as_slice())
        else {
            return Err(ExecError::shapes(&x.shape, &y.shape));
        };
        let (inner, n) = if is_transposed {
            (second, first)
        } else {
            (first, second)
        };
        if k != inner {
            return Err(ExecError::shapes(&x.shape, &y.shape));
        }
        let batch = broadcast::shape(x_batch, y_batch)?;
        let shape = [batch.as_slice(), &[*m, *n]].concat();
        elements(&shape)?;
        let walk = broadcast::Walk::new([x_batch, y_batch], &batch)?;
        let mut pairs = Vec::new();
        if m * n > 0 {
            walk.runs(|[at_x, at_y]| {
                let step = walk.moves.map(usize::from);
                pairs.extend((0..walk.run).map(|at| (at_x + at * step[0], at_y + at * step[1])));
            });
        }
        let (m, k, n) = (*m, *k, *n);
        Ok(Batch {
            m,
            k,
            n,
            shape,
            pairs,
        })
    }

    /// The elements of both matrices of each product.
    fn matrices<'t, T>(&self, x: &'t [T], y: &'t [T]) -> impl Iterator<Item = (&'t [T], &'t [T])> {
        let (left, right) = (self.m * self.k, self.k * self.n);
        let pairs = self.pairs.iter();
        pairs.map(move |(a, b)| (&x[a * left..][..left], &y[b * right..][..right]))
    }

    /// The results of `product`, which is given two matrices, where the result goes, `k` and `n`.
    fn of_floats(
        &self,
        x: &[f32],
        y: &[f32],
        product: impl Fn(&[f32], &[f32], &mut [f32], usize, usize) + Sync,
    ) -> Vec<f32> {
        let size = self.m * self.n;
        let count = self.pairs.len() * size;
        let mut data = vec![0.0; count];
        let one =
            |((x, y), out): ((&[f32], &[f32]), &mut [f32])| product(x, y, out, self.k, self.n);
        if size > 0 {
            let parts = self.matrices(x, y).zip(data.chunks_exact_mut(size));
            if count.saturating_mul(self.k) >= PARALLEL {
                parts.collect::<Vec<_>>().into_par_iter().for_each(one);
            } else {
                parts.for_each(one);
            }
        }
        data
    }
}

fn floats(x: &[f32], y: &[f32], out: &mut [f32], k: usize, n: usize) {
    if k == 0 {
        return;
    }
    if n == 1 {
        return simd::dots(x, y, out);
    }
    for (out, x) in out.chunks_exact_mut(n).zip(x.chunks_exact(k)) {
        simd::add_all_scaled(out, y, x);
    }
}

/// A product with rows that are columns.
fn rows(x: &[f32], y: &[f32], out: &mut [f32], k: usize, n: usize) {
    if k == 0 {
        return;
    }
    for (out, x) in out.chunks_exact_mut(n).zip(x.chunks_exact(k)) {
        simd::dots(y, x, out);
    }
}

fn ints(x: &[i64], y: &[i64], out: &mut [i64], k: usize, n: usize) {
    if k == 0 {
        return;
    }
    for (out, x) in out.chunks_exact_mut(n).zip(x.chunks_exact(k)) {
        for (factor, row) in x.iter().zip(y.chunks_exact(n)) {
            for (out, value) in out.iter_mut().zip(row) {
                *out = out.wrapping_add(factor.wrapping_mul(*value));
            }
        }
    }
}
