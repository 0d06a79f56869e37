//! The next token, from logits.

use std::cmp::Ordering;

/// How a token is chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampling {
    /// What logits are divided by; 0 takes the greatest.
    pub temperature: f32,
    /// Only so many of the greatest are candidates; `None` for all.
    pub top_k: Option<usize>,
    /// Only the greatest that together have this share are; `None` for all.
    pub top_p: Option<f32>,
    /// Where the random numbers begin.
    pub seed: u64,
}

impl Sampling {
    /// The likeliest token, always.
    pub const GREEDY: Sampling = Sampling {
        temperature: 0.0,
        top_k: None,
        top_p: None,
        seed: 0,
    };
}

/// Chooses tokens.
#[derive(Debug)]
pub struct Sampler {
    sampling: Sampling,
    random: fastrand::Rng,
}

impl Sampler {
    /// A sampler at the beginning of its random numbers.
    pub fn new(sampling: Sampling) -> Sampler {
        Sampler {
            sampling,
            random: fastrand::Rng::with_seed(sampling.seed),
        }
    }

    /// A sampler that takes the greatest.
    pub fn greedy() -> Sampler {
        Sampler::new(Sampling {
            temperature: 0.0,
            top_k: None,
            top_p: None,
            seed: 0,
        })
    }

    /// The next token.
    pub fn choose(&mut self, logits: &[f32]) -> u32 {
        if self.sampling.temperature <= 0.0 {
            return greatest(logits, 1).first().map_or(0, |(id, _)| *id);
        }
        let count = self.sampling.top_k.unwrap_or(logits.len()).max(1);
        let mut candidates = greatest(logits, count);
        let most = candidates.first().map_or(0.0, |(_, logit)| *logit);
        let mut total = 0.0;
        for (_, logit) in &mut candidates {
            *logit = ((*logit - most) / self.sampling.temperature).exp();
            total += *logit;
        }
        if let Some(share) = self.sampling.top_p {
            let mut sum = 0.0;
            let within = candidates.iter().take_while(|(_, weight)| {
                let is_within = sum < share * total;
                sum += weight;
                is_within
            });
            let kept = within.count().max(1);
            candidates.truncate(kept);
            total = candidates.iter().map(|(_, weight)| weight).sum();
        }
        let mut drawn = self.random.f32() * total;
        for (id, weight) in &candidates {
            drawn -= weight;
            if drawn < 0.0 {
                return *id;
            }
        }
        candidates.last().map_or(0, |(id, _)| *id)
    }
}

/// Ids with the greatest logits, greatest first; of equal ones the lower id first.
pub fn greatest(logits: &[f32], count: usize) -> Vec<(u32, f32)> {
    // A vocabulary has fewer ids than a u32 does.
    let mut all: Vec<(u32, f32)> = (0..).zip(logits.iter().copied()).collect();
    let order =
        |a: &(u32, f32), b: &(u32, f32)| -> Ordering { b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)) };
    if count < all.len() {
        all.select_nth_unstable_by(count, order);
        all.truncate(count);
    }
    all.sort_unstable_by(order);
    all
}

/// By how much the greatest logit exceeds the second; 0 where there is none.
pub fn margin(logits: &[f32]) -> f32 {
    match greatest(logits, 2).as_slice() {
        [(_, first), (_, second)] => first - second,
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOGITS: [f32; 5] = [0.5, 3.0, -1.0, 3.0, 2.0];

    #[test]
    fn the_greatest_come_first_and_of_equals_the_lower_id() {
        assert_eq!(greatest(&LOGITS, 3), [(1, 3.0), (3, 3.0), (4, 2.0)]);
        assert_eq!(greatest(&LOGITS, 9).len(), 5);
        assert_eq!(margin(&LOGITS), 0.0);
        assert_eq!(margin(&[1.0, 4.0, 2.0]), 2.0);
        assert_eq!(Sampler::greedy().choose(&LOGITS), 1);
    }

    #[test]
    fn a_seed_gives_the_same_tokens_and_limits_hold() {
        let draw = |top_k, top_p, seed| {
            let mut sampler = Sampler::new(Sampling {
                temperature: 1.0,
                top_k,
                top_p,
                seed,
            });
            (0..200)
                .map(|_| sampler.choose(&LOGITS))
                .collect::<Vec<_>>()
        };
        assert_eq!(draw(None, None, 7), draw(None, None, 7));
        assert_ne!(draw(None, None, 7), draw(None, None, 8));
        assert!(draw(Some(2), None, 1).iter().all(|id| [1, 3].contains(id)));
        assert!(
            draw(None, Some(0.5), 1)
                .iter()
                .all(|id| [1, 3].contains(id))
        );
        assert!(draw(None, None, 1).contains(&4), "the third has about 15 %");
    }
}
