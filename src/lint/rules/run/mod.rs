//! What the host must do.

mod duty;
mod needs;
mod run_chunk_one;
mod run_engine_revision;
mod run_extension_skip;
mod run_guided_hybrid;
mod run_long_prefill_reset;
mod run_no_partial_reset;
mod run_patch_base;
mod run_reask;
mod run_token_limit;
mod run_warmup;

use crate::lint::Rule;

/// The rules.
pub(super) static RULES: &[&Rule] = &[
    &run_chunk_one::RULE,
    &run_warmup::RULE,
    &run_engine_revision::RULE,
    &run_patch_base::RULE,
    &run_no_partial_reset::RULE,
    &run_reask::RULE,
    &run_extension_skip::RULE,
    &run_long_prefill_reset::RULE,
    &run_guided_hybrid::RULE,
    &run_token_limit::RULE,
];
