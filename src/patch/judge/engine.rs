//! One reading of an engine checkout, for whoever asks what a bundle finds there: as it is, and as `apply` would leave it.

use crate::checkout::RepoPath;
use crate::checkout::capability::{Presence, Survey, from_branches};
use crate::checkout::site::Site;
use crate::patch::judge::judgement::{JudgeError, Options};
use crate::patch::judge::plan::{self, Refusal, StackPlan};
use crate::patch::judge::report::{CapabilityReport, StackReport, State};
use crate::patch::series::Series;

/// What an engine checkout is, and what the stack would make of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineReading {
    /// What it can do; what a patch would add is [`Presence::Patchable`].
    pub checkout: Survey,
    /// Where the stack stands.
    pub report: StackReport,
    /// What applying would do, and whether it would go through.
    pub plan: StackPlan,
    /// The patches that can be applied as it stands: all that are not there, or some by themselves.
    pub applicable: Vec<String>,
}

/// Reads a checkout.
///
/// # Errors
/// When a file of it cannot be read.
pub fn read(site: Site<'_>, series: &Series) -> Result<EngineReading, JudgeError> {
    let options = |only| Options {
        three_way: true,
        only,
    };
    let plan = plan::apply(site, series, &options(None))?;
    let waiting = plan.report.patches.iter();
    let waiting = waiting.filter(|patch| patch.achievable && !patch.state.is_there());
    let mut applicable = Vec::new();
    for patch in waiting {
        let goes_in = match &plan.refusal {
            None => true,
            Some(Refusal::Dirty(_)) => false,
            Some(_) => {
                let alone = plan::apply(site, series, &options(Some(patch.name.clone())))?;
                alone.refusal.is_none()
            }
        };
        applicable.extend(goes_in.then(|| patch.name.clone()));
    }
    let title = plan.report.era.and_then(|era| series.era(era));
    let mut reading = EngineReading {
        checkout: Survey {
            era: plan.report.era,
            era_title: title.map_or_else(String::new, |definition| definition.title.clone()),
            features: plan.report.features.clone(),
            from_branches: from_branches(site.view)?,
            ..Survey::default()
        },
        report: plan.report.clone(),
        plan,
        applicable,
    };
    for capability in &reading.report.capabilities {
        let (presence, detail) = reading.stands(capability, series);
        reading.checkout.note(capability.id, presence, detail);
    }
    Ok(reading)
}

impl EngineReading {
    fn stands(
        &self,
        capability: &CapabilityReport,
        series: &Series,
    ) -> (Option<Presence>, Option<String>) {
        let patch = || capability.patch.clone();
        let told = || capability.reason().map(str::to_owned);
        let is_applicable = |patch: &String| self.applicable.contains(patch);
        match capability.state {
            State::Native => (Some(Presence::Native), None),
            State::Provided => {
                let by = capability.by().map(str::to_owned);
                (Some(Presence::Provided), by)
            }
            State::Applied | State::AppliedModified => (Some(Presence::Patched), patch()),
            State::Applicable | State::ThreeWay if patch().as_ref().is_some_and(is_applicable) => {
                (Some(Presence::Patchable), patch())
            }
            State::Applicable | State::ThreeWay => (None, self.held_up(capability)),
            State::Unknown => (Some(Presence::Unknown), told()),
            State::Partial | State::Conflict | State::Unsupported => {
                let no_path = capability.is_settled().then_some(Presence::NoPath);
                let of_patch = self.of_patch(capability, series);
                let of_patch = of_patch.filter(|_| no_path.is_none());
                let details: Vec<_> = told().into_iter().chain(of_patch).collect();
                (no_path, (!details.is_empty()).then(|| details.join("; ")))
            }
        }
    }

    fn held_up(&self, capability: &CapabilityReport) -> Option<String> {
        let patch = capability.patch.as_deref()?;
        Some(match &self.plan.refusal {
            Some(Refusal::Dirty(files)) => {
                let names: Vec<_> = files.iter().map(RepoPath::name).collect();
                let names = names.join(", ");
                format!("patch `{patch}` applies, and is held up by uncommitted edits in {names}")
            }
            _ => format!("patch `{patch}` does not apply by itself"),
        })
    }

    /// Why the patch that would give it does not.
    fn of_patch(&self, capability: &CapabilityReport, series: &Series) -> Option<String> {
        let patch = capability.patch.as_deref()?;
        let mut patches = self.report.patches.iter();
        let report = patches.find(|report| report.name == patch)?;
        let of_series = || series.unsupported_reason(patch, self.report.era?);
        Some(match (report.state, &report.reason) {
            (State::Partial, _) => format!("patch `{patch}` is only partly there"),
            (State::Unsupported, reason) => match (of_series(), reason) {
                (Some(why), _) => format!("patch `{patch}` is not for this engine: {why}"),
                (None, Some(why)) => format!("patch `{patch}`: {why}"),
                (None, None) => format!("patch `{patch}` has no variant for this engine"),
            },
            (State::Conflict, Some(why)) => format!("patch `{patch}` does not apply here: {why}"),
            (State::Conflict, None) => format!("patch `{patch}` does not apply here"),
            _ => return None,
        })
    }
}
