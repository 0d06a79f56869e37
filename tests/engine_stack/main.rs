//! The built-in patch stack: its files, what the patched engine does that stock does not, and `preflight`.

#![allow(clippy::unwrap_used)]

mod behaviour;
mod checkout;
mod cycle;
mod examples;
mod files;
mod incidents;
mod lacking;
mod model;
mod pasted;
mod place;
mod preflight;
mod survey;
mod text;
mod texts;
mod truth;
