//! Differences, and the telling of values, maps and JSON apart.

use std::collections::BTreeMap;

use serde_json::Value as Json;

/// Which part of a target a change is in; in order of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Area {
    /// The manifest.
    Bundle,
    /// The asset's folder and container.
    Asset,
    /// Signatures.
    Functions,
    /// Constants.
    Weights,
    /// Counts of operations.
    Operations,
    /// The tokenizer folder.
    Tokenizer,
}

/// What happened to a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum ChangeKind {
    /// Only in the second.
    Added,
    /// Only in the first.
    Removed,
    /// In both, not the same.
    Changed,
    /// The same type at the same position under another name.
    Renamed,
    /// The same names in another order.
    Reordered,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Where.
    pub section: Area,
    /// Dotted path of what changed.
    pub subject: String,
    /// What happened.
    pub kind: ChangeKind,
    /// The first's; `None` where it was added.
    pub before: Option<String>,
    /// The second's; `None` where it was removed.
    pub after: Option<String>,
}

/// Collects changes of one section after the other.
pub(super) struct Changes {
    pub(super) section: Area,
    /// What the subjects begin with; empty for the main asset.
    pub(super) part: String,
    pub(super) found: Vec<Difference>,
}

impl Changes {
    pub(super) fn add(
        &mut self,
        kind: ChangeKind,
        subject: &str,
        before: Option<String>,
        after: Option<String>,
    ) {
        self.found.push(Difference {
            section: self.section,
            subject: dotted(&self.part, subject),
            kind,
            before,
            after,
        });
    }

    /// Notes a difference between two optional values.
    pub(super) fn value<T: ToString + PartialEq>(
        &mut self,
        subject: &str,
        before: Option<T>,
        after: Option<T>,
    ) {
        if before == after {
            return;
        }
        let kind = match (&before, &after) {
            (None, _) => ChangeKind::Added,
            (_, None) => ChangeKind::Removed,
            _ => ChangeKind::Changed,
        };
        let text = |value: Option<T>| value.map(|value| value.to_string());
        self.add(kind, subject, text(before), text(after));
    }

    /// Notes the differences between two maps' values.
    pub(super) fn maps<T: ToString + PartialEq>(
        &mut self,
        prefix: &str,
        mut before: BTreeMap<String, T>,
        mut after: BTreeMap<String, T>,
    ) {
        let names: Vec<String> = before.keys().chain(after.keys()).cloned().collect();
        for name in names {
            let subject = dotted(prefix, &name);
            self.value(&subject, before.remove(&name), after.remove(&name));
        }
    }

    /// Notes the leaves in which two JSON values differ; their depth is limited by the parser.
    pub(super) fn json(&mut self, path: &str, before: &Json, after: &Json) {
        match (before, after) {
            (Json::Object(a), Json::Object(b)) => {
                let added = b.iter().filter(|(key, _)| !a.contains_key(*key));
                for (key, value) in a.iter().chain(added) {
                    let subject = dotted(path, key);
                    match (a.get(key), b.get(key)) {
                        (Some(before), Some(after)) => self.json(&subject, before, after),
                        (Some(_), None) => self.value(&subject, Some(compact(value)), None),
                        _ => self.value(&subject, None, Some(compact(value))),
                    }
                }
            }
            _ => {
                let subject = if path.is_empty() {
                    "metadata.json"
                } else {
                    path
                };
                let text = |value: &Json| (!value.is_null()).then(|| compact(value));
                self.value(subject, text(before), text(after));
            }
        }
    }
}

pub(super) fn dotted(prefix: &str, name: &str) -> String {
    match prefix {
        "" => name.to_owned(),
        _ => format!("{prefix}.{name}"),
    }
}

fn compact(value: &Json) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
