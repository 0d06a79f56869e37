//! What changed between two assets.

use std::collections::{BTreeMap, HashSet};

use super::difference::{Area, ChangeKind, Changes, dotted};
use crate::model::{Asset, Function, RecordedHash, Value};

impl Changes {
    pub(super) fn whole_asset(&mut self, a: &Asset, b: &Asset) {
        self.asset(a, b);
        self.functions(&a.functions, &b.functions);
        self.weights(a, b);
        self.operations(a, b);
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
    function.visibility.into()
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
