//! Whether a program's functions can be executed here.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::exec::Unsupported;

/// Whether `run` and `gate` execute the main asset's functions, and what they cannot.
#[derive(Debug, Serialize)]
pub struct Executable<'a> {
    pub ok: bool,
    pub unsupported: Vec<UnsupportedOperation<'a>>,
}

/// An operation, or one on a type, that cannot be executed.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct UnsupportedOperation<'a> {
    pub op: &'a str,
    /// In all functions and the graphs they call together.
    pub count: u64,
}

impl<'a> Executable<'a> {
    /// Adds up what each graph has of one operation, in order of names.
    pub fn new(list: &'a [Unsupported]) -> Executable<'a> {
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for one in list {
            *counts.entry(&one.op).or_default() += one.count;
        }
        let unsupported = counts.into_iter();
        Executable {
            ok: list.is_empty(),
            unsupported: unsupported
                .map(|(op, count)| UnsupportedOperation { op, count })
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn graphs_are_added_up() {
        let one = |function: &str, op: &str, count| Unsupported {
            function: function.to_owned(),
            op: op.to_owned(),
            count,
        };
        let list = [
            one("a", "fft", 2),
            one("a", "delegate", 1),
            one("b", "fft", 3),
        ];
        let executable = Executable::new(&list);
        assert!(!executable.ok);
        let found = executable.unsupported.iter().map(|it| (it.op, it.count));
        assert_eq!(found.collect::<Vec<_>>(), [("delegate", 1), ("fft", 5)]);
        assert!(Executable::new(&[]).ok);
    }
}
