//! The page of one bundle or asset, and the list of many.

mod weights;

use anstyle::Style;
use serde_json::Value as Json;

use crate::bundle::{Language, Manifest, Parsing, Symlink, Target, Tokenizer, shown};
use crate::engine::memory::bytes_per_token;
use crate::engine::outlook::Outlook;
use crate::engine::signature::StateKind;
use crate::engine::stop_tokens::stop_tokens;
use crate::model::{
    Asset, AssetFormat, Function, RecordedHash, Sizes, Value, ValueType, Visibility,
};
use crate::profile;
use crate::report::json::inspect::Options;
use crate::report::terminal::{
    ACCENT, BAD, Cell, Columns, DIM, GOOD, NOTABLE, PLAIN, Page, STRONG, count, plural, size,
};

/// The page of one target; `all` also lists private functions.
pub fn page(
    target: &Target,
    outlook: Option<&Outlook<'_>>,
    options: Options<'_>,
    all: bool,
    columns: u16,
) -> String {
    let mut page = Page::new(columns);
    heading(&mut page, target, outlook);
    bundle_section(&mut page, target);
    asset_section(&mut page, target, options);
    if let Some(asset) = target.asset.present() {
        functions_section(&mut page, asset, outlook, all);
        engine_section(&mut page, outlook);
        weights::section(&mut page, &asset.weights, outlook, options);
        memory_section(&mut page, target, outlook);
        if options.operations {
            operations_section(&mut page, asset);
        }
        run_contract_section(&mut page, outlook);
    }
    tokenizer_section(&mut page, target);
    provenance_section(&mut page, target, options);
    page.finish()
}

fn heading(page: &mut Page, target: &Target, outlook: Option<&Outlook<'_>>) {
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
    facts.extend(target.asset.present().map(|asset| size(asset.bytes)));
    facts.extend(outlook.map(|outlook| match outlook.structure.variant() {
        Some(variant) => format!("{} → {variant}", outlook.structure),
        None => outlook.structure.to_string(),
    }));
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

fn asset_section(page: &mut Page, target: &Target, options: Options<'_>) {
    page.section("Asset");
    for link in &target.symlinks {
        page.field_in(NOTABLE, "symbolic link", &link_text(link));
    }
    let Some(asset) = target.asset.present() else {
        let why = target
            .failure()
            .map_or_else(String::new, |failure| failure.message);
        page.field_in(BAD, "unreadable", &why);
        return;
    };
    let format = match asset.format {
        AssetFormat::Source => "source (.aimodel)",
        AssetFormat::Compiled => "compiled (.aimodelc)",
    };
    page.field("format", format);
    let bytes = match asset.bytes {
        0..10_000 => size(asset.bytes),
        bytes => format!("{} ({} bytes)", size(bytes), count(bytes)),
    };
    page.field("bytecode", &bytes);
    let dialects = asset
        .bytecode
        .dialects
        .iter()
        .map(|dialect| match dialect.version {
            Some(version) => format!("{} {version}", dialect.name),
            None => dialect.name.clone(),
        });
    let container = format!(
        "version {} by {}, dialects {}",
        asset.bytecode.version,
        asset.bytecode.producer,
        dialects.collect::<Vec<_>>().join(", ")
    );
    page.field("container", &container);
    if let Some(metadata) = &asset.metadata {
        let created = metadata.creation_date.as_deref().map(date);
        let producer = [metadata.producer.clone(), created].into_iter().flatten();
        let producer = producer.collect::<Vec<_>>().join(", ");
        page.optional(
            "producer",
            Some(producer.as_str()).filter(|text| !text.is_empty()),
        );
        page.optional(
            "author",
            metadata.author.as_deref().filter(|text| !text.is_empty()),
        );
        page.optional(
            "license",
            metadata.license.as_deref().filter(|text| !text.is_empty()),
        );
        page.optional("description", metadata.description.as_deref());
    }
    page.optional("needs OS", asset.compatibility_version());
    let (style, text) = hash(asset, options);
    page.field_in(style, "SHA-256", &text);
}

fn link_text(link: &Symlink) -> String {
    format!("{} → {}", shown(&link.path), shown(&link.target))
}

/// `20260819T120000Z` as `2026-08-19 12:00 UTC`; anything else as it is.
fn date(recorded: &str) -> String {
    let digits = |range| {
        recorded
            .get(range)
            .filter(|text: &&str| text.bytes().all(|b| b.is_ascii_digit()))
    };
    let parts = (
        digits(0..4),
        digits(4..6),
        digits(6..8),
        digits(9..11),
        digits(11..13),
    );
    match parts {
        (Some(year), Some(month), Some(day), Some(hour), Some(minute))
            if recorded.len() == 16 && recorded.ends_with('Z') =>
        {
            format!("{year}-{month}-{day} {hour}:{minute} UTC")
        }
        _ => recorded.to_owned(),
    }
}

fn hash(asset: &Asset, options: Options<'_>) -> (Style, String) {
    match (&asset.recorded_hash, options.computed_hash) {
        (RecordedHash::Sha256(recorded), Some(computed)) if *recorded == computed => {
            (GOOD, format!("{} verified", abbreviated(recorded)))
        }
        (RecordedHash::Sha256(recorded), Some(computed)) => {
            let (recorded, computed) = (abbreviated(recorded), abbreviated(&computed));
            (
                BAD,
                format!("MISMATCH: {recorded} recorded, {computed} computed"),
            )
        }
        (RecordedHash::Sha256(recorded), None) => {
            let recorded = abbreviated(recorded);
            (
                PLAIN,
                format!("{recorded} recorded, not verified (--verify-hash)"),
            )
        }
        (RecordedHash::Malformed(bytes), _) => (
            BAD,
            format!("main.hash has {}, a SHA-256 has 32", plural(*bytes, "byte")),
        ),
        (RecordedHash::LfsPointer, _) => (
            BAD,
            "main.hash is a Git LFS pointer: `git lfs pull` fetches it".to_owned(),
        ),
        (RecordedHash::Missing, Some(computed)) => (
            NOTABLE,
            format!("{} computed, none recorded", abbreviated(&computed)),
        ),
        (RecordedHash::Missing, None) => (DIM, "none recorded".to_owned()),
    }
}

/// The first twelve and last eight digits; the document has all of them.
fn abbreviated(hash: &[u8; 32]) -> String {
    format!("{}…{}", hex::encode(&hash[..6]), hex::encode(&hash[28..]))
}

fn functions_section(page: &mut Page, asset: &Asset, outlook: Option<&Outlook<'_>>, all: bool) {
    page.section("Functions");
    let shown = |function: &&Function| all || function.visibility == Visibility::Public;
    for (place, function) in asset.functions.iter().filter(shown).enumerate() {
        let entry = outlook.is_some_and(|outlook| std::ptr::eq(outlook.function, function));
        let remark = match (function.visibility, entry) {
            (Visibility::Private, _) => "private",
            (Visibility::Public, true) => "loaded by the engine",
            (Visibility::Public, false) => "",
        };
        if place > 0 {
            page.line("");
        }
        page.part(name_or_dash(&function.name), remark);
        page.columns(&signature(function, outlook.filter(|_| entry)));
    }
    let hidden = asset
        .functions
        .iter()
        .filter(|function| !shown(function))
        .count() as u64;
    match (asset.functions.is_empty(), hidden) {
        (true, _) => page.remark("none"),
        (_, 0) => {}
        _ => page.remark(&format!(
            "{} not shown (--all)",
            plural(hidden, "private function")
        )),
    }
}

fn name_or_dash(name: &str) -> &str {
    if name.is_empty() { "(no name)" } else { name }
}

/// Inputs, outputs and states, with the kind of each state where the function is the one the engine loads.
fn signature(function: &Function, outlook: Option<&Outlook<'_>>) -> Columns {
    let mut columns = Columns::default();
    let roles = [
        ("in", &function.inputs),
        ("out", &function.outputs),
        ("state", &function.states),
    ];
    for (role, values) in roles {
        for (place, value) in values.iter().enumerate() {
            let kind = outlook
                .filter(|_| role == "state")
                .and_then(|outlook| outlook.kinds.get(place));
            let (dtype, shape) = type_texts(value);
            columns.row([
                Cell::new(DIM, if place == 0 { role } else { "" }),
                Cell::plain(name_or_dash(&value.name)),
                Cell::new(ACCENT, &dtype),
                Cell::plain(&shape),
                kind.map_or_else(|| Cell::plain(""), kind_cell),
                kind.map_or_else(|| Cell::plain(""), |_| state_cell(value)),
            ]);
        }
    }
    columns
}

/// What a state takes: its bytes, or for a growing one those of one token.
fn state_cell(state: &Value) -> Cell {
    let text = match (state.static_bytes(), bytes_per_token(state)) {
        (Some(bytes), _) => size(bytes),
        (None, Some(bytes)) => format!("{}/token", size(bytes)),
        (None, None) => String::new(),
    };
    Cell::number(&text).styled(DIM)
}

fn kind_cell(kind: &StateKind) -> Cell {
    let style = match kind {
        StateKind::KvCache => GOOD,
        StateKind::SlidingCache | StateKind::Fixed => NOTABLE,
    };
    Cell::new(style, &kind.to_string())
}

/// A value's element type and shape; a dynamic dimension is `?`.
fn type_texts(value: &Value) -> (String, String) {
    match &value.ty {
        ValueType::Tensor { dtype, shape } => (dtype.to_string(), Sizes(shape).to_string()),
        ValueType::Image {
            height,
            width,
            format,
        } => ("image".to_owned(), format!("{width} × {height} {format}")),
        ValueType::Other(description) => (description.clone(), String::new()),
    }
}

fn engine_section(page: &mut Page, outlook: Option<&Outlook<'_>>) {
    page.section("Engine");
    let Some(outlook) = outlook else {
        page.remark("the asset has no function that the engine would load");
        return;
    };
    page.field("structure", &outlook.structure.to_string());
    match outlook.structure.variant() {
        Some(variant) => page.field("variant", variant),
        None => page.field_in(
            NOTABLE,
            "variant",
            "none: the language engine ends the process",
        ),
    }
    let kinds = [
        StateKind::KvCache,
        StateKind::SlidingCache,
        StateKind::Fixed,
    ];
    let counted = kinds.iter().filter_map(|kind| {
        let number = outlook.kinds.iter().filter(|other| *other == kind).count();
        (number > 0).then(|| format!("{number} {kind}"))
    });
    let counted = counted.collect::<Vec<_>>().join(", ");
    page.field("states", if counted.is_empty() { "none" } else { &counted });
}

fn memory_section(page: &mut Page, target: &Target, outlook: Option<&Outlook<'_>>) {
    let Some(outlook) = outlook else { return };
    page.section("Memory");
    let memory = outlook.memory;
    let language = target.manifest.present().and_then(Manifest::language);
    let context = language.and_then(|language| language.max_context_length());
    let full = context.and_then(|context| u64::try_from(context).ok());
    let full = full.map_or_else(
        || "full context".to_owned(),
        |context| format!("{} tokens", count(context)),
    );
    let known = |bytes: Option<u64>| bytes.map_or_else(|| "?".to_owned(), size);
    let mut columns = Columns::default();
    let mut row = |style: Style, label: &str, bytes: String, remark: &str| {
        columns.row([
            Cell::new(style, label),
            Cell::number(&bytes).styled(style),
            Cell::new(DIM, remark),
        ]);
    };
    row(PLAIN, "weights", size(memory.weights), "");
    row(
        PLAIN,
        "fixed states",
        size(memory.fixed_states),
        "zeroed by a reset",
    );
    row(PLAIN, "KV cache per token", known(memory.kv_per_token), "");
    row(
        PLAIN,
        &format!("KV cache at {full}"),
        known(memory.kv_at_max_context),
        "",
    );
    if let Some(buffers) = memory.buffers {
        row(
            PLAIN,
            "engine buffers",
            size(buffers.total()),
            "ids, positions, logits",
        );
    }
    if let Some(total) = memory.at_max_context() {
        row(STRONG, &format!("all at {full}"), size(total), "");
    }
    page.columns(&columns);
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

fn run_contract_section(page: &mut Page, outlook: Option<&Outlook<'_>>) {
    let duties = outlook.map_or(&[][..], |outlook| &outlook.run_contract);
    if duties.is_empty() {
        return;
    }
    page.section("Run contract");
    for duty in duties {
        page.part(duty.id, "");
        page.paragraph(2, &duty.what);
        if let Some(command) = &duty.command {
            page.command(2, command);
        }
    }
}

fn tokenizer_section(page: &mut Page, target: &Target) {
    if target.manifest.present().is_none() {
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

fn provenance_section(page: &mut Page, target: &Target, options: Options<'_>) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_readable_and_others_stay() {
        assert_eq!(date("20260819T123456Z"), "2026-08-19 12:34 UTC");
        assert_eq!(date("yesterday"), "yesterday");
        assert_eq!(date("20260819T12345éZ"), "20260819T12345éZ");
    }
}
