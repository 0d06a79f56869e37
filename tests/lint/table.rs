//! `docs/rules.md`: every rule, and which mutants it catches, written from the code.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use granite_bundle::checkout::capability::{Capability, Presence};
use granite_bundle::lint::{Family, Rule, rules};

use crate::good::Base;
use crate::mutants::{self, Mutant, Setting};

/// Set to write the page instead of comparing it.
pub(crate) const BLESS: &str = "BLESS";

const HEAD: &str = "\
# Lint rules

Written from the code by `BLESS=1 cargo test --test lint`; a test fails when it is out of date.
`granite-bundle explain RULE` shows a rule's page: what, why it matters, how to fix, where the fact comes from.

Levels: an **error** will not load or run, or runs wrong; a **warning** runs and wants a decision; a **note** is
something the host has to do. Rules about the engine's revision are notes until `--engine` names a checkout. What E0 to E5 are
is in [engine-eras.md](engine-eras.md).
";

#[test]
fn the_page_of_rules_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules.md");
    let page = page();
    if std::env::var_os(BLESS).is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/rules.md is out of date: run BLESS=1 cargo test --test lint"
    );
}

/// Rules about the configuration and not about a bundle: the command's own tests show them.
const NOT_OF_A_BUNDLE: &[&str] = &[
    "configuration-unusable",
    "baseline-expired",
    "baseline-unmatched",
];

#[test]
fn every_rule_speaks_of_some_bundle() {
    let good = Base::ALL.into_iter().flat_map(Base::notes);
    let caught: BTreeSet<&str> = mutants::all()
        .flat_map(rules_of)
        .chain(good.filter_map(rule_of))
        .collect();
    let never: Vec<&str> = rules::all()
        .map(|rule| rule.id)
        .filter(|id| !caught.contains(id) && !NOT_OF_A_BUNDLE.contains(id))
        .collect();
    assert_eq!(never, [""; 0]);
}

fn rules_of(mutant: &Mutant) -> impl Iterator<Item = &'static str> {
    mutant.caught.iter().copied().filter_map(rule_of)
}

/// The rule of `level rule`.
fn rule_of(caught: &'static str) -> Option<&'static str> {
    Some(caught.split_once(' ')?.1)
}

fn page() -> String {
    let mut page = HEAD.to_owned();
    for family in Family::ALL {
        let rules: Vec<&Rule> = rules::all().filter(|rule| rule.family == *family).collect();
        write!(
            page,
            "\n## {}: {}\n\n",
            title(family.name()),
            family.title()
        )
        .unwrap();
        page.push_str(
            "| Rule | Level | What holds | Source | Mutants |\n| --- | --- | --- | --- | ---: |\n",
        );
        for rule in rules {
            let sources: Vec<&str> = rule.provenance.iter().map(|source| source.name()).collect();
            let mutants = mutants::all()
                .filter(|mutant| rules_of(mutant).any(|id| id == rule.id))
                .count();
            writeln!(
                page,
                "| `{}` | {} | {} | {} | {mutants} |",
                rule.id,
                rule.level,
                escaped(rule.summary),
                sources.join(", ")
            )
            .unwrap();
        }
    }
    let count = mutants::all().count();
    write!(
        page,
        "\n## The corpus\n\n{count} mistakes, each made on disk in a bundle in which nothing is wrong, and the findings it adds: these and no \\
         other. The Granite bundles have their full size; the others are an ordinary two-state text model and a \\
         vision-language model.\n\n| Mistake | Bundle | Asked for | Caught by |\n| --- | --- | --- | --- |\n"
    )
    .unwrap();
    for mutant in mutants::all() {
        let caught: Vec<String> = mutant
            .caught
            .iter()
            .filter_map(|caught| caught.split_once(' '))
            .map(|(level, rule)| format!("{level} `{rule}`"))
            .collect();
        writeln!(
            page,
            "| {} | {} | {} | {} |",
            escaped(mutant.name),
            mutant.base.title(),
            asked(mutant.setting),
            caught.join("<br>")
        )
        .unwrap();
    }
    page
}

fn title(word: &str) -> String {
    word[..1].to_uppercase() + &word[1..]
}

fn escaped(text: &str) -> String {
    text.replace('|', r"\|").replace('<', "&lt;")
}

fn asked(setting: Setting) -> String {
    match setting {
        Setting::Plain => String::new(),
        Setting::Hashed => "the hash".to_owned(),
        Setting::Ios => "`--platform ios`".to_owned(),
        Setting::Bare => "the asset alone".to_owned(),
        Setting::OwnProfile => "a profile of one's own".to_owned(),
        Setting::InApp => "a path in `Chat.app`".to_owned(),
        Setting::Engine(era, capabilities, _) => {
            let era = if era.is_empty() { "unknown" } else { era };
            let told = |(capability, presence): &(Capability, Presence)| match presence {
                Presence::Native => Some(capability.id().to_owned()),
                Presence::Patched => Some(format!("{} by patch", capability.id())),
                Presence::Patchable => Some(format!("{} patchable", capability.id())),
                Presence::Provided => Some(format!("{} by others", capability.id())),
                Presence::NoPath | Presence::Unknown => None,
            };
            let capabilities: Vec<String> = capabilities.iter().filter_map(told).collect();
            if capabilities.is_empty() {
                format!("`--engine` {era}")
            } else {
                format!("`--engine` {era} with {}", capabilities.join(", "))
            }
        }
    }
}
