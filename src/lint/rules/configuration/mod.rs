//! The lint configuration itself.
//!
//! These rules run once for each configuration, after every bundle it governs has been linted.

mod baseline_unmatched;

use crate::lint::Rule;

/// The rules, in report order.
pub(in crate::lint) static RULES: &[&Rule] = &[&baseline_unmatched::RULE];
