//! What of a report is shown: from a level on, and each thing the host must do once.

use crate::finding::{Finding, Level};
use crate::lint::LevelCounts;
use crate::lint::duties::merged;

use super::{Linted, Report};

/// The part of a report that is shown.
#[derive(Debug)]
pub struct View<'a> {
    /// The whole of it; verdicts are its.
    pub report: &'a Report,
    /// The least level shown.
    pub level: Level,
    /// What is shown of each target, in report order.
    pub targets: Vec<Shown>,
    /// What is shown of each configuration.
    pub configurations: Vec<Shown>,
}

/// What is shown of one target or configuration.
#[derive(Debug)]
pub struct Shown {
    /// Its findings from the level on, accepted ones among them.
    pub findings: Vec<Finding>,
    /// How many there are, milder ones among them.
    pub counts: LevelCounts,
}

impl<'a> View<'a> {
    /// What is shown from that level on.
    pub fn new(report: &'a Report, level: Level) -> View<'a> {
        let own = report.configurations.iter();
        View {
            report,
            level,
            targets: report
                .linted
                .iter()
                .map(|one| Shown::new(each_duty_once(one), level))
                .collect(),
            configurations: own
                .map(|one| Shown::new(one.findings.clone(), level))
                .collect(),
        }
    }

    /// Everything shown, targets first.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        let all = self.targets.iter().chain(&self.configurations);
        all.flat_map(|shown| &shown.findings)
    }

    /// What is shown and counts.
    pub fn counting(&self) -> impl Iterator<Item = &Finding> {
        self.findings()
            .filter(|finding| finding.suppressed.is_none())
    }

    /// How many findings there are, milder ones than are shown among them.
    pub fn counts(&self) -> LevelCounts {
        let all = self.targets.iter().chain(&self.configurations);
        all.fold(LevelCounts::default(), |sum, shown| sum + shown.counts)
    }
}

impl Shown {
    fn new(mut findings: Vec<Finding>, level: Level) -> Shown {
        let counts = LevelCounts::of(&findings);
        findings.retain(|finding| finding.level >= level);
        Shown { findings, counts }
    }
}

fn each_duty_once(one: &Linted) -> Vec<Finding> {
    let engine = one.settings.engine.is_some();
    let spared = |rule: &str| engine && one.ran.iter().any(|ran| ran.id == rule);
    merged(&one.findings, spared)
}
