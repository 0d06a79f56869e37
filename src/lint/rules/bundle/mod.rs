//! The manifest and the folder.

mod bundle_asset_arch_infix;
mod bundle_asset_escapes;
mod bundle_asset_missing;
mod bundle_asset_shadowed;
mod bundle_auxiliary_assets;
mod bundle_compression_undeclared;
mod bundle_context_over_source;
mod bundle_field_type;
mod bundle_function_map_absent;
mod bundle_function_map_extra;
mod bundle_function_map_shape;
mod bundle_function_missing;
mod bundle_in_app_resources;
mod bundle_kind;
mod bundle_license_missing;
mod bundle_malformed_metadata;
mod bundle_missing_metadata;
mod bundle_nonpositive_size;
mod bundle_not_a_manifest;
mod bundle_overrides;
mod bundle_pointed_at_asset;
mod bundle_precision_mismatch;
mod bundle_prefill_chunk;
mod bundle_repeated_key;
mod bundle_required_field;
mod bundle_states_ignored;
mod bundle_states_kind;
mod bundle_user_data_nonstring;
mod bundle_version;
mod bundle_vision_assets;
mod bundle_vlm_vision_missing;

use crate::lint::Rule;

/// The rules.
pub(super) static RULES: &[&Rule] = &[
    &bundle_missing_metadata::RULE,
    &bundle_malformed_metadata::RULE,
    &bundle_not_a_manifest::RULE,
    &bundle_pointed_at_asset::RULE,
    &bundle_version::RULE,
    &bundle_kind::RULE,
    &bundle_required_field::RULE,
    &bundle_field_type::RULE,
    &bundle_repeated_key::RULE,
    &bundle_vlm_vision_missing::RULE,
    &bundle_user_data_nonstring::RULE,
    &bundle_function_map_shape::RULE,
    &bundle_function_map_absent::RULE,
    &bundle_function_map_extra::RULE,
    &bundle_function_missing::RULE,
    &bundle_states_kind::RULE,
    &bundle_states_ignored::RULE,
    &bundle_prefill_chunk::RULE,
    &bundle_overrides::RULE,
    &bundle_auxiliary_assets::RULE,
    &bundle_nonpositive_size::RULE,
    &bundle_asset_missing::RULE,
    &bundle_asset_arch_infix::RULE,
    &bundle_asset_shadowed::RULE,
    &bundle_asset_escapes::RULE,
    &bundle_context_over_source::RULE,
    &bundle_compression_undeclared::RULE,
    &bundle_precision_mismatch::RULE,
    &bundle_license_missing::RULE,
    &bundle_in_app_resources::RULE,
    &bundle_vision_assets::RULE,
];
