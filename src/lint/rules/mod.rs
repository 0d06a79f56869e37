//! One rule, one file, its explanation beside it.

use super::Rule;

/// Every rule, in report order.
pub static RULES: &[&Rule] = &[];
