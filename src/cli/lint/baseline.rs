//! `--write-baseline`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;

use crate::cli::Ui;
use crate::files;
use crate::lint::config::{Acceptance, CONFIG_FILE, update};
use crate::lint::fleet::{Report, Settings, stale_entries};

/// One configuration file to be changed.
struct Change {
    settings: Arc<Settings>,
    wanted: Vec<Acceptance>,
    stale: Vec<u32>,
}

/// Accepts in each configuration what its bundles are refused for, and drops entries that match nothing.
pub(super) fn write(report: &Report, ui: &mut Ui) -> anyhow::Result<()> {
    for (file, change) in changes(report) {
        let text = match std::fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", file.display()));
            }
        };
        let (added, dropped) = (change.wanted.len(), change.stale.len());
        if added + dropped == 0 {
            continue;
        }
        let updated = update(&text, &change.wanted, &change.stale)
            .with_context(|| format!("cannot change {}", file.display()))?;
        files::write(&file, updated.as_bytes())
            .with_context(|| format!("cannot write {}", file.display()))?;
        ui.note(&format!(
            "{}: {added} baseline entries added, {dropped} dropped; give each a reason",
            file.display()
        ));
    }
    Ok(())
}

fn changes(report: &Report) -> BTreeMap<PathBuf, Change> {
    let mut changes = BTreeMap::new();
    for one in &report.linted {
        let settings = &one.settings;
        let file = settings
            .config
            .clone()
            .unwrap_or_else(|| new_file(&one.target.path));
        let folder = file.parent().unwrap_or(Path::new("")).to_owned();
        let change = changes.entry(file).or_insert_with(|| Change {
            settings: Arc::clone(settings),
            wanted: Vec::new(),
            stale: Vec::new(),
        });
        let place = Settings::place_below(Some(&folder), &one.target.path);
        let refusing = one
            .findings
            .iter()
            .filter(|finding| settings.gate.counts_against(finding));
        change.wanted.extend(refusing.map(|finding| Acceptance {
            path: place.clone(),
            rule: finding.rule.to_owned(),
            subject: finding.subject.clone(),
        }));
    }
    for change in changes.values_mut() {
        change.wanted.sort();
        change.wanted.dedup();
        let stale = stale_entries(&change.settings, &report.linted);
        change.stale = stale.into_iter().map(|entry| entry.line).collect();
    }
    changes
}

/// Where a configuration is made that there was none of: at the root of the bundle's repository, else in
/// the folder that holds the bundle.
fn new_file(bundle: &Path) -> PathBuf {
    let absolute = bundle.canonicalize().unwrap_or_else(|_| bundle.to_owned());
    let repository = absolute
        .ancestors()
        .find(|folder| folder.join(".git").exists());
    let folder = repository.or(absolute.parent()).unwrap_or(&absolute);
    folder.join(CONFIG_FILE)
}
