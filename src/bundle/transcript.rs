//! Gate transcripts: what a numeric comparison with an oracle recorded about a bundle.

use std::path::PathBuf;

/// One transcript, read.
#[derive(Debug, Clone, PartialEq)]
pub struct Transcript {
    /// The file.
    pub path: PathBuf,
    /// What it says, or why it cannot be read as a transcript.
    pub record: Result<Record, String>,
}

/// What a transcript records. Every field may be absent; the rules say which must not be.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Record {
    /// `result`: `PASS` or another word.
    pub result: Option<String>,
    /// Name of the bundle that was gated: the last component of `bundle`.
    pub bundle: Option<String>,
    /// `margin_floor`: the smallest margin at which the gate trusts the oracle.
    pub margin_floor: Option<f64>,
    /// Each compared position, in order.
    pub positions: Vec<Position>,
}

/// One compared position.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Position {
    /// The oracle's top-2 margin there.
    pub margin: Option<f64>,
    /// True if the bundle chose the oracle's token.
    pub matched: bool,
}
