//! Runs rules on one target.

use crate::bundle::shown;
use crate::finding::Finding;

use super::{Context, Findings, Rule};

/// What `rules` have to say about one target, at their own levels, in registry order.
///
/// A rule whose needs are not met is not run. Findings without a place of their own are anchored by
/// their subject; findings of one rule keep the order in which it reported them.
pub fn check(
    rules: impl IntoIterator<Item = &'static Rule>,
    context: &Context<'_>,
) -> Vec<Finding> {
    let mut found = Vec::new();
    for rule in rules {
        if rule.applies_to(context) {
            (rule.check)(context, &mut Findings::new(rule, &mut found));
        }
    }
    for finding in &mut found {
        finding.path = shown(&context.target.path);
        if finding.location.is_none() {
            finding.location = match &finding.pointer {
                Some(pointer) => context.manifest_at(pointer),
                None => context.anchor(&finding.subject),
            };
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::finding::Level;
    use crate::lint::rules;
    use crate::lint::testing::Case;

    #[test]
    fn a_good_bundle_has_only_notes() {
        for case in [Case::granite_1b(), Case::granite_350m()] {
            let found = rules::all().flat_map(|rule| case.check(rule));
            let loud = found
                .filter(|finding| finding.level > Level::Note)
                .collect::<Vec<_>>();
            assert_eq!(loud, []);
        }
    }
}
