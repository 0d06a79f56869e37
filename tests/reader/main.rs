//! The native reader: agreement with Apple's, and behaviour on damaged input.
#![allow(clippy::unwrap_used)]

mod agreement;
