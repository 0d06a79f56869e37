//! Runs rules on one target.

use crate::bundle::shown;
use crate::finding::Finding;

use super::{Context, Findings, Rule};

/// What findings are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To be told, each with its line.
    Report,
    /// To be fixed, many at once; where they are is not looked up.
    Fix,
}

impl Purpose {
    /// Findings of one rule about one target that stand for themselves; the rest is counted. Nobody reads more, and a
    /// stranger's file may hold a reason for a million.
    const fn most(self) -> usize {
        match self {
            Purpose::Report => 200,
            Purpose::Fix => 10_000,
        }
    }
}

/// What `rules` have to say about one target, at their own levels, in registry order.
///
/// A rule whose needs are not met is not run. Findings without a place of their own are anchored by
/// their subject; findings of one rule keep the order in which it reported them.
pub fn check(
    rules: impl IntoIterator<Item = &'static Rule>,
    context: &Context<'_>,
) -> Vec<Finding> {
    check_for(Purpose::Report, rules, context)
}

/// The same for a purpose.
pub(super) fn check_for(
    purpose: Purpose,
    rules: impl IntoIterator<Item = &'static Rule>,
    context: &Context<'_>,
) -> Vec<Finding> {
    let mut found = Vec::new();
    for rule in rules {
        if rule.applies_to(context) {
            let before = found.len();
            (rule.check)(context, &mut Findings::new(rule, &mut found));
            if let Some(rest) = rest(found.split_off(found.len().min(before + purpose.most()))) {
                found.push(rest);
            }
        }
    }
    for finding in &mut found {
        finding.path = shown(&context.target.path);
        if finding.location.is_none() && purpose == Purpose::Report {
            finding.location = match &finding.pointer {
                Some(pointer) => context.manifest_at(pointer),
                None => context.anchor(&finding.subject),
            };
        }
    }
    found
}

/// One finding for those of a rule that are too many to tell, as bad as the worst of them.
fn rest(untold: Vec<Finding>) -> Option<Finding> {
    let level = untold.iter().map(|finding| finding.level).max()?;
    let first = untold.first()?;
    let message = format!(
        "there are {} more findings of this rule, from {} on",
        untold.len(),
        first.subject
    );
    let mut rest = Finding::new(first.rule, level, first.subject.clone(), message);
    rest.help("mend what is told and lint again");
    Some(rest)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use crate::finding::Level;
    use crate::lint::rules;
    use crate::lint::testing::Case;

    use super::Purpose;

    #[test]
    fn a_million_findings_of_one_rule_are_counted_and_not_told() {
        let mut case = Case::granite_1b();
        case.edit_manifest(|json| {
            let entries = (0..1000).map(|number| (format!("key {number:04}"), number.into()));
            json["user_data"] = serde_json::Value::Object(entries.collect());
        });
        let rule = rules::find("bundle-user-data-nonstring").unwrap();
        let found = case.check(rule);
        assert_eq!(found.len(), Purpose::Report.most() + 1);
        let last = found.last().unwrap();
        assert_eq!(last.level, Level::Error);
        assert_eq!(
            last.message,
            "there are 800 more findings of this rule, from user_data.key 0200 on"
        );
    }

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
