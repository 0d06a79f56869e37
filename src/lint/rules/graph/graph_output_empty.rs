//! `graph-output-empty`.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "graph-output-empty",
    family: Family::Graph,
    level: Level::Warning,
    summary: "every output holds something",
    explanation: include_str!("graph_output_empty.md"),
    provenance: &[Provenance::Engine],
    needs: &[Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    for part in context.assets() {
        let public = part
            .asset
            .functions
            .iter()
            .filter(|function| function.is_public());
        for function in public {
            let empty = function.outputs.iter().filter(|output| {
                let shape = output.tensor().map(|(_, shape)| shape);
                shape.is_some_and(|shape| shape.contains(&Some(0)))
            });
            for output in empty {
                let name = &function.name;
                let subject = match part.role {
                    "main" => format!("functions.{name}.outputs.{}", output.name),
                    _ => part.subject(&format!("functions.{name}")),
                };
                findings
                    .report(
                        subject,
                        format!("the output {} of {name} is {} and holds nothing, so there is nothing to bind a buffer of, and what reads it finds no value", output.name, output.ty),
                    )
                    .expected("no dimension of 0, or no such output")
                    .actual(&output.ty)
                    .help("export the function without that output");
            }
        }
    }
}
