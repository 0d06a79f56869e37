//! `lint --fix` and `lint --diff`.

use super::{Args, settings};
use crate::bundle::{DiscoverError, TargetPath};
use crate::cli::{Exit, Ui};
use crate::lint::fleet::FixPlan;
use crate::report::human::fix;

/// Shows what fixing would change, and changes nothing.
pub(super) fn diff(
    args: &Args,
    places: &[TargetPath],
    missing: &[DiscoverError],
    ui: &mut Ui,
) -> anyhow::Result<Exit> {
    for plan in plans(args, places)? {
        ui.exact(fix::diff(&plan).as_bytes())?;
        tell(args, &plan, false, ui);
    }
    for error in missing {
        ui.failure(&error.clone().into());
    }
    Ok(match missing.is_empty() {
        true => Exit::Fine,
        false => Exit::Trouble,
    })
}

/// Fixes what is certain, and says so; false if some file could not be written.
pub(super) fn write(args: &Args, places: &[TargetPath], ui: &mut Ui) -> anyhow::Result<bool> {
    let mut written = true;
    for plan in plans(args, places)? {
        match plan.apply() {
            Ok(()) => tell(args, &plan, true, ui),
            Err(error) => {
                written = false;
                ui.error(&anyhow::Error::from(error).context("a fix cannot be written"));
            }
        }
    }
    Ok(written)
}

fn plans(args: &Args, places: &[TargetPath]) -> anyhow::Result<Vec<FixPlan>> {
    let governed = settings::for_places(args, places)?;
    let usable = places
        .iter()
        .zip(&governed)
        .filter(|(_, governed)| governed.unusable.is_none());
    let plans = usable.map(|(place, governed)| FixPlan::new(&governed.settings, place));
    Ok(plans.collect::<std::io::Result<_>>()?)
}

fn tell(args: &Args, plan: &FixPlan, written: bool, ui: &mut Ui) {
    if args.quiet {
        return;
    }
    for line in fix::lines(plan, written) {
        ui.note(&line);
    }
}
