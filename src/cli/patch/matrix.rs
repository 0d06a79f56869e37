//! `granite-bundle patch matrix`.

use super::subject::{Subject, write_json};
use super::{EngineArgs, Exit, OutputArgs, StackArgs, Ui};
use crate::cli::Advised;
use crate::cli::examples;
use crate::report::human;
use crate::report::json::patch::{Stretch, Unread};

/// Show which patch applies to which part of the engine's history
#[derive(Debug, clap::Args)]
#[command(after_help = examples(&[
    "granite-bundle patch matrix --engine coreai-models",
    "granite-bundle patch matrix --engine coreai-models --range 0.2.0..main",
]))]
pub(super) struct Args {
    #[command(flatten)]
    engine: EngineArgs,
    #[command(flatten)]
    stack: StackArgs,

    /// The last commit of the history; everything before it is looked at, too
    #[arg(
        long,
        value_name = "REV",
        default_value = "HEAD",
        conflicts_with = "range"
    )]
    rev: String,

    /// Only the commits in B that are not in A
    #[arg(long, value_name = "A..B")]
    range: Option<String>,

    #[command(flatten)]
    output: OutputArgs,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> anyhow::Result<Exit> {
    let subject = Subject::of_history(&args.engine, &args.stack)?;
    subject.settle(ui)?;
    let path = subject.path();
    let revisions = args.range.as_deref().unwrap_or(&args.rev);
    let matrix = subject.stack().matrix(revisions)?.ok_or_else(|| Advised {
        message: format!("`{path}` is no git repository and has no history"),
        help: "give a clone of the engine, shallow or not".to_owned(),
    })?;
    if args.output.json {
        let mut document = subject.bare_document("matrix", &path);
        document.details.matrix = Some(Stretch::all(&matrix));
        document.details.unread = Unread::all(&matrix);
        return write_json(ui, &document, Exit::Fine);
    }
    human::patch::matrix(&mut ui.out, ui.width, &path, &matrix, subject.eras())?;
    if !matrix.unread.is_empty() {
        ui.help(&subject.complete());
    }
    Ok(Exit::Fine)
}
