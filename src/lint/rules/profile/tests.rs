//! The `profile-*` rules, each with a bundle of another family than Granite that differs from its profile.

use std::collections::BTreeSet;

use super::*;
use crate::lint::testing::Case;
use crate::model::HeadKind;

/// A rule, what makes a bundle or its profile differ, and the subject of what is found then.
type Row = (&'static Rule, fn(&mut Case), &'static str);

const DIFFERENCES: &[Row] = &[
    (
        &profile_signature::RULE,
        |case| case.main().states.swap(0, 2),
        "functions.main.states",
    ),
    (
        &profile_vocab::RULE,
        |case| _ = case.edit_manifest(|json| json["language"]["vocab_size"] = 5.into()),
        "language.vocab_size",
    ),
    (
        &profile_precision::RULE,
        |case| case.asset().weights.quantized.clear(),
        "name",
    ),
    (
        &profile_quantized::RULE,
        |case| {
            let profile = case.profile.as_mut().unwrap();
            profile.weights.quantization_refused = Some("it failed".to_owned());
        },
        "weights",
    ),
    (
        &profile_head::RULE,
        |case| case.asset().weights.head.as_mut().unwrap().kind = HeadKind::PerChannel,
        "weights.head",
    ),
    (
        &profile_context::RULE,
        |case| _ = case.edit_manifest(|json| json["language"]["max_context_length"] = 512.into()),
        "language.max_context_length",
    ),
    (
        &profile_eos::RULE,
        |case| case.profile.as_mut().unwrap().model.eos_token = Some("</s>".to_owned()),
        "tokenizer.eos_token",
    ),
    (
        &profile_template::RULE,
        |case| {
            let template = &mut case.tokenizer().chat_template;
            template.as_mut().unwrap().text.clear();
        },
        "tokenizer.chat_template",
    ),
    (
        &profile_license::RULE,
        |case| case.licenses[0].spdx = Some("MIT"),
        "license.LICENSE",
    ),
];

#[test]
fn only_a_bundle_of_another_family_that_differs_is_found() {
    for (rule, differ, subject) in DIFFERENCES {
        assert_eq!(Case::granite_1b().check(rule), [], "{}", rule.id);
        assert_eq!(Case::other_family().check(rule), [], "{}", rule.id);
        let mut case = Case::other_family();
        differ(&mut case);
        assert_eq!(case.check(rule)[0].subject, *subject, "{}", rule.id);
        // Under the ids of Granite's rules the same is found of a Granite alone.
        let others = RULES.iter().filter(|rule| rule.id.starts_with("granite-"));
        let found: Vec<_> = others.flat_map(|rule| case.check(rule)).collect();
        assert_eq!(found, [], "{}", rule.id);
    }
}

#[test]
fn every_rule_of_other_families_has_its_row() {
    let rows: BTreeSet<_> = DIFFERENCES.iter().map(|(rule, ..)| rule.id).collect();
    let rules = RULES.iter().map(|rule| rule.id);
    // What is no known model at all has tests of its own.
    let rules = rules.filter(|id| id.starts_with("profile-") && *id != "profile-other-model");
    assert_eq!(rows, rules.collect());
}
