//! Mistakes in the asset's folder.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use granite_bundle_testkit::asset::HashFile;
use granite_bundle_testkit::bundle::Bundle;
use serde_json::json;

use super::{Change, Mutant, Setting};
use crate::good::Base;

const fn ordinary(
    name: &'static str,
    change: fn(&mut Bundle),
    caught: &'static [&'static str],
) -> Mutant {
    Mutant::new(name, Base::Ordinary, Change::Bundle(change), caught)
}

const fn disk(name: &'static str, change: fn(&Path), caught: &'static [&'static str]) -> Mutant {
    Mutant::new(name, Base::Ordinary, Change::Disk(change), caught)
}

fn folder(bundle: &Path) -> PathBuf {
    let name = bundle.file_name().unwrap().to_str().unwrap();
    bundle.join(format!("{name}.aimodel"))
}

fn bytecode(bundle: &Path) -> PathBuf {
    folder(bundle).join("main.mlirb")
}

fn asset(bundle: &mut Bundle) -> &mut granite_bundle_testkit::asset::Asset {
    &mut bundle.asset.as_mut().unwrap().1
}

/// Makes the asset a compiled one for an architecture, under the given name.
fn compile(bundle: &Path, arch: &str, name: &str) {
    let compiled = bundle.join(name);
    fs::rename(folder(bundle), &compiled).unwrap();
    fs::rename(
        compiled.join("main.mlirb"),
        compiled.join(format!("main-{arch}.mlirb")),
    )
    .unwrap();
}

fn declare(bundle: &Path, name: &str) {
    let path = bundle.join("metadata.json");
    let mut manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    manifest["assets"]["main"] = json!(name);
    fs::write(path, serde_json::to_string_pretty(&manifest).unwrap()).unwrap();
}

/// Moves a path out of the bundle and leaves a link to it.
fn link_out(bundle: &Path, path: &Path) {
    let outside = bundle.parent().unwrap().join("outside");
    fs::rename(path, &outside).unwrap();
    symlink(outside, path).unwrap();
}

const UNREADABLE: &[&str] = &["error asset-unreadable"];
const SYMLINK: &[&str] = &["error asset-symlink"];
const PARTIAL: &[&str] = &["warning asset-partial"];
const MISMATCH: &[&str] = &["error asset-hash-mismatch"];

pub(super) const MUTANTS: &[Mutant] = &[
    ordinary(
        "a stale hash",
        |bundle| asset(bundle).hash = HashFile::Bytes(vec![7; 32]),
        MISMATCH,
    )
    .with(Setting::Hashed),
    ordinary(
        "a hash written as hexadecimal text",
        |bundle| asset(bundle).hash = HashFile::Bytes(vec![b'a'; 64]),
        MISMATCH,
    ),
    disk(
        "a bit of the weights flipped on the way",
        |bundle| {
            let mut bytes = fs::read(bytecode(bundle)).unwrap();
            let middle = bytes.windows(64).position(|run| run == [0x3C; 64]).unwrap();
            bytes[middle] ^= 1;
            fs::write(bytecode(bundle), bytes).unwrap();
        },
        MISMATCH,
    )
    .with(Setting::Hashed),
    ordinary(
        "main.hash dropped by an upload filter",
        |bundle| asset(bundle).hash = HashFile::Missing,
        &["warning asset-hash-missing"],
    ),
    disk(
        "the bytecode cut by an interrupted download",
        |bundle| {
            let bytes = fs::read(bytecode(bundle)).unwrap();
            fs::write(bytecode(bundle), &bytes[..bytes.len() / 2]).unwrap();
        },
        UNREADABLE,
    ),
    disk(
        "an empty bytecode file",
        |bundle| fs::write(bytecode(bundle), "").unwrap(),
        UNREADABLE,
    ),
    disk(
        "a pointer of large-file storage for the bytecode",
        |bundle| {
            let pointer =
                "version https://git-lfs.github.com/spec/v1\noid sha256:fd9f\nsize 1698798094\n";
            fs::write(bytecode(bundle), pointer).unwrap();
        },
        UNREADABLE,
    ),
    disk(
        "no bytecode file",
        |bundle| fs::remove_file(bytecode(bundle)).unwrap(),
        UNREADABLE,
    ),
    disk(
        "an asset that is a file",
        |bundle| {
            let bytes = fs::read(bytecode(bundle)).unwrap();
            fs::remove_dir_all(folder(bundle)).unwrap();
            fs::write(folder(bundle), bytes).unwrap();
        },
        UNREADABLE,
    ),
    disk(
        "the asset's metadata is no JSON",
        |bundle| fs::write(folder(bundle).join("metadata.json"), "assetVersion: 2.0").unwrap(),
        UNREADABLE,
    ),
    ordinary(
        "an asset of a version to come",
        |bundle| asset(bundle).metadata.as_mut().unwrap()["assetVersion"] = json!("9.0"),
        UNREADABLE,
    ),
    ordinary(
        "an asset of converter 0.4.0",
        |bundle| {
            let metadata = asset(bundle).metadata.as_mut().unwrap();
            metadata
                .as_object_mut()
                .unwrap()
                .remove("producer")
                .unwrap();
        },
        &["error asset-no-producer"],
    ),
    ordinary(
        "an asset without metadata",
        |bundle| asset(bundle).metadata = None,
        &["warning asset-metadata-missing"],
    ),
    disk(
        "an asset linked to a download cache",
        |bundle| link_out(bundle, &folder(bundle)),
        SYMLINK,
    ),
    disk(
        "bytecode linked to a download cache",
        |bundle| link_out(bundle, &bytecode(bundle)),
        SYMLINK,
    ),
    disk(
        "an asset linked within the bundle",
        |bundle| {
            let real = bundle.join("blobs");
            fs::rename(folder(bundle), &real).unwrap();
            symlink("blobs", folder(bundle)).unwrap();
        },
        SYMLINK,
    ),
    disk(
        "a link to an asset that was deleted",
        |bundle| {
            fs::remove_dir_all(folder(bundle)).unwrap();
            symlink("gone.aimodel", folder(bundle)).unwrap();
        },
        SYMLINK,
    ),
    disk(
        "the bundle's folder is a link",
        |bundle| link_out(bundle, bundle),
        SYMLINK,
    ),
    disk(
        "compiled, and the source thrown away",
        |bundle| {
            let name = format!("{}.aimodelc", Base::Ordinary.name());
            compile(bundle, "h18p", &name);
            declare(bundle, &name);
        },
        &[
            "note asset-compiled-arch",
            "note asset-compiled-load-options",
            "note asset-compiled-only",
        ],
    ),
    disk(
        "compiled, and the manifest still names the source",
        |bundle| {
            compile(
                bundle,
                "h18p",
                &format!("{}.aimodelc", Base::Ordinary.name()),
            )
        },
        &[
            "note asset-compiled-arch",
            "note asset-compiled-load-options",
            "note asset-compiled-only",
            "note bundle-asset-missing",
        ],
    ),
    disk(
        "compiled under the compiler's own name",
        |bundle| {
            compile(
                bundle,
                "h18p",
                &format!("{}.h18p.aimodelc", Base::Ordinary.name()),
            )
        },
        &[
            "error bundle-asset-missing",
            "warning bundle-asset-arch-infix",
        ],
    ),
    disk(
        "the source beside the declared compiled asset",
        |bundle| {
            let source = folder(bundle);
            let name = format!("{}.aimodelc", Base::Ordinary.name());
            let kept = bundle.join("kept");
            fs::create_dir(&kept).unwrap();
            for entry in fs::read_dir(&source).unwrap() {
                let path = entry.unwrap().path();
                // A copy would fill the holes.
                fs::hard_link(&path, kept.join(path.file_name().unwrap())).unwrap();
            }
            compile(bundle, "h18p", &name);
            fs::rename(kept, source).unwrap();
            declare(bundle, &name);
        },
        &[
            "note asset-compiled-arch",
            "note asset-compiled-load-options",
            "warning bundle-asset-shadowed",
        ],
    ),
    Mutant::new(
        "a part of a published artifact",
        Base::Small,
        Change::Granite(|granite| granite.padded_to = None),
        PARTIAL,
    ),
    Mutant::new(
        "another build under a published name",
        Base::Int8lin,
        Change::Bundle(|bundle| asset(bundle).hash = HashFile::Bytes(vec![7; 32])),
        PARTIAL,
    ),
    disk(
        "two large assets in one bundle",
        |bundle| {
            for name in ["draft.aimodel", "large.aimodel"] {
                fs::create_dir(bundle.join(name)).unwrap();
                let file = fs::File::create(bundle.join(name).join("main.mlirb")).unwrap();
                file.set_len(3 << 30).unwrap();
            }
        },
        &["note asset-cache-interference"],
    ),
    Mutant::new(
        "a bare asset in place of the bundle",
        Base::Ordinary,
        Change::None,
        &["note bundle-pointed-at-asset"],
    )
    .with(Setting::Bare),
    Mutant::new(
        "a large source asset for iOS",
        Base::Int8lin,
        Change::None,
        &["error graph-ios-dynamic-kv", "warning asset-ios-jit-large"],
    )
    .with(Setting::Ios),
    Mutant::new(
        "an unquantized model for iOS",
        Base::Fp16,
        Change::None,
        &[
            "error graph-ios-dynamic-kv",
            "warning asset-ios-jit-large",
            "warning asset-ios-memory",
        ],
    )
    .with(Setting::Ios),
];
