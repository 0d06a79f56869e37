//! `run-engine-revision`.

use super::{duty, needs};
use crate::checkout::capability::{Capability, Presence, Survey};
use crate::engine::selection::Engine;
use crate::finding::Level;
use crate::lint::rules::facts::ENGINE_AS_A_WHOLE;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: ENGINE_AS_A_WHOLE,
    family: Family::Run,
    level: Level::Error,
    summary: "the engine can run this class of bundle",
    explanation: include_str!("run_engine_revision.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let is_vision = context
        .deployment
        .is_some_and(|deployment| deployment.engine == Engine::VisionLanguage);
    if is_vision && context.engine.is_some_and(Survey::lacks_vision) {
        findings
            .report(
                "assets.vision",
                "this checkout has no engine for vision-language bundles, which came with 0.2.0",
            )
            .expected("an engine for vision-language bundles")
            .actual("none")
            .help("move the checkout to 0.2.0 or later");
        return;
    }
    let Some(duty) = duty::of(context, RULE.id) else {
        return;
    };
    let Some(engine) = context.engine else {
        duty::report(duty, Level::Note, findings);
        return;
    };
    let lacking = needs::lacking(context);
    if lacking.is_empty() {
        return;
    }
    let needs = needs::list(&lacking);
    let era = engine.era.map_or_else(
        || "of no known era".to_owned(),
        |era| format!("{era}, {}", engine.era_title),
    );
    let (level, message) = if lacking.iter().any(|need| engine.lacks(*need)) {
        let message = format!(
            "the bundle needs {needs} and this checkout ({era}) lacks it, so the engine refuses the bundle or aborts"
        );
        (Level::Error, message)
    } else if lacking.iter().any(|need| is_patchable(engine, *need)) {
        let message = format!(
            "the bundle needs {needs}, which this checkout ({era}) has once the built-in patch stack is applied and not before"
        );
        (Level::Warning, message)
    } else {
        // What is not known is another rule's.
        return;
    };
    findings
        .report(duty.subject.as_str(), message)
        .level(level)
        .expected(needs)
        .help("ask `granite-bundle preflight` with this bundle and checkout for the verdict and the command that adds what is missing");
}

fn is_patchable(engine: &Survey, need: Capability) -> bool {
    engine.presence(need) == Some(Presence::Patchable)
}
