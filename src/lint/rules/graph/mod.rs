//! The signature and the operations.

use crate::lint::Rule;

/// The rules.
pub(super) static RULES: &[&Rule] = &[];
