//! `granite-bundle explain`.

use std::io::{Read, Write};

use anyhow::Context;

use clap_complete::ArgValueCandidates;

use super::{Advised, Exit, Ui, candidates};
use crate::checkout::capability::{CapabilityDefinition, EraDefinition};
use crate::cli::examples;
use crate::engine::messages::{self, FoundMessage, LOOKED_AT};
use crate::files::quoted;
use crate::finding::closest;
use crate::lint::{Rule, Selector, rules};
use crate::patch::series::Series;
use crate::report::human;
use crate::report::json::{self, explain::Document, lint::RulesDocument};

/// Explain a rule, a capability, an era, or what the engine printed
///
/// Of a rule: what it asks, why it matters, how to meet it, where the fact comes from. Of a message of the engine, its
/// tools or the runtime, quoted or pasted whole with whatever stands around it: what it means, whose fault it is, what to
/// do.
///
/// Exit code: 0 if there is an answer; 2 if there is none.
#[derive(Debug, clap::Args)]
#[command(after_help = examples(&[
    "granite-bundle explain graph-logits-dtype",
    "granite-bundle explain 'run-*' --json",
    "granite-bundle explain static-step",
    "granite-bundle explain E4c",
    "granite-bundle explain 'Expected 2 states (KV cache), got 4'",
    "granite-bundle explain - < crash.log",
]))]
pub(super) struct Args {
    /// A rule's id, as every finding shows it, a family, or a pattern such as `graph-*`; a capability or an era, as
    /// `preflight` shows them; or a message, `-` for one on standard input
    #[arg(required = true, value_name = "WHAT", add = ArgValueCandidates::new(candidates::subjects))]
    what: Vec<String>,
    /// Print the document `granite-bundle schema rules` describes, or of all but rules `granite-bundle schema explain`
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> anyhow::Result<Exit> {
    let what = match args.what.as_slice() {
        [only] if only == "-" => pasted()?,
        words => words.join(" "),
    };
    let series = Series::builtin().context("the built-in patch series is damaged")?;
    let text = match Subject::of(what.trim(), &series)? {
        Subject::Rules(rules) if args.json => json::text(&RulesDocument::new(rules))?,
        Subject::Rules(rules) => {
            let pages = rules
                .iter()
                .map(|rule| human::rules::explain(rule, &series.eras, ui.width));
            pages.collect::<Vec<_>>().join("\n")
        }
        Subject::Capability(definition) if args.json => {
            json::text(&Document::of_capability(definition, &series))?
        }
        Subject::Capability(definition) => {
            human::explain::capability(definition, &series, ui.width)
        }
        Subject::Era(definition) if args.json => {
            json::text(&Document::of_era(definition, &series))?
        }
        Subject::Era(definition) => human::explain::era(definition, &series, ui.width),
        Subject::Messages(found) if args.json => json::text(&Document::of_messages(&found))?,
        Subject::Messages(found) => {
            let pages = found
                .iter()
                .map(|found| human::explain::message(found, ui.width));
            pages.collect::<Vec<_>>().join("\n")
        }
    };
    ui.out.write_all(text.as_bytes())?;
    Ok(Exit::Fine)
}

/// What is asked about.
enum Subject<'s> {
    /// In report order.
    Rules(Vec<&'static Rule>),
    Capability(&'s CapabilityDefinition),
    Era(&'s EraDefinition),
    /// In the order they come.
    Messages(Vec<FoundMessage>),
}

impl<'s> Subject<'s> {
    fn of(what: &str, series: &'s Series) -> Result<Subject<'s>, Advised> {
        if let Ok(selector) = Selector::parse(what) {
            let named = rules::all().filter(|rule| selector.matches(rule));
            return Ok(Subject::Rules(named.collect()));
        }
        let mut capabilities = series.capabilities.iter();
        if let Some(capability) = capabilities.find(|it| it.id.id().eq_ignore_ascii_case(what)) {
            return Ok(Subject::Capability(capability));
        }
        let mut eras = series.eras.iter();
        if let Some(era) = eras.find(|era| era.id.id().eq_ignore_ascii_case(what)) {
            return Ok(Subject::Era(era));
        }
        match messages::find(what) {
            found if found.is_empty() => Err(unknown(what, series)),
            found => Ok(Subject::Messages(found)),
        }
    }
}

/// What is asked about on standard input, as far as it is looked at.
fn pasted() -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    let most = LOOKED_AT as u64;
    let read = std::io::stdin().lock().take(most).read_to_end(&mut bytes);
    read.context("standard input cannot be read")?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn unknown(what: &str, series: &Series) -> Advised {
    const LIST: &str = "`granite-bundle rules` lists the rules, `granite-bundle patch list` the capabilities and eras";
    if what.is_empty() {
        return Advised {
            message: "there is nothing to explain".to_owned(),
            help: LIST.to_owned(),
        };
    }
    if what.contains(char::is_whitespace) {
        let count = messages::messages().count();
        let nearest = messages::nearest(what);
        return Advised {
            message: format!("none of the {count} messages that are known is like this one"),
            help: match nearest {
                Some(near) => {
                    let said = &near.message.said[near.form];
                    format!(
                        "the nearest is {said:?}: granite-bundle explain {}",
                        quoted(said)
                    )
                }
                None => "granite-bundle lint BUNDLE and granite-bundle preflight BUNDLE --engine CHECKOUT find most causes without it".to_owned(),
            },
        };
    }
    let suggestion = Selector::parse(what).err().and_then(|it| it.suggestion);
    let capabilities = series.capabilities.iter().map(|it| it.id.id());
    let eras = series.eras.iter().map(|era| era.id.id());
    let near = suggestion.or_else(|| closest(what, capabilities.chain(eras)).map(str::to_owned));
    Advised {
        message: format!("there is no rule, family, capability, era or known message {what:?}"),
        help: match near {
            Some(near) => format!("did you mean {near}? {LIST}"),
            None => LIST.to_owned(),
        },
    }
}
