//! Products of matrices.

use rayon::prelude::*;

use crate::exec::tensor::{Elements, Tensor, elements};
use crate::exec::{ExecError, simd};

use super::broadcast;

/// Multiplications from which on a product is shared out among threads.
const PARALLEL: usize = 1 << 16;

/// `x · y` for every matrix of a batch, whose sizes are stretched to each other.
///
/// # Errors
/// Sizes or element types that do not go together.
pub fn batch_matmul(x: &Tensor, y: &Tensor) -> Result<Tensor, ExecError> {
    let ([x_batch @ .., m, k], [y_batch @ .., inner, n]) = (x.shape.as_slice(), y.shape.as_slice())
    else {
        return Err(ExecError::shapes(&x.shape, &y.shape));
    };
    if k != inner {
        return Err(ExecError::shapes(&x.shape, &y.shape));
    }
    let (m, k, n) = (*m, *k, *n);
    let batch = broadcast::shape(x_batch, y_batch)?;
    let shape = [batch.as_slice(), &[m, n]].concat();
    let count = elements(&shape)?;
    let walk = broadcast::Walk::new([x_batch, y_batch], &batch)?;
    let mut matrices = Vec::new();
    walk.runs(|[at_x, at_y]| {
        let step = walk.moves.map(usize::from);
        let pairs = (0..walk.run).map(|place| (at_x + place * step[0], at_y + place * step[1]));
        matrices.extend(pairs);
    });
    match (&x.data, &y.data) {
        (Elements::Float(a), Elements::Float(b)) => {
            let mut data = vec![0.0; count];
            let each = |((x, y), out): (&(usize, usize), &mut [f32])| {
                let (x, y) = (&a[x * m * k..][..m * k], &b[y * k * n..][..k * n]);
                floats(x, y, out, k, n);
            };
            if m * n > 0 {
                let parts = matrices.iter().zip(data.chunks_exact_mut(m * n));
                if count.saturating_mul(k) >= PARALLEL {
                    parts.collect::<Vec<_>>().into_par_iter().for_each(each);
                } else {
                    parts.for_each(each);
                }
            }
            Ok(Tensor::floats(x.dtype, shape, data))
        }
        (Elements::Int(a), Elements::Int(b)) => {
            let mut data = vec![0; count];
            if m * n > 0 {
                for ((x, y), out) in matrices.iter().zip(data.chunks_exact_mut(m * n)) {
                    ints(
                        &a[x * m * k..][..m * k],
                        &b[y * k * n..][..k * n],
                        out,
                        k,
                        n,
                    );
                }
            }
            Ok(Tensor::ints(x.dtype, shape, data))
        }
        _ => Err(ExecError::operands(format!(
            "operands of {} and {} do not go together",
            x.dtype, y.dtype
        ))),
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
