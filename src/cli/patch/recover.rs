//! `granite-bundle patch recover`.

use std::io::Write;

use super::subject::{Subject, write_json};
use super::{EngineArgs, Exit, OutputArgs, StackArgs, Ui};
use crate::cli::examples;
use crate::report::json::patch::Settled;

/// Finish or undo what an interrupted command left
#[derive(Debug, clap::Args)]
#[command(after_help = examples(&[
    "granite-bundle patch recover --engine coreai-models",
]))]
pub(super) struct Args {
    #[command(flatten)]
    engine: EngineArgs,
    #[command(flatten)]
    output: OutputArgs,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> anyhow::Result<Exit> {
    let choice = StackArgs::default();
    let subject = Subject::of_any(&args.engine, &choice)?;
    let recovered = subject.settle(ui)?;
    if args.output.json {
        let path = subject.path();
        let mut document = subject.bare_document("recover", &path);
        document.details.recovered = Some(recovered.as_ref().map(Settled::of));
        return write_json(ui, &document, Exit::Fine);
    }
    if recovered.is_none() {
        writeln!(
            ui.out,
            "Nothing to recover: no command was interrupted here."
        )?;
    }
    Ok(Exit::Fine)
}
