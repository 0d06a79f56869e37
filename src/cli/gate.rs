//! `granite-bundle gate`.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde_json::Value;

use super::language::{self, explained, ids};
use super::{Advised, Exit, Ui, examples};
use crate::bundle::JsonDocument;
use crate::files::{shown, write};
use crate::gate::{self, Comparison, Oracle};
use crate::generate::{LanguageModel, Text};
use crate::report::human;
use crate::report::json::{self, gate::Document};

/// Hold a bundle's numbers to an oracle's
///
/// With --transcript the bundle's side of a published transcript (what a full-precision oracle chose, with its margins)
/// is run again, on its own or, with --teacher-forced, fed the oracle's tokens. With --against two bundles are compared
/// step by step: what did quantization cost.
///
/// The bytecode must be what its `main.hash` records, so that a gate speaks of the file that is released.
///
/// Exit code: 0 if it passes; 1 if it fails; 2 if it could not be run.
#[derive(Debug, clap::Args)]
#[command(after_help = examples(&[
    "granite-bundle gate exports/granite-4.0-h-1b --transcript gate-granite-4.0-h-1b.json",
    "granite-bundle gate exports/granite-int8 --against exports/granite-fp16 --prompt 'The capital of France is'",
]))]
#[command(group = clap::ArgGroup::new("oracle").required(true).args(["transcript", "against"]))]
pub(super) struct Args {
    /// The bundle, or its asset
    #[arg(value_name = "PATH")]
    path: PathBuf,
    /// The oracle's transcript: `coreai-gate-transcript/1`, or one this command wrote
    #[arg(long, value_name = "FILE")]
    transcript: Option<PathBuf>,
    /// The bundle to compare with; it is the oracle
    #[arg(long, value_name = "PATH")]
    against: Option<PathBuf>,
    /// With --against: the text both go on from
    #[arg(
        long,
        value_name = "TEXT",
        requires = "against",
        conflicts_with = "ids"
    )]
    prompt: Option<String>,
    /// With --against: the same as token ids
    #[arg(long, value_name = "1,2,3", value_parser = ids, requires = "against")]
    ids: Option<Ids>,
    /// With --against: tokens to compare
    #[arg(short = 'n', value_name = "N", default_value_t = 16)]
    count: usize,
    /// Feed the oracle's tokens instead of the bundle's own
    #[arg(long, conflicts_with = "against")]
    teacher_forced: bool,
    /// An oracle whose greatest logit exceeds the second by less than this is in doubt
    #[arg(long, value_name = "MARGIN", default_value_t = 0.1)]
    min_margin: f64,
    /// Write a transcript that `lint` reads
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Print the document `granite-bundle schema gate` describes
    #[arg(long)]
    json: bool,
}

/// Ids of one option; an alias, so that clap takes them as one value.
type Ids = Vec<u32>;

pub(super) fn run(args: &Args, ui: &mut Ui) -> anyhow::Result<Exit> {
    let (gate, oracle, model, of) = match (&args.transcript, &args.against) {
        (Some(transcript), _) => by_transcript(args, transcript, ui)?,
        (None, Some(other)) => by_bundle(args, other, ui)?,
        (None, None) => return Ok(Exit::Trouble),
    };
    let text = language::text(&model).ok();
    if let Some(path) = &args.output {
        let document = transcript(&gate, &oracle, &model, text.as_ref());
        let text = serde_json::to_string_pretty(&document)? + "\n";
        write(path, text.as_bytes())
            .with_context(|| format!("{} cannot be written", shown(path)))?;
    }
    let printed = if args.json {
        json::text(&Document::new(&gate))?
    } else {
        let token = |id: u32| token(text.as_ref(), id);
        human::gate::page(&gate, &model.target.name(), &of, &token, ui.width)
    };
    ui.out.write_all(printed.as_bytes())?;
    ui.out.flush()?;
    Ok(Exit::unless_findings(gate.passes()))
}

fn by_transcript(
    args: &Args,
    path: &Path,
    ui: &mut Ui,
) -> anyhow::Result<(Comparison, Oracle, LanguageModel, String)> {
    let document = JsonDocument::read(path).map_err(|error| Advised {
        message: format!("{}: {}", shown(path), error.message),
        help: "give a gate transcript: JSON with `input_ids` and the oracle's tokens".to_owned(),
    })?;
    let oracle = Oracle::of(path, document.value)?;
    let model = language::load(&args.path, None, ui)?;
    language::check_hash(&model, ui)?;
    if let Some(bundle) = oracle.bundle()
        && bundle != model.target.name()
    {
        ui.warning(&format!(
            "the transcript is of `{bundle}`, and this bundle is `{}`",
            model.target.name()
        ));
    }
    let mut decoder = language::decoder(&model, &args.path)?;
    let gate = match args.teacher_forced {
        true => gate::teacher_forced(&mut decoder, &oracle, args.min_margin),
        false => gate::free(&mut decoder, &oracle, args.min_margin),
    };
    drop(decoder);
    let gate = gate.map_err(|error| explained(error, &args.path))?;
    Ok((gate, oracle, model, shown(path)))
}

fn by_bundle(
    args: &Args,
    other: &Path,
    ui: &Ui,
) -> anyhow::Result<(Comparison, Oracle, LanguageModel, String)> {
    let theirs = language::load(other, None, ui)?;
    let model = language::load(&args.path, None, ui)?;
    language::check_hash(&theirs, ui)?;
    language::check_hash(&model, ui)?;
    let prompt = match (&args.ids, &args.prompt) {
        (Some(ids), _) => ids.clone(),
        (None, Some(prompt)) => language::text(&model)?.encode(prompt, true)?,
        (None, None) => {
            return Err(Advised {
                message: "there is no prompt that both bundles could go on from".to_owned(),
                help: "give one: --prompt 'The capital of France is', or --ids 1,2,3".to_owned(),
            }
            .into());
        }
    };
    let mut decoders = (
        language::decoder(&theirs, other)?,
        language::decoder(&model, &args.path)?,
    );
    let (gate, chosen) = gate::against(
        (&mut decoders.0, &mut decoders.1),
        &prompt,
        args.count,
        args.min_margin,
    )
    .map_err(|error| explained(error, &args.path))?;
    drop(decoders);
    let oracle = Oracle {
        prompt,
        ids: chosen,
        margins: gate
            .positions
            .iter()
            .map(|position| position.oracle_margin)
            .collect(),
        source: Value::Null,
    };
    Ok((gate, oracle, model, theirs.target.name()))
}

fn transcript(
    gate: &Comparison,
    oracle: &Oracle,
    model: &LanguageModel,
    text: Option<&Text>,
) -> Value {
    let decoded = text.and_then(|text| {
        let got: Vec<u32> = gate.positions.iter().map(|position| position.got).collect();
        Some((text.decode(&oracle.ids).ok()?, text.decode(&got).ok()?))
    });
    let texts = decoded
        .as_ref()
        .map(|(oracle, bundle)| (oracle.as_str(), bundle.as_str()));
    gate::document(gate, oracle, &model.target.name(), texts)
}

/// A token as a person reads it.
fn token(text: Option<&Text>, id: u32) -> String {
    match text.and_then(|text| text.decode(&[id]).ok()) {
        Some(text) => format!("{id} {text:?}"),
        None => id.to_string(),
    }
}
