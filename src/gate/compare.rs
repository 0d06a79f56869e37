//! Two bundles side by side.

use crate::generate::{Decoder, GenerateError, greatest, margin};

use super::{Compared, Comparison, Mode};

/// How far the logits of two bundles are apart, over all positions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Distance {
    /// The largest difference of two logits.
    pub largest: f64,
    /// The mean Kullback-Leibler divergence of the second bundle's distribution from the first's, nats.
    pub divergence: f64,
    /// The largest one.
    pub largest_divergence: f64,
}

/// Feeds both bundles the prompt and then the first one's greedy tokens, and compares what they say at each.
///
/// The first bundle is the oracle. A position counts unless its margin is below `min_margin`.
///
/// # Errors
/// As [`Decoder::feed`]; bundles whose vocabularies differ.
pub fn against(
    (oracle, bundle): (&mut Decoder<'_>, &mut Decoder<'_>),
    prompt: &[u32],
    count: usize,
    min_margin: f64,
) -> Result<(Comparison, Vec<u32>), GenerateError> {
    let mut positions = Vec::new();
    let mut distance = Distance {
        largest: 0.0,
        divergence: 0.0,
        largest_divergence: 0.0,
    };
    let mut ids = Vec::new();
    let mut next = prompt.to_vec();
    for number in 0..count {
        let theirs = oracle.feed(&next, &mut |_| ())?;
        let ours = bundle.feed(&next, &mut |_| ())?;
        for (decoder, logits) in [(&*oracle, &theirs), (&*bundle, &ours)] {
            if logits.iter().any(|logit| logit.is_nan()) {
                return Err(GenerateError::NotANumber {
                    position: decoder.fed() - 1,
                });
            }
        }
        if theirs.len() != ours.len() {
            return Err(GenerateError::Signature {
                function: bundle.function().to_owned(),
                message: format!(
                    "the two bundles have vocabularies of {} and {} ids",
                    theirs.len(),
                    ours.len()
                ),
            });
        }
        let choice = |logits: &[f32]| greatest(logits, 1).first().map_or(0, |(id, _)| *id);
        let oracle_margin = f64::from(margin(&theirs));
        positions.push(Compared {
            position: number,
            expected: choice(&theirs),
            got: choice(&ours),
            margin: margin(&ours),
            oracle_margin: Some(oracle_margin),
            counted: oracle_margin >= min_margin,
        });
        let apart = theirs
            .iter()
            .zip(&ours)
            .map(|(a, b)| f64::from((a - b).abs()));
        distance.largest = apart.fold(distance.largest, f64::max);
        let divergence = divergence(&theirs, &ours);
        distance.divergence += divergence;
        distance.largest_divergence = distance.largest_divergence.max(divergence);
        ids.push(choice(&theirs));
        next = vec![choice(&theirs)];
        if oracle.room() == 0 || bundle.room() == 0 {
            break;
        }
    }
    distance.divergence /= positions.len().max(1) as f64;
    Ok((
        Comparison::of(Mode::Against, positions, Some(distance)),
        ids,
    ))
}

/// The Kullback-Leibler divergence of the distribution of `q` from that of `p`, both given as logits; nats.
fn divergence(p: &[f32], q: &[f32]) -> f64 {
    let (p_total, q_total) = (log_sum(p), log_sum(q));
    let terms = p.iter().zip(q).map(|(p, q)| {
        let (log_p, log_q) = (f64::from(*p) - p_total, f64::from(*q) - q_total);
        let share = log_p.exp();
        // A share of nothing adds nothing, whatever its logarithm.
        if share == 0.0 {
            0.0
        } else {
            share * (log_p - log_q)
        }
    });
    // Rounding may leave a little below zero.
    terms.sum::<f64>().max(0.0)
}

/// The logarithm of the sum of the exponentials.
fn log_sum(logits: &[f32]) -> f64 {
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let most = f64::from(most);
    let sum: f64 = logits
        .iter()
        .map(|logit| (f64::from(*logit) - most).exp())
        .sum();
    most + sum.ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_divergence_is_that_of_the_textbook() {
        assert_eq!(
            divergence(&[1.0, 2.0, 3.0], &[2.0, 3.0, 4.0]),
            0.0,
            "a shift changes nothing"
        );
        // (0.5, 0.5) from (0.75, 0.25).
        let found = divergence(&[0.0, 0.0], &[3_f32.ln(), 0.0]);
        let expected = 0.5 * (0.5_f64 / 0.75).ln() + 0.5 * (0.5_f64 / 0.25).ln();
        assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        assert!(divergence(&[0.0, f32::NEG_INFINITY], &[0.0, 1.0]).is_finite());
    }
}
