//! Tokenizer, chat template, stop tokens.

mod chat_template_absent;
mod chat_template_missing;
mod eos_generation_config;
mod eos_not_in_template;
mod special_tokens_all_stop;
mod tok_class_unregistered;
mod tok_json_missing;
mod tok_unreadable;
mod tool_markers;

use crate::lint::Rule;

/// The rules.
pub(super) static RULES: &[&Rule] = &[
    &tok_json_missing::RULE,
    &tok_unreadable::RULE,
    &tok_class_unregistered::RULE,
    &chat_template_missing::RULE,
    &chat_template_absent::RULE,
    &eos_not_in_template::RULE,
    &eos_generation_config::RULE,
    &special_tokens_all_stop::RULE,
    &tool_markers::RULE,
];
