//! The `.aimodel` folder.

use crate::lint::Rule;

/// The rules.
pub(super) static RULES: &[&Rule] = &[];
