//! A choice between two operands, element by element.

use std::sync::Arc;

use crate::exec::ExecError;
use crate::exec::kernels::broadcast::{self, Walk};
use crate::exec::kernels::copy;
use crate::exec::tensor::{Elements, Tensor, elements};

/// `x` where the condition holds, else `y`; made in place where nothing else holds one of them.
///
/// # Errors
/// Sizes or element types that do not go together.
pub fn select(condition: &Tensor, mut x: Tensor, mut y: Tensor) -> Result<Tensor, ExecError> {
    let shape = broadcast::shape(&condition.shape, &broadcast::shape(&x.shape, &y.shape)?)?;
    let holds = condition.as_ints()?;
    if replaced(condition, &mut y, &x, true, &shape)? {
        return Ok(y);
    }
    if replaced(condition, &mut x, &y, false, &shape)? {
        return Ok(x);
    }
    let walk = Walk::new([&condition.shape, &x.shape, &y.shape], &shape)?;
    match (&x.data, &y.data) {
        (Elements::Float(a), Elements::Float(b)) => {
            let data = selected(&walk, elements(&shape)?, holds, a, b);
            Ok(Tensor::exact(x.dtype, shape, data))
        }
        (Elements::Int(a), Elements::Int(b)) => {
            let data = selected(&walk, elements(&shape)?, holds, a, b);
            Ok(Tensor::ints(x.dtype, shape, data))
        }
        _ => Err(ExecError::operands(format!(
            "operands of {} and {} do not go together",
            x.dtype, y.dtype
        ))),
    }
}

/// Puts the elements of `other` into `kept` where the condition is `truth`; `false` where that cannot be done in place.
fn replaced(
    condition: &Tensor,
    kept: &mut Tensor,
    other: &Tensor,
    truth: bool,
    shape: &[usize],
) -> Result<bool, ExecError> {
    if kept.shape != shape || kept.dtype != other.dtype {
        return Ok(false);
    }
    let replacement = Replacement {
        walk: Walk::new([&condition.shape, &kept.shape, &other.shape], shape)?,
        holds: condition.as_ints()?,
        truth,
    };
    match (&mut kept.data, &other.data) {
        (Elements::Float(kept), Elements::Float(other)) => match kept.alone() {
            Some(kept) => replacement.make(kept, other),
            None => return Ok(false),
        },
        (Elements::Int(kept), Elements::Int(other)) => match Arc::get_mut(kept) {
            Some(kept) => replacement.make(kept, other),
            None => return Ok(false),
        },
        _ => return Ok(false),
    }
    Ok(true)
}

/// Which elements of one operand, which has the sizes of the result, those of the other replace.
struct Replacement<'a> {
    /// The condition, what is kept, and the other.
    walk: Walk<3>,
    holds: &'a [i64],
    /// What the condition is where elements are replaced.
    truth: bool,
}

impl Replacement<'_> {
    fn make<T: Copy + Send + Sync>(&self, kept: &mut [T], other: &[T]) {
        let (run, [condition_moves, _, other_moves]) = (self.walk.run, self.walk.moves);
        let chosen = |at: usize| (self.holds[at] != 0) == self.truth;
        self.walk.runs(|[at, to, from]| {
            let out = &mut kept[to..to + run];
            match (condition_moves, other_moves) {
                (false, _) if !chosen(at) => {}
                (false, true) => copy(out, &other[from..from + run]),
                (false, false) => out.fill(other[from]),
                (true, _) => {
                    let step = usize::from(other_moves);
                    for (place, out) in out.iter_mut().enumerate() {
                        if chosen(at + place) {
                            *out = other[from + place * step];
                        }
                    }
                }
            }
        });
    }
}

fn selected<T: Copy>(walk: &Walk<3>, count: usize, holds: &[i64], x: &[T], y: &[T]) -> Vec<T> {
    let mut data = Vec::with_capacity(count);
    let step = walk.moves.map(usize::from);
    walk.runs(|at| {
        data.extend((0..walk.run).map(|place| {
            if holds[at[0] + place * step[0]] != 0 {
                x[at[1] + place * step[1]]
            } else {
                y[at[2] + place * step[2]]
            }
        }));
    });
    data
}
