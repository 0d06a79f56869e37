//! The program as a user runs it: output, messages and exit codes.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bad_input;
mod diff;
mod explain;
mod inspect;
mod kinds;
mod language;
mod limits;
mod numbers;
mod schema;
#[cfg(unix)]
mod strangers;

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use granite_bundle_testkit::asset::Asset;
use granite_bundle_testkit::bundle::{Bundle, manifest, tokenizer, tokenizer_config};
use granite_bundle_testkit::program::{Data, Element, Graph, Program, Tensor};
use granite_bundle_testkit::scratch;
use serde_json::Value;

/// What one run of the program did.
struct Run {
    stdout: String,
    stderr: String,
    code: i32,
}

impl Run {
    /// Everything a snapshot should hold.
    fn text(&self) -> String {
        let mut text = self.stdout.clone();
        if !self.stderr.is_empty() {
            text += "[stderr]\n";
            text += &self.stderr;
        }
        text + &format!("[exit {}]\n", self.code)
    }

    /// The document on stdout.
    fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap()
    }
}

/// Runs the program in a folder, so that paths in its output are relative.
fn run(folder: &Path, arguments: &[&str]) -> Run {
    run_wide(folder, 100, arguments)
}

/// The same for an output of that many columns.
fn run_wide(folder: &Path, columns: u16, arguments: &[&str]) -> Run {
    let output = Command::cargo_bin("granite-bundle")
        .unwrap()
        .current_dir(folder)
        .env("COLUMNS", columns.to_string())
        .args(arguments)
        .output()
        .unwrap();
    Run {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code().unwrap(),
    }
}

/// The repository's own folder.
fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A folder with copies of a small, good bundle of each of these names.
fn bundles(names: &[&str]) -> tempfile::TempDir {
    let folder = scratch::folder();
    for name in names {
        small_bundle(name).write(&folder.path().join(name)).unwrap();
    }
    folder
}

/// A bundle with the shape of a hybrid model and next to no weights.
fn small_bundle(name: &str) -> Bundle {
    Bundle {
        manifest: Some(manifest(name, "example/hybrid", 64)),
        asset: Some((format!("{name}.aimodel"), small_asset())),
        side_assets: Default::default(),
        tokenizer: Some(tokenizer()),
        tokenizer_config: Some(tokenizer_config()),
        chat_template: Some("{{ messages[0].content }}{{ eos_token }}".to_owned()),
        generation_config: None,
        license: None,
        files: Default::default(),
    }
}

fn small_asset() -> Asset {
    let mut program = Program::default();
    program.add(small_graph("main"));
    Asset::new(program).hashed()
}

/// A static step with a growing pair and a fixed state.
fn small_graph(name: &str) -> Graph {
    let mut graph = Graph::new(name);
    graph.argument("input_ids", Tensor::new(Element::SI32, &[1, 1]));
    graph.argument(
        "position_ids",
        Tensor::new(Element::SI32, &[1, 0]).dynamic(1),
    );
    let cache = Tensor::new(Element::F16, &[2, 1, 2, 0, 4]).dynamic(3);
    graph.state("keyCache", cache.clone());
    graph.state("valueCache", cache);
    graph.state("recState", Tensor::new(Element::F16, &[2, 1, 8]));
    let logits = Tensor::new(Element::F16, &[1, 1, 64]);
    let zero = graph.constant(logits.clone(), Data::Splat(vec![0, 0]));
    graph.output("logits", logits, zero);
    graph
}

/// Replaces a file of the bundle `a`.
fn replace(folder: &tempfile::TempDir, file: &str, content: impl AsRef<[u8]>) {
    fs::write(folder.path().join(file), content).unwrap();
}
