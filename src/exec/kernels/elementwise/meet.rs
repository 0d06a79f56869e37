//! Two operands, element by element, where the result is of another kind.

use crate::exec::ExecError;
use crate::exec::kernels::broadcast::Walk;
use crate::exec::simd;
use crate::exec::tensor::elements;

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
