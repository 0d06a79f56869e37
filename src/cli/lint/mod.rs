//! `granite-bundle lint`.

mod args;
mod baseline;
mod engine;
mod fix;
mod output;
mod settings;
mod show;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use rayon::prelude::*;

use self::settings::{Governed, Unusable};
use super::progress::Bar;
use super::{Exit, Ui};
use crate::bundle::{DiscoverError, Releases, Target, TargetKind, TargetPath, discover};
use crate::lint::fleet::{Linted, Report};
use crate::report::findings::Trouble;

pub(super) use args::Args;

pub(super) fn run(args: &Args, ui: &mut Ui) -> anyhow::Result<Exit> {
    let (places, missing) = places(&args.paths);
    if args.show_config {
        return show::run(args, &places, &missing, ui);
    }
    if args.diff && !args.json {
        return fix::diff(args, &places, &missing, ui);
    }
    let fixing = fix::run(args, &places, ui)?;
    let mut troubles = missing
        .iter()
        .map(|error| Trouble {
            message: error.to_string(),
            help: error.help.clone(),
        })
        .collect::<Vec<_>>();
    let judged = judge(args, &places, ui);
    let report = judged.unwrap_or_else(|error| {
        troubles.extend(refuse(&error, ui));
        Report::new(Vec::new())
    });
    let written = output::write(&report, &troubles, fixing.fixes.as_deref(), args, ui)?;
    for error in &missing {
        ui.failure(&error.clone().into());
    }
    Ok(
        match (
            troubles.is_empty() && written && !fixing.failed,
            report.refused(),
        ) {
            (false, _) => Exit::Trouble,
            // A diff tells what would be written, in every format, and refuses nothing.
            (true, _) if args.diff => Exit::Fine,
            (true, true) => Exit::Findings,
            (true, false) => Exit::Fine,
        },
    )
}

/// What is there to be linted, and what is not there at all.
///
/// A path that exists but is no bundle is linted as one, so that it is a finding and not an end.
fn places(paths: &[PathBuf]) -> (Vec<TargetPath>, Vec<DiscoverError>) {
    let mut places = Vec::new();
    let mut missing = Vec::new();
    for found in discover(paths) {
        match found {
            Ok(place) => places.push(place),
            Err(error) if error.missing => missing.push(error),
            Err(error) => places.push(TargetPath {
                path: error.path,
                kind: TargetKind::Bundle,
            }),
        }
    }
    (places, missing)
}

fn judge(args: &Args, places: &[TargetPath], ui: &mut Ui) -> anyhow::Result<Report> {
    let governed = settings::for_places(args, places)?;
    if !args.quiet {
        tell_of_ignored(&governed, ui);
    }
    let unusable = governed.iter().filter_map(|one| one.unusable.clone());
    let unusable = unusable.collect::<Vec<_>>();
    // Where no configuration can be used there is nothing to go on with.
    if !unusable.is_empty() && unusable.len() == governed.len() {
        return Err(NothingToGoOn(unusable).into());
    }
    for trouble in distinct(&unusable) {
        ui.trouble(trouble);
    }
    let report = Report::new(lint(places, governed, ui));
    match args.write_baseline {
        true => baseline::write(report, ui),
        false => Ok(report),
    }
}

/// No place has a configuration that can be used.
#[derive(Debug, thiserror::Error)]
#[error("no configuration can be used")]
struct NothingToGoOn(Vec<Arc<Unusable>>);

/// What is wrong with each configuration, once.
fn distinct(unusable: &[Arc<Unusable>]) -> impl Iterator<Item = &Trouble> {
    let first = |place: usize| {
        let mut before = unusable[..place].iter();
        before.all(|one| !Arc::ptr_eq(one, &unusable[place]))
    };
    let all = unusable.iter().enumerate();
    all.filter(move |(place, _)| first(*place))
        .flat_map(|(_, one)| &one.troubles)
}

/// Shows why nothing could be judged, and gives it for the reports.
fn refuse(error: &anyhow::Error, ui: &mut Ui) -> Vec<Trouble> {
    let troubles: Vec<Trouble> = match error.downcast_ref::<NothingToGoOn>() {
        Some(NothingToGoOn(unusable)) => distinct(unusable).cloned().collect(),
        None => settings::troubles(error),
    };
    for trouble in &troubles {
        ui.trouble(trouble);
    }
    troubles
}

/// Says which configurations came with a bundle and are not obeyed.
fn tell_of_ignored(governed: &[Governed], ui: &mut Ui) {
    let own = governed.iter().filter_map(|one| one.own.as_deref());
    for file in own.collect::<BTreeSet<_>>() {
        let file = file.display();
        ui.note(&format!(
            "{file} lies in the bundle and is not obeyed; --config {file} obeys it"
        ));
    }
}

fn lint(places: &[TargetPath], governed: Vec<Governed>, ui: &Ui) -> Vec<Linted> {
    let releases = Releases::default();
    let targets = places.par_iter().map(Target::read).collect::<Vec<_>>();
    let pairs = governed.iter().zip(&targets);
    let bytes = pairs.map(|(governed, target)| governed.settings.hashed_bytes(target));
    let bar = Bar::new("hashing", bytes.sum(), ui);
    targets
        .into_par_iter()
        .zip(governed)
        .map(|(target, governed)| match &governed.unusable {
            Some(unusable) => governed.settings.refuse(target, &unusable.why),
            None => governed
                .settings
                .lint_with(target, &releases, |bytes| bar.advance(bytes)),
        })
        .collect()
}
