//! `graph-structure-capture`.

use crate::engine::signature::Structure;
use crate::finding::Level;
use crate::lint::rules::facts::step;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "graph-structure-capture",
    family: Family::Graph,
    level: Level::Warning,
    summary: "function names do not route the asset to another engine",
    explanation: include_str!("graph_structure_capture.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Manifest, Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let kind = context.manifest().and_then(|manifest| manifest.kind());
    if kind.is_some_and(|kind| kind != "llm") {
        return;
    }
    let Some(asset) = context.asset() else {
        return;
    };
    let (names, consequence) = match Structure::of(&asset.functions) {
        // Without a step of its own to run, the model is chunked on purpose.
        Structure::ChunkedStatic if !step::has_main_step(asset) => return,
        Structure::ChunkedStatic => (
            "extend… and load_embeddings",
            "the engine takes it for a chunked static model, runs it on the neural engine and refuses the pipelined variant",
        ),
        Structure::MultiFunctionSegmenter => (
            "image_encode, text_encode and detect",
            "newer engines take it for a segmenter and stop the process when no variant is named",
        ),
        Structure::Dynamic => return,
    };
    findings
        .report(
            "functions",
            format!("the asset has functions named {names}, so {consequence}"),
        )
        // Of an engine that is known it is known that it takes the asset for something else.
        .level(match context.engine.is_some() {
            true => Level::Error,
            false => Level::Warning,
        })
        .expected("a function main and no reserved names")
        .actual(names)
        .help("rename the helper functions, or make them private");
}
