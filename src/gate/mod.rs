//! Holds a bundle's numbers to an oracle's.

mod compare;
mod oracle;
mod transcript;

use crate::generate::{Decoder, GenerateError, greatest, margin};

pub use compare::{Distance, against};
pub use oracle::{Oracle, OracleError};
pub use transcript::document;

/// How the two sides run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Mode {
    /// Each on its own, greedily, from the same prompt.
    Free,
    /// The bundle is fed the oracle's tokens.
    TeacherForced,
    /// Two bundles, both fed the first one's tokens.
    Against,
}

impl Mode {
    /// The word in documents.
    pub fn word(self) -> &'static str {
        self.into()
    }
}

/// One compared position.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Compared {
    /// Its place among the compared ones, from 0.
    pub position: usize,
    /// The oracle's token.
    pub expected: u32,
    /// The bundle's token.
    pub got: u32,
    /// By how much the bundle's greatest logit exceeds its second.
    pub margin: f32,
    /// The same of the oracle, where it is known.
    pub oracle_margin: Option<f64>,
    /// Whether it decides: not where the oracle itself is in doubt, nor behind a divergence.
    pub counted: bool,
}

impl Compared {
    /// Whether the tokens are the same.
    pub fn agrees(&self) -> bool {
        self.expected == self.got
    }
}

/// The outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// How the two sides ran.
    pub mode: Mode,
    /// The compared positions, in order.
    pub positions: Vec<Compared>,
    /// The first position at which the two differ.
    pub first_divergence: Option<usize>,
    /// Of two bundles, how far their logits are apart.
    pub distance: Option<Distance>,
}

impl Comparison {
    fn of(mode: Mode, positions: Vec<Compared>, distance: Option<Distance>) -> Comparison {
        let first_divergence = positions.iter().position(|position| !position.agrees());
        Comparison {
            mode,
            positions,
            first_divergence,
            distance,
        }
    }

    /// Whether it passes: something was compared, and no position that counts differs.
    pub fn passes(&self) -> bool {
        let counted = self.positions.iter().filter(|position| position.counted);
        !self.positions.is_empty() && counted.into_iter().all(Compared::agrees)
    }

    /// How many positions that count agree, and how many count.
    pub fn tally(&self) -> (usize, usize) {
        let counted = self.positions.iter().filter(|position| position.counted);
        let agree = counted.clone().filter(|position| position.agrees()).count();
        (agree, counted.count())
    }
}

/// Runs the bundle on its own beside the oracle: until one of them ends, or they part.
///
/// A first divergence counts unless the oracle's margin there is below `min_margin`; what comes after it says nothing.
///
/// # Errors
/// As [`Decoder::feed`].
pub fn free(
    decoder: &mut Decoder<'_>,
    oracle: &Oracle,
    min_margin: f64,
) -> Result<Comparison, GenerateError> {
    run(
        decoder,
        oracle,
        Mode::Free,
        |position, positions: &[Compared]| {
            let parted = positions.iter().any(|earlier| !earlier.agrees());
            let tie = position
                .oracle_margin
                .is_some_and(|margin| margin < min_margin);
            !parted && (position.agrees() || !tie)
        },
    )
}

/// Feeds the bundle the oracle's tokens and compares its choice at each; a position at which the oracle's margin is below
/// `min_margin` does not count.
///
/// # Errors
/// As [`Decoder::feed`].
pub fn teacher_forced(
    decoder: &mut Decoder<'_>,
    oracle: &Oracle,
    min_margin: f64,
) -> Result<Comparison, GenerateError> {
    run(decoder, oracle, Mode::TeacherForced, |position, _| {
        position
            .oracle_margin
            .is_none_or(|margin| margin >= min_margin)
    })
}

fn run(
    decoder: &mut Decoder<'_>,
    oracle: &Oracle,
    mode: Mode,
    counts: impl Fn(&Compared, &[Compared]) -> bool,
) -> Result<Comparison, GenerateError> {
    let mut logits = decoder.feed(&oracle.prompt, &mut |_| ())?;
    let mut positions: Vec<Compared> = Vec::new();
    for (number, expected) in oracle.ids.iter().enumerate() {
        if logits.iter().any(|logit| logit.is_nan()) {
            return Err(GenerateError::NotANumber {
                position: decoder.fed() - 1,
            });
        }
        let got = greatest(&logits, 1).first().map_or(0, |(id, _)| *id);
        let mut position = Compared {
            position: number,
            expected: *expected,
            got,
            margin: margin(&logits),
            oracle_margin: oracle.margins.get(number).copied().flatten(),
            counted: false,
        };
        position.counted = counts(&position, &positions);
        positions.push(position);
        if number + 1 < oracle.ids.len() {
            let next = if mode == Mode::Free { got } else { *expected };
            logits = decoder.feed(&[next], &mut |_| ())?;
        }
    }
    Ok(Comparison::of(mode, positions, None))
}
