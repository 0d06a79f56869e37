//! `run-engine-revision`.

use crate::lint::rules::facts::step;

use super::needs;
use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "run-engine-revision",
    family: Family::Run,
    level: Level::Error,
    summary: "the engine can run this class of bundle",
    explanation: include_str!("run_engine_revision.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(step) = step::token_step(context) else {
        return;
    };
    let lacking = needs::lacking(context, &step);
    if lacking.is_empty() {
        return;
    }
    let needs = needs::list(&lacking);
    let (level, message) = match context.engine {
        None => (
            Level::Note,
            format!(
                "the bundle needs an engine with {needs}, which no published revision before E4 has complete, so a stock engine refuses it or aborts"
            ),
        ),
        Some(engine) => {
            let era = engine.era.map_or_else(
                || "of no known era".to_owned(),
                |era| format!("of era {era}"),
            );
            (
                Level::Error,
                format!(
                    "the bundle needs {needs} and this checkout ({era}) lacks it, so the engine refuses the bundle or aborts"
                ),
            )
        }
    };
    findings
        .report(step.subject("states", ""), message)
        .level(level)
        .expected(needs)
        .help("ask `granite-bundle preflight DIR --engine CHECKOUT` for the verdict and the command that adds what is missing");
}
