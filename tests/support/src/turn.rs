//! Which of many alike cases a run tries.

/// Whether a case has its turn: with `FAULTS=every`, as in CI, each has, else one in `share`, the first among them.
pub fn has_turn(place: usize, share: usize) -> bool {
    place.is_multiple_of(share) || tries_every_case()
}

/// Whether all cases are asked for.
pub fn tries_every_case() -> bool {
    std::env::var("FAULTS").is_ok_and(|wish| wish == "every" || wish == "all")
}
