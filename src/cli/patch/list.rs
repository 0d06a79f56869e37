//! `granite-bundle patch list`.

use std::path::PathBuf;

use super::subject::write_json;
use super::{Exit, OutputArgs, Ui};
use crate::cli::examples;
use crate::report::human;
use crate::report::json::patch::Document;

/// List the patches, what they provide and for which engines
#[derive(Debug, clap::Args)]
#[command(after_help = examples(&[
    "granite-bundle patch list",
    "granite-bundle patch list --stack my-patches --json",
]))]
pub(super) struct Args {
    /// The engine checkout; the list does not depend on it
    #[arg(long, value_name = "CHECKOUT")]
    engine: Option<PathBuf>,

    /// A folder of patches instead of the built-in stack
    #[arg(long, value_name = "DIR")]
    stack: Option<PathBuf>,

    #[command(flatten)]
    output: OutputArgs,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> anyhow::Result<Exit> {
    let series = super::series(args.stack.as_deref())?;
    if args.output.json {
        let engine = args.engine.as_ref().map(|path| path.to_string_lossy());
        let engine = engine.as_deref().map(|path| (path, None));
        let source = series.origin.name();
        let document = Document::list(engine, &source, &series);
        return write_json(ui, &document, Exit::Fine);
    }
    human::patch::list(&mut ui.out, ui.width, &series)?;
    Ok(Exit::Fine)
}
