//! Series → plan (pure) → transaction (locked, journaled, atomic) → receipt.
//!
//! | folder | its one job |
//! | --- | --- |
//! | [`mod@format`] | a patch as text |
//! | [`series`] | patches that belong together, in order |
//! | [`fit`] | one patch against one tree |
//! | [`judge`] | where a series stands on a tree, and what applying or reverting it would do; pure |
//! | [`change`] | everything that writes |

pub mod change;
pub mod fit;
pub mod format;
pub mod judge;
pub mod series;
