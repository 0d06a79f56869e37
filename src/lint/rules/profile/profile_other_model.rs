//! A bundle that is like a known model and is another one is held to no profile.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};
use crate::profile::hub_ids;

/// A bundle that is like a known model and is another one is held to no profile.
pub(super) static RULE: Rule = Rule {
    id: "profile-other-model",
    family: Family::Profile,
    level: Level::Note,
    summary: "another size of a known model has a profile of its own",
    explanation: include_str!("profile_other_model.md"),
    provenance: &[Provenance::Tool],
    needs: &[Need::Manifest, Need::Asset],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let (Some(kin), Some(manifest)) = (context.kin, context.manifest()) else {
        return;
    };
    let ids = hub_ids(manifest).join(" and ");
    let message = format!(
        "the bundle has the vocabulary and the states of {}, and says it is made from {ids} and shares no state's shape with it; it is held to no profile",
        kin.title
    );
    findings
        .report("source", message)
        .expected(kin.model.sources.join(", "))
        .actual(ids)
        .help("write a profile of its own with `granite-bundle inspect --as-profile`, or name one with --profile");
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::RULE;
    use crate::lint::testing::Case;

    #[test]
    fn a_bundle_that_fits_its_profile_is_not_spoken_of() {
        assert_eq!(Case::granite_1b().check(&RULE), []);
    }

    #[test]
    fn the_model_and_its_likeness_are_named() {
        let mut case = Case::granite_1b();
        case.kin = case.profile.take();
        case.edit_manifest(|json| {
            json["source"]["model_id"] = "ibm-granite/granite-4.0-h-micro".into();
            json["language"]["tokenizer"] = "ibm-granite/granite-4.0-h-micro".into();
        });
        let found = case.check(&RULE);
        assert_eq!(found.len(), 1);
        assert!(
            found[0].message.contains("granite-4.0-h-micro"),
            "{}",
            found[0].message
        );
    }
}
