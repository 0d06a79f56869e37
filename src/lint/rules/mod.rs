//! One rule, one file, its explanation beside it: `rules/<family>/<rule_id>.rs` and `.md`.

pub mod asset;
pub mod bundle;
pub mod configuration;
mod facts;
pub mod graph;
pub mod profile;
pub mod run;
pub mod tokenizer;
pub mod transcript;

use super::Rule;

/// The rules of every family, in report order; each family lists its own, in order.
static FAMILIES: &[&[&Rule]] = &[
    bundle::RULES,
    asset::RULES,
    graph::RULES,
    tokenizer::RULES,
    run::RULES,
    profile::RULES,
    transcript::RULES,
    configuration::RULES,
];

/// Every rule, in report order.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    FAMILIES.iter().flat_map(|family| family.iter().copied())
}

/// The rule of that id.
pub fn find(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const HEADINGS: [&str; 4] = ["## What", "## Why it matters", "## How to fix", "## Source"];

    #[test]
    fn ids_are_unique_kebab_case_and_begin_with_their_family() {
        let mut seen = BTreeSet::new();
        for rule in all() {
            let kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(rule.id.chars().all(kebab), "{}", rule.id);
            assert!(seen.insert(rule.id), "{} is registered twice", rule.id);
            let prefixes = rule.family.prefixes();
            assert!(
                prefixes.iter().any(|prefix| rule.id.starts_with(prefix)),
                "{} does not begin with one of {prefixes:?}",
                rule.id
            );
        }
    }

    #[test]
    fn families_stay_together_in_report_order() {
        let families = all().map(|rule| rule.family).collect::<Vec<_>>();
        assert!(families.is_sorted(), "{families:?}");
    }

    #[test]
    fn every_rule_has_a_summary_a_page_and_a_source() {
        for rule in all() {
            let summary = rule.summary;
            assert!(
                !summary.is_empty() && !summary.ends_with('.') && summary.len() <= 78,
                "{}: {summary:?}",
                rule.id
            );
            assert!(!rule.provenance.is_empty(), "{}", rule.id);
            let title = rule.explanation.lines().next();
            assert_eq!(title, Some(format!("# {}", rule.id).as_str()));
            let headings = rule
                .explanation
                .lines()
                .filter(|line| line.starts_with("## "))
                .collect::<Vec<_>>();
            assert_eq!(headings, HEADINGS, "{}", rule.id);
            for section in rule.explanation.split("\n## ").skip(1) {
                let text = section.split_once('\n').map_or("", |(_, text)| text);
                assert!(text.trim().len() >= 20, "{}: empty section", rule.id);
            }
        }
    }
}
