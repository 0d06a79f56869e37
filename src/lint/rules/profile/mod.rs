//! What the model's profile expects.
//!
//! The checks are driven by the profile's data. Granite profiles are judged under the ids of the
//! Granite rules, all others under `profile-*`.

mod checks;
mod granite_350m_quantized;
mod granite_context;
mod granite_eos;
mod granite_head_perchan;
mod granite_ios;
mod granite_license;
mod granite_name_fp16;
mod granite_name_int4;
mod granite_name_int8hu;
mod granite_name_int8lin;
mod granite_sequential_slow;
mod granite_signature;
mod granite_template;
mod granite_vocab;
mod profile_context;
mod profile_eos;
mod profile_head;
mod profile_license;
mod profile_other_model;
mod profile_precision;
mod profile_quantized;
mod profile_signature;
mod profile_template;
mod profile_vocab;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests;

use crate::lint::{Context, Rule};
use crate::profile::Profile;

/// The rules, in report order.
pub(super) static RULES: &[&Rule] = &[
    &granite_signature::RULE,
    &granite_vocab::RULE,
    &granite_name_int8lin::RULE,
    &granite_name_int8hu::RULE,
    &granite_name_fp16::RULE,
    &granite_name_int4::RULE,
    &granite_350m_quantized::RULE,
    &granite_head_perchan::RULE,
    &granite_context::RULE,
    &granite_eos::RULE,
    &granite_template::RULE,
    &granite_license::RULE,
    &granite_ios::RULE,
    &granite_sequential_slow::RULE,
    &profile_signature::RULE,
    &profile_vocab::RULE,
    &profile_precision::RULE,
    &profile_quantized::RULE,
    &profile_head::RULE,
    &profile_context::RULE,
    &profile_eos::RULE,
    &profile_template::RULE,
    &profile_license::RULE,
    &profile_other_model::RULE,
];

/// The profile, if it is of the Granite family.
fn granite<'a>(context: &Context<'a>) -> Option<&'a Profile> {
    context.profile.filter(|profile| profile.is_granite())
}

/// The profile, if it is of another family.
fn other<'a>(context: &Context<'a>) -> Option<&'a Profile> {
    context.profile.filter(|profile| !profile.is_granite())
}
