//! A function as a list of steps: calls put in their places, constants resolved, shape arithmetic done.

mod build;
mod constants;
mod fold;
mod fusion;
mod liveness;
mod sharing;
mod support;

use std::path::Path;

use crate::aicode::Program;
use crate::bytes::{ByteSource, FileSource, Watched};
use crate::mlir::{Module, ReadError, ReadErrorKind};
use crate::model::{DType, Dim};

use super::ExecError;
use super::apply::Argument;
use super::kernels::elementwise::Fused;
use super::operation::Operation;

pub use support::unsupported;

/// A function, ready to be executed.
#[derive(Debug)]
pub struct Plan {
    /// Its name.
    pub function: String,
    /// Its inputs, in order.
    pub inputs: Vec<Port>,
    /// Its states, in order.
    pub states: Vec<Port>,
    /// Its outputs, in order.
    pub outputs: Vec<Port>,
    /// Values that no input changes.
    pub(super) constants: Vec<Argument>,
    /// How many values a session holds at most.
    pub(super) slots: usize,
    pub(super) body: Body,
}

/// An input, output or state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// Its name; empty where it has none.
    pub name: String,
    /// Element type.
    pub dtype: DType,
    /// Sizes, outermost first.
    pub shape: Vec<Dim>,
}

/// Steps with an end.
#[derive(Debug, Default)]
pub(super) struct Body {
    /// Where the values go that it is given.
    pub(super) arguments: Vec<u32>,
    pub(super) steps: Vec<Step>,
    pub(super) results: Vec<Operand>,
}

/// Where a step finds an operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operand {
    /// In a slot; `last` where nothing needs it afterwards.
    Slot { slot: u32, last: bool },
    /// Among the constants.
    Constant(u32),
}

impl Operand {
    /// The slot it is in.
    fn slot(&self) -> Option<u32> {
        match self {
            Operand::Slot { slot, .. } => Some(*slot),
            Operand::Constant(_) => None,
        }
    }
}

/// One step.
#[derive(Debug)]
pub(super) struct Step {
    /// Position of the operation in the file.
    pub(super) op: u32,
    /// The operation's name, without dialect and version.
    pub(super) name: String,
    pub(super) action: Action,
    pub(super) operands: Vec<Operand>,
    /// Where the results go.
    pub(super) results: Vec<u32>,
    /// Slots that nothing needs afterwards, other than operands that say so themselves.
    pub(super) release: Vec<u32>,
}

/// What a step does.
#[derive(Debug)]
pub(super) enum Action {
    /// Computes values of values; element types of the results.
    Compute(Operation, Vec<DType>),
    /// Computes a value of values by several operations.
    Fused(Fused),
    /// Reads a state; takes it away where it is written before it is read again.
    Read { state: u32, take: bool },
    /// Writes a state.
    Write { state: u32 },
    /// Goes on with one of two bodies.
    If { then: Body, otherwise: Body },
    /// Goes round while the first result of `before` holds, with its other results as arguments of `after`.
    While { before: Body, after: Body },
}

impl Action {
    /// The bodies inside it.
    fn bodies(&self) -> impl Iterator<Item = &Body> {
        let bodies = match self {
            Action::If { then, otherwise } => Some([then, otherwise]),
            Action::While { before, after } => Some([before, after]),
            _ => None,
        };
        bodies.into_iter().flatten()
    }

    /// The same, to be changed.
    fn bodies_mut(&mut self) -> impl Iterator<Item = &mut Body> {
        let bodies = match self {
            Action::If { then, otherwise } => Some([then, otherwise]),
            Action::While { before, after } => Some([before, after]),
            _ => None,
        };
        bodies.into_iter().flatten()
    }
}

impl Plan {
    /// Plans a function of a bytecode file; reads its constants.
    ///
    /// # Errors
    /// As [`Plan::new`]; a file that cannot be read, or whose program is damaged.
    pub fn open(bytecode: &Path, function: &str) -> Result<Plan, ExecError> {
        Plan::open_watched(bytecode, function, &|_, _| ())
    }

    /// The same; `each` sees how many bytes each read gave, and how many the file has.
    ///
    /// # Errors
    /// As [`Plan::open`].
    pub fn open_watched(
        bytecode: &Path,
        function: &str,
        each: &dyn Fn(u64, u64),
    ) -> Result<Plan, ExecError> {
        let source = FileSource::open(bytecode).map_err(|error| ReadError {
            offset: 0,
            field: "bytecode",
            kind: ReadErrorKind::Io(error.kind()),
        })?;
        let program = Program::new(Module::read(&source)?)?;
        let watched = Watched {
            source: &source,
            each: &|bytes| each(bytes, source.len()),
        };
        Plan::new(&program, &watched, function)
    }

    /// Plans a function of a program, whose bytecode is `source`; reads its constants.
    ///
    /// # Errors
    /// No such function; operations or types that cannot be executed, before any constant is read; a program that is too
    /// large; a file that cannot be read.
    pub fn new<S: ByteSource + ?Sized>(
        program: &Program,
        source: &S,
        function: &str,
    ) -> Result<Plan, ExecError> {
        build::plan(program, source, function)
    }
}
