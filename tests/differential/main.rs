//! Compares the reader, asset by asset, with Apple's reader, with what the authoring script declared, and with what was
//! asked of an exporter.
//!
//! The committed sets `tests/fixtures/assets` and `tests/fixtures/exported` are always compared.
//! `GRANITE_BUNDLE_DIFFERENTIAL` names a folder whose subfolders `authored` (filled by `make_assets.py`) and `exported` (by
//! `export_assets.py`), both damaged by `damage.py`, are compared as well.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking and reports what it compared"
)]

mod asked;
mod command;
mod compare;
mod damage;
mod expected;
mod library;
mod words;
