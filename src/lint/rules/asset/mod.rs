//! The `.aimodel` folder.

mod asset_cache_interference;
mod asset_compiled_arch;
mod asset_compiled_load_options;
mod asset_compiled_only;
mod asset_hash_mismatch;
mod asset_hash_missing;
mod asset_ios_jit_large;
mod asset_ios_memory;
mod asset_metadata_missing;
mod asset_no_producer;
mod asset_os_newer;
mod asset_partial;
mod asset_symlink;
mod asset_unreadable;

use crate::lint::Rule;

/// The rules.
pub(super) static RULES: &[&Rule] = &[
    &asset_unreadable::RULE,
    &asset_hash_mismatch::RULE,
    &asset_hash_missing::RULE,
    &asset_metadata_missing::RULE,
    &asset_no_producer::RULE,
    &asset_compiled_only::RULE,
    &asset_symlink::RULE,
    &asset_compiled_load_options::RULE,
    &asset_compiled_arch::RULE,
    &asset_partial::RULE,
    &asset_ios_jit_large::RULE,
    &asset_ios_memory::RULE,
    &asset_cache_interference::RULE,
    &asset_os_newer::RULE,
];
