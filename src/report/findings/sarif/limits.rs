//! What GitHub takes of one run.
//!
//! Source: GitHub's documentation, "SARIF support for code scanning": a log with more is refused as a whole.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

/// Results of one run that GitHub takes.
pub(super) const MOST: usize = 25_000;

/// Results of one run that GitHub keeps and shows, by severity.
const SHOWN: usize = 5_000;

/// Bytes of a log that GitHub takes, compressed by gzip as it is uploaded.
const BYTES: usize = 10 * 1000 * 1000;

/// How many of its `results` a log may have to be taken; `None` if it is taken as it is.
pub(super) fn too_large(log: &str, results: usize) -> Option<usize> {
    too_large_for(BYTES, log, results)
}

fn too_large_for(bytes: usize, log: &str, results: usize) -> Option<usize> {
    if log.len() <= bytes || results == 0 {
        return None;
    }
    let compressed = compressed(log)?;
    // A tenth is left, as one half of the results may take more room than the other.
    let room = results as u128 * bytes as u128 * 9 / 10 / compressed as u128;
    (compressed > bytes).then(|| usize::try_from(room).map_or(0, |room| room.min(results - 1)))
}

fn compressed(log: &str) -> Option<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(log.as_bytes()).ok()?;
    encoder.finish().ok().map(|bytes| bytes.len())
}

/// What is said where not all results are there, or not all of them are shown.
pub(super) fn remark(all: usize, kept: usize) -> Option<String> {
    let left_out = all.saturating_sub(kept);
    match (left_out, all > SHOWN) {
        (0, false) => None,
        (0, true) => Some(format!(
            "GitHub shows the worst {SHOWN} of these {all} results"
        )),
        _ => Some(format!(
            "{left_out} milder results are left out: a run may have {MOST} and {} MB compressed, of which GitHub shows the worst {SHOWN}",
            BYTES / 1_000_000
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_is_shown_whole_says_nothing() {
        assert_eq!((remark(0, 0), remark(5_000, 5_000)), (None, None));
        assert_eq!(
            remark(5_001, 5_001).as_deref(),
            Some("GitHub shows the worst 5000 of these 5001 results")
        );
        assert_eq!(
            remark(25_010, 25_000).as_deref(),
            Some(
                "10 milder results are left out: a run may have 25000 and 10 MB compressed, of which GitHub shows the worst 5000"
            )
        );
    }

    #[test]
    fn a_log_is_as_large_as_it_is_compressed() {
        let alike = "the same words again ".repeat(10_000);
        assert_eq!(too_large_for(10_000, &alike, 100), None);
        let mut random = fastrand::Rng::with_seed(7);
        let noise: String = (0..40_000).map(|_| random.alphanumeric()).collect();
        let room = too_large_for(10_000, &noise, 100);
        assert!(
            room.is_some_and(|room| (20..40).contains(&room)),
            "{room:?}"
        );
        assert_eq!(too_large_for(10_000, &noise, 1), Some(0));
        assert_eq!(too_large_for(10_000, &noise, 0), None);
    }
}
