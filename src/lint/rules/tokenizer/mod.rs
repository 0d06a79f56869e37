//! Tokenizer, chat template, stop tokens.

use crate::lint::Rule;

/// The rules.
pub(super) static RULES: &[&Rule] = &[];
