//! Writes synthetic Core AI assets and language bundles.
//!
//! Layers, lowest first: [`mod@file`] is a file image whose long zero runs become holes, so that an asset with
//! gigabytes of weights takes a few hundred kilobytes of disk; [`mod@bytecode`] encodes tables and sections;
//! [`mod@program`] is a plain description of graphs that the encoder writes down; [`mod@asset`] and
//! [`mod@bundle`] are the folders around it; [`mod@granite`] describes the Granite 4.0-H models, and
//! [`mod@kinds`] small models of every other kind; [`mod@repository`] makes repositories, in a folder of [`mod@scratch`]; [`mod@turn`] says which of many cases a run tries.
//!
//! Nothing here knows the crate under test, so that a mistake in the reader is not repeated in the writer.

pub mod asset;
pub mod bundle;
pub mod bytecode;
pub mod file;
pub mod granite;
pub mod kinds;
pub mod program;
pub mod repository;
pub mod scratch;
pub mod turn;
