//! `granite-bundle/gate/1`.

use serde::Serialize;

use super::Body;
use crate::gate::{Comparison, Distance};

/// The whole document.
#[derive(Debug, Serialize)]
pub struct Document {
    pub ok: bool,
    pub mode: &'static str,
    pub agree: usize,
    pub counted: usize,
    pub first_divergence: Option<usize>,
    pub positions: Vec<Compared>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distance: Option<Apart>,
}

/// One compared position.
#[derive(Debug, Serialize)]
pub struct Compared {
    pub position: usize,
    pub expected: u32,
    pub got: u32,
    pub margin: f32,
    pub oracle_margin: Option<f64>,
    pub agree: bool,
    pub counted: bool,
}

/// How far two bundles are apart.
#[derive(Debug, Serialize)]
pub struct Apart {
    pub largest_difference: f64,
    pub mean_divergence: f64,
    pub largest_divergence: f64,
}

impl Body for Document {
    const SCHEMA: &'static str = "granite-bundle/gate/1";
}

impl Document {
    /// The document of an outcome.
    pub fn new(gate: &Comparison) -> Document {
        let (agree, counted) = gate.tally();
        Document {
            ok: gate.passes(),
            mode: gate.mode.word(),
            agree,
            counted,
            first_divergence: gate.first_divergence,
            positions: gate.positions.iter().map(Compared::of).collect(),
            distance: gate.distance.map(Apart::of),
        }
    }
}

impl Compared {
    fn of(position: &crate::gate::Compared) -> Compared {
        Compared {
            position: position.position,
            expected: position.expected,
            got: position.got,
            margin: position.margin,
            oracle_margin: position.oracle_margin,
            agree: position.agrees(),
            counted: position.counted,
        }
    }
}

impl Apart {
    fn of(distance: Distance) -> Apart {
        Apart {
            largest_difference: distance.largest,
            mean_divergence: distance.divergence,
            largest_divergence: distance.largest_divergence,
        }
    }
}
