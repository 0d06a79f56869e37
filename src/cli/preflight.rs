//! `granite-bundle preflight`.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use super::engine::EngineCheckout;
use super::{Advised, Exit, Ui, examples};
use crate::bundle::Target;
use crate::checkout::RepoPath;
use crate::checkout::capability::{Era, Survey};
use crate::finding::{Finding, Level};
use crate::lint::Gate;
use crate::lint::fleet::{ProfileChoice, Settings};
use crate::patch::judge::report::State;
use crate::patch::series::Series;
use crate::preflight::{Objection, Surroundings, Verdict, better_revision, examine};
use crate::report::human::preflight::{PreflightHeading, page};
use crate::report::json;
use crate::report::json::preflight::{Document, Engine};

/// Tell whether this bundle runs on this engine checkout
///
/// Joins what the bundle needs with what the checkout has, natively or by the built-in patch stack, and with the errors
/// that lint has on this checkout, and prints the exact next commands. Nothing is changed.
///
/// Exit code: 0 if it runs as it is, or with the environment that the next command sets; 1 if it runs after a patch,
/// cannot run, or it is not known; 2 if there is no such bundle or checkout.
#[derive(Debug, clap::Args)]
#[command(after_help = examples(&[
    "granite-bundle preflight exports/granite-4.0-h-1b --engine coreai-models",
]))]
pub(super) struct Args {
    /// The bundle
    #[arg(value_name = "PATH")]
    path: PathBuf,
    /// The engine checkout: a clone of any depth, or an unpacked archive
    #[arg(long, value_name = "CHECKOUT")]
    engine: PathBuf,
    /// Print the document `granite-bundle schema preflight` describes
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> anyhow::Result<Exit> {
    let target = Target::open(&args.path).map_err(|error| Advised::failure(error.into()))?;
    let engine = EngineCheckout::open(&args.engine)?;
    let reading = engine.reading()?;
    let checkout = args.engine.to_string_lossy();
    let (target, objections) = objections(target, &reading.checkout);
    let (head, edits) = (engine.head(), engine.edits()?);
    let way_out = match &reading.plan.refusal {
        Some(_) => engine.way_out(),
        None => Vec::new(),
    };
    let mut patches = reading.report.patches.iter();
    let has_variants = !patches.any(|patch| patch.state == State::Unsupported);
    let better = better_revision(&reading.checkout, has_variants);
    let clone = engine.cloned();
    let clone = clone.map(|(command, path)| (command, path.to_string_lossy().into_owned()));
    let around = Surroundings {
        checkout: &checkout,
        clone: clone
            .as_ref()
            .map(|(command, path)| (command.as_str(), path.as_str())),
        takes_whole_stack: reading.plan.refusal.is_none(),
        objections: &objections,
        way_out: &way_out,
        better: better.map(|tag| (tag, engine.revisions(tag, !edits.is_empty()))),
    };
    let preflight = examine(&target, &reading.checkout, around);
    let path = args.path.to_string_lossy();
    let text = if args.json {
        let engine = Engine {
            path: &checkout,
            era: reading.checkout.era,
            head: head.map(|head| head.to_string()),
            edited: edits.iter().map(RepoPath::shown).collect(),
        };
        json::text(&Document::new(&preflight, &path, engine))?
    } else {
        let era = reading.checkout.era.map(|era| title(era, &engine.series));
        let heading = PreflightHeading {
            name: &target.name(),
            path: &path,
            checkout: &checkout,
            era: era.as_deref(),
            head,
            edits: &edits,
        };
        page(&preflight, &heading, ui.width)
    };
    ui.out.write_all(text.as_bytes())?;
    ui.out.flush()?;
    Ok(match preflight.verdict {
        Verdict::Runs | Verdict::RunsWithEnvironment => Exit::Fine,
        Verdict::RunsAfterPatch | Verdict::CannotRun | Verdict::Unknown => Exit::Findings,
    })
}

/// The errors that lint has on this checkout, by the rules' own levels: no configuration takes part.
fn objections(target: Target, engine: &Survey) -> (Target, Vec<Objection>) {
    let (target, here) = errors(target, Some(Arc::new(engine.clone())));
    if here.is_empty() {
        return (target, Vec::new());
    }
    // What some other engine takes is not the bundle's to mend.
    let (target, anywhere) = errors(target, None);
    let objections = here.into_iter().map(|finding| Objection {
        rule: finding.rule,
        is_of_engine: !anywhere.iter().any(|it| it.rule == finding.rule),
        message: finding.message,
    });
    (target, objections.collect())
}

fn errors(target: Target, engine: Option<Arc<Survey>>) -> (Target, Vec<Finding>) {
    let settings = Arc::new(Settings {
        config: None,
        gate: Gate::default(),
        profile: ProfileChoice::Auto(Vec::new()),
        platform: None,
        engine,
        hash: true,
    });
    let linted = settings.lint(target);
    let errors = linted.findings.into_iter();
    let errors = errors.filter(|finding| finding.level == Level::Error);
    (linted.target, errors.collect())
}

fn title(era: Era, series: &Series) -> String {
    let mut eras = series.eras.iter();
    let title = eras.find(|definition| definition.id == era);
    title.map_or_else(
        || era.to_string(),
        |definition| format!("{era}, {}", definition.title),
    )
}
