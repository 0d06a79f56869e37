//! Asset folders that are not as they should be: one clear sentence and what to do.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use granite_bundle::model::{Asset, AssetError, AssetFormat, RecordedHash};
use tempfile::TempDir;

use crate::bytecode;

/// An asset folder in a folder of its own.
struct Scratch {
    folder: TempDir,
    asset: PathBuf,
}

impl Scratch {
    fn new(name: &str) -> Scratch {
        let folder = tempfile::tempdir().unwrap();
        let asset = folder.path().join(name);
        fs::create_dir(&asset).unwrap();
        Scratch { folder, asset }
    }

    /// One with a sound program.
    fn sound() -> Scratch {
        let scratch = Scratch::new("x.aimodel");
        scratch.write("main.mlirb", &bytecode("decode_step_whole"));
        scratch
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.asset.join(name), bytes).unwrap();
    }

    fn error(&self) -> AssetError {
        Asset::open(&self.asset).unwrap_err()
    }
}

/// Message and file of an error that also says what to do.
fn said(error: &AssetError) -> (String, Option<&str>) {
    assert!(error.help.as_ref().is_some_and(|help| !help.is_empty()));
    let name = error.path.file_name().and_then(|name| name.to_str());
    (error.message.clone(), name)
}

#[test]
fn a_program_alone_is_an_asset() {
    let scratch = Scratch::sound();
    let asset = Asset::open(&scratch.asset).unwrap();
    assert_eq!(asset.format, AssetFormat::Source);
    assert_eq!(asset.metadata, None);
    assert_eq!(asset.recorded_hash, RecordedHash::Missing);
    assert_eq!(asset.functions[0].states.len(), 4);
    assert_eq!(asset.weights.bytes(), 786_524);
}

#[test]
fn a_path_that_is_not_there_or_not_a_folder() {
    let missing = Asset::open(Path::new("no/such.aimodel")).unwrap_err();
    assert_eq!(said(&missing).0, "no such file or folder");
    let scratch = Scratch::sound();
    let file = Asset::open(&scratch.asset.join("main.mlirb")).unwrap_err();
    assert_eq!(said(&file).0, "an asset is a folder, and this is a file");
}

#[test]
fn programs_that_cannot_be_read() {
    let scratch = Scratch::new("x.aimodel");
    let error = scratch.error();
    let expected = "main.mlirb, the program of the asset, is missing";
    assert_eq!(said(&error), (expected.to_owned(), Some("main.mlirb")));

    scratch.write("main.mlirb", b"");
    assert_eq!(said(&scratch.error()).0, "the file is empty");

    scratch.write(
        "main.mlirb",
        b"version https://git-lfs.github.com/spec/v1\n",
    );
    assert!(said(&scratch.error()).0.starts_with("not MLIR bytecode: "));

    scratch.write("main.mlirb", &bytecode("decode_step_whole")[..100]);
    let error = scratch.error();
    assert!(said(&error).0.starts_with("the program is damaged: "));
    assert!(error.offset.is_some());

    fs::remove_file(scratch.asset.join("main.mlirb")).unwrap();
    fs::create_dir(scratch.asset.join("main.mlirb")).unwrap();
    assert_eq!(said(&scratch.error()).0, "expected a file, found a folder");
}

#[test]
fn metadata_that_is_refused() {
    let scratch = Scratch::sound();
    for (bytes, message) in [
        (
            &b""[..],
            "not JSON: EOF while parsing a value at line 1 column 0",
        ),
        (b"[]", "expected a JSON object"),
        (b"{}", "assetVersion is missing"),
        (b"{\"assetVersion\": 2}", "assetVersion is not a string"),
        (
            b"{\"assetVersion\": \"9.0\"}",
            "assetVersion \"9.0\" is not supported (this reader knows \"2.0\")",
        ),
        (
            b"{\"assetVersion\": \"2.0\", \"author\": 1}",
            "author is not a string",
        ),
        (b"{\"a\": \"\xFF\"}", "not UTF-8 from byte 7 on"),
    ] {
        scratch.write("metadata.json", bytes);
        let expected = (message.to_owned(), Some("metadata.json"));
        assert_eq!(said(&scratch.error()), expected);
    }
    let large = fs::File::create(scratch.asset.join("metadata.json")).unwrap();
    large.set_len(100 << 20).unwrap();
    assert_eq!(said(&scratch.error()).0, "larger than 16 MiB");
}

#[test]
fn recorded_hashes_of_any_length() {
    let scratch = Scratch::sound();
    for (bytes, expected) in [
        (vec![7; 32], RecordedHash::Sha256([7; 32])),
        (vec![], RecordedHash::Malformed(0)),
        (vec![7; 64], RecordedHash::Malformed(64)),
    ] {
        scratch.write("main.hash", &bytes);
        let asset = Asset::open(&scratch.asset).unwrap();
        assert_eq!(asset.recorded_hash, expected);
    }
}

#[test]
fn links_may_stay_inside_but_not_leave() {
    let scratch = Scratch::sound();
    let inside = scratch.asset.join("program");
    fs::rename(scratch.asset.join("main.mlirb"), &inside).unwrap();
    symlink("program", scratch.asset.join("main.mlirb")).unwrap();
    assert!(Asset::open(&scratch.asset).is_ok());

    fs::rename(&inside, scratch.folder.path().join("program")).unwrap();
    let dangling = said(&scratch.error()).0;
    assert!(
        dangling.starts_with("a symbolic link that leads nowhere"),
        "{dangling}"
    );

    fs::remove_file(scratch.asset.join("main.mlirb")).unwrap();
    symlink("../program", scratch.asset.join("main.mlirb")).unwrap();
    let leaving = "a symbolic link that leaves the asset folder is not followed";
    assert_eq!(said(&scratch.error()).0, leaving);

    fs::remove_file(scratch.asset.join("main.mlirb")).unwrap();
    symlink("main.mlirb", scratch.asset.join("main.mlirb")).unwrap();
    assert!(
        said(&scratch.error())
            .0
            .starts_with("a symbolic link that leads nowhere")
    );
}

#[test]
fn compiled_assets_have_one_program_named_after_the_chip() {
    let scratch = Scratch::new("x.aimodelc");
    let missing = "main-<soc>.mlirb, the compiled program, is missing";
    assert_eq!(said(&scratch.error()).0, missing);
    scratch.write("main-h18p.mlirb", &bytecode("decode_step_whole"));
    let asset = Asset::open(&scratch.asset).unwrap();
    assert_eq!(asset.format, AssetFormat::Compiled);
    assert!(asset.bytecode_path.ends_with("main-h18p.mlirb"));
    scratch.write("main-h17.mlirb", b"");
    let two = "expected one compiled program, found main-h17.mlirb, main-h18p.mlirb";
    assert_eq!(said(&scratch.error()).0, two);
}
