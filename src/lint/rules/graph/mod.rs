//! The signature and the operations.

mod graph_chunked_functions;
mod graph_custom_metal;
mod graph_extra_growing;
mod graph_input_count;
mod graph_input_dtype;
mod graph_input_order;
mod graph_input_shape;
mod graph_ios_dynamic_kv;
mod graph_kv_asymmetric;
mod graph_kv_growing_pair;
mod graph_kv_order;
mod graph_kv_rank;
mod graph_logits_dtype;
mod graph_logits_first;
mod graph_logits_static;
mod graph_no_functions;
mod graph_output_empty;
mod graph_position_static;
mod graph_prefill_function;
mod graph_round_ties;
mod graph_rounding_identity;
mod graph_state_count;
mod graph_state_name_cache;
mod graph_states_without_kv;
mod graph_static_query;
mod graph_structure_capture;
mod graph_tokenizer_overflow;
mod graph_two_state_hybrid;
mod graph_vocab_mismatch;
mod graph_vocab_width;

use crate::lint::Rule;

/// The rules.
pub(super) static RULES: &[&Rule] = &[
    &graph_no_functions::RULE,
    &graph_structure_capture::RULE,
    &graph_input_count::RULE,
    &graph_input_order::RULE,
    &graph_input_dtype::RULE,
    &graph_input_shape::RULE,
    &graph_position_static::RULE,
    &graph_logits_first::RULE,
    &graph_logits_dtype::RULE,
    &graph_logits_static::RULE,
    &graph_vocab_mismatch::RULE,
    &graph_state_count::RULE,
    &graph_kv_order::RULE,
    &graph_kv_growing_pair::RULE,
    &graph_kv_rank::RULE,
    &graph_kv_asymmetric::RULE,
    &graph_state_name_cache::RULE,
    &graph_two_state_hybrid::RULE,
    &graph_extra_growing::RULE,
    &graph_static_query::RULE,
    &graph_tokenizer_overflow::RULE,
    &graph_custom_metal::RULE,
    &graph_rounding_identity::RULE,
    &graph_round_ties::RULE,
    &graph_ios_dynamic_kv::RULE,
    &graph_states_without_kv::RULE,
    &graph_chunked_functions::RULE,
    &graph_prefill_function::RULE,
    &graph_vocab_width::RULE,
    &graph_output_empty::RULE,
];
