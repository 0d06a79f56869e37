//! Many targets at a glance.

use crate::bundle::{Failure, Opened, Target, shown};
use crate::engine::deployment::Deployment;
use crate::engine::signature::StateKind;
use crate::model::Weights;
use crate::report::terminal::{ACCENT, BAD, Cell, Columns, DIM, Page, STRONG, plural, size};

/// A row for each target, in the order given.
pub fn list(targets: &[Opened], deployments: &[Option<Deployment<'_>>], columns: u16) -> String {
    let mut page = Page::new(columns);
    let failures: Vec<Option<Failure>> = targets.iter().map(failure).collect();
    let unreadable = failures.iter().flatten().count() as u64;
    let remark = match unreadable {
        0 => String::new(),
        _ => format!("{unreadable} unreadable"),
    };
    page.heading(&plural(targets.len() as u64, "target"), &remark, "");
    page.line("");
    let mut rows = Columns::default();
    let titles = ["", "bytecode", "weights", "engine", "states"];
    rows.row(titles.map(|title| Cell::new(DIM, title)));
    for ((target, deployment), failure) in targets.iter().zip(deployments).zip(&failures) {
        match (target, failure) {
            (Ok(target), None) => rows.row(row(target, deployment.as_ref())),
            (Ok(target), Some(_)) => rows.row(unreadable_row(&shown(&target.path))),
            (Err(error), _) => rows.row(unreadable_row(&shown(&error.path))),
        };
    }
    page.columns(&rows);
    page.finish()
}

/// Why a path shows nothing, if so.
fn failure(opened: &Opened) -> Option<Failure> {
    match opened {
        Ok(target) => target.failure(),
        Err(error) => Some(error.clone().into()),
    }
}

fn unreadable_row(path: &str) -> Vec<Cell> {
    vec![Cell::plain(path), Cell::new(BAD, "unreadable")]
}

fn row(target: &Target, deployment: Option<&Deployment<'_>>) -> Vec<Cell> {
    let asset = target.asset.present();
    let bytes = asset.map_or_else(String::new, |asset| size(asset.bytes));
    let weights = asset.map_or_else(String::new, |asset| precision(&asset.weights));
    let engine = deployment.map(|deployment| deployment.engine);
    let engine = engine.map(|engine| engine.variant().unwrap_or(engine.name()));
    vec![
        Cell::new(STRONG, &shown(&target.path)),
        Cell::number(&bytes),
        Cell::new(ACCENT, &weights),
        Cell::plain(engine.unwrap_or("–")),
        Cell::plain(&deployment.map_or_else(String::new, |deployment| states(&deployment.kinds))),
    ]
}

/// The element types that make up the weights, each with at least a twentieth of the bytes, largest first.
fn precision(weights: &Weights) -> String {
    let mut storage: Vec<_> = weights.storage.iter().collect();
    storage.sort_by_key(|storage| std::cmp::Reverse(storage.bytes));
    let least = weights.bytes() / 20;
    let named = storage.iter().filter(|storage| storage.bytes > least);
    named
        .map(|storage| storage.dtype.name())
        .collect::<Vec<_>>()
        .join(" + ")
}

fn states(kinds: &[StateKind]) -> String {
    let number = |kind| kinds.iter().filter(|other| **other == kind).count();
    let parts = [
        (number(StateKind::KvCache), "kv"),
        (number(StateKind::SlidingCache), "sliding"),
        (number(StateKind::Fixed), "fixed"),
    ];
    let parts = parts.iter().filter(|(number, _)| *number > 0);
    parts
        .map(|(number, kind)| format!("{number} {kind}"))
        .collect::<Vec<_>>()
        .join(" + ")
}
