//! Everything one run found.

use std::path::Path;
use std::sync::Arc;

use crate::bundle::shown;
use crate::finding::Finding;
use crate::lint::check;
use crate::lint::context::ConfigurationFacts;
use crate::lint::facts::Facts;
use crate::lint::rules::configuration;

use super::stale::BaselineState;
use super::{Linted, Settings};

/// Everything one run found.
#[derive(Debug)]
pub struct Report {
    /// The targets, in the order asked for.
    pub linted: Vec<Linted>,
    /// What the configurations' own rules found.
    pub configurations: Vec<Judged>,
}

/// Findings about a configuration.
#[derive(Debug)]
pub struct Judged {
    /// The configuration's decisions, which hold for it too.
    pub settings: Arc<Settings>,
    /// What was found.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Adds what the configurations' own rules find to the targets' findings.
    pub fn new(linted: Vec<Linted>) -> Report {
        Report {
            configurations: check_configurations(&linted),
            linted,
        }
    }

    /// Every finding, targets first.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        let targets = self.linted.iter().flat_map(|one| &one.findings);
        targets.chain(self.configurations.iter().flat_map(|one| &one.findings))
    }

    /// True if some finding is at or above the threshold it is held to.
    pub fn refused(&self) -> bool {
        let configuration = |one: &Judged| one.settings.gate.refuses(&one.findings);
        self.linted.iter().any(Linted::refused) || self.configurations.iter().any(configuration)
    }

    /// What became of the baseline by which a target of this report was judged.
    pub fn baseline<'a>(&self, settings: &'a Arc<Settings>) -> BaselineState<'a> {
        BaselineState::of(settings, &self.linted)
    }
}

/// What the configurations' own rules find once every target of theirs has been linted.
///
/// They are at home in the configuration file, so their findings carry its folder as path.
fn check_configurations(linted: &[Linted]) -> Vec<Judged> {
    let mut judged: Vec<&Arc<Settings>> = Vec::new();
    let mut found = Vec::new();
    for one in linted {
        if judged
            .iter()
            .any(|settings| Arc::ptr_eq(settings, &one.settings))
        {
            continue;
        }
        judged.push(&one.settings);
        let findings = own_findings(one, linted);
        if !findings.is_empty() {
            found.push(Judged {
                settings: Arc::clone(&one.settings),
                findings,
            });
        }
    }
    found
}

fn own_findings(first: &Linted, linted: &[Linted]) -> Vec<Finding> {
    let settings = &first.settings;
    let baseline = BaselineState::of(settings, linted);
    let facts = Facts::default();
    let context = crate::lint::Context {
        configuration: ConfigurationFacts {
            stale: &baseline.stale,
            expired: &baseline.expired,
            unusable: None,
        },
        ..settings.context(&first.target, None, &facts)
    };
    let rules = configuration::RULES
        .iter()
        .copied()
        .filter(|rule| settings.gate.runs(rule));
    let mut findings = check(rules, &context);
    settings.gate.settle(&mut findings, "");
    let folder = settings.folder().unwrap_or(Path::new(""));
    let file = settings.config.as_deref().and_then(Path::file_name);
    for finding in &mut findings {
        finding.path = shown(folder);
        if let (Some(location), Some(file)) = (&mut finding.location, file) {
            location.file = file.to_string_lossy().into_owned();
        }
    }
    findings
}
