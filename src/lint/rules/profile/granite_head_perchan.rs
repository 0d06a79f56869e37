//! A Granite head is not quantized per channel.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

use super::checks;

/// A Granite head is not quantized per channel.
pub(super) static RULE: Rule = Rule {
    id: "granite-head-perchan",
    family: Family::Profile,
    level: Level::Error,
    summary: "the head is not quantized with one scale per row",
    explanation: include_str!("granite_head_perchan.md"),
    provenance: &[Provenance::Community],
    needs: &[Need::Asset, Need::Profile],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    if let Some(profile) = super::granite(context) {
        checks::per_channel_head(profile, context, findings);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::RULE;
    use crate::lint::testing::Case;

    #[test]
    fn a_tied_float_head_is_right() {
        assert_eq!(Case::granite_1b().check(&RULE), []);
    }

    #[test]
    fn one_scale_per_row_is_found() {
        let mut case = Case::granite_1b();
        case.asset().weights.head.as_mut().unwrap().kind = crate::model::HeadKind::PerChannel;
        let found = case.check(&RULE);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "weights.head");
    }
}
