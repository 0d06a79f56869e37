//! `granite-bundle rules`.

use std::io::Write;

use clap_complete::ArgValueCandidates;

use super::{Exit, Ui, candidates};
use crate::cli::examples;
use crate::lint::{Rule, Selector, rules};
use crate::report::human;
use crate::report::json::{self, lint::RulesDocument};

/// List the rules
#[derive(Debug, clap::Args)]
#[command(after_help = examples(&[
    "granite-bundle rules",
    "granite-bundle rules graph 'run-*'",
    "granite-bundle rules --json",
]))]
pub(super) struct Args {
    /// Only these: ids, families, or patterns such as `graph-*`
    #[arg(value_name = "RULE", add = ArgValueCandidates::new(candidates::rules))]
    rules: Vec<Selector>,
    /// Print the document `granite-bundle schema rules` describes
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> anyhow::Result<Exit> {
    let rules = selected(&args.rules).collect::<Vec<_>>();
    let text = if args.json {
        json::text(&RulesDocument::new(rules))?
    } else {
        human::rules::list(&rules, ui.width)
    };
    ui.out.write_all(text.as_bytes())?;
    ui.out.flush()?;
    Ok(Exit::Fine)
}

/// The rules that are named, in report order; all if none is.
fn selected(selectors: &[Selector]) -> impl Iterator<Item = &'static Rule> {
    rules::all().filter(|rule| {
        selectors.is_empty() || selectors.iter().any(|selector| selector.matches(rule))
    })
}
