//! `lint --fix` and `lint --diff`.

use super::{Args, settings};
use crate::bundle::{DiscoverError, TargetPath, shown};
use crate::cli::{Exit, Ui};
use crate::lint::fleet::FixPlan;
use crate::report::human::fix;
use crate::report::json::lint::Fix;

/// What fixing came to.
#[derive(Default)]
pub(super) struct Fixing {
    /// True if some file could not be written.
    pub(super) failed: bool,
    /// Every fix, in the order of the bundles; none where fixing was not asked for.
    pub(super) fixes: Option<Vec<Fix>>,
}

/// Shows what fixing would change, and changes nothing.
pub(super) fn diff(
    args: &Args,
    places: &[TargetPath],
    missing: &[DiscoverError],
    ui: &mut Ui,
) -> anyhow::Result<Exit> {
    for (_, plan) in plans(args, places)? {
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

/// Fixes what is certain and says so with `--fix`, lists what it would write with `--diff`.
pub(super) fn run(args: &Args, places: &[TargetPath], ui: &mut Ui) -> anyhow::Result<Fixing> {
    if !args.fix && !args.diff {
        return Ok(Fixing::default());
    }
    let mut fixing = Fixing::default();
    let mut fixes = Vec::new();
    for (place, plan) in plans(args, places)? {
        let written = match args.fix.then(|| plan.apply()) {
            None => false,
            Some(Ok(())) => true,
            Some(Err(error)) => {
                fixing.failed = true;
                ui.error(&anyhow::Error::from(error).context("a fix cannot be written"));
                false
            }
        };
        if written || args.diff {
            tell(args, &plan, written, ui);
        }
        fixes.extend(Fix::all(&shown(&place.path), &plan, written));
    }
    fixing.fixes = Some(fixes);
    Ok(fixing)
}

fn plans<'a>(
    args: &Args,
    places: &'a [TargetPath],
) -> anyhow::Result<Vec<(&'a TargetPath, FixPlan)>> {
    let governed = settings::for_places(args, places)?;
    let usable = places
        .iter()
        .zip(&governed)
        .filter(|(_, governed)| governed.unusable.is_none());
    let plans = usable
        .map(|(place, governed)| FixPlan::new(&governed.settings, place).map(|plan| (place, plan)));
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
