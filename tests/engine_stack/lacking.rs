//! Checkouts that are none, or lack a part: what is missing is named, and the next command brings it.

use granite_bundle_testkit::scratch;
use std::fs;
use std::path::Path;
use std::process::Command;

use granite_bundle::patch::series::Series;
use serde_json::Value;

use crate::place::{BUNDLE, Place};
use crate::texts::ENGINE;
use crate::{checkout, texts};

impl Place {
    /// What every command that judges the engine says of it on stderr; all say the same, and that it is trouble.
    fn refusal(&self, engine: &str) -> String {
        let bundle = Path::new(env!("CARGO_MANIFEST_DIR")).join(BUNDLE);
        let bundle = bundle.to_str().unwrap();
        let mut said = Vec::new();
        for command in [
            &["preflight", bundle][..],
            &["lint", bundle, "--quiet"],
            &["patch", "status"],
            &["patch", "apply"],
            &["patch", "verify"],
        ] {
            let output = self.run(&[command, &["--engine", engine]].concat());
            assert_eq!(output.status.code(), Some(2), "{command:?}: {output:?}");
            said.push(String::from_utf8(output.stderr).unwrap());
        }
        said.dedup();
        assert_eq!(said.len(), 1, "{said:#?}");
        said.remove(0)
    }

    /// The command of a refusal's next step, run as it is.
    fn follow(&self, refusal: &str) {
        let help = refusal.lines().find_map(|line| line.strip_prefix("help: "));
        let mut words = help.unwrap().split(' ');
        assert_eq!(words.next(), Some("git"), "{refusal}");
        self.git("", &words.collect::<Vec<_>>());
    }

    fn matrix(&self, engine: &str) -> Value {
        let output = self.run(&["patch", "matrix", "--json", "--engine", engine]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let document = serde_json::from_slice(&output.stdout).unwrap();
        let schema = include_str!("../../schemas/patch-1.schema.json");
        jsonschema::validate(&serde_json::from_str(schema).unwrap(), &document).unwrap();
        document
    }

    fn is_judged(&self, engine: &str) -> bool {
        let output = self.run(&["patch", "status", "--json", "--engine", engine]);
        let document: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        document["engine"]["era"] == "E3"
    }
}

#[test]
fn what_is_no_engine_is_told_what_was_looked_for_and_what_was_meant() {
    let place = Place::new();
    for folder in ["empty", "other", "around"] {
        fs::create_dir(place.path(folder)).unwrap();
    }
    let other = "let package = Package(name: \"Other\")\n// \"CoreAILanguageModels\"\n";
    fs::write(place.path("other/Package.swift"), other).unwrap();
    place.clone("around/inner", &[]);
    let looked_for = "it has no swift/Sources/CoreAILanguageModels, and no Package.swift that names CoreAILanguageModels";
    for (engine, help) in [
        ("empty", "help: name a clone of "),
        ("other", "help: name a clone of "),
        ("around", "help: did you mean around/inner?"),
        ("engine/swift", "/engine?"),
    ] {
        let said = place.refusal(engine);
        let first = format!("error: {engine} is no checkout of coreai-models: {looked_for}\n");
        assert!(said.starts_with(&first), "{said}");
        assert!(said.contains(help), "{said}");
    }
    let bundle = Path::new(env!("CARGO_MANIFEST_DIR")).join(BUNDLE);
    let said = place.refusal(bundle.to_str().unwrap());
    assert!(said.contains("help: this is a bundle;"), "{said}");
}

#[test]
fn an_engine_whose_sources_were_moved_is_judged() {
    let place = Place::new();
    let sources = place.path("engine/swift");
    fs::rename(sources, place.path("engine/moved")).unwrap();
    fs::remove_dir_all(place.path("engine/.git")).unwrap();
    let manifest =
        "let package = Package(name: \"m\", targets: [.target(name: \"CoreAILanguageModels\")])\n";
    fs::write(place.path("engine/Package.swift"), manifest).unwrap();
    let output = place.run(&["patch", "status", "--json", "--engine", "engine"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let states = document["capabilities"].as_array().unwrap().iter();
    let unknown = states.filter(|capability| capability["state"] == "unknown");
    assert!(unknown.count() > 0, "{document}");
}

#[test]
fn what_is_committed_and_not_checked_out_is_checked_out_by_the_next_command() {
    let place = Place::new();
    place.clone("bare-tree", &["--no-checkout"]);
    place.clone("sparse", &[]);
    place.git("sparse", &["sparse-checkout", "set", "--cone", "docs"]);
    for engine in ["bare-tree", "sparse"] {
        let said = place.refusal(engine);
        let sentence =
            "has the engine committed, but swift/Sources/CoreAILanguageModels is not checked out";
        assert!(said.contains(sentence), "{said}");
        assert!(!place.is_judged(engine));
        // The history is all there.
        assert_eq!(place.matrix(engine)["matrix"][0]["era"], "E2");
        place.follow(&said);
        assert!(place.is_judged(engine), "{engine}");
    }
}

#[test]
fn a_clone_without_contents_is_judged_by_its_files_and_its_history_as_far_as_it_is_there() {
    let place = Place::new();
    place.clone("partial", &["--filter=blob:none"]);
    assert!(place.is_judged("partial"));
    let document = place.matrix("partial");
    let ranges = document["matrix"].as_array().unwrap();
    assert!(
        ranges
            .iter()
            .all(|range| range["era"] == "E3" && range["commits"] == 1)
    );
    let unread = document["unread"].as_array().unwrap();
    assert_eq!(unread.len(), 1);
    let reason = unread[0]["reason"].as_str().unwrap();
    assert!(reason.starts_with("the committed "), "{reason}");
    assert!(
        reason.ends_with("is not among the objects of this repository"),
        "{reason}"
    );
    let output = place.run(&["patch", "matrix", "--engine", "partial"]);
    let said = String::from_utf8(output.stderr).unwrap();
    let page = String::from_utf8(output.stdout).unwrap();
    assert!(page.contains("1 commit is not judged, from "), "{page}");
    place.follow(&said);
    let document = place.matrix("partial");
    assert_eq!(document.get("unread"), None);
    let eras = document["matrix"].as_array().unwrap().iter();
    let eras: Vec<_> = eras.map(|range| range["era"].as_str().unwrap()).collect();
    assert_eq!(eras, ["E2", "E3", "E2", "E3"]);
}

#[test]
fn a_commit_without_its_folders_is_not_taken_for_one_without_an_engine() {
    let place = Place::new();
    place.clone("treeless", &["--filter=tree:0", "--no-checkout"]);
    let said = place.refusal("treeless");
    assert!(
        said.contains("not among the objects of this repository"),
        "{said}"
    );
    place.follow(&said);
    let said = place.refusal("treeless");
    assert!(said.contains("is not checked out"), "{said}");
    place.follow(&said);
    assert!(place.is_judged("treeless"));
}

#[test]
fn a_damaged_content_is_named_and_other_commits_are_judged() {
    let place = Place::new();
    let output = Command::new("git")
        .current_dir(place.path("engine"))
        .args(["rev-parse", &format!("HEAD~1:{ENGINE}")])
        .output()
        .unwrap();
    let id = String::from_utf8(output.stdout).unwrap();
    let id = id.trim();
    let object = place
        .path("engine/.git/objects")
        .join(&id[..2])
        .join(&id[2..]);
    fs::remove_file(&object).unwrap();
    fs::write(&object, "damaged").unwrap();
    let document = place.matrix("engine");
    let reason = document["unread"][0]["reason"].as_str().unwrap();
    assert!(reason.contains(ENGINE) && reason.contains(id), "{reason}");
    assert!(reason.contains("is damaged: "), "{reason}");
    assert!(
        document["matrix"]
            .as_array()
            .unwrap()
            .iter()
            .all(|range| range["era"] == "E3")
    );
}

#[cfg(unix)]
#[test]
fn a_pipe_in_the_place_of_a_source_file_ends_nothing() {
    let place = Place::new();
    fs::remove_file(place.path("engine").join(ENGINE)).unwrap();
    let made = Command::new("mkfifo")
        .arg(place.path("engine").join(ENGINE))
        .status();
    assert!(made.unwrap().success());
    let bundle = Path::new(env!("CARGO_MANIFEST_DIR")).join(BUNDLE);
    let output = place.run(&["preflight", bundle.to_str().unwrap(), "--engine", "engine"]);
    let page = String::from_utf8(output.stdout).unwrap();
    let flat = page.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        flat.contains(&format!("an engine whose {ENGINE} is no regular file")),
        "{page}"
    );
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_history_is_shown_with_what_is_not_known_of_its_eras() {
    let folder = scratch::folder();
    checkout::write(
        &Series::builtin().unwrap(),
        "E3",
        &folder.path().join("engine"),
    );
    let place = Place::at(folder);
    place.git("engine", &["init", "--quiet"]);
    place.commit();
    for (path, text) in texts::files("E5") {
        let path = place.path("engine").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    place.commit();
    fs::write(place.path("engine").join(ENGINE), "class Engine {}\n").unwrap();
    fs::remove_dir_all(place.path("engine/swift/Sources/CoreAILanguageModels/Session")).ok();
    place.commit();
    let output = place.run(&["patch", "matrix", "--engine", "engine"]);
    let page = String::from_utf8(output.stdout).unwrap();
    let flat = page.split_whitespace().collect::<Vec<_>>().join(" ");
    let unknown = "Not known of E5: the tag's own engine text was not at hand";
    assert!(flat.contains(unknown), "{page}");
    assert!(!flat.contains("Not known of E3"), "{page}");
}
