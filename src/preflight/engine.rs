//! What a checkout brings.

use super::{Condition, ConditionState, Provider};
use crate::checkout::capability::{Capability, Presence, Survey};
use crate::checkout::recognition::MANIFEST;

/// The need for a capability; `why` says what in the bundle asks for it.
pub(super) fn need(
    engine: &Survey,
    capability: Capability,
    required: bool,
    why: &str,
) -> Condition {
    let detail = engine.detail(capability);
    let named = || detail.unwrap_or_default().to_owned();
    let (outcome, how) = match engine.presence(capability) {
        Some(Presence::Native) => (
            ConditionState::Met(Provider::Native),
            "native here".to_owned(),
        ),
        Some(Presence::Patched) => (
            ConditionState::Met(Provider::Patch(named())),
            format!("patch `{}` is applied", named()),
        ),
        Some(Presence::Provided) => (
            ConditionState::Met(Provider::Other(detail.map(str::to_owned))),
            match detail {
                Some(by) => format!("provided by {by}"),
                None => "provided by text of its own".to_owned(),
            },
        ),
        Some(Presence::Patchable) => (
            ConditionState::AfterPatch(named()),
            format!("patch `{}` applies", named()),
        ),
        Some(Presence::Unknown) => (
            ConditionState::Unknown,
            match detail {
                Some(place) => format!("nobody has described {place}"),
                None => "it could not be judged".to_owned(),
            },
        ),
        Some(Presence::NoPath) => (
            ConditionState::Unmet,
            detail
                .unwrap_or("there is nothing here it could be asked of")
                .to_owned(),
        ),
        None => (
            ConditionState::Unmet,
            detail
                .unwrap_or("this engine has neither it nor a patch for it")
                .to_owned(),
        ),
    };
    Condition {
        id: capability.id(),
        required,
        outcome,
        detail: format!("{why}; {how}"),
    }
}

/// What a chunk of one token asks of an engine that does not take it from the graph.
const ONE_BY_ONE: &str = "COREAI_CHUNK_THRESHOLD=1";

/// The need of a graph that takes one token at a time: prompts fed so, by the engine, by a patch that goes in anyway, or
/// by the environment.
pub(super) fn chunk(engine: &Survey, patched: bool) -> Condition {
    let why = "prompts have to be fed one token at a time";
    let need = need(engine, Capability::StaticChunk, true, why);
    match &need.outcome {
        ConditionState::Met(_) => need,
        ConditionState::AfterPatch(_) if patched => need,
        _ => Condition {
            outcome: ConditionState::WithEnvironment(ONE_BY_ONE),
            detail: format!("{why}; the environment does it here: {ONE_BY_ONE}"),
            ..need
        },
    }
}

/// What packages that ask for the engine by version find; `None` where they find nothing amiss.
pub(super) fn resolvable(engine: &Survey) -> Option<Condition> {
    let dependency = engine.from_branches.first()?;
    let (line, branch) = (dependency.line, &dependency.branch);
    let name = dependency.url.trim_end_matches(".git").rsplit('/').next();
    let name = name.unwrap_or(&dependency.url);
    Some(Condition {
        id: "package-version",
        required: false,
        outcome: ConditionState::Unmet,
        detail: format!(
            "asked only of packages that depend on the engine by version: {MANIFEST} line {line} takes {name} from the \
             branch `{branch}`, so the package manager refuses any version; depend on a revision, a path, or 1.0.0 and later"
        ),
    })
}
