//! `run` and `gate` on small exported models.

use granite_bundle_testkit::scratch;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::{repository, run};

const FP16: &str = "tests/fixtures/language/granite_fp16.aimodel";
const INT8: &str = "tests/fixtures/language/granite_int8.aimodel";

fn is_valid(schema: &str, document: &Value) {
    let schema = fs::read_to_string(repository().join("schemas").join(schema)).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let problems: Vec<_> = validator
        .iter_errors(document)
        .map(|e| e.to_string())
        .collect();
    assert!(problems.is_empty(), "{problems:#?}");
}

fn generated(more: &[&str]) -> Value {
    let arguments = [&["run", INT8, "--ids", "1,2,3", "--json"], more].concat();
    let run = run(&repository(), &arguments);
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.json()
}

#[test]
fn a_run_is_the_document_its_schema_describes() {
    let document = generated(&["-n", "4"]);
    is_valid("run-1.schema.json", &document);
    assert_eq!(document["ids"].as_array().unwrap().len(), 4);
    assert_eq!(document["stop"], "length");
    assert_eq!(document["steps"][0]["position"], 3);
    assert_eq!(document["steps"][0]["top"][0][0], document["ids"][0]);
    assert_eq!(
        document["text"],
        Value::Null,
        "a bare asset has no tokenizer"
    );
}

#[test]
fn results_do_not_depend_on_threads_and_a_seed_repeats_them() {
    let ids = |more: &[&str]| generated(&[&["-n", "6"], more].concat())["ids"].clone();
    assert_eq!(ids(&["--threads", "1"]), ids(&["--threads", "3"]));
    let drawn = |seed| ids(&["--temperature", "8", "--seed", seed]);
    assert_eq!(drawn("5"), drawn("5"));
    assert_ne!(drawn("5"), drawn("6"));
    assert_eq!(ids(&["--temperature", "8", "--top-k", "1"]), ids(&[]));
}

#[test]
fn a_prompt_fed_token_by_token_leaves_the_same_logits() {
    let folder = scratch::folder();
    let file = folder.path().join("logits.npy");
    generated(&["-n", "3", "--logits", file.to_str().unwrap()]);
    let bytes = fs::read(&file).unwrap();
    // Three of the prompt, and the first two tokens made; the last is not fed.
    assert_eq!(bytes.len(), 128 + 5 * 128 * 4);
    assert!(String::from_utf8_lossy(&bytes[..128]).contains("'shape': (5, 128)"));
}

#[test]
fn what_cannot_be_run_is_said_in_a_sentence() {
    let failing = |arguments: &[&str], sentence: &str| {
        let run = run(&repository(), arguments);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(run.stderr.contains(sentence), "{}", run.stderr);
        assert!(run.stderr.contains("help: "), "{}", run.stderr);
    };
    failing(&["run", INT8], "there is no prompt");
    failing(
        &["run", INT8, "--ids", "1,128"],
        "id 128 is beyond the vocabulary, whose last is 127",
    );
    failing(&["run", INT8, "Hello"], "there is no tokenizer.json");
    failing(
        &["run", INT8, "--ids", "1", "--function", "other"],
        "there is no function `other`; there is main",
    );
    failing(
        &[
            "run",
            "tests/fixtures/exported/loop_plain.aimodel",
            "--ids",
            "1",
        ],
        "no language model's function",
    );
    let usage = run(&repository(), &["run", INT8, "--ids", "1,x"]);
    assert_eq!(usage.code, 2);
    assert!(
        usage.stderr.contains("`x` is no token id"),
        "{}",
        usage.stderr
    );
}

#[test]
fn two_bundles_are_compared_step_by_step() {
    let arguments = [
        "gate",
        INT8,
        "--against",
        FP16,
        "--ids",
        "1,2,3",
        "-n",
        "6",
        "--json",
    ];
    let run = run(&repository(), &arguments);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let document = run.json();
    is_valid("gate-1.schema.json", &document);
    assert_eq!(
        (&document["mode"], &document["agree"]),
        (&json!("against"), &json!(6))
    );
    let apart = document["distance"]["largest_difference"].as_f64().unwrap();
    assert!(apart > 0.0 && apart < 0.1, "{apart}");
}

/// A transcript of what the int8 model does, with one token replaced where asked.
fn transcript(folder: &Path, replaced: Option<(usize, u32, f64)>) -> String {
    let ids = generated(&["-n", "5"])["ids"].clone();
    let mut ids: Vec<u32> = serde_json::from_value(ids).unwrap();
    let mut margins = vec![0.9; 5];
    if let Some((place, id, margin)) = replaced {
        ids[place] = id;
        margins[place] = margin;
    }
    let document = json!({
        "schema": "coreai-gate-transcript/1",
        "bundle": "granite_int8.aimodel",
        "input_ids": [1, 2, 3],
        "protocol": { "max_new_tokens": 5, "greedy": true },
        "oracle": { "gen_ids": ids, "gen_text": "", "top2_margins": margins },
        "engine": { "gen_text": "" },
        "result": "PASS",
    });
    let path = folder.join("gate.json");
    fs::write(&path, document.to_string()).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_transcript_is_repeated_and_a_tie_is_no_failure() {
    let folder = scratch::folder();
    let gate = |replaced, more: &[&str]| {
        let transcript = transcript(folder.path(), replaced);
        let arguments = [&["gate", INT8, "--transcript", &transcript, "--json"], more].concat();
        let run = run(&repository(), &arguments);
        let document = run.json();
        is_valid("gate-1.schema.json", &document);
        (run.code, document)
    };
    let (code, same) = gate(None, &[]);
    assert_eq!(
        (code, &same["agree"], &same["counted"]),
        (0, &json!(5), &json!(5))
    );
    let (code, parted) = gate(Some((2, 90, 0.9)), &[]);
    assert_eq!((code, &parted["first_divergence"]), (1, &json!(2)));
    assert_eq!(
        parted["counted"], 3,
        "what comes behind a divergence says nothing"
    );
    let (code, tie) = gate(Some((2, 90, 0.05)), &[]);
    assert_eq!(
        (code, &tie["ok"], &tie["counted"]),
        (0, &json!(true), &json!(2))
    );
    let (code, strict) = gate(Some((2, 90, 0.05)), &["--min-margin", "0.01"]);
    assert_eq!((code, &strict["ok"]), (1, &json!(false)));
    let (code, fed) = gate(Some((4, 90, 0.05)), &["--teacher-forced"]);
    assert_eq!(
        (code, &fed["mode"], &fed["counted"]),
        (0, &json!("teacher-forced"), &json!(4))
    );
}

#[test]
fn the_transcript_it_writes_is_what_lint_reads() {
    let folder = scratch::folder();
    for (replaced, result) in [
        (None, "PASS"),
        (Some((1, 90, 0.9)), "FAIL"),
        (Some((1, 90, 0.01)), "PASS_TIE"),
    ] {
        let path = transcript(folder.path(), replaced);
        let out = folder.path().join("out.json");
        let out = out.to_str().unwrap();
        run(
            &repository(),
            &["gate", INT8, "--transcript", &path, "--output", out],
        );
        let written: Value = serde_json::from_str(&fs::read_to_string(out).unwrap()).unwrap();
        is_valid("transcript.schema.json", &written);
        assert_eq!(written["result"], result);
        assert_eq!(written["engine"]["gen_ids"].as_array().unwrap().len(), 5);
    }
}

#[test]
fn a_transcript_without_an_oracle_is_named() {
    let folder = scratch::folder();
    let path = folder.path().join("gate.json");
    fs::write(&path, "{\"result\": \"PASS\"}").unwrap();
    let run = run(
        &repository(),
        &["gate", INT8, "--transcript", path.to_str().unwrap()],
    );
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("input_ids"), "{}", run.stderr);
}

/// A copy of a model with its bytecode or its hash changed.
fn damaged(folder: &Path, model: &str, change: impl FnOnce(&mut Vec<u8>, &mut Vec<u8>)) -> String {
    let asset = folder.join("damaged.aimodel");
    fs::create_dir_all(&asset).unwrap();
    let read = |name: &str| fs::read(repository().join(model).join(name)).unwrap();
    let (mut bytecode, mut hash) = (read("main.mlirb"), read("main.hash"));
    change(&mut bytecode, &mut hash);
    fs::write(asset.join("main.mlirb"), bytecode).unwrap();
    fs::write(asset.join("main.hash"), hash).unwrap();
    fs::write(asset.join("metadata.json"), read("metadata.json")).unwrap();
    asset.to_str().unwrap().to_owned()
}

/// Neither command goes through with a file; each says why in a sentence, with a next step, and writes nothing.
fn refuses(command: &str, asset: &str, sentence: &str) {
    let folder = scratch::folder();
    let transcript = transcript(folder.path(), None);
    let before = fs::read_dir(folder.path()).unwrap().count();
    let output = folder.path().join("out");
    let output = output.to_str().unwrap();
    let arguments = match command {
        "run" => vec![
            "run", asset, "--ids", "1,2,3", "-n", "2", "--logits", output,
        ],
        _ => vec![
            "gate",
            asset,
            "--transcript",
            &transcript,
            "--output",
            output,
        ],
    };
    let run = run(folder.path(), &arguments);
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (2, ""),
        "{command}: {}",
        run.stderr
    );
    assert!(run.stderr.contains(sentence), "{command}: {}", run.stderr);
    assert!(run.stderr.contains("help: "), "{command}: {}", run.stderr);
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        before,
        "{command}"
    );
}

#[test]
fn a_cut_file_and_weights_that_are_no_numbers_are_refused() {
    let folder = scratch::folder();
    let cut = damaged(folder.path(), INT8, |bytecode, _| {
        bytecode.truncate(bytecode.len() / 2)
    });
    refuses("run", &cut, "damaged.aimodel");
    refuses("gate", &cut, "damaged.aimodel");
    let folder = scratch::folder();
    let poisoned = damaged(folder.path(), FP16, |bytecode, _| {
        // Every bit of the exponent: NaN, wherever the halves begin. The middle of the file is within a weight.
        let middle = bytecode.len() / 2;
        bytecode[middle..middle + 512].fill(0x7f);
    });
    refuses(
        "run",
        &poisoned,
        "are not numbers: weights or states hold NaN",
    );
}

#[test]
fn a_gate_speaks_of_the_file_whose_hash_is_recorded() {
    let folder = scratch::folder();
    let asset = damaged(folder.path(), INT8, |_, hash| hash[0] ^= 1);
    refuses("gate", &asset, "main.hash records another SHA-256");
    let against = ["gate", FP16, "--against", &asset, "--ids", "1,2", "-n", "2"];
    let gate = run(&repository(), &against);
    assert_eq!(gate.code, 2);
    assert!(
        gate.stderr.contains("main.hash records another"),
        "{}",
        gate.stderr
    );
    let looked = run(&repository(), &["run", &asset, "--ids", "1,2,3", "-n", "2"]);
    assert_eq!(looked.code, 0, "what it says can be looked at all the same");
}

#[test]
fn a_prompt_of_nothing_and_one_too_long_are_said() {
    let folder = scratch::folder();
    let empty = folder.path().join("empty.json");
    fs::write(&empty, r#"{"input_ids": [], "oracle": {"gen_ids": [1]}}"#).unwrap();
    let gate = run(
        &repository(),
        &["gate", INT8, "--transcript", empty.to_str().unwrap()],
    );
    assert_eq!(gate.code, 2);
    assert!(gate.stderr.contains("no `input_ids`"), "{}", gate.stderr);
    let long = vec!["1"; 4097].join(",");
    let full = run(&repository(), &["run", INT8, "--ids", &long, "-n", "1"]);
    assert_eq!((full.code, full.stdout.as_str()), (2, ""));
    assert!(
        full.stderr
            .contains("4097 tokens do not fit the context of 4096"),
        "{}",
        full.stderr
    );
}

#[test]
fn a_transcript_of_another_bundle_is_said_to_be_one() {
    let folder = scratch::folder();
    let transcript = transcript(folder.path(), None);
    let other = run(&repository(), &["gate", FP16, "--transcript", &transcript]);
    let sentence = "the transcript is of `granite_int8.aimodel`, and this bundle is `granite_fp16";
    assert!(other.stderr.contains(sentence), "{}", other.stderr);
}

/// Starts a run that would take minutes, and interrupts it once it says something.
#[cfg(unix)]
fn interrupted(more: &[&str]) -> (String, std::process::Output) {
    use std::io::Read;
    use std::process::{Command, Stdio};

    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("granite-bundle"));
    command
        .current_dir(repository())
        .args(["run", FP16, "--ids", "1,2,3", "-n", "1000000"])
        .args(more)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut out = child.stdout.take().unwrap();
    let mut first = [0; 4];
    out.read_exact(&mut first).unwrap();
    let id = child.id().to_string();
    let killed = Command::new("kill").args(["-INT", &id]).status().unwrap();
    assert!(killed.success());
    let mut said = String::from_utf8(first.to_vec()).unwrap();
    out.read_to_string(&mut said).unwrap();
    (said, child.wait_with_output().unwrap())
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_keeps_what_it_made_and_says_so() {
    let folder = scratch::folder();
    let logits = folder.path().join("logits.npy");
    let (said, output) = interrupted(&["--logits", logits.to_str().unwrap()]);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{errors}");
    assert!(said.ends_with(" \n"), "the last id is whole: {said:?}");
    assert!(errors.contains("tokens/s"), "{errors}");
    assert!(errors.trim_end().ends_with("interrupted"), "{errors}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
