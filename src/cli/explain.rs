//! `granite-bundle explain`.

use std::io::Write;

use super::{Advised, Exit, Ui};
use crate::cli::examples;
use crate::finding::closest;
use crate::lint::{Rule, rules};
use crate::report::human;

/// Explain a rule: what, why it matters, how to fix, where the fact comes from
#[derive(Debug, clap::Args)]
#[command(after_help = examples(&[
    "granite-bundle explain graph-logits-dtype",
]))]
pub(super) struct Args {
    /// The rule's id, as every finding shows it
    rule: String,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> anyhow::Result<Exit> {
    let rule = rules::find(&args.rule).ok_or_else(|| unknown(&args.rule))?;
    let page = human::rules::explain(rule, ui.width);
    ui.out.write_all(page.as_bytes())?;
    ui.out.flush()?;
    Ok(Exit::Fine)
}

fn unknown(id: &str) -> Advised {
    let ids = rules::all().map(|rule: &Rule| rule.id);
    Advised {
        message: format!("there is no rule {id:?}"),
        help: match closest(id, ids) {
            Some(id) => format!("did you mean {id}? `granite-bundle rules` lists them all"),
            None => "`granite-bundle rules` lists them all".to_owned(),
        },
    }
}
