//! A bundle called int8hu has the weights of that form.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

use super::checks;

/// A bundle called int8hu has the weights of that form.
pub(super) static RULE: Rule = Rule {
    id: "granite-name-int8hu",
    family: Family::Profile,
    level: Level::Warning,
    summary: "a name that says int8hu is borne out by the weights",
    explanation: include_str!("granite_name_int8hu.md"),
    provenance: &[Provenance::Granite, Provenance::Community],
    needs: &[Need::Asset, Need::Profile],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    if let Some(profile) = super::granite(context) {
        checks::claims(profile, |form| form.name == "int8hu", context, findings);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::RULE;
    use crate::lint::testing::Case;
    use crate::lint::testing::{block32, constant};
    use crate::model::{DType, Head, HeadKind};

    fn int8hu() -> Case {
        let mut case = Case::granite_1b();
        case.edit_manifest(|json| json["name"] = "granite_int8hu_block32_sym".into());
        case.asset().name = "granite_int8hu_block32_sym".into();
        let weights = &mut case.asset().weights;
        weights.quantized.push(block32(100_352, 1536));
        weights.storage[0].bytes += 163_774_464;
        weights.head = Some(Head {
            kind: HeadKind::PerBlock(32),
            weight: constant(DType::Int8, &[100_352, 1536]),
            shape: vec![100_352, 1536],
            quantized: Some(2),
            tied: Some(false),
        });
        case
    }

    #[test]
    fn a_head_in_blocks_of_32_is_right() {
        let case = int8hu();
        assert_eq!(case.check(&RULE), []);
    }

    #[test]
    fn a_tied_head_under_that_name_is_found() {
        let mut case = int8hu();
        case.asset().weights.head.as_mut().unwrap().tied = Some(true);
        let found = case.check(&RULE);
        assert_eq!(found.len(), 1);
        assert!(
            found[0].message.contains("head is the embedding itself"),
            "{}",
            found[0].message
        );
    }
}
