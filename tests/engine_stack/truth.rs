//! Which engine has what: the table of `docs/engine-eras.md`, over engines in small.

use granite_bundle::checkout::capability::{Capability, Presence, Survey};
use granite_bundle::checkout::site::Site;
use granite_bundle::checkout::tree::{Memory, PathRules};
use granite_bundle::checkout::{FileImage, FileMode, RepoPath};
use granite_bundle::patch::judge::engine::read;
use granite_bundle::patch::series::Series;

use crate::texts::{self, ENGINE, Files, MANIFEST};

fn memory(files: &Files) -> Memory {
    Memory::new(files.iter().map(|(path, text)| {
        let image = FileImage {
            mode: FileMode::Regular,
            data: text.clone().into_bytes(),
        };
        (RepoPath::new(path).unwrap(), image)
    }))
}

fn checkout(files: &Files) -> Survey {
    let tree = memory(files);
    let site = Site {
        view: &tree,
        committed: Some(&tree),
        blobs: None,
        records: None,
        rules: PathRules::default(),
    };
    read(site, &Series::builtin().unwrap()).unwrap().checkout
}

/// One letter a capability, in their order: `n`ative, `p`rovided, no (`-`), no `/` path, `?` unknown.
fn line(checkout: &Survey) -> String {
    let letter = |capability: &Capability| match checkout.presence(*capability) {
        Some(Presence::Native) => 'n',
        Some(Presence::Provided) => 'p',
        Some(Presence::Patched) => 'o',
        Some(Presence::Patchable) | None => '-',
        Some(Presence::NoPath) => '/',
        Some(Presence::Unknown) => '?',
    };
    Capability::ALL.iter().map(letter).collect()
}

/// Shared product, states, H1, H2, H3, H5, H4, H6.
const TABLE: [(&str, &str, &str); 14] = [
    ("E0", "E0", "------/-"),
    ("E1", "E1", "------/-"),
    ("E2", "E2", "-n----/-"),
    ("E3", "E3", "-n------"),
    ("E4a", "E4a", "-n------"),
    ("E4b", "E4b", "-nnn----"),
    ("E4c", "E4c", "-nnn-n--"),
    ("E4d", "E4d", "-nnn-n--"),
    ("E4e", "E4e", "-nnn-n--"),
    ("E5", "E5", "-nnn-n--"),
    ("fork zoo-0.4", "fork zoo-0.4", "pnp-----"),
    ("guided branch", "E4c", "-nnn-n--"),
    ("June patch", "E0", "ppp---/-"),
    ("July patch", "E1", "ppppp-/-"),
];

#[test]
fn every_engine_has_what_the_table_says() {
    for (name, era, expected) in TABLE {
        let checkout = checkout(&texts::files(name));
        assert_eq!(line(&checkout), expected, "{name}");
        let found = checkout.era.map(|era| era.to_string());
        assert_eq!(found.as_deref(), Some(era), "{name}");
    }
    assert_eq!(TABLE.map(|(name, _, _)| name), texts::NAMES);
}

#[test]
fn what_the_series_says_that_an_era_has_is_what_is_found_in_it() {
    let series = Series::builtin().unwrap();
    for era in &series.eras {
        let name = era.id.to_string();
        let checkout = checkout(&texts::files(&name));
        let has = |capability: &Capability| {
            let presence = checkout.presence(*capability);
            matches!(presence, Some(Presence::Native | Presence::Provided))
        };
        let found: Vec<_> = Capability::ALL.iter().copied().filter(has).collect();
        assert_eq!(era.has, found, "{name}");
    }
}

#[test]
fn the_communitys_text_is_named_and_so_is_what_it_lacks() {
    let by = |name: &str, capability| {
        let checkout = checkout(&texts::files(name));
        checkout.detail(capability).unwrap_or_default().to_owned()
    };
    assert_eq!(
        by("July patch", Capability::ExtraStates),
        "the zoo's July patch"
    );
    assert_eq!(
        by("June patch", Capability::StaticStep),
        "the zoo's June patch"
    );
    assert_eq!(by("fork zoo-0.4", Capability::StaticStep), "fork zoo-0.4");
    assert_eq!(
        by("fork zoo-0.4", Capability::SharedProduct),
        "fork zoo-0.4"
    );
    assert!(by("fork zoo-0.4", Capability::StaticChunk).contains("COREAI_CHUNK_THRESHOLD=1"));
    assert!(by("guided branch", Capability::GuidedHybrid).contains("in one batch"));
}

fn with(name: &str, edit: impl Fn(&str) -> String) -> Survey {
    let mut files = texts::files(name);
    for (path, text) in &mut files {
        if *path == ENGINE {
            *text = edit(text);
        }
    }
    checkout(&files)
}

#[test]
fn layout_comments_and_names_change_no_answer() {
    type Edit = fn(&str) -> String;
    let edits: [Edit; 5] = [
        |text| text.replace("\n        ", "\n\t").replace(" {", "\n{"),
        |text| {
            text.replace('(', "( /* here */ ")
                .replace("\n", " // there\n")
        },
        |text| text.replace("self.", ""),
        |text| {
            let names = ["shared", "fresh", "lengths", "rest", "size", "most", "part"];
            let renamed = |text: String, name: &&str| text.replace(name, &format!("{name}Now"));
            names.iter().fold(text.to_owned(), renamed)
        },
        |text| text.replace('\n', "\r\n"),
    ];
    for (name, _, expected) in TABLE {
        for (index, edit) in edits.iter().enumerate() {
            assert_eq!(line(&with(name, edit)), expected, "{name}, edit {index}");
        }
    }
}

#[test]
fn what_is_only_written_about_is_not_there() {
    let e4c = texts::text("E4c").engine();
    let commented: String = e4c.lines().map(|line| format!("// {line}\n")).collect();
    let quoted = format!("let old = \"\"\"\n{}\n\"\"\"\n", e4c.replace('"', "'"));
    let excluded = format!("#if false\n{e4c}\n#endif\n");
    for more in [commented, quoted, excluded] {
        let checkout = with("E3", |text| format!("{text}{more}"));
        assert_eq!(line(&checkout), "-n------", "{more}");
    }
}

#[test]
fn text_nobody_has_described_is_unknown_with_its_place() {
    let checkout = with("E3", |text| {
        text.replace(
            "initialCapacity: averageExpectedPromptSize",
            "initialCapacity: wanted",
        )
    });
    assert_eq!(line(&checkout), "-n?-----");
    let place = checkout.detail(Capability::StaticStep).unwrap();
    assert!(
        place.contains("CoreAIPipelinedEngine.swift line "),
        "{place}"
    );
    assert!(
        place.ends_with("where the logits buffer is sized"),
        "{place}"
    );
    let nothing = Files::new();
    let nothing = self::checkout(&nothing);
    assert_eq!(line(&nothing), "????????");
}

#[test]
fn a_product_is_found_in_any_spelling_and_a_second_one_is_no_product() {
    let with = |products: &str| {
        let mut files = texts::files("E3");
        files.retain(|(path, _)| *path != MANIFEST);
        files.push((MANIFEST, texts::manifest(products)));
        checkout(&files).presence(Capability::SharedProduct)
    };
    let spread = "\n.library(\n    name: \"CoreAIShared\",\n    targets: [\n        \"CoreAIShared\"\n    ]\n),";
    assert_eq!(with(texts::PRODUCT), Some(Presence::Provided));
    assert_eq!(with(spread), Some(Presence::Provided));
    assert_eq!(with(&format!("//{}", texts::PRODUCT)), None);
    let twice = format!("{}{}", texts::PRODUCT, spread);
    assert_eq!(with(&twice), Some(Presence::Unknown));
}
