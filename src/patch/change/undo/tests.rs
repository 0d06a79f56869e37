#![allow(clippy::unwrap_used)]

use std::collections::HashMap;

use super::*;
use crate::checkout::FileMode;

#[derive(Default)]
struct Memory {
    images: HashMap<git2::Oid, FileImage>,
    files: HashMap<String, FileImage>,
}

impl UndoReader for Memory {
    fn image(&self, recorded: Recorded) -> Result<FileImage, TransactionError> {
        Ok(self.images[&recorded.oid].clone())
    }

    fn current(&self, path: &RepoPath) -> io::Result<Option<FileImage>> {
        Ok(self.files.get(&*path.shown()).cloned())
    }
}

const START: &str = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n";

fn text(data: &str) -> FileImage {
    FileImage {
        mode: FileMode::Regular,
        data: data.as_bytes().to_vec(),
    }
}

impl Memory {
    fn keep(&mut self, data: Option<&str>) -> Option<Recorded> {
        let image = text(data?);
        let recorded = Recorded::of(&image).unwrap();
        self.images.insert(recorded.oid, image);
        Some(recorded)
    }

    fn applied(&mut self, patch: &str, before: Option<&str>, after: Option<&str>) -> AppliedPatch {
        AppliedPatch {
            patch: patch.to_owned(),
            digest: None,
            stack: None,
            files: vec![AppliedFile {
                path: RepoPath::new("f").unwrap(),
                before: self.keep(before),
                after: self.keep(after),
            }],
            directories: Vec::new(),
        }
    }
}

fn with(lines: &[(&str, &str)]) -> String {
    lines
        .iter()
        .fold(START.to_owned(), |text, (from, to)| text.replace(from, to))
}

fn receipt(applied: Vec<AppliedPatch>) -> Receipt {
    let mut receipt = Receipt::default();
    applied
        .into_iter()
        .for_each(|applied| receipt.push(&PatchId::named(&applied.patch.clone()), applied));
    receipt
}

#[test]
fn an_untouched_result_becomes_the_pre_image() {
    let mut memory = Memory::default();
    let after = with(&[("b\n", "B\n")]);
    let receipt = receipt(vec![memory.applied("p", Some(START), Some(&after))]);
    memory.files.insert("f".to_owned(), text(&after));
    let mut undo = Undo::new(receipt, &memory);
    assert!(undo.recorded(&PatchId::named("p")).unwrap());
    let request = undo.finish();
    assert_eq!(request.changes[0].after, Some(text(START)));
    assert!(request.receipt.applied.is_empty());
}

#[test]
fn the_lower_of_two_patches_comes_out_and_the_upper_stays_exact() {
    let mut memory = Memory::default();
    let (one, both) = (
        with(&[("b\n", "B\n")]),
        with(&[("b\n", "B\n"), ("i\n", "I\n")]),
    );
    let receipt = receipt(vec![
        memory.applied("p", Some(START), Some(&one)),
        memory.applied("q", Some(&one), Some(&both)),
    ]);
    memory.files.insert("f".to_owned(), text(&both));
    let mut undo = Undo::new(receipt, &memory);
    assert!(undo.recorded(&PatchId::named("p")).unwrap());
    assert_eq!(
        undo.file(&RepoPath::new("f").unwrap()).unwrap(),
        Some(text(&with(&[("i\n", "I\n")])))
    );
    let upper = &undo.receipt.of(&PatchId::named("q")).unwrap().files[0];
    assert_eq!(upper.before, Some(Recorded::of(&text(START)).unwrap()));
    assert_eq!(
        upper.after,
        Some(Recorded::of(&text(&with(&[("i\n", "I\n")]))).unwrap())
    );
}

#[test]
fn edits_elsewhere_stay_and_edits_in_place_refuse() {
    let mut memory = Memory::default();
    let after = with(&[("b\n", "B\n")]);
    let receipt = receipt(vec![memory.applied("p", Some(START), Some(&after))]);
    memory.files.insert(
        "f".to_owned(),
        text(&with(&[("b\n", "B\n"), ("j\n", "J\n")])),
    );
    let mut undo = Undo::new(receipt.clone(), &memory);
    assert!(undo.recorded(&PatchId::named("p")).unwrap());
    assert_eq!(
        undo.finish().changes[0].after,
        Some(text(&with(&[("j\n", "J\n")])))
    );

    memory
        .files
        .insert("f".to_owned(), text(&with(&[("b\n", "mine\n")])));
    let mut undo = Undo::new(receipt, &memory);
    assert!(matches!(
        undo.recorded(&PatchId::named("p")),
        Err(UndoError::Entangled(_))
    ));
}

#[test]
fn a_created_file_goes_only_if_nobody_wrote_in_it() {
    let mut memory = Memory::default();
    let receipt = receipt(vec![memory.applied("p", None, Some("new\n"))]);
    memory.files.insert("f".to_owned(), text("new\n"));
    let mut undo = Undo::new(receipt.clone(), &memory);
    assert!(undo.recorded(&PatchId::named("p")).unwrap());
    assert_eq!(undo.finish().changes[0].after, None);

    memory.files.insert("f".to_owned(), text("new\nmine\n"));
    assert!(
        Undo::new(receipt, &memory)
            .recorded(&PatchId::named("p"))
            .is_err()
    );
}

#[test]
fn what_is_back_already_needs_no_change() {
    let mut memory = Memory::default();
    let receipt = receipt(vec![memory.applied("p", Some(START), Some("other"))]);
    memory.files.insert("f".to_owned(), text(START));
    let mut undo = Undo::new(receipt, &memory);
    assert!(undo.recorded(&PatchId::named("p")).unwrap());
    let request = undo.finish();
    assert!(request.changes.is_empty() && request.receipt.applied.is_empty());
}
