//! The configuration can be used.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Provenance, Rule};

/// The configuration can be used.
pub(super) static RULE: Rule = Rule {
    id: "configuration-unusable",
    family: Family::Configuration,
    level: Level::Error,
    summary: "the configuration that governs a bundle can be used",
    explanation: include_str!("configuration_unusable.md"),
    provenance: &[Provenance::Tool],
    needs: &[],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    if let Some(why) = context.configuration.unusable {
        findings
            .report(
                "configuration",
                format!("{why}, so the bundle was not judged"),
            )
            .help(
                "mend the file (`granite-bundle schema config` describes it), or use --no-config",
            );
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use crate::lint::rules::configuration::testing::settings;
    use crate::lint::testing::Case;

    #[test]
    fn a_bundle_that_was_not_judged_is_refused() {
        let settings = settings("", None);
        let linted = settings.refuse(Case::granite_1b().target, "a.toml:3: unknown key \"x\"");
        assert!(linted.refused() && linted.ran.is_empty());
        assert_eq!(linted.findings.len(), 1);
        assert!(
            linted.findings[0]
                .message
                .starts_with("a.toml:3: unknown key")
        );
    }
}
