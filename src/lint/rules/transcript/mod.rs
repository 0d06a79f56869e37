//! What the numeric gate recorded.

use crate::lint::Rule;

/// The rules.
pub(super) static RULES: &[&Rule] = &[];
