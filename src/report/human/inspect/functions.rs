//! The functions of an asset: each by itself, or a chunked model's by family.

use crate::engine::chunked::{Bucket, ChunkedFunctions};
use crate::engine::deployment::Deployment;
use crate::engine::memory::bytes_per_token;
use crate::engine::signature::StateKind;
use crate::model::{Asset, Function, Sizes, Value, ValueType, Visibility};
use crate::report::terminal::{ACCENT, Cell, Columns, DIM, GOOD, NOTABLE, Page, plural, size};

/// Which functions are shown, and what is known of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct FunctionsShown<'a> {
    /// Private ones too, and every one of a family.
    pub(super) all: bool,
    /// The engine that runs one of them.
    pub(super) deployment: Option<&'a Deployment<'a>>,
}

/// The section of the main asset's functions.
pub(super) fn section(page: &mut Page, asset: &Asset, shown: FunctionsShown<'_>) {
    page.section("Functions");
    let chunked = shown
        .deployment
        .and_then(|deployment| deployment.chunked.as_ref());
    match chunked.filter(|_| !shown.all) {
        Some(chunked) => families(page, asset, chunked),
        None => list(page, asset, shown),
    }
}

/// Every function with its signature.
pub(super) fn list(page: &mut Page, asset: &Asset, shown: FunctionsShown<'_>) {
    let listed = |function: &&Function| shown.all || function.is_public();
    for (place, function) in asset.functions.iter().filter(listed).enumerate() {
        let step = shown
            .deployment
            .filter(|deployment| std::ptr::eq(deployment.step, function));
        let chunked = shown
            .deployment
            .and_then(|deployment| deployment.chunked.as_ref());
        let remark = match (function.visibility, chunked, step) {
            (Visibility::Private, ..) => "private",
            (_, Some(chunked), _) => role(chunked, function),
            (_, None, Some(_)) => "loaded by the engine",
            (_, None, None) => "",
        };
        if place > 0 {
            page.line("");
        }
        page.part(name_or_dash(&function.name), remark);
        page.columns(&signature(function, step));
    }
    let public = asset
        .functions
        .iter()
        .filter(|function| function.is_public());
    let private = (asset.functions.len() - public.count()) as u64;
    match asset.functions.is_empty() {
        true => page.remark("none"),
        false if private > 0 && !shown.all => page.remark(&format!(
            "{} not shown (--all)",
            plural(private, "private function")
        )),
        false => {}
    }
}

/// What the engine does with a chunked model's function.
fn role(chunked: &ChunkedFunctions<'_>, function: &Function) -> &'static str {
    let among = |family: &[Bucket<'_>]| family.iter().any(|b| std::ptr::eq(b.function, function));
    if std::ptr::eq(chunked.load, function) {
        LOAD
    } else if among(&chunked.gather) {
        GATHER
    } else if among(&chunked.prompt) {
        PROMPT
    } else if among(&chunked.extend) {
        EXTEND
    } else {
        "never called by the engine"
    }
}

const LOAD: &str = "run once, gives the embedding table";
const GATHER: &str = "token ids to embeddings";
const PROMPT: &str = "embeddings into the caches: long prompts";
const EXTEND: &str = "embeddings to logits: decoding and the end of a prompt";

/// A chunked model's functions by family, one of each with its signature.
fn families(page: &mut Page, asset: &Asset, chunked: &ChunkedFunctions<'_>) {
    page.part(&chunked.load.name, LOAD);
    page.columns(&signature(chunked.load, None));
    let families = [
        (&chunked.gather, GATHER),
        (&chunked.prompt, PROMPT),
        (&chunked.extend, EXTEND),
    ];
    for (family, does) in families {
        let Some(longest) = family
            .iter()
            .max_by_key(|bucket| (bucket.context, bucket.query))
        else {
            continue;
        };
        page.line("");
        page.part(&pattern(family), does);
        page.remark(&format!(
            "{}, as {}:",
            plural(family.len() as u64, "function"),
            longest.function.name
        ));
        page.columns(&signature(longest.function, None));
    }
    let named = |functions: &[&Function]| {
        let names = functions.iter().map(|function| function.name.as_str());
        names.collect::<Vec<_>>().join(", ")
    };
    let private = asset
        .functions
        .iter()
        .filter(|function| !function.is_public())
        .count();
    page.line("");
    if !chunked.others.is_empty() {
        page.remark(&format!(
            "never called by the engine: {}",
            named(&chunked.others)
        ));
    }
    page.remark(&match private {
        0 => "--all shows every function of each family".to_owned(),
        private => format!(
            "--all shows every function of each family and {}",
            plural(private as u64, "private function")
        ),
    });
}

/// The names of a family as one: what they share, and the lengths between braces.
fn pattern(family: &[Bucket<'_>]) -> String {
    let lengths = |of: fn(&Bucket<'_>) -> Option<u64>| {
        let mut numbers: Vec<u64> = family.iter().filter_map(of).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let numbers: Vec<String> = numbers
            .into_iter()
            .map(|number| number.to_string())
            .collect();
        match numbers.as_slice() {
            [] => String::new(),
            [one] => format!("_{one}"),
            several => format!("_{{{}}}", several.join(",")),
        }
    };
    let first = family
        .first()
        .map_or("", |bucket| bucket.function.name.as_str());
    let stem = first.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_');
    format!(
        "{stem}{}{}",
        lengths(|bucket| bucket.context),
        lengths(|bucket| bucket.query)
    )
}

fn name_or_dash(name: &str) -> &str {
    if name.is_empty() { "(no name)" } else { name }
}

/// Inputs, outputs and states, with the kind of each state where the function is the one the engine loads.
fn signature(function: &Function, deployment: Option<&Deployment<'_>>) -> Columns {
    let mut columns = Columns::default();
    let roles = [
        ("in", &function.inputs),
        ("out", &function.outputs),
        ("state", &function.states),
    ];
    for (role, values) in roles {
        for (place, value) in values.iter().enumerate() {
            let kind = deployment
                .filter(|_| role == "state")
                .and_then(|deployment| deployment.kinds.get(place));
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
