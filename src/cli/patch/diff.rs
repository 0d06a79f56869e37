//! `granite-bundle patch diff`.

use super::checkout::{Checkout, write_json};
use super::{EngineArgs, Exit, OutputArgs, StackArgs, Ui, change};
use crate::cli::examples;
use crate::patch::change::transaction::net_changes;
use crate::patch::format::write::unified;
use crate::patch::judge::plan;
use crate::report::json::patch::Document;

/// Print what the stack changes, or would change, as a diff that `git apply` takes
#[derive(Debug, clap::Args)]
#[command(after_help = examples(&[
    "granite-bundle patch diff --engine coreai-models | git -C coreai-models apply --check -",
]))]
pub(super) struct Args {
    #[command(flatten)]
    engine: EngineArgs,
    #[command(flatten)]
    stack: StackArgs,
    #[command(flatten)]
    output: OutputArgs,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> anyhow::Result<Exit> {
    let stack = args.stack.load()?;
    let checkout = Checkout::open(&args.engine)?;
    checkout.settle(ui)?;
    let options = args.stack.options();
    let (plan, text) = checkout.judge(|site| {
        let plan = plan::apply(site, &stack.series, &options)?;
        let mut chain = change::present(site, &stack.series, &options)?;
        chain.extend(plan.steps.iter().map(change::step));
        Ok((plan, unified(&net_changes(&chain)?)?))
    })?;
    let problems = checkout.problems(&plan)?;
    let exit = Exit::unless_findings(problems.is_empty());
    let path = checkout.path();
    if args.output.json {
        let (ok, engine) = (problems.is_empty(), (path.as_ref(), checkout.head()));
        let mut document = Document::of("diff", ok, engine, &stack.source, &plan.report);
        document.details.diff = Some(String::from_utf8_lossy(&text).into_owned());
        document.details.problems = Some(problems);
        return write_json(ui, &document, exit);
    }
    ui.exact(&text)?;
    for problem in problems {
        ui.note(&format!("left out of the diff: {problem}"));
    }
    Ok(exit)
}
