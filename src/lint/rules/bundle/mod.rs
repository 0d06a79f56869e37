//! The manifest and the folder.

use crate::lint::Rule;

/// The rules.
pub(super) static RULES: &[&Rule] = &[];
