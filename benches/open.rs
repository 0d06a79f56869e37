//! Opening an asset (container, signature, statistics and weight headers), and linting the bundle around it.
//!
//! `cargo bench --bench open`. `compare.py` beside this file measures whole processes against Apple's reader.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a benchmark fails by panicking; its macros make undocumented items"
)]

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use granite_bundle::bundle::Target;
use granite_bundle::lint::Gate;
use granite_bundle::lint::fleet::{ProfileChoice, Settings};
use granite_bundle::model::Asset;
use granite_bundle_testkit::asset;
use granite_bundle_testkit::bundle::Bundle;
use granite_bundle_testkit::granite::{Geometry, Granite};
use granite_bundle_testkit::program::{Element, Graph, Program, Tensor};

/// Multiplications per layer that make a decode step about as long as an exporter's, some 13,000 operations.
const FILLER: usize = 112;

fn granite(c: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let mut group = c.benchmark_group("granite");
    for (name, granite) in [
        ("350m fp16", Granite::fp16(Geometry::granite_350m())),
        ("1b int8", Granite::int8lin(Geometry::granite_1b())),
        (
            "1b int8, 13,000 operations",
            Granite {
                filler: FILLER,
                ..Granite::int8lin(Geometry::granite_1b())
            },
        ),
    ] {
        let path = folder.path().join(format!("{name}.aimodel"));
        granite.asset().write(&path).unwrap();
        group.bench_function(name, |bencher| bencher.iter(|| open(&path)));
    }
    group.finish();
}

/// A whole bundle, read and held to every rule and the nearest profile; without its hash.
fn lint(c: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("granite_1b");
    let granite = Granite {
        filler: FILLER,
        ..Granite::int8lin(Geometry::granite_1b())
    };
    Bundle::granite("granite_1b", &granite)
        .write(&path)
        .unwrap();
    let settings = Arc::new(Settings {
        config: None,
        gate: Gate::default(),
        profile: ProfileChoice::Auto(Vec::new()),
        platform: None,
        engine: None,
        hash: false,
    });
    c.bench_function("lint/1b int8, 13,000 operations", |bencher| {
        bencher.iter(|| settings.lint(Target::open(black_box(&path)).unwrap()));
    });
}

/// The cost per operation must not depend on how many there are.
fn growth(c: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let mut group = c.benchmark_group("growth");
    for functions in [10, 100, 1000] {
        let path = folder.path().join(format!("{functions}.aimodel"));
        asset::Asset::new(program(functions)).write(&path).unwrap();
        group.throughput(Throughput::Elements(functions));
        group.bench_function(format!("{functions} functions"), |bencher| {
            bencher.iter(|| open(&path));
        });
    }
    group.finish();
}

/// Functions of 100 operations each, without weights.
fn program(functions: u64) -> Program {
    let mut program = Program::default();
    for number in 0..functions {
        let tensor = Tensor::new(Element::F16, &[4]);
        let mut graph = Graph::new(&format!("function_{number}"));
        let mut value = graph.argument("x", tensor.clone());
        for _ in 0..50 {
            let zeros = graph.zeros(tensor.clone());
            value = graph.op("primitive.add_v1", &[value, zeros], tensor.clone());
        }
        graph.output("y", tensor, value);
        program.add(graph);
    }
    program
}

fn open(path: &Path) -> Asset {
    Asset::open(black_box(path)).unwrap()
}

criterion_group!(benches, granite, lint, growth);
criterion_main!(benches);
