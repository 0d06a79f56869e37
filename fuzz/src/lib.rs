//! What the fuzz targets do with their input. The project's tests run the same functions over the
//! committed assets and damaged forms of them.

use granite_bundle::checkout::tree::Memory;
use granite_bundle::checkout::tree::PathRules;
use granite_bundle::checkout::{FileImage, FileMode};
use std::path::Path;

use granite_bundle::bundle::{ChatTemplate, Edit, JsonDocument, JsonError, Parsing};
use granite_bundle::files::json::integer;
use granite_bundle::mlir::{Module, ReadError};
use granite_bundle::model::Summary;
use granite_bundle::patch::fit::explain;
use granite_bundle::patch::fit::place::{place, place_exactly};
use granite_bundle::patch::fit::trial::{Trial, try_patch};
use granite_bundle::patch::format::error::PatchError;
use granite_bundle::patch::format::file::{FilePatch, Hunk, Side};
use granite_bundle::patch::format::parse::parse;

/// Reads any bytes as an MLIR bytecode container and touches everything its tables promise.
///
/// # Errors
/// Whatever makes the bytes something else.
pub fn mlir_container(bytes: &[u8]) -> Result<Module, ReadError> {
    let module = Module::read(bytes)?;
    for index in 0..module.strings() as u32 {
        module.string_bytes(index)?;
    }
    for (id, op) in module.ir.ops() {
        for value in module.ir.operands(op) {
            module.r#type(module.ir.type_of(*value))?;
        }
        assert!(module.ir.nested(id).end as usize <= module.ir.len());
    }
    Ok(module)
}

/// Reads any bytes as a Core AI program; checks what a summary must hold whatever it was read from.
///
/// # Errors
/// Whatever makes the bytes something else.
pub fn aicode_asset(bytes: &[u8]) -> Result<Summary, ReadError> {
    let summary = Summary::read(bytes)?;
    let elements = summary.weights.storage.iter().map(|s| s.elements);
    let constants = summary.weights.constants.iter();
    let listed = constants.map(|weight| weight.constant.elements());
    assert_eq!(
        elements.fold(0, u64::saturating_add),
        listed.fold(0, u64::saturating_add)
    );
    for weight in &summary.weights.constants {
        let quantized = weight.quantized.map(|at| &summary.weights.quantized[at]);
        assert!(quantized.is_none_or(|found| found.data == weight.constant));
    }
    Ok(summary)
}

/// Reads any bytes as a bundle's JSON file; checks what is said of the numbers in it and of their lines.
///
/// # Errors
/// Whatever makes the bytes something else.
pub fn bundle_json(bytes: &[u8]) -> Result<JsonDocument, JsonError> {
    let document = JsonDocument::parse(Path::new("metadata.json"), bytes.to_vec())?;
    let lines = document.text.matches('\n').count() + 1;
    let mut rest = vec![(String::new(), &document.value)];
    while let Some((pointer, value)) = rest.pop() {
        assert!(document.line_of(&pointer) as usize <= lines);
        assert_eq!(document.value.pointer(&pointer), Some(value));
        if let Some(whole) = integer(value) {
            let double = value.as_f64().unwrap_or(f64::NAN);
            assert!(
                (double - whole as f64).abs() <= 1024.0,
                "{value} is {whole}"
            );
        }
        let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
        let members = value.as_object().into_iter().flatten();
        let members = members.map(|(key, value)| (format!("{pointer}/{}", escaped(key)), value));
        let elements = value.as_array().into_iter().flatten().enumerate();
        let elements = elements.map(|(index, value)| (format!("{pointer}/{index}"), value));
        rest.extend(members.chain(elements).take(64).collect::<Vec<_>>());
    }
    Ok(document)
}

/// Sets and removes what the text before the first NUL points at in the JSON behind it; an edit that is offered says what
/// was meant, and is made once.
pub fn json_edit(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (pointer, text) = text.split_once('\0')?;
    let set = Edit::Set(pointer.to_owned(), serde_json::json!({ "set": [1.5, "x"] }));
    let changed = set.apply(text)?;
    assert_eq!(set.apply(&changed).as_ref(), Some(&changed));
    let removed = Edit::Remove(pointer.to_owned()).apply(&changed);
    assert!(removed.is_none_or(|removed| removed.len() < changed.len()));
    Some(changed)
}

/// Parses any bytes as a chat template.
pub fn chat_template(bytes: &[u8]) -> Parsing {
    let template = ChatTemplate {
        source: String::new(),
        text: String::from_utf8_lossy(bytes).into_owned(),
    };
    template.parse()
}

/// Reads what follows the first NUL as a patch and tries it on a tree in which every file it reads holds what precedes the
/// NUL; checks what a trial must hold whatever the patch says.
///
/// # Errors
/// Where the patch cannot be read.
pub fn patch_file(bytes: &[u8]) -> Result<Trial, PatchError> {
    let nul = bytes.iter().position(|byte| *byte == 0);
    let (content, text) = nul.map_or((&[][..], bytes), |at| (&bytes[..at], &bytes[at + 1..]));
    let patch = parse(text)?;
    let image = || FileImage {
        mode: FileMode::Regular,
        data: content.to_vec(),
    };
    let read = patch.iter().filter_map(FilePatch::read_path);
    let tree = Memory::new(read.map(|path| (path.clone(), image())));
    let trial = try_patch(&patch, &tree, PathRules::default())
        .unwrap_or_else(|error| panic!("a tree in memory has no errors: {error}"));
    assert_eq!(trial.files.len(), patch.len());
    for (file, tried) in patch.iter().zip(&trial.files) {
        assert_eq!(tried.hunks.len(), file.hunks.len());
        assert!(!tried.applies() || tried.hunks.iter().all(Option::is_some));
        assert_eq!(explain::hunks(file, tried).len(), file.hunks.len());
        assert_eq!(explain::hunks_there(file, content).len(), file.hunks.len());
        check_places(content, &file.hunks);
    }
    Ok(trial)
}

/// Hunks that fit are placed in the file, and add to it what they have more in the post-image.
fn check_places(content: &[u8], hunks: &[Hunk]) {
    let placement = place(content, hunks);
    let lines = content.split_inclusive(|byte| *byte == b'\n').count();
    for placed in placement.hunks.iter().flatten() {
        assert!(placed.line <= lines + 1);
    }
    let added = bytes_of(hunks, Side::Added);
    let removed = bytes_of(hunks, Side::Removed);
    if let Some(result) = &placement.result {
        // White space after a context line that ends the file is taken away with it.
        assert!(result.len() + removed <= content.len() + added);
    }
    if let Some(result) = place_exactly(content, hunks) {
        assert_eq!(result.len() + removed, content.len() + added);
    }
    for hunk in hunks {
        assert_eq!(hunk.reversed().reversed(), *hunk);
        assert!(hunk.lines().any(|line| line.side != Side::Context));
    }
}

fn bytes_of(hunks: &[Hunk], side: Side) -> usize {
    let lines = hunks.iter().flat_map(Hunk::lines);
    let of_side = lines.filter(|line| line.side == side);
    of_side.map(|line| line.text.len()).sum()
}
