//! Every stated vocabulary width is Granite's.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

use super::checks;

/// Every stated vocabulary width is Granite's.
pub(super) static RULE: Rule = Rule {
    id: "granite-vocab",
    family: Family::Profile,
    level: Level::Error,
    summary: "the vocabulary is 100352 wherever it is stated",
    explanation: include_str!("granite_vocab.md"),
    provenance: &[Provenance::Granite],
    needs: &[Need::Profile],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    if let Some(profile) = super::granite(context) {
        checks::vocabulary(profile, context, findings);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::RULE;
    use crate::lint::testing::Case;

    #[test]
    fn the_published_bundles_are_right() {
        assert_eq!(Case::granite_1b().check(&RULE), []);
    }

    #[test]
    fn each_place_is_judged_by_itself() {
        let mut case = Case::granite_1b();
        case.edit_manifest(|json| json["language"]["vocab_size"] = 100_351.into());
        let found = case.check(&RULE);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "language.vocab_size");
        assert_eq!(
            found[0].location.as_ref().map(|it| it.file.as_str()),
            Some("metadata.json")
        );
        if let Some(embedding) = &mut case.asset().weights.embedding {
            embedding.shape[0] = 100_353;
        }
        assert_eq!(case.check(&RULE)[1].subject, "weights.embedding");
    }
}
