//! What changed between two targets.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value as Json;

use super::{Manifest, Target, Tokenizer};
use crate::model::{Asset, Function, RecordedHash, Value, Visibility};

/// Which part of a target a change is in; in order of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// Every difference between two targets, structure first: manifest, asset, functions, weights, operations, tokenizer.
///
/// Side assets are compared by role; the subjects of their changes begin with `assets.<role>`. Weights are compared by type, size and quantization, and as a whole by the recorded hash.
pub fn compare(a: &Target, b: &Target) -> Vec<Difference> {
    let mut changes = Changes {
        section: Area::Bundle,
        part: String::new(),
        found: Vec::new(),
    };
    let null = Json::Null;
    let root = |target: &'_ Target| {
        let manifest = target.manifest.present();
        manifest.map(|manifest: &Manifest| manifest.document.value.clone())
    };
    let (before, after) = (root(a), root(b));
    changes.json(
        "",
        before.as_ref().unwrap_or(&null),
        after.as_ref().unwrap_or(&null),
    );
    if let (Some(a), Some(b)) = (a.asset.present(), b.asset.present()) {
        changes.whole_asset(a, b);
    }
    for before in &a.side_assets {
        let mut others = b.side_assets.iter();
        let after = others.find(|after| after.role == before.role);
        let after = after.and_then(|after| after.asset.present());
        if let (Some(before_asset), Some(after)) = (before.asset.present(), after) {
            changes.part = format!("assets.{}", before.role);
            changes.whole_asset(before_asset, after);
        }
    }
    changes.part = String::new();
    changes.section = Area::Tokenizer;
    match (a.tokenizer.present(), b.tokenizer.present()) {
        (Some(a), Some(b)) => changes.tokenizer(a, b),
        (a, b) => changes.value("folder", a.map(|_| "present"), b.map(|_| "present")),
    }
    changes.found.sort_by_key(|change| change.section);
    changes.found
}

/// Collects changes of one section after the other.
struct Changes {
    section: Area,
    /// What the subjects begin with; empty for the main asset.
    part: String,
    found: Vec<Difference>,
}

impl Changes {
    fn whole_asset(&mut self, a: &Asset, b: &Asset) {
        self.asset(a, b);
        self.functions(&a.functions, &b.functions);
        self.weights(a, b);
        self.operations(a, b);
    }

    fn add(
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
    fn value<T: ToString + PartialEq>(
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
    fn maps<T: ToString + PartialEq>(
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
    fn json(&mut self, path: &str, before: &Json, after: &Json) {
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

    fn asset(&mut self, a: &Asset, b: &Asset) {
        self.section = Area::Asset;
        let format = |asset: &Asset| Some(format!("{:?}", asset.format).to_lowercase());
        self.value("format", format(a), format(b));
        let facts = |asset: &Asset| {
            let metadata = asset.metadata.clone().unwrap_or_default();
            let dialects = asset.bytecode.dialects.iter().map(|dialect| {
                let version = dialect
                    .version
                    .map_or_else(String::new, |v| format!(" {v}"));
                format!("{}{version}", dialect.name)
            });
            [
                ("asset_version", metadata.asset_version),
                ("producer", metadata.producer),
                ("creation_date", metadata.creation_date),
                ("author", metadata.author),
                ("license", metadata.license),
                ("description", metadata.description),
                (
                    "compatibility_version",
                    asset.compatibility_version().map(str::to_owned),
                ),
                ("bytecode.version", Some(asset.bytecode.version.to_string())),
                ("bytecode.producer", Some(asset.bytecode.producer.clone())),
                (
                    "bytecode.dialects",
                    Some(dialects.collect::<Vec<_>>().join(", ")),
                ),
                ("bytes", Some(asset.bytes.to_string())),
                ("hash", recorded(asset)),
            ]
        };
        for ((name, before), (_, after)) in facts(a).into_iter().zip(facts(b)) {
            self.value(name, before, after);
        }
    }

    fn functions(&mut self, a: &[Function], b: &[Function]) {
        self.section = Area::Functions;
        let (mut left, mut right) = (by_name(a), by_name(b));
        for function in a.iter().chain(b) {
            let name = &function.name;
            match (take(&mut left, name), take(&mut right, name)) {
                (Some(before), Some(after)) => self.function(before, after),
                (Some(before), None) => self.value(name, Some(summary(before)), None),
                (None, Some(after)) => self.value(name, None, Some(summary(after))),
                (None, None) => {}
            }
        }
    }

    fn function(&mut self, a: &Function, b: &Function) {
        let visibility = |function: &Function| Some(visibility(function));
        self.value(
            &format!("{}.visibility", a.name),
            visibility(a),
            visibility(b),
        );
        self.values(&format!("{}.inputs", a.name), &a.inputs, &b.inputs);
        self.values(&format!("{}.outputs", a.name), &a.outputs, &b.outputs);
        self.values(&format!("{}.states", a.name), &a.states, &b.states);
    }

    /// Compares the inputs, outputs or states of a function: by name, then what is left by position.
    fn values(&mut self, prefix: &str, a: &[Value], b: &[Value]) {
        let names = |values: &[Value]| values.iter().map(|value| value.name.clone()).collect();
        let (in_a, in_b): (HashSet<String>, HashSet<String>) = (names(a), names(b));
        let mut renamed = HashSet::new();
        for (place, before) in a.iter().enumerate() {
            let subject = dotted(prefix, &before.name);
            let same = b.iter().find(|after| after.name == before.name);
            let heir = b
                .get(place)
                .filter(|after| !in_a.contains(&after.name) && after.ty == before.ty);
            match (same, heir) {
                (Some(after), _) => {
                    self.value(
                        &subject,
                        Some(before.ty.to_string()),
                        Some(after.ty.to_string()),
                    );
                }
                (None, Some(after)) => {
                    renamed.insert(place);
                    let (before, after) = (before.name.clone(), after.name.clone());
                    self.add(ChangeKind::Renamed, &subject, Some(before), Some(after));
                }
                (None, None) => self.value(&subject, Some(before.ty.to_string()), None),
            }
        }
        for (place, after) in b.iter().enumerate() {
            if !in_a.contains(&after.name) && !renamed.contains(&place) {
                let subject = dotted(prefix, &after.name);
                self.value(&subject, None, Some(after.ty.to_string()));
            }
        }
        let common = |values: &[Value], other: &HashSet<String>| {
            let kept = values.iter().filter(|value| other.contains(&value.name));
            kept.map(|value| value.name.clone()).collect::<Vec<_>>()
        };
        let (before, after) = (common(a, &in_b), common(b, &in_a));
        if before != after && before.len() == after.len() {
            let (before, after) = (before.join(", "), after.join(", "));
            self.add(ChangeKind::Reordered, prefix, Some(before), Some(after));
        }
    }

    fn weights(&mut self, a: &Asset, b: &Asset) {
        self.section = Area::Weights;
        let storage = |asset: &Asset| {
            let storage = asset.weights.storage.iter();
            let texts = storage.map(|storage| {
                let text = format!("{} elements, {} bytes", storage.elements, storage.bytes);
                (storage.dtype.to_string(), text)
            });
            texts.collect::<BTreeMap<_, _>>()
        };
        self.maps("storage", storage(a), storage(b));
        let quantized = |asset: &Asset| {
            let groups = asset.weights.quantized_groups().into_iter().map(|group| {
                let number = group.members.len();
                let text = format!("{number} constants, {} elements", group.elements);
                (group.first.to_string(), text)
            });
            groups.collect::<BTreeMap<_, _>>()
        };
        self.maps("quantized", quantized(a), quantized(b));
        let head = |asset: &Asset| {
            let head = asset.weights.head.as_ref()?;
            let tied = match head.tied {
                Some(true) => ", tied",
                Some(false) => ", not tied",
                None => "",
            };
            Some(format!(
                "{} {:?}{}{tied}",
                head.weight.dtype, head.shape, head.kind
            ))
        };
        self.value("head", head(a), head(b));
    }

    fn operations(&mut self, a: &Asset, b: &Asset) {
        self.section = Area::Operations;
        let counts = |asset: &Asset| asset.statistics.operations.iter().cloned().collect();
        self.maps::<u64>("", counts(a), counts(b));
    }

    fn tokenizer(&mut self, a: &Tokenizer, b: &Tokenizer) {
        self.value("model", a.model.as_ref(), b.model.as_ref());
        let entries = |t: &Tokenizer| t.has_tokenizer_json.then_some(t.entries);
        self.value("entries", entries(a), entries(b));
        self.value("highest_id", a.highest_id, b.highest_id);
        let added = |tokenizer: &Tokenizer| {
            let tokens = tokenizer.added_tokens.iter().map(|token| {
                let special = if token.special { ", special" } else { "" };
                (token.content.clone(), format!("id {}{special}", token.id))
            });
            tokens.collect::<BTreeMap<_, _>>()
        };
        self.maps("added_tokens", added(a), added(b));
        let null = Json::Null;
        let value = |document: &Option<super::JsonDocument>| {
            document
                .as_ref()
                .map_or(null.clone(), |document| document.value.clone())
        };
        self.json("tokenizer_config", &value(&a.config), &value(&b.config));
        let (before, after) = (value(&a.generation_config), value(&b.generation_config));
        self.json("generation_config", &before, &after);
        if a.chat_template.as_ref().map(|t| &t.text) != b.chat_template.as_ref().map(|t| &t.text) {
            let text = |tokenizer: &Tokenizer| {
                let template = tokenizer.chat_template.as_ref()?;
                Some(format!(
                    "{} bytes in {}",
                    template.text.len(),
                    template.source
                ))
            };
            let (before, after) = (text(a), text(b));
            match before == after {
                true => self.add(ChangeKind::Changed, "chat_template", before, after),
                false => self.value("chat_template", before, after),
            }
        }
    }
}

fn dotted(prefix: &str, name: &str) -> String {
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

fn recorded(asset: &Asset) -> Option<String> {
    match &asset.recorded_hash {
        RecordedHash::Missing => None,
        RecordedHash::Malformed(bytes) => Some(format!("{bytes} bytes that are no SHA-256")),
        RecordedHash::LfsPointer => Some("a Git LFS pointer".to_owned()),
        RecordedHash::Sha256(hash) => Some(hex::encode(hash)),
    }
}

fn visibility(function: &Function) -> &'static str {
    match function.visibility {
        Visibility::Public => "public",
        Visibility::Private => "private",
    }
}

fn summary(function: &Function) -> String {
    format!(
        "{}; inputs {}, outputs {}, states {}",
        visibility(function),
        function.inputs.len(),
        function.outputs.len(),
        function.states.len()
    )
}

/// Functions by name; of equal names, in file order.
fn by_name(functions: &[Function]) -> BTreeMap<&str, Vec<&Function>> {
    let mut names: BTreeMap<&str, Vec<&Function>> = BTreeMap::new();
    for function in functions.iter().rev() {
        names.entry(&function.name).or_default().push(function);
    }
    names
}

fn take<'a>(functions: &mut BTreeMap<&str, Vec<&'a Function>>, name: &str) -> Option<&'a Function> {
    functions.get_mut(name)?.pop()
}
