//! `granite-bundle lint`.

mod baseline;
mod engine;
mod output;
mod settings;

use std::path::PathBuf;

use clap::ValueEnum;
use rayon::prelude::*;

use super::hashing::Bar;
use super::{Exit, Ui};
use crate::bundle::{DiscoverError, Place, Target, TargetKind, discover};
use crate::cli::examples;
use crate::finding::Level;
use crate::lint::config::ConfigError;
use crate::lint::fleet::{Linted, Report};
use crate::lint::{Platform, Selector};

/// Hold bundles to what the engine and the model's profile require
///
/// PATH is a bundle folder, an `.aimodel` or `.aimodelc` folder, or a folder that holds some at any depth.
/// Each bundle is judged under the nearest `granite-bundle.toml`, in its folder or above it.
///
/// Exit code: 0 nothing at or above --fail-on; 1 something; 2 a path that does not exist, a mistake in the
/// command or the configuration, or output that cannot be written. The format never changes it.
#[derive(Debug, clap::Args)]
#[command(after_help = examples(&[
    "granite-bundle lint exports/granite-4.0-h-1b",
    "granite-bundle lint exports --engine coreai-models --fail-on warning",
    "granite-bundle lint exports --format sarif --output lint.sarif",
    "granite-bundle lint exports --select graph,asset-hash-mismatch",
]))]
pub(super) struct Args {
    /// What to lint
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// A built-in profile, a profile file, `auto` (the nearest by facts) or `none`
    #[arg(long, value_name = "NAME|FILE|auto|none")]
    profile: Option<String>,
    /// Judge what depends on the engine by this checkout of coreai-models
    #[arg(long, value_name = "CHECKOUT")]
    engine: Option<PathBuf>,
    /// The platform the bundles are for
    #[arg(long, value_enum)]
    platform: Option<PlatformArg>,
    /// How to show the findings
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Write to this file, whole or not at all, instead of stdout
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Run only these rules: ids, families, or patterns such as `graph-*`
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    select: Vec<Selector>,
    /// Do not run these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    ignore: Vec<Selector>,
    /// The mildest level that makes the exit code 1 [default: error]
    #[arg(long, value_enum)]
    fail_on: Option<LevelArg>,
    /// Use this configuration for every bundle
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Accept every finding at or above --fail-on in the configuration's baseline
    #[arg(long)]
    write_baseline: bool,
    /// Do not hash bytecode, which is nearly all of the time large bundles take
    #[arg(long)]
    no_hash: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Pages for people
    Human,
    /// The document `granite-bundle schema lint` describes
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// JUnit XML, a case for each rule
    Junit,
    /// GitHub workflow annotations
    Github,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum PlatformArg {
    /// iPhone and iPad
    Ios,
    /// None in particular
    None,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum LevelArg {
    Error,
    Warning,
    Note,
}

impl From<PlatformArg> for Platform {
    fn from(platform: PlatformArg) -> Platform {
        match platform {
            PlatformArg::Ios => Platform::Ios,
            PlatformArg::None => Platform::Any,
        }
    }
}

impl From<LevelArg> for Level {
    fn from(level: LevelArg) -> Level {
        match level {
            LevelArg::Error => Level::Error,
            LevelArg::Warning => Level::Warning,
            LevelArg::Note => Level::Note,
        }
    }
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> anyhow::Result<Exit> {
    let (places, missing) = places(&args.paths);
    let report = match lint(args, &places, ui) {
        Ok(report) => report,
        Err(error) => return refuse(error, ui),
    };
    let report = if args.write_baseline {
        baseline::write(&report, ui)?;
        lint(args, &places, ui)?
    } else {
        report
    };
    if !places.is_empty() {
        output::write(&report, args.format, args.output.as_deref(), ui)?;
    }
    for error in &missing {
        ui.failure(&error.clone().into());
    }
    Ok(match (missing.is_empty(), report.refused()) {
        (false, _) => Exit::Trouble,
        (true, true) => Exit::Findings,
        (true, false) => Exit::Fine,
    })
}

/// Shows every mistake of a configuration on a line of its own; hands any other error on.
fn refuse(error: anyhow::Error, ui: &mut Ui) -> anyhow::Result<Exit> {
    let Some(config) = error.downcast_ref::<ConfigError>() else {
        return Err(error);
    };
    if config.mistakes.is_empty() {
        return Err(error);
    }
    let path = config.path.display();
    for mistake in &config.mistakes {
        ui.error(&anyhow::anyhow!(
            "{path}:{}: {}",
            mistake.line,
            mistake.message
        ));
    }
    ui.help("`granite-bundle schema config` describes the file");
    Ok(Exit::Trouble)
}

/// What is there to be linted, and what is not there at all.
///
/// A path that exists but is no bundle is linted as one, so that it is a finding and not an end.
fn places(paths: &[PathBuf]) -> (Vec<Place>, Vec<DiscoverError>) {
    let mut places = Vec::new();
    let mut missing = Vec::new();
    for found in discover(paths) {
        match found {
            Ok(place) => places.push(place),
            Err(error) if error.missing => missing.push(error),
            Err(error) => places.push(Place {
                path: error.path,
                kind: TargetKind::Bundle,
            }),
        }
    }
    (places, missing)
}

fn lint(args: &Args, places: &[Place], ui: &Ui) -> anyhow::Result<Report> {
    let settings = settings::for_places(args, places)?;
    let targets = places.par_iter().map(Target::read).collect::<Vec<_>>();
    let pairs = settings.iter().zip(&targets);
    let bytes = pairs.map(|(settings, target)| settings.hashed_bytes(target));
    let bar = Bar::new(bytes.sum(), ui);
    let linted = targets
        .into_par_iter()
        .zip(settings)
        .map(|(target, settings)| settings.lint_with(target, |bytes| bar.advance(bytes)))
        .collect::<Vec<Linted>>();
    Ok(Report::new(linted))
}
