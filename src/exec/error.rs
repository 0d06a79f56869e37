//! Why a function could not be executed.

use crate::mlir::ReadError;
use crate::model::DType;

/// An operation that cannot be executed, or one on a type that cannot.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unsupported {
    /// The graph it is in.
    pub function: String,
    /// Its name without dialect and version; with the type, where that is the reason.
    pub op: String,
    /// How often it occurs there.
    pub count: u64,
}

/// Why a function could not be executed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExecError {
    /// The asset has no such function.
    #[error("there is no function `{name}`; there is {}", listed(known))]
    NoFunction {
        /// What was asked for.
        name: String,
        /// The public functions there are.
        known: Vec<String>,
    },
    /// Operations that this executor does not know.
    #[error("{}", unsupported(.0))]
    Unsupported(Vec<Unsupported>),
    /// An element type that this executor does not know.
    #[error("values of type {dtype} cannot be executed")]
    Type {
        /// The type.
        dtype: DType,
    },
    /// Operands that do not go together.
    #[error("{message}")]
    Operands {
        /// What was needed and what was there.
        message: String,
    },
    /// A value over the limit.
    #[error("a value of the sizes {shape:?} is larger than this executor takes")]
    TooLarge {
        /// Its sizes.
        shape: Vec<usize>,
    },
    /// A loop that does not end.
    #[error("a loop went round {rounds} times without an end")]
    Endless {
        /// How often it went round.
        rounds: u64,
    },
    /// A program that is nested or called too deep, or of too many steps.
    #[error("the program is too large to execute: {what}")]
    TooDeep {
        /// What there is too much of.
        what: &'static str,
    },
    /// An input or state that was not given, or not as the function declares it.
    #[error("`{name}`: {message}")]
    Argument {
        /// Its name.
        name: String,
        /// What was needed and what was given.
        message: String,
    },
    /// Damaged bytecode.
    #[error("the program is damaged")]
    Damaged(#[from] ReadError),
    /// A step that failed.
    #[error("operation {number}, `{operation}`")]
    Step {
        /// The operation's name, without dialect and version.
        operation: String,
        /// Its position in the file.
        number: u32,
        /// Why.
        source: Box<ExecError>,
    },
}

impl ExecError {
    pub(super) fn operands(message: impl Into<String>) -> ExecError {
        ExecError::Operands {
            message: message.into(),
        }
    }

    pub(super) fn operand(wanted: &str, dtype: DType, shape: &[usize]) -> ExecError {
        ExecError::operands(format!(
            "{wanted} are needed, and the operand is {dtype} {shape:?}"
        ))
    }

    pub(super) fn shapes(left: &[usize], right: &[usize]) -> ExecError {
        ExecError::operands(format!(
            "the sizes {left:?} and {right:?} do not go together"
        ))
    }
}

fn listed(names: &[String]) -> String {
    match names {
        [] => "none".to_owned(),
        names => names.join(", "),
    }
}

fn unsupported(list: &[Unsupported]) -> String {
    let list: Vec<_> = list
        .iter()
        .map(|one| format!("{} ({} times, in `{}`)", one.op, one.count, one.function))
        .collect();
    format!("not executable here: {}", list.join(", "))
}
