//! A bundle that is like a known model and is another one is held to no profile.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};
use crate::profile::{Likeness, hub_ids};

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
    let ids = hub_ids(manifest);
    let named = match ids.is_empty() {
        true => "no model".to_owned(),
        false => ids.join(" and "),
    };
    let shared = Likeness::of(kin, context.target);
    let title = &kin.title;
    let why = match (shared.source, shared.state_shape) {
        (true, false) => format!("names {named} and shares no state's shape with {title}"),
        (true, true) => format!("names {named} and has not all the states of {title}"),
        (false, true) => format!(
            "has the states of {title} and names {named} as its source, which alone would tell them apart"
        ),
        (false, false) => format!(
            "is like {title} in vocabulary or the names of its states, names {named} as its source and shares no state's shape with it"
        ),
    };
    let message = format!("the bundle {why}; it is held to no profile");
    findings
        .report("source", message)
        .expected(kin.model.sources.join(", "))
        .actual(named)
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
