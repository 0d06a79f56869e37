//! Ctrl-C: what is under way ends after the token it is at, and what was made stays.

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context;

use super::exit;

/// Set by Ctrl-C while something is under way that can end by itself.
pub(super) static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Whether something is under way that looks at [`INTERRUPTED`].
static HEEDED: AtomicBool = AtomicBool::new(false);

/// From here on Ctrl-C ends the process at once, except while [`heeded`].
pub(super) fn watch() -> anyhow::Result<()> {
    #[allow(clippy::exit, reason = "nothing is under way that could return")]
    let handler = || {
        // A second one ends what does not heed the first.
        if !HEEDED.load(Ordering::Acquire) || INTERRUPTED.swap(true, Ordering::AcqRel) {
            std::process::exit(i32::from(exit::INTERRUPTED));
        }
    };
    ctrlc::set_handler(handler).context("Ctrl-C cannot be watched for")
}

/// Does what heeds Ctrl-C; says whether it came.
pub(super) fn heeded<R>(work: impl FnOnce() -> R) -> (R, bool) {
    HEEDED.store(true, Ordering::Release);
    let result = work();
    HEEDED.store(false, Ordering::Release);
    (result, INTERRUPTED.swap(false, Ordering::AcqRel))
}
