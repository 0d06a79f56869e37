//! `granite-bundle schema`.

use std::fmt::Write as _;
use std::io::Write as _;

use clap_complete::ArgValueCandidates;

use super::{Advised, Exit, Ui, candidates, examples};
use crate::finding::closest;
use crate::report::schemas::{SCHEMAS, Schema};

/// Print a JSON Schema
#[derive(Debug, clap::Args)]
#[command(after_help = names())]
pub(super) struct Args {
    /// Which one; its version may be left out
    #[arg(add = ArgValueCandidates::new(candidates::schemas))]
    name: String,
}

fn names() -> String {
    let mut text = examples(&[
        "granite-bundle schema lint",
        "granite-bundle schema config > config.schema.json",
    ]);
    text += "\n\nSchemas:\n";
    for schema in SCHEMAS {
        let _ = writeln!(text, "  {:<14} {}", schema.name, schema.about);
    }
    text
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> anyhow::Result<Exit> {
    let schema = Schema::named(&args.name).ok_or_else(|| unknown(&args.name))?;
    ui.out.write_all(schema.text.as_bytes())?;
    Ok(Exit::Fine)
}

fn unknown(name: &str) -> Advised {
    let names = || SCHEMAS.iter().map(|schema| schema.name);
    Advised {
        message: format!("no schema is called {name:?}"),
        help: match closest(name, names()) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("the schemas are {}", names().collect::<Vec<_>>().join(", ")),
        },
    }
}
