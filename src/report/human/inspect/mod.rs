//! The page of one bundle or asset.

use serde_json::Value as Json;

use crate::bundle::{Language, Manifest, Parsing, Part, Target, Tokenizer, shown};
use crate::engine::deployment::Deployment;
use crate::engine::stop_tokens::stop_tokens;
use crate::model::{Asset, RecordedHash};
use crate::profile;
use crate::report::json::inspect::Details;
use crate::report::terminal::{
    ACCENT, BAD, Cell, Columns, DIM, GOOD, NOTABLE, PLAIN, Page, count, size,
};

mod assets;
mod deployment;
mod functions;
mod weights;

use functions::FunctionsShown;

/// The page of one target; `all` also lists private functions.
pub fn page(
    target: &Target,
    deployment: Option<&Deployment<'_>>,
    options: Details<'_>,
    all: bool,
    columns: u16,
) -> String {
    let mut page = Page::new(columns);
    let shown = FunctionsShown { all, deployment };
    heading(&mut page, target, deployment);
    bundle_section(&mut page, target);
    assets::main(&mut page, target, options);
    if let Some(asset) = target.asset.present() {
        functions::section(&mut page, asset, shown);
        deployment::engine(&mut page, target, deployment);
        weights::section(&mut page, &asset.weights, deployment, options);
    }
    for (place, side) in target.side_assets.iter().enumerate() {
        assets::side(&mut page, target, side, place, shown, options);
    }
    deployment::memory(&mut page, target, deployment);
    if let Some(asset) = target.asset.present().filter(|_| options.operations) {
        operations_section(&mut page, asset);
    }
    deployment::run_contract(&mut page, deployment);
    tokenizer_section(&mut page, target);
    provenance_section(&mut page, target, options);
    page.finish()
}

fn heading(page: &mut Page, target: &Target, deployment: Option<&Deployment<'_>>) {
    let path = shown(&target.path);
    let asset = target.asset.present();
    let folder = match target.path.file_name() {
        Some(name) => Some(shown(name.as_ref())),
        None => asset.map(|asset| asset.name.clone()),
    };
    let manifest = target.manifest.present();
    let name = manifest
        .and_then(Manifest::name)
        .map_or_else(|| folder.unwrap_or_default(), str::to_owned);
    let mut facts = Vec::new();
    match manifest {
        Some(manifest) => facts.extend(manifest.kind().map(str::to_owned)),
        None => facts.push("asset".to_owned()),
    }
    let sides = target.side_assets.iter().map(|side| &side.asset);
    let read: Vec<u64> = std::iter::once(&target.asset)
        .chain(sides)
        .filter_map(|part| Some(part.present()?.bytes))
        .collect();
    let bytes = read
        .iter()
        .fold(0_u64, |sum, bytes| sum.saturating_add(*bytes));
    facts.extend((!read.is_empty()).then(|| size(bytes)));
    facts.extend(
        deployment.map(|deployment| match deployment.engine.variant() {
            Some(variant) => format!("{} → {variant}", deployment.structure),
            None => deployment.engine.name().to_owned(),
        }),
    );
    page.heading(&name, &facts.join(" · "), &path);
}

fn bundle_section(page: &mut Page, target: &Target) {
    let Some(manifest) = target.manifest.present() else {
        return;
    };
    page.section("Bundle");
    let version = manifest.metadata_version();
    page.field(
        "manifest",
        &format!("version {}", version.unwrap_or("not declared")),
    );
    if let Some(Json::Object(assets)) = manifest.document.value.get("assets") {
        for (place, (role, file)) in assets.iter().enumerate() {
            let file = file
                .as_str()
                .map_or_else(|| file.to_string(), str::to_owned);
            let label = if place == 0 { "assets" } else { "" };
            page.field(label, &format!("{role} → {file}"));
        }
    }
    if let Some(language) = manifest.language() {
        language_fields(page, language);
    }
    let root = &manifest.document.value;
    page.optional("source", root.get("source").and_then(source).as_deref());
    let compression = root.get("compression").filter(|value| !value.is_null());
    match compression {
        Some(value) => page.field("compression", &compact(value)),
        None => page.field_in(DIM, "compression", "none declared"),
    }
    let licenses = target.license_files.iter().map(|license| {
        let name = shown(license.path.file_name().unwrap_or_default().as_ref());
        format!("{name} ({})", license.spdx.unwrap_or("unknown text"))
    });
    let licenses: Vec<_> = licenses.collect();
    match licenses.is_empty() {
        true => page.field_in(DIM, "license file", "none"),
        false => page.field("license file", &licenses.join(", ")),
    }
}

fn language_fields(page: &mut Page, language: Language<'_>) {
    let number = |value: Option<i64>, unit: &str| {
        value.map(|value| match u64::try_from(value) {
            Ok(value) => format!("{}{unit}", count(value)),
            Err(_) => value.to_string(),
        })
    };
    page.optional(
        "vocabulary",
        number(language.vocab_size(), " tokens").as_deref(),
    );
    page.optional(
        "context",
        number(language.max_context_length(), " tokens").as_deref(),
    );
    let embedded = if language.embedded_tokenizer() {
        "embedded"
    } else {
        "downloaded"
    };
    let tokenizer = language.tokenizer().map(|id| format!("{id} ({embedded})"));
    page.optional("tokenizer", tokenizer.as_deref());
    if language.main_function() != "main" {
        page.field("function", language.main_function());
    }
}

/// The model a manifest's `source` names and, beside it, its other texts.
fn source(value: &Json) -> Option<String> {
    let object = value.as_object()?;
    let model = object.get("hf_model_id").and_then(Json::as_str);
    let others = object
        .iter()
        .filter(|(key, _)| *key != "hf_model_id")
        .filter(|(_, value)| !value.is_null())
        .map(|(key, value)| format!("{} {}", key.replace('_', " "), compact(value)));
    let parts: Vec<String> = model.map(str::to_owned).into_iter().chain(others).collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

fn compact(value: &Json) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn operations_section(page: &mut Page, asset: &Asset) {
    page.section("Operations");
    let operations = &asset.statistics.operations;
    let per_row = (page.inner() / 36).max(1);
    let rows = operations.len().div_ceil(per_row);
    let mut columns = Columns::default();
    for row in 0..rows {
        let places = (row..operations.len()).step_by(rows.max(1));
        let cells = places.flat_map(|place| {
            let (name, number) = &operations[place];
            [Cell::number(&count(*number)), Cell::new(ACCENT, name)]
        });
        columns.row(cells.collect::<Vec<_>>());
    }
    page.columns(&columns);
    page.line("");
    page.field("operand types", &asset.statistics.compute_types.join(", "));
}

fn tokenizer_section(page: &mut Page, target: &Target) {
    let Some(manifest) = target.manifest.present() else {
        return;
    };
    if !manifest.may_be_language() && matches!(target.tokenizer, Part::Absent) {
        return;
    }
    page.section("Tokenizer");
    if let Some(error) = target.tokenizer.unreadable() {
        page.field_in(BAD, "unreadable", &error.to_string());
    }
    let Some(tokenizer) = target.tokenizer.present() else {
        page.remark("no tokenizer folder");
        return;
    };
    if tokenizer.has_tokenizer_json {
        page.field("vocabulary", &vocabulary(tokenizer));
    } else {
        page.field_in(NOTABLE, "vocabulary", "no readable tokenizer.json");
    }
    page.optional("class", tokenizer.class());
    let eos = tokenizer.named_token("eos_token");
    for (label, key) in [
        ("bos", "bos_token"),
        ("eos", "eos_token"),
        ("pad", "pad_token"),
    ] {
        let text = tokenizer
            .named_token(key)
            .map(|token| match tokenizer.id_of(token) {
                Some(id) => format!("{token} ({id})"),
                None => token.to_owned(),
            });
        page.optional(label, text.as_deref());
    }
    let stops = stop_tokens(tokenizer).into_iter().map(|stop| stop.content);
    let stops = stops.collect::<Vec<_>>().join("  ");
    page.field(
        "stops at",
        if stops.is_empty() { "no token" } else { &stops },
    );
    match &tokenizer.chat_template {
        None => page.field_in(DIM, "chat template", "none"),
        Some(template) => {
            let (style, state) = match template.parse() {
                Parsing::Sound => (PLAIN, "parses".to_owned()),
                Parsing::Broken(fault) => (BAD, format!("does not parse, {fault}")),
                Parsing::Unknown(what) => (NOTABLE, format!("not known here to parse, {what}")),
            };
            let end = if template.mentions_end(eos) {
                "writes eos"
            } else {
                "never writes eos"
            };
            let length = count(template.text.len() as u64);
            let text = format!("{}, {length} bytes, {state}, {end}", template.source);
            page.field_in(style, "chat template", &text);
        }
    }
    for error in &tokenizer.errors {
        page.field_in(BAD, "unreadable", &error.to_string());
    }
}

fn vocabulary(tokenizer: &Tokenizer) -> String {
    let special = tokenizer.added_tokens.iter().filter(|token| token.special);
    let mut text = format!(
        "{}{} entries, {} special",
        tokenizer
            .model
            .as_ref()
            .map_or_else(String::new, |model| format!("{model}, ")),
        count(tokenizer.entries),
        count(special.count() as u64)
    );
    if let Some(highest) = tokenizer.highest_id {
        text.push_str(&format!(", highest id {}", count(highest)));
    }
    text
}

fn provenance_section(page: &mut Page, target: &Target, options: Details<'_>) {
    let Some(asset) = target.asset.present() else {
        return;
    };
    page.section("Provenance");
    page.optional("profile", options.profile);
    let recorded = match &asset.recorded_hash {
        RecordedHash::Sha256(hash) => Some(*hash),
        _ => None,
    };
    let published = options
        .computed_hash
        .or(recorded)
        .map(hex::encode)
        .and_then(|hash| profile::published_by_hash(&hash))
        .filter(|published| published.bytes == asset.bytes);
    match (published, options.computed_hash) {
        (Some(published), Some(_)) => {
            let text = format!("{}, byte for byte", published.bundle);
            page.field_in(GOOD, "published as", &text);
        }
        (Some(published), None) => {
            let text = format!(
                "{} by size and recorded hash (--verify-hash makes sure)",
                published.bundle
            );
            page.field("published as", &text);
        }
        (None, _) => page.field_in(DIM, "published as", "no artifact this tool knows"),
    }
}
