//! What the model's profile expects.

use crate::lint::Rule;

/// The rules.
pub(super) static RULES: &[&Rule] = &[];
