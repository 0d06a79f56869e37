//! `granite-bundle patch recover`.

use std::io::Write;

use super::checkout::Checkout;
use super::{EngineArgs, Exit, OutputArgs, Ui};
use crate::cli::examples;
use crate::report::json::patch::{Document, Settled};

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
    let checkout = Checkout::open(&args.engine)?;
    let recovered = checkout.settle(ui)?;
    if args.output.json {
        let path = checkout.path();
        let engine = Some((path.as_ref(), checkout.head()));
        let mut document = Document::bare("recover", true, engine, "built-in");
        document.details.recovered = Some(recovered.as_ref().map(Settled::of));
        return super::checkout::write_json(ui, &document, Exit::Fine);
    }
    if recovered.is_none() {
        writeln!(
            ui.out,
            "Nothing to recover: no command was interrupted here."
        )?;
    }
    Ok(Exit::Fine)
}
