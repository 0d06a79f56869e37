//! Judges a series on a tree and works out what applying or reverting it would do. Pure: nothing is written.

use crate::checkout::RepoPath;
use crate::checkout::site::Site;
use crate::patch::judge::changes::{PatchChanges, PatchId};
use crate::patch::judge::judgement::{JudgeError, Judgement, Options, chosen};
use crate::patch::judge::repeats::{Repetition, new_ones, repetitions};
use crate::patch::judge::report::{StackReport, State};
use crate::patch::judge::sound::unsound;
use crate::patch::series::Series;

/// A plan that can be carried out, or the reasons why it cannot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackPlan {
    /// Where everything stands before.
    pub report: StackReport,
    /// What to do, in order; empty where there is nothing to do or the plan is refused.
    pub steps: Vec<PatchChanges>,
    /// Why nothing may be done.
    pub refusal: Option<Refusal>,
}

/// Why a plan may not be carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Patches that do not apply.
    #[error("{}: not applicable", .0.join(", "))]
    Inapplicable(Vec<String>),
    /// Files with uncommitted edits that are not the stack's own.
    #[error("uncommitted edits in {}", paths(.0))]
    Dirty(Vec<RepoPath>),
    /// Patches whose effect would not be there once all are applied.
    #[error("applied together, {} would not have the effect they are for", .0.join(", "))]
    Unsound(Vec<String>),
    /// What would stand twice where it may stand once.
    #[error("applied, {}", listed(.0))]
    Repeating(Vec<Repetition>),
    /// Patches of which only a part is there, so that there is no telling what to take back.
    #[error("{}: only partly there", .0.join(", "))]
    HalfThere(Vec<String>),
}

fn listed(repetitions: &[Repetition]) -> String {
    let repetitions: Vec<_> = repetitions.iter().map(ToString::to_string).collect();
    repetitions.join("; ")
}

fn paths(paths: &[RepoPath]) -> String {
    let paths: Vec<_> = paths.iter().map(RepoPath::shown).collect();
    paths.join(", ")
}

/// Where every patch and capability stands.
///
/// # Errors
/// When `only` names no patch, or the tree cannot be read.
pub fn status(
    site: Site<'_>,
    series: &Series,
    options: &Options,
) -> Result<StackReport, JudgeError> {
    Ok(Judgement::of(site, series, options)?.report)
}

/// What applying the series would do.
///
/// # Errors
/// When `only` names no patch, or the tree cannot be read.
pub fn apply(site: Site<'_>, series: &Series, options: &Options) -> Result<StackPlan, JudgeError> {
    let judgement = Judgement::of(site, series, options)?;
    let unachievable = judgement
        .report
        .patches
        .iter()
        .filter(|patch| !patch.achievable);
    let unachievable: Vec<_> = unachievable.map(|patch| patch.name.clone()).collect();
    let refusal = if unachievable.is_empty() {
        let dirty = judgement.baseline.edited(&judgement.steps)?;
        let unsound = unsound(series, &judgement.steps, &judgement.result)?;
        if !dirty.is_empty() {
            Some(Refusal::Dirty(dirty))
        } else if !unsound.is_empty() {
            Some(Refusal::Unsound(unsound))
        } else if judgement.steps.is_empty() {
            None
        } else {
            let before = repetitions(series, site.view)?;
            let new = new_ones(&before, repetitions(series, &judgement.result)?);
            (!new.is_empty()).then_some(Refusal::Repeating(new))
        }
    } else {
        Some(Refusal::Inapplicable(unachievable))
    };
    Ok(planned(judgement, refusal))
}

/// What taking the series back would do, told by content alone.
///
/// Patches that are not there are left alone; edits elsewhere in the files stay.
///
/// # Errors
/// When `only` names no patch, or the tree cannot be read.
pub fn revert(site: Site<'_>, series: &Series, options: &Options) -> Result<StackPlan, JudgeError> {
    let mut judgement = Judgement::of(site, series, options)?;
    let half = judgement.report.patches.iter();
    let half = half.filter(|patch| patch.state == State::Partial);
    let half: Vec<_> = half.map(|patch| patch.name.clone()).collect();
    let wanted = chosen(series, options)?;
    let found = wanted.iter().rev().filter_map(|patch| {
        let found = judgement.stripped.found.get(patch.name.as_str())?;
        Some(PatchChanges {
            id: PatchId::of(series, patch, found.variant),
            changes: found.removal.clone(),
        })
    });
    judgement.steps = found.collect();
    let refusal = (!half.is_empty()).then_some(Refusal::HalfThere(half));
    Ok(planned(judgement, refusal))
}

fn planned(judgement: Judgement<'_, '_>, refusal: Option<Refusal>) -> StackPlan {
    StackPlan {
        report: judgement.report,
        steps: match refusal {
            Some(_) => Vec::new(),
            None => judgement.steps,
        },
        refusal,
    }
}
