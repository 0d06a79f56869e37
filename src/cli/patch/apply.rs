//! `granite-bundle patch apply`.

use super::change::{Change, Planned};
use super::{ChangeArgs, EngineArgs, Exit, OutputArgs, StackArgs, Ui, change};
use crate::cli::examples;
use crate::patch::change::transaction::{Action, Request};
use crate::patch::judge::plan;

/// Put the stack into the checkout, all or nothing
#[derive(Debug, clap::Args)]
#[command(after_help = examples(&[
    "granite-bundle patch apply --engine coreai-models --dry-run",
    "granite-bundle patch apply --engine coreai-models --commit",
]))]
pub(super) struct Args {
    #[command(flatten)]
    engine: EngineArgs,
    #[command(flatten)]
    stack: StackArgs,
    #[command(flatten)]
    change: ChangeArgs,
    #[command(flatten)]
    output: OutputArgs,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> anyhow::Result<Exit> {
    let change = Change {
        action: Action::Apply,
        engine: &args.engine,
        stack: &args.stack,
        change: &args.change,
        json: args.output.json,
    };
    change.run(ui, |checkout, stack, site, receipt| {
        let options = args.stack.options();
        let plan = plan::apply(site, &stack.series, &options)?;
        let problems = checkout.problems(&plan)?;
        let steps: Vec<_> = plan.steps.iter().map(change::step).collect();
        let written = change::written(&steps, &checkout.files()?)?;
        let request = Request::apply(&written, &receipt)?;
        let mut chain = Vec::new();
        if args.change.commit {
            chain = change::present(site, &stack.series, &options)?;
            chain.extend(steps);
        }
        Ok(Planned {
            report: plan.report,
            problems,
            request,
            chain,
        })
    })
}
