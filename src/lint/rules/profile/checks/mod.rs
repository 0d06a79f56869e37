//! Checks of profile facts, shared by the rules of the Granite family and those of every other profile.

mod chat;
mod limits;
mod precision;
mod signature;

pub(super) use chat::{stop_tokens, template};
pub(super) use limits::{context_length, license, vocabulary};
pub(super) use precision::{claims, per_channel_head, quantized_at_all};
pub(super) use signature::signature;
