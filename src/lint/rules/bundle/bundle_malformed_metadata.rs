//! `bundle-malformed-metadata`.

use crate::bundle::FileFault;
use crate::finding::Level;
use crate::lint::rules::facts::manifest;
use crate::lint::{Context, Family, Findings, MANIFEST_FILE, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "bundle-malformed-metadata",
    family: Family::Bundle,
    level: Level::Error,
    summary: "metadata.json is a JSON object",
    explanation: include_str!("bundle_malformed_metadata.md"),
    provenance: &[Provenance::Engine, Provenance::Tool],
    needs: &[],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let target = context.target;
    if let Some(error) = target.manifest.unreadable() {
        let consequence = match error.fault {
            FileFault::Limit => "so it is not looked into, and the bundle cannot be judged",
            FileFault::Link | FileFault::Unreadable => {
                "so there is no manifest to judge the bundle by"
            }
            FileFault::LfsPointer | FileFault::Content => {
                "so the engine refuses the bundle with `malformedMetadata`"
            }
        };
        let finding = findings.report(
            "metadata",
            format!("metadata.json {}, {consequence}", error.message),
        );
        let help = match (&error.help, error.fault) {
            (Some(help), fault) if fault != FileFault::Content => help,
            _ => "correct the file, or export the bundle again",
        };
        finding.expected("a JSON object").help(help);
        if let Some(line) = error.line {
            finding.at(MANIFEST_FILE, line);
        }
    } else if let Some(manifest) = context.manifest()
        && !manifest.document.value.is_object()
    {
        findings
            .report(
                "metadata",
                "metadata.json holds no JSON object, so the engine refuses the bundle with `malformedMetadata`",
            )
            .expected("a JSON object")
            .actual(manifest::shown(&manifest.document.value))
            .at(MANIFEST_FILE, 1);
    }
}
