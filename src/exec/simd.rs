//! One binary for old and new processors: loops compiled for several instruction sets, chosen at run time.

use std::sync::OnceLock;

/// Runs `work` with the best instructions this processor has.
///
/// The order of additions is the code's own in each of them, and nothing is fused, so the results are the same on all.
#[inline(always)]
pub(super) fn dispatch<R>(work: impl FnOnce() -> R) -> R {
    static ARCH: OnceLock<pulp::Arch> = OnceLock::new();
    ARCH.get_or_init(pulp::Arch::new).dispatch(work)
}
