//! `run-patch-base`.

use super::needs;
use crate::checkout::capability::Presence;
use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "run-patch-base",
    family: Family::Run,
    level: Level::Warning,
    summary: "a patch of the stack fits the engine",
    explanation: include_str!("run_patch_base.md"),
    provenance: &[Provenance::Community, Provenance::Engine],
    needs: &[Need::Asset, Need::Engine],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(deployment) = context.deployment else {
        return;
    };
    let Some(engine) = context.engine else {
        return;
    };
    let mut unknown = needs::lacking(context);
    unknown.retain(|need| engine.presence(*need) == Some(Presence::Unknown));
    let Some(first) = unknown.first() else {
        return;
    };
    let place = engine.detail(*first).unwrap_or("the engine's file");
    findings
        .report(
            format!("functions.{}.states", deployment.step.name),
            format!("whether the checkout has {} cannot be told, and no patch of the stack was made for its text: nobody has described {place}", needs::list(&unknown)),
        )
        .expected("a text of one of the eras the stack knows")
        .actual("unknown")
        .help("check out a revision listed by `granite-bundle patch matrix`, or undo local edits of the engine's file");
}
