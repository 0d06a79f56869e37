//! A function at work: its states, and one call after the other.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::model::Dim;

use super::apply::{Argument, apply};
use super::kernels::scalar;
use super::plan::{Action, Body, Operand, Plan, Port, Step};
use super::tensor::{Shape, Tensor};
use super::{ExecError, limits};

/// Executes a plan, call by call, and keeps the states in between.
#[derive(Debug)]
pub struct Session<'p> {
    plan: &'p Plan,
    states: Vec<Option<Tensor>>,
}

impl<'p> Session<'p> {
    /// A session whose states are zero; `growing` is the size of their dynamic dimensions.
    ///
    /// # Errors
    /// States over the limit.
    pub fn new(plan: &'p Plan, growing: usize) -> Result<Session<'p>, ExecError> {
        let mut session = Session {
            plan,
            states: Vec::new(),
        };
        for port in &plan.states {
            let shape = resolved(port, growing);
            session.states.push(Some(Tensor::zeros(port.dtype, shape)?));
        }
        Ok(session)
    }

    /// A state by name.
    pub fn state(&self, name: &str) -> Option<&Tensor> {
        let at = self.plan.states.iter().position(|port| port.name == name)?;
        self.states[at].as_ref()
    }

    /// Gives the growing states room for more: each dynamic dimension becomes `growing`, what is there stays.
    ///
    /// # Errors
    /// States over the limit.
    pub fn grow(&mut self, growing: usize) -> Result<(), ExecError> {
        for (port, state) in self.plan.states.iter().zip(&mut self.states) {
            let shape = resolved(port, growing);
            if let Some(old) = state.as_ref().filter(|old| old.shape != shape) {
                let bound = |sizes: &[usize]| {
                    // No axis is longer than the limit of elements, which fits.
                    let sizes = sizes.iter().map(|size| *size as i64).collect();
                    Tensor::ints(crate::model::DType::Int64, vec![old.rank()], sizes)
                };
                let (zeros, ones) = (vec![0; old.rank()], vec![1; old.rank()]);
                let larger = super::kernels::movement::slice_update(
                    Tensor::zeros(port.dtype, shape)?,
                    &bound(&zeros),
                    &bound(&old.shape),
                    &bound(&ones),
                    old,
                )?;
                *state = Some(larger);
            }
        }
        Ok(())
    }

    /// Calls the function once.
    ///
    /// # Errors
    /// Inputs other than it declares; operands that do not go together. The states are of no use after a failed call.
    pub fn call(&mut self, inputs: &BTreeMap<&str, Tensor>) -> Result<Vec<Tensor>, ExecError> {
        let mut given = Vec::with_capacity(self.plan.inputs.len());
        for port in &self.plan.inputs {
            given.push(checked(port, inputs.get(port.name.as_str()))?);
        }
        let mut machine = Machine {
            plan: self.plan,
            slots: vec![None; self.plan.slots],
            states: &mut self.states,
        };
        awake(|| machine.body(&self.plan.body, given))
    }
}

/// Whether the threads are being kept awake: for one call at a time, as two could wait for each other.
static WATCHED: AtomicBool = AtomicBool::new(false);

/// Ends a watch, whatever becomes of the work.
struct Watch<'a>(&'a AtomicBool);

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
        WATCHED.store(false, Ordering::Release);
    }
}

/// Does work on one of the threads that share it, and keeps the others awake.
///
/// A step is hundreds of operations of a fraction of a millisecond: to hand each over from outside, and to wake who has
/// fallen asleep in between, takes longer than many of them.
fn awake<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    let ended = AtomicBool::new(false);
    rayon::scope(|scope| {
        if WATCHED.swap(true, Ordering::AcqRel) {
            return work();
        }
        let _watch = Watch(&ended);
        let (own, ended) = (rayon::current_thread_index(), &ended);
        scope.spawn_broadcast(move |_, context| {
            // The thread that works must not wait for itself.
            while Some(context.index()) != own && !ended.load(Ordering::Acquire) {
                if rayon::yield_now() != Some(rayon::Yield::Executed) {
                    std::thread::yield_now();
                }
            }
        });
        work()
    })
}

/// The sizes of a port whose dynamic dimensions are all `growing`.
fn resolved(port: &Port, growing: usize) -> Shape {
    let size = |dim: &Dim| match dim {
        Some(size) => usize::try_from(*size).unwrap_or(usize::MAX),
        None => growing,
    };
    port.shape.iter().map(size).collect()
}

/// An input as it was given, if it is what the function declares.
fn checked(port: &Port, given: Option<&Tensor>) -> Result<Tensor, ExecError> {
    let wrong = |message: String| ExecError::Argument {
        name: port.name.clone(),
        message,
    };
    let given = given.ok_or_else(|| wrong("this input is missing".to_owned()))?;
    let fits = |(dim, size): (&Dim, &usize)| match dim {
        Some(wanted) => *wanted == *size as u64,
        None => true,
    };
    let same = given.rank() == port.shape.len() && port.shape.iter().zip(&given.shape).all(fits);
    if !same || given.dtype != port.dtype {
        return Err(wrong(format!(
            "the function takes {} {}, and {} {:?} was given",
            port.dtype,
            shown(&port.shape),
            given.dtype,
            given.shape
        )));
    }
    Ok(given.clone())
}

fn shown(shape: &[Dim]) -> String {
    let dims: Vec<_> = shape
        .iter()
        .map(|dim| match dim {
            Some(size) => size.to_string(),
            None => "?".to_owned(),
        })
        .collect();
    format!("[{}]", dims.join(", "))
}

struct Machine<'s, 'p> {
    plan: &'p Plan,
    slots: Vec<Option<Tensor>>,
    states: &'s mut [Option<Tensor>],
}

impl Machine<'_, '_> {
    fn body(&mut self, body: &Body, given: Vec<Tensor>) -> Result<Vec<Tensor>, ExecError> {
        for (slot, value) in body.arguments.iter().zip(given) {
            self.slots[*slot as usize] = Some(value);
        }
        for step in &body.steps {
            self.step(step).map_err(|error| match error {
                error @ ExecError::Step { .. } => error,
                error => ExecError::Step {
                    operation: step.name.clone(),
                    number: step.op,
                    source: Box::new(error),
                },
            })?;
        }
        let results = body.results.iter();
        results
            .map(|result| self.operand(*result)?.into_tensor())
            .collect()
    }

    fn operand(&mut self, operand: Operand) -> Result<Argument, ExecError> {
        match operand {
            Operand::Constant(number) => Ok(self.plan.constants[number as usize].clone()),
            Operand::Slot { slot, last } => {
                let slot = &mut self.slots[slot as usize];
                let value = if last { slot.take() } else { slot.clone() };
                let missing = || ExecError::operands("an operand has no value");
                value.map(Argument::Tensor).ok_or_else(missing)
            }
        }
    }

    fn operands(&mut self, step: &Step) -> Result<Vec<Argument>, ExecError> {
        step.operands
            .iter()
            .map(|operand| self.operand(*operand))
            .collect()
    }

    fn step(&mut self, step: &Step) -> Result<(), ExecError> {
        let results =
            match &step.action {
                Action::Compute(operation, types) => {
                    let operands = self.operands(step)?;
                    apply(*operation, operands, types)?
                }
                Action::Fused(fused) => {
                    let operands = self.operands(step)?.into_iter();
                    let operands = operands.map(Argument::into_tensor);
                    vec![fused.apply(operands.collect::<Result<_, _>>()?)?]
                }
                Action::Read { state, take } => {
                    let state = &mut self.states[*state as usize];
                    let value = if *take { state.take() } else { state.clone() };
                    vec![value.ok_or_else(|| {
                        ExecError::operands("the state was lost in a failed call")
                    })?]
                }
                Action::Write { state } => {
                    let value = self.operands(step)?.into_iter().next();
                    let missing = || ExecError::operands("an operand is missing");
                    let value = value.ok_or_else(missing)?.into_tensor()?;
                    self.write(*state as usize, value)?;
                    Vec::new()
                }
                Action::If { then, otherwise } => {
                    let condition = self.operands(step)?.into_iter().next();
                    let holds = match condition {
                        Some(condition) => scalar(&condition.into_tensor()?)? != 0,
                        None => return Err(ExecError::operands("a condition is missing")),
                    };
                    self.body(if holds { then } else { otherwise }, Vec::new())?
                }
                Action::While { before, after } => {
                    let given = self.operands(step)?.into_iter().map(Argument::into_tensor);
                    let given = given.collect::<Result<_, _>>()?;
                    self.rounds(before, after, given)?
                }
            };
        for (slot, value) in step.results.iter().zip(results) {
            self.slots[*slot as usize] = Some(value);
        }
        for slot in &step.release {
            self.slots[*slot as usize] = None;
        }
        Ok(())
    }

    /// A state keeps its type and its sizes.
    fn write(&mut self, state: usize, value: Tensor) -> Result<(), ExecError> {
        let port = &self.plan.states[state];
        let fits = |(dim, size): (&Dim, &usize)| match dim {
            Some(wanted) => *wanted == *size as u64,
            None => true,
        };
        let same =
            value.rank() == port.shape.len() && port.shape.iter().zip(&value.shape).all(fits);
        if !same || value.dtype != port.dtype {
            return Err(ExecError::operand(
                &format!("a state {} {}", port.dtype, shown(&port.shape)),
                value.dtype,
                &value.shape,
            ));
        }
        self.states[state] = Some(value);
        Ok(())
    }

    fn rounds(
        &mut self,
        before: &Body,
        after: &Body,
        mut carried: Vec<Tensor>,
    ) -> Result<Vec<Tensor>, ExecError> {
        for _ in 0..limits::LOOP_ROUNDS {
            let mut decided = self.body(before, carried)?;
            if decided.is_empty() {
                return Err(ExecError::operands("a condition is missing"));
            }
            let goes_on = scalar(&decided.remove(0))? != 0;
            if !goes_on {
                return Ok(decided);
            }
            carried = self.body(after, decided)?;
        }
        Err(ExecError::Endless {
            rounds: limits::LOOP_ROUNDS,
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use rayon::ThreadPoolBuilder;
    use rayon::prelude::*;

    use super::*;

    fn shared(first: u64) -> u64 {
        (first..first + 1000).into_par_iter().sum()
    }

    #[test]
    fn work_is_done_however_many_share_it() {
        for threads in [1, 2, 5] {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build();
            let sums: Vec<u64> = pool.unwrap().install(|| {
                let each = (0..8).into_par_iter();
                each.map(|first| awake(|| shared(first) + awake(|| shared(first))))
                    .collect()
            });
            let expected: Vec<u64> = (0..8).map(|first| 2 * (first * 1000 + 499_500)).collect();
            assert_eq!(sums, expected);
        }
    }

    #[test]
    fn the_watch_ends_when_the_work_panics() {
        let failed = std::panic::catch_unwind(|| awake(|| std::panic::resume_unwind(Box::new(7))));
        assert_eq!(failed.unwrap_err().downcast_ref(), Some(&7));
        assert_eq!(awake(|| shared(0)), 499_500);
    }
}
