//! What the host must do.

use crate::lint::Rule;

/// The rules.
pub(super) static RULES: &[&Rule] = &[];
