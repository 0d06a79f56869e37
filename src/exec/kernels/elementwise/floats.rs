//! Floats that meet: in place where nothing else holds one of the operands.

use rayon::prelude::*;

use crate::exec::kernels::broadcast::{Walk, shape};
use crate::exec::tensor::{Elements, Tensor, elements, round};
use crate::exec::{Buffer, ExecError, simd};
use crate::model::DType;

/// Elements of a result from which on threads share it.
pub(super) const PARALLEL: usize = 1 << 15;

/// Elements that a thread takes at a time.
pub(super) const PIECE: usize = 1 << 12;

/// What `one` makes of floats that meet, rounded to the type of `x`. `x` and `y` are tensors of floats.
///
/// # Errors
/// Sizes or element types that do not go together.
pub(super) fn met(
    mut x: Tensor,
    mut y: Tensor,
    one: impl Fn(f32, f32) -> f32 + Copy + Sync,
) -> Result<Tensor, ExecError> {
    let whole = shape(&x.shape, &y.shape)?;
    let dtype = x.dtype;
    let forth = Walk::new([&x.shape, &y.shape], &whole)?;
    if let Some(kept) = owned(&mut x, &whole) {
        let run = Run::new(&forth, dtype, None, y.as_floats()?);
        run.all(kept, one);
        return Ok(x);
    }
    if let Some(kept) = owned(&mut y, &whole) {
        let back = Walk::new([&whole, &x.shape], &whole)?;
        let run = Run::new(&back, dtype, None, x.as_floats()?);
        run.all(
            kept,
            #[inline(always)]
            move |y, x| one(x, y),
        );
        y.dtype = dtype;
        return Ok(y);
    }
    let mut data = Buffer::unwritten(elements(&whole)?);
    let run = Run::new(&forth, dtype, Some(x.as_floats()?), y.as_floats()?);
    run.all(&mut data, one);
    Ok(Tensor::held(dtype, whole, data))
}

/// The elements of an operand of the sizes of the result, if nothing else holds them.
fn owned<'t>(x: &'t mut Tensor, whole: &[usize]) -> Option<&'t mut [f32]> {
    match &mut x.data {
        Elements::Float(data) if x.shape == whole => data.alone(),
        _ => None,
    }
}

/// One operand, which lies where the result goes or is copied there piece by piece, and the other.
struct Run<'a> {
    walk: &'a Walk<2>,
    dtype: DType,
    copied: Option<&'a [f32]>,
    other: &'a [f32],
}

impl<'a> Run<'a> {
    fn new(
        walk: &'a Walk<2>,
        dtype: DType,
        copied: Option<&'a [f32]>,
        other: &'a [f32],
    ) -> Run<'a> {
        Run {
            walk,
            dtype,
            copied,
            other,
        }
    }

    fn all(&self, out: &mut [f32], one: impl Fn(f32, f32) -> f32 + Copy + Sync) {
        let run = self.walk.run;
        if out.len() < PARALLEL {
            let mut done = 0;
            self.walk.runs(|at| {
                simd::dispatch(
                    #[inline(always)]
                    || self.part(at, &mut out[done..done + run], one),
                );
                done += run;
            });
            return round(self.dtype, out);
        }
        // Long runs in pieces, short ones together: what a thread takes stays in its cache until it is rounded.
        let mut starts = Vec::with_capacity(out.len() / run);
        self.walk.runs(|at| starts.push(at));
        let task = |(number, out): (usize, &mut [f32])| {
            let first = number * PIECE;
            simd::dispatch(
                #[inline(always)]
                || {
                    let mut done = 0;
                    while done < out.len() {
                        let (start, within) = (starts[(first + done) / run], (first + done) % run);
                        let count = (run - within).min(out.len() - done);
                        let step = self.walk.moves.map(usize::from);
                        let at = [start[0] + within * step[0], start[1] + within * step[1]];
                        self.part(at, &mut out[done..done + count], one);
                        done += count;
                    }
                },
            );
            round(self.dtype, out);
        };
        out.par_chunks_mut(PIECE).enumerate().for_each(task);
    }

    /// Elements of one run, or of a part of it; to be called inside [`simd::dispatch`].
    #[inline(always)]
    fn part(&self, [a, b]: [usize; 2], out: &mut [f32], one: impl Fn(f32, f32) -> f32 + Copy) {
        let [copied_moves, other_moves] = self.walk.moves;
        match self.copied {
            Some(x) if copied_moves => out.copy_from_slice(&x[a..a + out.len()]),
            Some(x) => out.fill(x[a]),
            None => {}
        }
        let count = if other_moves { out.len() } else { 1 };
        let y = &self.other[b..b + count];
        if other_moves {
            for at in 0..out.len() {
                out[at] = one(out[at], y[at]);
            }
        } else {
            let y = y[0];
            for value in out.iter_mut() {
                *value = one(*value, y);
            }
        }
    }
}
