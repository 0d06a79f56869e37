//! The license named is the weights' own.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

use super::checks;

/// The license named is the weights' own.
pub(super) static RULE: Rule = Rule {
    id: "granite-license",
    family: Family::Profile,
    level: Level::Warning,
    summary: "the license named is Apache-2.0",
    explanation: include_str!("granite_license.md"),
    provenance: &[Provenance::Community],
    needs: &[Need::Profile],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    if let Some(profile) = super::granite(context) {
        checks::license(profile, context, findings);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::RULE;
    use crate::lint::testing::Case;

    #[test]
    fn apache_is_right() {
        assert_eq!(Case::granite_1b().check(&RULE), []);
    }

    #[test]
    fn another_license_is_found_in_either_place() {
        let mut case = Case::granite_1b();
        case.asset().metadata.as_mut().unwrap().license = Some("MIT".to_owned());
        assert_eq!(case.check(&RULE)[0].subject, "asset.license");
        case.licenses[0].spdx = Some("BSD-3-Clause");
        let found = case.check(&RULE);
        assert_eq!(found[1].subject, "license.LICENSE");
        assert_eq!(
            found[1].location.as_ref().map(|it| it.file.as_str()),
            Some("LICENSE")
        );
    }

    #[test]
    fn silence_is_left_to_its_own_rule() {
        let mut case = Case::granite_1b();
        case.asset().metadata.as_mut().unwrap().license = Some(String::new());
        case.licenses.clear();
        assert_eq!(case.check(&RULE), []);
    }
}
