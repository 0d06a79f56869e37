//! What a checkout brings.

use std::collections::BTreeMap;

use super::{Condition, Outcome, Provider};
use crate::checkout::capability::{Capability, Era};
use crate::patch::judge::report::{CapabilityReport, StackReport, State};
use crate::patch::series::Series;

/// Everything of a checkout that decides whether a bundle runs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EngineFacts {
    /// `None` where the checkout is of no known era.
    pub era: Option<Era>,
    /// Where each capability stands; one that is not in the map could not be judged.
    pub standings: BTreeMap<Capability, Standing>,
    /// Whether `name.aimodelc` is found where `name.aimodel` is declared.
    pub finds_compiled_assets: bool,
}

/// Where a capability stands in a checkout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Upstream's own text has it.
    Native,
    /// This patch has been applied.
    Patched(String),
    /// This patch can be applied.
    Patchable(String),
    /// Neither; why, as far as known.
    Missing(Option<String>),
}

impl EngineFacts {
    /// What a judged checkout brings; `series` is the stack it was judged by.
    pub fn of(report: &StackReport, series: &Series, finds_compiled_assets: bool) -> EngineFacts {
        let standing =
            |capability: &CapabilityReport| (capability.id, standing(capability, report, series));
        EngineFacts {
            era: report.era,
            standings: report.capabilities.iter().map(standing).collect(),
            finds_compiled_assets,
        }
    }

    /// The need for a capability; `why` says what in the bundle asks for it.
    pub(super) fn need(&self, capability: Capability, required: bool, why: &str) -> Condition {
        let (outcome, how) = match self.standings.get(&capability) {
            _ if self.era.is_none() => (
                Outcome::Unknown,
                "this checkout is of no engine era this tool knows".to_owned(),
            ),
            None => (
                Outcome::Unknown,
                "this checkout could not be judged".to_owned(),
            ),
            Some(Standing::Native) => (Outcome::Met(Provider::Native), "native here".to_owned()),
            Some(Standing::Patched(patch)) => (
                Outcome::Met(Provider::Patch(patch.clone())),
                format!("patch `{patch}` is applied"),
            ),
            Some(Standing::Patchable(patch)) => (
                Outcome::AfterPatch(patch.clone()),
                format!("patch `{patch}` applies"),
            ),
            Some(Standing::Missing(reason)) => (
                Outcome::Unmet,
                reason
                    .clone()
                    .unwrap_or_else(|| "this engine has neither it nor a patch for it".to_owned()),
            ),
        };
        Condition {
            id: capability.id(),
            required,
            outcome,
            detail: format!("{why}; {how}"),
        }
    }
}

fn standing(capability: &CapabilityReport, report: &StackReport, series: &Series) -> Standing {
    let Some(patch) = &capability.patch else {
        return match capability.state {
            State::Native => Standing::Native,
            _ => Standing::Missing(None),
        };
    };
    match capability.state {
        State::Native => Standing::Native,
        State::Applied | State::AppliedModified => Standing::Patched(patch.clone()),
        State::Applicable | State::ThreeWay => Standing::Patchable(patch.clone()),
        State::Partial => Standing::Missing(Some(format!("patch `{patch}` is only partly there"))),
        State::Conflict => Standing::Missing(Some(format!("patch `{patch}` does not apply here"))),
        State::Unsupported => Standing::Missing(Some(unsupported(patch, report, series))),
    }
}

fn unsupported(patch: &str, report: &StackReport, series: &Series) -> String {
    let of_series = report
        .era
        .and_then(|era| series.unsupported_reason(patch, era));
    match of_series {
        Some(reason) => format!("patch `{patch}` is not for this engine: {reason}"),
        None => format!("patch `{patch}` has no variant for this engine"),
    }
}
