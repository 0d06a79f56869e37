//! `--write-baseline`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;

use crate::cli::{Advised, Ui};
use crate::files::{self, FileReadError};
use crate::lint::config::{Acceptance, Config, home, update};
use crate::lint::fleet::{Linted, Report, Settings, address_below};

/// One configuration file to be changed.
struct Change {
    settings: Arc<Settings>,
    wanted: Vec<Acceptance>,
    gone: Vec<u32>,
}

/// Accepts in each configuration what its bundles are refused for, drops the entries whose finding is gone or whose
/// date is over, and judges the report again by what is accepted now.
pub(super) fn write(report: Report, ui: &mut Ui) -> anyhow::Result<Report> {
    let mut accepted = BTreeMap::new();
    for (file, change) in changes(&report)? {
        let (added, dropped) = (change.wanted.len(), change.gone.len());
        if added + dropped > 0 {
            let text = match files::read_text(&file, Config::MAX_BYTES) {
                Ok(text) => text,
                Err(FileReadError::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => {
                    String::new()
                }
                Err(error) => {
                    return Err(error).with_context(|| format!("cannot read {}", file.display()));
                }
            };
            let updated = update(&text, &change.wanted, &change.gone)
                .with_context(|| format!("cannot change {}", file.display()))?;
            files::write(&file, updated.as_bytes())
                .with_context(|| format!("cannot write {}", file.display()))?;
            let entries = if added == 1 { "entry" } else { "entries" };
            ui.note(&format!(
                "{}: {added} baseline {entries} added, {dropped} dropped; give each a reason",
                file.display()
            ));
        }
        if file.exists() {
            let mut settings = (*change.settings).clone();
            settings.gate.accepted = Config::open(&file)?.baseline;
            settings.config = Some(super::settings::as_seen_from_here(&file));
            accepted.insert(file, Arc::new(settings));
        }
    }
    let linted = report.linted.into_iter();
    let settled = linted.map(|one| match file_of(&one).map(|file| accepted.get(&file)) {
        Ok(Some(settings)) => one.settled_by(Arc::clone(settings)),
        _ => one,
    });
    Ok(Report::new(settled.collect()))
}

fn changes(report: &Report) -> anyhow::Result<BTreeMap<PathBuf, Change>> {
    let mut changes = BTreeMap::new();
    for one in report.linted.iter().filter(|one| !one.ran.is_empty()) {
        let settings = &one.settings;
        let file = file_of(one)?;
        let folder = file.parent().unwrap_or(Path::new("")).to_owned();
        let change = changes.entry(file).or_insert_with(|| Change {
            settings: Arc::clone(settings),
            wanted: Vec::new(),
            gone: Vec::new(),
        });
        let place = address_below(Some(&folder), &one.target.path);
        let refusing = one
            .findings
            .iter()
            .filter(|finding| settings.gate.counts_against(finding));
        change.wanted.extend(refusing.map(|finding| Acceptance {
            path: place.clone(),
            rule: finding.rule.to_owned(),
            subject: finding.subject.clone(),
            value: finding.actual.clone(),
        }));
    }
    for change in changes.values_mut() {
        change.wanted.sort();
        change.wanted.dedup();
        let baseline = report.baseline(&change.settings);
        let gone = baseline.stale.iter().chain(&baseline.expired);
        change.gone = gone.map(|entry| entry.line).collect();
    }
    Ok(changes)
}

/// The configuration that accepts what is found in a bundle; where there is none yet, the place for one.
fn file_of(one: &Linted) -> anyhow::Result<PathBuf> {
    let bundle = &one.target.path;
    let file = one.settings.config.clone().or_else(|| home(bundle));
    file.ok_or_else(|| {
        let message = format!(
            "{} is a repository of its own, and a configuration inside a bundle is not obeyed",
            bundle.display()
        );
        let help = "name a file outside of it: --config FILE".to_owned();
        Advised { message, help }.into()
    })
}
