//! `run-patch-base`.

use super::needs;
use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "run-patch-base",
    family: Family::Run,
    level: Level::Error,
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
    let lacking = needs::lacking(context);
    let is_unknown = context.engine.is_some_and(|engine| engine.era.is_none());
    if lacking.is_empty() || !is_unknown {
        return;
    }
    findings
        .report(
            format!("functions.{}.states", deployment.step.name),
            format!("the checkout's engine is of no known era and lacks {}, so no patch of the stack was made for it", needs::list(&lacking)),
        )
        .expected("a checkout of era E0 to E4")
        .actual("unknown")
        .help("check out a revision listed by `granite-bundle patch matrix`, or undo local edits of the engine's file");
}
