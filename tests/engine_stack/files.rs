//! The stack's files: headers, formatting, and a full cycle on a skeleton of each pre-image.
//!
//! The engine's source is not part of this repository. A skeleton has a patch's context and removed
//! lines at their recorded positions and filler lines elsewhere.

use granite_bundle_testkit::scratch;
use std::collections::BTreeSet;

use granite_bundle::checkout::capability::{all_hold, recognise_era};
use granite_bundle::checkout::tree::{Disk, Entry, Memory, Overlay, PathRules, TreeView};
use granite_bundle::checkout::{FileImage, FileMode, RepoPath};
use granite_bundle::patch::fit::trial::{changes, try_patch};
use granite_bundle::patch::format::file::{FilePatch, Hunk, Side};
use granite_bundle::patch::series::{Patch, Series, Variant};

use crate::checkout;

/// Swift's longest line in the engine's formatter configuration.
const LINE_LENGTH: usize = 120;

pub(crate) fn series() -> Series {
    Series::builtin().unwrap()
}

fn variants(series: &Series) -> impl Iterator<Item = (&Patch, &Variant)> {
    let patches = series.patches.iter();
    patches.flat_map(|patch| patch.variants.iter().map(move |variant| (patch, variant)))
}

fn files(variant: &Variant) -> &[FilePatch] {
    variant.files.as_ref().unwrap()
}

/// The pre-image's lines that a patch shows, at their places, and fillers between and after.
pub(crate) fn skeleton(file: &FilePatch) -> String {
    let mut lines = Vec::<String>::new();
    let filler = |number: usize| format!("// line {number}\n");
    for hunk in &file.hunks {
        while lines.len() + 1 < hunk.old_start {
            lines.push(filler(lines.len() + 1));
        }
        let text = |line: &[u8]| String::from_utf8(line.to_vec()).unwrap();
        lines.extend(hunk.preimage().map(text));
    }
    for _ in 0..8 {
        lines.push(filler(lines.len() + 1));
    }
    lines.concat()
}

fn tree(files: &[FilePatch]) -> Memory {
    Memory::new(files.iter().map(|file| {
        let image = FileImage {
            mode: FileMode::Regular,
            data: skeleton(file).into_bytes(),
        };
        (file.path.clone(), image)
    }))
}

fn content(view: &dyn TreeView, path: &RepoPath) -> String {
    match view.entry(path).unwrap() {
        Entry::File(image) => String::from_utf8(image.data).unwrap(),
        other => panic!("{path}: {other:?}"),
    }
}

fn patched<'tree>(patch: &[FilePatch], tree: &'tree dyn TreeView) -> Overlay<'tree> {
    let trial = try_patch(patch, tree, PathRules::default()).unwrap();
    assert!(trial.applies());
    assert_eq!(
        trial.distance(),
        0,
        "a skeleton's lines are where the patch says"
    );
    let mut overlay = Overlay::new(tree);
    overlay.apply(&changes(patch, &trial, tree).unwrap());
    overlay
}

#[test]
fn every_variant_goes_in_and_comes_out_of_its_skeleton() {
    for (_, variant) in variants(&series()) {
        let patch = files(variant);
        let before = tree(patch);
        let after = patched(patch, &before);
        assert!(
            all_hold(&variant.present, &after).unwrap(),
            "{}",
            variant.file
        );
        assert!(
            !all_hold(&variant.present, &before).unwrap(),
            "{}",
            variant.file
        );
        let reversed: Vec<_> = patch.iter().map(FilePatch::reversed).collect();
        let restored = patched(&reversed, &after);
        for file in patch {
            let restored = content(&restored, &file.path);
            assert!(restored == content(&before, &file.path), "{}", variant.file);
        }
    }
}

#[test]
fn no_variant_touches_the_text_that_tells_eras_apart() {
    let series = series();
    for (_, variant) in variants(&series) {
        for era in variant.eras.iter().map(ToString::to_string) {
            let folder = scratch::folder();
            checkout::write_for(&series, &era, folder.path(), &variant.file);
            let before = Disk::new(folder.path());
            let found = |view: &dyn TreeView| recognise_era(&series.eras, view).unwrap();
            assert_eq!(found(&before).map(|id| id.to_string()), Some(era.clone()));
            let trial = try_patch(files(variant), &before, PathRules::default()).unwrap();
            assert!(trial.applies(), "{} on {era}", variant.file);
            let mut after = Overlay::new(&before);
            after.apply(&changes(files(variant), &trial, &before).unwrap());
            assert_eq!(found(&after), found(&before), "{} on {era}", variant.file);
        }
    }
}

#[test]
fn added_lines_keep_the_engines_formatting() {
    for (_, variant) in variants(&series()) {
        let hunks = files(variant).iter().flat_map(|file| &file.hunks);
        for line in hunks
            .flat_map(Hunk::lines)
            .filter(|line| line.side == Side::Added)
        {
            let text = std::str::from_utf8(line.text)
                .unwrap()
                .strip_suffix('\n')
                .unwrap();
            assert!(
                text.chars().count() <= LINE_LENGTH,
                "{}: {text}",
                variant.file
            );
            assert_eq!(text.trim_end(), text, "{}", variant.file);
            let indent = text.len() - text.trim_start_matches(' ').len();
            assert_eq!(indent % 4, 0, "{}: {text}", variant.file);
            assert!(!text.contains('\t'), "{}: {text}", variant.file);
        }
    }
}

/// A patch file's header, as fields and its list of hunks.
struct Header<'a> {
    text: &'a str,
}

impl<'a> Header<'a> {
    fn of(variant: &'a Variant) -> Header<'a> {
        let text = std::str::from_utf8(&variant.text).unwrap();
        let (text, _) = text.split_once("\ndiff --git ").unwrap();
        Header { text }
    }

    fn field(&self, name: &str) -> &'a str {
        let mut lines = self.text.lines();
        let field = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        field.unwrap_or_else(|| panic!("no field {name} in: {}", self.text))
    }

    /// Number and text of each entry below `Hunks`.
    fn hunks(&self) -> Vec<(usize, String)> {
        let lines = self
            .text
            .lines()
            .skip_while(|line| !line.starts_with("Hunks"));
        let mut entries = Vec::<(usize, String)>::new();
        for line in lines.skip(1).take_while(|line| !line.is_empty()) {
            let numbered = line.trim_start().split_once(". ");
            let number = numbered.and_then(|(number, rest)| Some((number.parse().ok()?, rest)));
            if let Some((number, rest)) = number {
                entries.push((number, rest.to_owned()));
            } else {
                entries.last_mut().unwrap().1.push_str(line.trim_start());
            }
        }
        entries
    }
}

/// Requirement ids such as `H1` in a text.
fn requirements(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let is_requirement = |word: &&str| {
        let digits = word.strip_prefix(['H', 'L']).unwrap_or_default();
        digits.len() == 1 && digits.chars().all(|c| c.is_ascii_digit())
    };
    words.filter(is_requirement).collect()
}

fn joined<T: ToString>(items: &[T]) -> String {
    items
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

#[test]
fn every_header_says_what_for_whom_hunk_by_hunk_and_what_is_left_alone() {
    let series = series();
    for (_, variant) in variants(&series) {
        let header = Header::of(variant);
        let eras = match variant.eras.as_slice() {
            [] => "none of its own".to_owned(),
            eras => joined(eras),
        };
        assert_eq!(header.field("Eras"), eras, "{}", variant.file);
        assert_eq!(
            header.field("Provides"),
            joined(&variant.provides),
            "{}",
            variant.file
        );
        let base = header.field("Base").split(' ').next().unwrap();
        assert!(
            base.len() == 40 && base.chars().all(|c| c.is_ascii_hexdigit()),
            "{base}"
        );
        assert!(header.text.contains("\nLeaves alone: "), "{}", variant.file);

        let hunks: usize = files(variant).iter().map(|file| file.hunks.len()).sum();
        let listed = header.hunks();
        let numbers: Vec<_> = listed.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, (1..=hunks).collect::<Vec<_>>(), "{}", variant.file);
        let mut met = BTreeSet::new();
        for (number, text) in &listed {
            let ids = requirements(text);
            assert!(
                !ids.is_empty(),
                "{}: hunk {number} meets no requirement",
                variant.file
            );
            met.extend(ids);
        }
        for capability in series
            .capabilities
            .iter()
            .filter(|c| variant.provides.contains(&c.id))
        {
            let asked = capability.requirements.iter().map(String::as_str);
            let answered: BTreeSet<_> = asked.filter(|id| met.contains(id)).collect();
            assert!(!answered.is_empty(), "{}: {}", variant.file, capability.id);
        }
    }
}

#[test]
fn every_era_has_a_variant_or_a_reason_for_every_patch() {
    let series = series();
    for patch in &series.patches {
        for era in series.eras.iter().map(|era| era.id) {
            let written = patch.current().any(|variant| variant.eras.contains(&era));
            let reason = series.unsupported_reason(&patch.name, era);
            assert_ne!(written, reason.is_some(), "{} for {era}", patch.name);
        }
    }
}
