//! `granite-bundle explain`.

use std::io::Write;

use super::{Advised, Exit, Ui};
use crate::cli::examples;
use crate::lint::{Rule, Selector, rules};
use crate::report::human;
use crate::report::json::{self, lint::RulesDocument};

/// Explain rules: what, why it matters, how to fix, where the fact comes from
#[derive(Debug, clap::Args)]
#[command(after_help = examples(&[
    "granite-bundle explain graph-logits-dtype",
    "granite-bundle explain transcript",
    "granite-bundle explain 'run-*' --json",
]))]
pub(super) struct Args {
    /// A rule's id, as every finding shows it, a family, or a pattern such as `graph-*`
    rule: String,
    /// Print the document `granite-bundle schema rules` describes
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> anyhow::Result<Exit> {
    let rules = named(&args.rule)?;
    let text = match args.json {
        true => json::text(&RulesDocument::new(rules))?,
        false => {
            let pages = rules
                .iter()
                .map(|rule| human::rules::explain(rule, ui.width));
            pages.collect::<Vec<_>>().join("\n")
        }
    };
    ui.out.write_all(text.as_bytes())?;
    Ok(Exit::Fine)
}

/// The rules that are meant, in report order.
fn named(text: &str) -> Result<Vec<&'static Rule>, Advised> {
    let selector = Selector::parse(text).map_err(|unknown| Advised {
        message: format!("there is no rule or family {text:?}"),
        help: match unknown.suggestion {
            Some(near) => format!("did you mean {near}? `granite-bundle rules` lists them all"),
            None => "`granite-bundle rules` lists them all".to_owned(),
        },
    })?;
    Ok(rules::all().filter(|rule| selector.matches(rule)).collect())
}
