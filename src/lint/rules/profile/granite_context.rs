//! The context is the published one.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

use super::checks;

/// The context is the published one.
pub(super) static RULE: Rule = Rule {
    id: "granite-context",
    family: Family::Profile,
    level: Level::Note,
    summary: "the context is the 4096 tokens releases are gated with",
    explanation: include_str!("granite_context.md"),
    provenance: &[Provenance::Community],
    needs: &[Need::Manifest, Need::Profile],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    if let Some(profile) = super::granite(context) {
        checks::context_length(profile, context, findings);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::RULE;
    use crate::lint::testing::Case;

    #[test]
    fn the_published_context_is_right() {
        assert_eq!(Case::granite_1b().check(&RULE), []);
    }

    #[test]
    fn another_context_is_noted() {
        let mut case = Case::granite_350m();
        case.edit_manifest(|json| json["language"]["max_context_length"] = 8192.into());
        let found = case.check(&RULE);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].actual.as_deref(), Some("8192"));
    }

    #[test]
    fn a_context_over_the_trained_positions_is_left_to_its_own_rule() {
        let mut case = Case::granite_350m();
        case.edit_manifest(|json| json["language"]["max_context_length"] = 65_536.into());
        assert_eq!(case.check(&RULE), []);
    }
}
