//! What changed between two targets.

mod asset;
mod difference;

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{Manifest, Target, Tokenizer};
use difference::Changes;
pub use difference::{Area, ChangeKind, Difference};

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

impl Changes {
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
