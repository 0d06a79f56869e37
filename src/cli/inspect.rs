//! `granite-bundle inspect`.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use rayon::prelude::*;

use super::progress::Bar;
use super::{Exit, Ui};
use crate::bundle::{DiscoverError, Opened, Part, Target, TargetPath, discover, shown};
use crate::cli::examples;
use crate::engine::deployment::Deployment;
use crate::exec::{Unsupported, plan};
use crate::model::{Asset, RecordedHash};
use crate::profile;
use crate::report::human;
use crate::report::json;
use crate::report::json::inspect::{Details, Document, TargetEntry};

/// More targets than this are listed; fewer also get a page each.
const PAGES: usize = 4;

/// Show what a bundle is, read from its bytes
///
/// PATH is a bundle folder, an `.aimodel` or `.aimodelc` folder, or a folder that holds some at any depth.
///
/// Exit code: 0 fine; 1 if a hash does not match, or one of several targets cannot be read; 2 if the only target
/// cannot be read, or a path does not exist.
#[derive(Debug, clap::Args)]
#[command(after_help = examples(&[
    "granite-bundle inspect exports/granite-4.0-h-1b",
    "granite-bundle inspect exports --json",
    "granite-bundle inspect model.aimodel --weights --bandwidth 60",
]))]
pub(super) struct Args {
    /// What to look at
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Write a profile that this bundle meets, as a starting point (`granite-bundle schema profile`)
    #[arg(long, conflicts_with_all = ["json", "ops", "weights", "verify_hash", "bandwidth", "all"])]
    as_profile: bool,
    /// Print the document `granite-bundle schema inspect` describes
    #[arg(long)]
    json: bool,
    /// Count the operations
    #[arg(long)]
    ops: bool,
    /// List the weights by element type and quantization
    #[arg(long)]
    weights: bool,
    /// Compute the SHA-256 of the bytecode and compare it with the recorded one
    #[arg(long)]
    verify_hash: bool,
    /// Say how many tokens a second this memory bandwidth allows
    #[arg(long, value_name = "GB/s", value_parser = bandwidth)]
    bandwidth: Option<f64>,
    /// Show private functions, and a page for each of many targets
    #[arg(long)]
    all: bool,
}

/// Bytes per second from a positive number of GB/s.
fn bandwidth(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() && number > 0.0 => Ok(number * 1e9),
        _ => Err("expected a positive number of gigabytes per second, such as 60".to_owned()),
    }
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> anyhow::Result<Exit> {
    if args.as_profile {
        return super::as_profile::run(&args.paths, ui);
    }
    let (targets, unsupported): (Vec<_>, Vec<_>) = open(&args.paths).into_iter().unzip();
    let hashes = match args.verify_hash {
        true => hash_all(&targets, ui)?,
        false => vec![Hashes::default(); targets.len()],
    };
    let deployments: Vec<_> = targets
        .iter()
        .map(|target| target.as_ref().ok().and_then(Deployment::of))
        .collect();
    let view = View {
        args,
        targets: &targets,
        deployments: &deployments,
        unsupported: &unsupported,
        hashes: &hashes,
    };
    let text = if args.json {
        view.json()?
    } else {
        view.pages(ui.width)
    };
    ui.out.write_all(text.as_bytes())?;
    ui.out.flush()?;
    for target in &targets {
        complain(target, ui);
    }
    Ok(view.exit())
}

/// A target, and what of its functions cannot be executed.
type Looked = (Opened, Option<Vec<Unsupported>>);

/// Reads every target, in parallel and in order.
fn open(paths: &[PathBuf]) -> Vec<Looked> {
    let places = discover(paths);
    match places.len() {
        // One target does not need a thread pool.
        1 => places.into_iter().map(look).collect(),
        _ => places.into_par_iter().map(look).collect(),
    }
}

fn look(place: Result<TargetPath, DiscoverError>) -> Looked {
    let mut unsupported = None;
    let target = place.map(|place| {
        Target::read_looking(&place, &mut |program| {
            // Damage was found before this looks.
            unsupported = plan::unsupported(program).ok();
        })
    });
    (target, unsupported)
}

/// Says on stderr why a target, or a part of it, could not be read.
fn complain(target: &Opened, ui: &mut Ui) {
    let target = match target {
        Ok(target) => target,
        Err(error) => return ui.failure(&error.clone().into()),
    };
    if let Some(failure) = target.failure() {
        ui.failure(&failure);
    }
    if let Part::Unreadable(error) = &target.tokenizer {
        ui.part_failure(&error.clone().into());
    }
    for error in target
        .tokenizer
        .present()
        .map_or(&[][..], |tokenizer| &tokenizer.errors)
    {
        ui.part_failure(&error.clone().into());
    }
    if let Some(text) = unexpected_version(target) {
        ui.warning(&text);
    }
}

fn unexpected_version(target: &Target) -> Option<String> {
    let manifest = target.manifest.present()?;
    let found = match manifest.metadata_version() {
        Some("0.2") => return None,
        Some(version) => format!("`metadata_version` is {version:?}"),
        None => "`metadata_version` is not a string".to_owned(),
    };
    let path = shown(&manifest.document.path);
    Some(format!(
        "{path}: {found}, and every engine so far reads \"0.2\" only"
    ))
}

/// SHA-256 of the bytecode of every asset of a target; `None` where it was not asked for or cannot be read.
#[derive(Debug, Clone, Default)]
struct Hashes {
    main: Option<[u8; 32]>,
    sides: Vec<Option<[u8; 32]>>,
}

fn hash_all(targets: &[Opened], ui: &Ui) -> anyhow::Result<Vec<Hashes>> {
    let targets: Vec<_> = targets.iter().map(|target| target.as_ref().ok()).collect();
    let all = targets.iter().flatten().flat_map(|target| assets(target));
    let total = all.flatten().map(|asset| asset.bytes).sum();
    let bar = Bar::new("hashing", total, ui);
    let hash = |asset: Option<&Asset>| {
        let Some(asset) = asset else { return Ok(None) };
        let hash = asset
            .content_hash_with(|bytes| bar.advance(bytes))
            .with_context(|| format!("cannot hash {}", shown(&asset.bytecode_path)))?;
        Ok(Some(hash))
    };
    let hashes = targets.iter().map(|target| {
        let Some(target) = target else {
            return Ok(Hashes::default());
        };
        let mut all = assets(target).map(hash);
        Ok(Hashes {
            main: all.next().transpose()?.flatten(),
            sides: all.collect::<anyhow::Result<_>>()?,
        })
    });
    hashes.collect()
}

/// The main asset and the others, in their order; `None` for one that cannot be read.
fn assets(target: &Target) -> impl Iterator<Item = Option<&Asset>> {
    let sides = target.side_assets.iter().map(|side| side.asset.present());
    std::iter::once(target.asset.present()).chain(sides)
}

/// Everything there is to show.
struct View<'a> {
    args: &'a Args,
    targets: &'a [Opened],
    deployments: &'a [Option<Deployment<'a>>],
    unsupported: &'a [Option<Vec<Unsupported>>],
    hashes: &'a [Hashes],
}

impl<'a> View<'a> {
    fn options(&self, place: usize, target: &Target) -> Details<'a> {
        Details {
            operations: self.args.ops,
            weights: self.args.weights,
            bandwidth: self.args.bandwidth,
            computed_hash: self.hashes[place].main,
            side_hashes: &self.hashes[place].sides,
            profile: profile::nearest(profile::builtin(), target)
                .map(|profile| profile.name.as_str()),
            unsupported: self.unsupported[place].as_deref(),
        }
    }

    fn json(&self) -> anyhow::Result<String> {
        let entries = self
            .targets
            .iter()
            .enumerate()
            .map(|(place, target)| match target {
                Ok(target) => {
                    let deployment = self.deployments[place].as_ref();
                    TargetEntry::new(target, deployment, self.options(place, target))
                }
                Err(error) => TargetEntry::of_error(error),
            });
        let bundles = entries.collect();
        Ok(json::text(&Document { bundles })?)
    }

    fn pages(&self, columns: u16) -> String {
        let mut text = String::new();
        if self.targets.len() > 1 {
            text += &human::list::list(self.targets, self.deployments, columns);
        }
        if self.targets.len() > PAGES && !self.args.all {
            return text;
        }
        for (place, target) in self.targets.iter().enumerate() {
            let Some(target) = target.as_ref().ok().filter(|target| has_page(target)) else {
                continue;
            };
            if !text.is_empty() {
                text.push('\n');
            }
            let deployment = self.deployments[place].as_ref();
            let options = self.options(place, target);
            text += &human::inspect::page(target, deployment, options, self.args.all, columns);
        }
        text
    }

    fn exit(&self) -> Exit {
        let missing = |target: &Opened| matches!(target, Err(DiscoverError { missing: true, .. }));
        let unreadable = |target: &Opened| match target {
            Ok(target) => target.failure().is_some(),
            Err(_) => true,
        };
        let single = self.targets.len() == 1;
        if self.targets.iter().any(missing) || (single && unreadable(&self.targets[0])) {
            Exit::Trouble
        } else if self.targets.iter().any(unreadable) || self.mismatch() {
            Exit::Findings
        } else {
            Exit::Fine
        }
    }

    /// True if a computed hash differs from the recorded one.
    fn mismatch(&self) -> bool {
        let mut pairs = self.targets.iter().zip(self.hashes);
        pairs.any(|(target, hashes)| {
            let computed = std::iter::once(&hashes.main).chain(&hashes.sides);
            let assets = target.as_ref().ok().into_iter().flat_map(assets);
            let mut pairs = assets.zip(computed);
            pairs.any(|(asset, computed)| match (asset, computed) {
                (Some(asset), Some(computed)) => differs(&asset.recorded_hash, computed),
                _ => false,
            })
        })
    }
}

/// True if a recorded hash is another, or none at all.
fn differs(recorded: &RecordedHash, computed: &[u8; 32]) -> bool {
    match recorded {
        RecordedHash::Sha256(recorded) => recorded != computed,
        RecordedHash::Malformed(_) | RecordedHash::LfsPointer => true,
        RecordedHash::Missing => false,
    }
}

/// True if there is anything to show of a target: a manifest or an asset.
fn has_page(target: &Target) -> bool {
    target.manifest.present().is_some() || target.asset.present().is_some()
}
