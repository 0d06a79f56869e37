//! Two operands, element by element.

use rayon::prelude::*;

use crate::exec::kernels::broadcast::Walk;
use crate::exec::tensor::{elements, round};
use crate::exec::{ExecError, simd};
use crate::model::DType;

/// Elements of a result from which on threads share it.
const PARALLEL: usize = 1 << 15;

/// Elements that a thread takes at a time.
pub(super) const PIECE: usize = 1 << 12;

/// Two operands that meet in a result.
pub(super) struct Meeting {
    walk: Walk<2>,
    count: usize,
}

impl Meeting {
    /// # Errors
    /// Sizes that cannot be stretched to the whole, or too many elements.
    pub(super) fn new(shapes: [&[usize]; 2], whole: &[usize]) -> Result<Meeting, ExecError> {
        Ok(Meeting {
            walk: Walk::new(shapes, whole)?,
            count: elements(whole)?,
        })
    }

    /// What `one` makes of floats that meet, rounded to a type.
    pub(super) fn floats(
        &self,
        x: &[f32],
        y: &[f32],
        dtype: DType,
        one: impl Fn(f32, f32) -> f32 + Sync,
    ) -> Vec<f32> {
        let mut data = vec![0.0; self.count];
        let run = self.walk.run;
        if self.count < PARALLEL {
            let mut rest = data.as_mut_slice();
            self.walk.runs(|at| {
                let (out, after) = std::mem::take(&mut rest).split_at_mut(run);
                self.run(at, x, y, out, &one);
                rest = after;
            });
            round(dtype, &mut data);
            return data;
        }
        // Long runs in pieces, short ones together: what a thread takes stays in its cache until it is rounded.
        let mut starts = Vec::with_capacity(self.count / run);
        self.walk.runs(|at| starts.push(at));
        let task = |(number, out): (usize, &mut [f32])| {
            let first = number * PIECE;
            let mut done = 0;
            while done < out.len() {
                let (start, within) = (starts[(first + done) / run], (first + done) % run);
                let count = (run - within).min(out.len() - done);
                let step = self.walk.moves.map(usize::from);
                let at = [start[0] + within * step[0], start[1] + within * step[1]];
                self.run(at, x, y, &mut out[done..done + count], &one);
                done += count;
            }
            round(dtype, out);
        };
        data.par_chunks_mut(PIECE).enumerate().for_each(task);
        data
    }

    /// Elements of one run, or of a part of it.
    #[inline(always)]
    fn run(
        &self,
        [a, b]: [usize; 2],
        x: &[f32],
        y: &[f32],
        out: &mut [f32],
        one: impl Fn(f32, f32) -> f32,
    ) {
        simd::dispatch(
            #[inline(always)]
            || match self.walk.moves {
                [true, true] => {
                    let pairs = x[a..a + out.len()].iter().zip(&y[b..b + out.len()]);
                    for (out, (x, y)) in out.iter_mut().zip(pairs) {
                        *out = one(*x, *y);
                    }
                }
                [true, false] => {
                    let y = y[b];
                    for (out, x) in out.iter_mut().zip(&x[a..]) {
                        *out = one(*x, y);
                    }
                }
                [false, true] => {
                    let x = x[a];
                    for (out, y) in out.iter_mut().zip(&y[b..]) {
                        *out = one(x, *y);
                    }
                }
                [false, false] => out.fill(one(x[a], y[b])),
            },
        );
    }

    /// What `one` makes of elements that meet.
    #[inline]
    pub(super) fn pairs<T: Copy, R>(&self, x: &[T], y: &[T], one: impl Fn(T, T) -> R) -> Vec<R> {
        let run = self.walk.run;
        let mut data = Vec::with_capacity(self.count);
        simd::dispatch(
            #[inline(always)]
            || {
                self.walk.runs(|[a, b]| match self.walk.moves {
                    [true, true] => {
                        let pairs = x[a..a + run].iter().zip(&y[b..b + run]);
                        data.extend(pairs.map(|(x, y)| one(*x, *y)));
                    }
                    [true, false] => {
                        let y = y[b];
                        data.extend(x[a..a + run].iter().map(|x| one(*x, y)));
                    }
                    [false, true] => {
                        let x = x[a];
                        data.extend(y[b..b + run].iter().map(|y| one(x, *y)));
                    }
                    [false, false] => data.extend((0..run).map(|_| one(x[a], y[b]))),
                });
            },
        );
        data
    }
}
