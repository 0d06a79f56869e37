//! Anchors where a test may stop, break or pause a transaction. Release builds have none.
//!
//! `GRANITE_BUNDLE_FAILPOINT` is `trace`, or `STEP:pause`, or `STEP:errno=N`, where STEP counts the points passed
//! from 1. `trace` prints each point; `pause` prints the point and waits until standard input ends, so that a test
//! can kill the process there or change the checkout under it; `errno` makes the step fail with that error.

use std::io;

/// Passes the named point.
///
/// # Errors
/// The error asked for; never in a release build.
#[cfg(not(debug_assertions))]
#[inline(always)]
pub(super) fn pass(_name: &str) -> io::Result<()> {
    Ok(())
}

/// Passes the named point.
///
/// # Errors
/// The error asked for; never in a release build.
#[cfg(debug_assertions)]
pub(super) fn pass(name: &str) -> io::Result<()> {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static PASSED: AtomicUsize = AtomicUsize::new(0);

    let Ok(wish) = std::env::var("GRANITE_BUNDLE_FAILPOINT") else {
        return Ok(());
    };
    let step = PASSED.fetch_add(1, Ordering::SeqCst) + 1;
    if wish == "trace" {
        return say(step, name);
    }
    match wish.split_once(':') {
        Some((at, what)) if at == step.to_string() => act(step, name, what),
        _ => Ok(()),
    }
}

#[cfg(debug_assertions)]
fn act(step: usize, name: &str, what: &str) -> io::Result<()> {
    if let Some(code) = what.strip_prefix("errno=") {
        let code = code.parse().map_err(io::Error::other)?;
        return Err(io::Error::from_raw_os_error(code));
    }
    say(step, name)?;
    io::copy(&mut io::stdin(), &mut io::sink()).map(drop)
}

#[cfg(debug_assertions)]
fn say(step: usize, name: &str) -> io::Result<()> {
    use std::io::Write;
    // Straight to the descriptor: the caller may hold the lock of std's stderr.
    let line = format!("failpoint {step} {name}\n");
    std::fs::OpenOptions::new()
        .append(true)
        .open("/dev/stderr")
        .and_then(|mut stderr| stderr.write_all(line.as_bytes()))
}
