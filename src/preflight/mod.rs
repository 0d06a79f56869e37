//! Whether a bundle runs on an engine checkout: what the one needs, joined with what the other has.
//!
//! Pure: facts of the bundle come from [`crate::bundle`], facts of the checkout as [`Survey`].

mod bundle;
mod commands;
mod engine;
mod graph;
mod states;

use crate::bundle::Target;
use crate::checkout::capability::{Feature, Survey};
use crate::engine::deployment::Deployment;
use crate::engine::selection::Engine;

/// The answer for one bundle and one checkout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preflight {
    /// The answer in one word.
    pub verdict: Verdict,
    /// Everything the bundle needs, the bundle's own conditions first.
    pub needs: Vec<Condition>,
    /// Shell commands that lead on from here, in order.
    pub next: Vec<String>,
}

/// The answer in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Verdict {
    /// As it is.
    Runs,
    /// With the environment that the next command carries.
    RunsWithEnvironment,
    /// Once the stack is applied.
    RunsAfterPatch,
    /// Not on this checkout, or not at all.
    CannotRun,
    /// Something decisive could not be established.
    Unknown,
}

impl Verdict {
    /// The word used in JSON.
    pub fn word(self) -> &'static str {
        self.into()
    }
}

/// One condition for running.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// Kebab-case; a capability's id where the need is a capability, a rule's where lint objects.
    pub id: &'static str,
    /// False where only some callers have the need; the verdict does not ask for it then.
    pub required: bool,
    /// Where it stands.
    pub outcome: ConditionState,
    /// Why the need exists and where it stands, one sentence without its full stop.
    pub detail: String,
}

/// Where a need stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConditionState {
    /// Met.
    Met(Provider),
    /// Met by an environment variable, as it is set.
    WithEnvironment(&'static str),
    /// Met once this patch of the built-in stack is applied.
    AfterPatch(String),
    /// Not met, and no patch meets it.
    Unmet,
    /// Could not be established.
    Unknown,
}

/// What meets a need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Provider {
    /// The bundle itself.
    Bundle,
    /// The engine's own text.
    Native,
    /// A patch of the built-in stack, applied.
    Patch(String),
    /// Text that is neither upstream's nor the stack's; whose, as far as known.
    Other(Option<String>),
}

/// What a rule of lint has against the bundle on this checkout, as an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objection {
    /// The rule's id.
    pub rule: &'static str,
    /// What it says.
    pub message: String,
    /// True if another engine than this checkout's would take the bundle as it is.
    pub is_of_engine: bool,
}

/// What else there is to know of a checkout.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// How commands name the checkout.
    pub checkout: &'a str,
    /// The command that makes a clone with files, and what it is called, of a checkout that has none.
    pub clone: Option<(&'a str, &'a str)>,
    /// Whether the whole stack can be applied; else its patches go in one by one, those that can.
    pub takes_whole_stack: bool,
    /// What lint has against the bundle there.
    pub objections: &'a [Objection],
    /// Commands after which the whole stack goes in, where it does not as things are.
    pub way_out: &'a [String],
    /// The revision to move to where this one is not to be mended, and how it is to be had.
    pub better: Option<(&'static str, Revisions)>,
}

/// The tag of the first revision that the stack mends.
const FIRST_MENDED: &str = "0.2.0";

/// The tag of the first release that is at or after the revisions which size logits and chunks by the graph.
///
/// Source: pull request 227 is of 2026-09-04 and the tag of 2026-10-01; its own engine text is unread, so it is judged
/// once it is there.
const FIRST_BY_GRAPH: &str = "1.0.0";

/// The tag to move to where neither this engine nor the stack does what a bundle asks; `has_variants` tells whether the
/// stack has its patches for this engine.
pub fn better_revision(engine: &Survey, has_variants: bool) -> Option<&'static str> {
    engine.era?;
    if !engine.is(Feature::PrefixCache) {
        return Some(FIRST_MENDED);
    }
    (!has_variants).then_some(FIRST_BY_GRAPH)
}

/// How another revision of the engine is to be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revisions {
    /// By switching: the repository has it. Edits are put aside first, if there are any.
    Here {
        /// Whether files are edited.
        edited: bool,
    },
    /// By fetching it into the repository, and switching then.
    AtOrigin {
        /// Whether files are edited.
        edited: bool,
    },
    /// By a clone of its own: there is no repository, or it is one of something else.
    Elsewhere,
}

/// Joins what a bundle needs with what a checkout has, and with what lint has against it there.
pub fn examine(target: &Target, engine: &Survey, around: Surroundings<'_>) -> Preflight {
    let deployment = Deployment::of(target);
    let mut needs = bundle::needs(target, engine);
    needs.extend(graph::needs(target, deployment.as_ref(), engine));
    let objected = around.objections.iter().map(|objection| Condition {
        id: objection.rule,
        required: true,
        outcome: ConditionState::Unmet,
        detail: objection.message.clone(),
    });
    needs.extend(objected);
    let engine_of = deployment.as_ref().map(|deployment| deployment.engine);
    let steps_singly = deployment.is_some_and(|deployment| {
        deployment.engine == Engine::Pipelined && graph::steps_singly(deployment.step)
    });
    if steps_singly {
        let patched = needs.iter().any(is_after_patch);
        needs.push(engine::chunk(engine, patched));
    }
    needs.extend(engine::resolvable(engine));
    let verdict = verdict(&needs, engine);
    let names = commands::Names {
        bundle: &target.path.to_string_lossy(),
        around,
        tool: match engine_of {
            Some(Engine::VisionLanguage) => commands::Tool::Runner,
            _ => commands::Tool::Benchmark,
        },
    };
    let of_engine = around.objections.iter().filter(|it| it.is_of_engine);
    let of_engine: Vec<_> = of_engine.map(|objection| objection.rule).collect();
    let next = commands::next(verdict, &needs, &of_engine, &names);
    Preflight {
        verdict,
        needs,
        next,
    }
}

/// The worst required need decides; an engine of no known era is never called fit.
fn verdict(needs: &[Condition], engine: &Survey) -> Verdict {
    let any = |test: fn(&ConditionState) -> bool| {
        let mut required = needs.iter().filter(|need| need.required);
        required.any(|need| test(&need.outcome))
    };
    if any(|outcome| *outcome == ConditionState::Unmet) {
        Verdict::CannotRun
    } else if engine.era.is_none() || any(|outcome| *outcome == ConditionState::Unknown) {
        Verdict::Unknown
    } else if any(|outcome| matches!(outcome, ConditionState::AfterPatch(_))) {
        Verdict::RunsAfterPatch
    } else if any(|outcome| matches!(outcome, ConditionState::WithEnvironment(_))) {
        Verdict::RunsWithEnvironment
    } else {
        Verdict::Runs
    }
}

fn is_after_patch(need: &Condition) -> bool {
    need.required && matches!(need.outcome, ConditionState::AfterPatch(_))
}

/// A need the bundle's own files decide.
fn own(id: &'static str, outcome: ConditionState, detail: String) -> Condition {
    Condition {
        id,
        required: true,
        outcome,
        detail,
    }
}

const BY_BUNDLE: ConditionState = ConditionState::Met(Provider::Bundle);

#[cfg(test)]
mod tests;
