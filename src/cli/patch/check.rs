//! `granite-bundle patch check`.

use super::checkout::{Checkout, write_json};
use super::{EngineArgs, Exit, OutputArgs, StackArgs, Ui};
use crate::cli::examples;
use crate::patch::judge::plan;
use crate::report::human;
use crate::report::json::patch::Document;

/// Tell whether `apply` would succeed, and if not, why, hunk by hunk
#[derive(Debug, clap::Args)]
#[command(after_help = examples(&[
    "granite-bundle patch check --engine coreai-models",
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
    let (plan, problems) = checkout.judge(|site| {
        let plan = plan::apply(site, &stack.series, &options)?;
        let problems = checkout.problems(&plan)?;
        Ok((plan, problems))
    })?;
    let exit = Exit::unless_findings(problems.is_empty());
    let path = checkout.path();
    if args.output.json {
        let (ok, engine) = (problems.is_empty(), (path.as_ref(), checkout.head()));
        let mut document = Document::of("check", ok, engine, &stack.source, &plan.report);
        document.details.problems = Some(problems);
        return write_json(ui, &document, exit);
    }
    let heading = checkout.heading(&path, &stack, &plan.report);
    human::patch::status(&mut ui.out, ui.width, &heading, &plan.report)?;
    checkout.write_elsewhere(ui, &stack, &options, &plan.report)?;
    human::patch::verdict(&mut ui.out, ui.width, "apply", &plan.steps, &problems)?;
    Ok(exit)
}
