//! `granite-bundle diff`.

use std::io::Write;
use std::path::PathBuf;

use super::{Exit, Ui};
use crate::bundle::{Failure, Target, compare};
use crate::cli::examples;
use crate::report::human;
use crate::report::json::{self, diff::Document};

/// Show what changed between two bundles
///
/// Compares manifest, asset, functions, weights, operations and tokenizer. Weights are compared by type, size and
/// quantization, and as a whole by the recorded hash.
///
/// Exit code: 0 when both could be compared, whatever changed; with --exit-code 1 if something did; 2 if one of them
/// cannot be read.
#[derive(Debug, clap::Args)]
#[command(after_help = examples(&[
    "granite-bundle diff old/granite-4.0-h-1b new/granite-4.0-h-1b",
    "granite-bundle diff a.aimodel b.aimodel --exit-code",
]))]
pub(super) struct Args {
    /// The first bundle or asset
    a: PathBuf,
    /// The second one
    b: PathBuf,
    /// Print the document `granite-bundle schema diff` describes
    #[arg(long)]
    json: bool,
    /// Exit with 1 if something changed
    #[arg(long)]
    exit_code: bool,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> anyhow::Result<Exit> {
    let (a, b) = (open(&args.a), open(&args.b));
    let (a, b) = match (a, b) {
        (Ok(a), Ok(b)) => (a, b),
        (a, b) => {
            for failure in [a.err(), b.err()].into_iter().flatten() {
                ui.failure(&failure);
            }
            return Ok(Exit::Trouble);
        }
    };
    let changes = compare(&a, &b);
    let text = match args.json {
        true => json::text(&Document::new(&a, &b, &changes))?,
        false => human::diff::page(&a, &b, &changes, ui.width),
    };
    ui.out.write_all(text.as_bytes())?;
    Ok(match args.exit_code && !changes.is_empty() {
        true => Exit::Findings,
        false => Exit::Fine,
    })
}

/// The target at a path, if it can be read as a whole.
fn open(path: &std::path::Path) -> Result<Target, Failure> {
    let target = Target::open(path).map_err(Failure::from)?;
    match target.failure() {
        Some(failure) => Err(failure),
        None => Ok(target),
    }
}
