//! Compares the reader, asset by asset, with Apple's reader and with what the authoring script declared.
//!
//! The committed set in `tests/fixtures/assets` is always compared. `GRANITE_BUNDLE_DIFFERENTIAL` names a folder
//! that `make_assets.py` (and `damage.py`) filled; it is compared as well.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking and reports what it compared"
)]

mod command;
mod compare;
mod damage;
mod expected;
mod library;
