//! The body of the fuzz target for patches, on real patches and cuts of them.

use std::fs;

use granite_bundle_testkit::turn::has_turn;

use crate::targets::patch_file;

/// A file that none of the stack's patches fits, and a patch behind a NUL.
fn input(patch: &[u8]) -> Vec<u8> {
    [b"a\nb\nc\n\0", patch].concat()
}

fn patches() -> Vec<Vec<u8>> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/patches");
    let of = |folder: &str| fs::read_dir(folder).unwrap();
    of(root)
        .chain(of(&format!("{root}/pipelined-extra-states")))
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "patch")
        })
        .map(|path| fs::read(path).unwrap())
        .collect()
}

#[test]
fn the_stacks_patches_are_read_and_do_not_fit_a_stranger() {
    for patch in patches() {
        let trial = patch_file(&input(&patch)).unwrap();
        assert!(!trial.files.is_empty());
        assert!(trial.files.iter().all(|file| !file.applies()));
    }
}

#[test]
fn a_small_patch_applies() {
    let patch = b"--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n";
    let trial = patch_file(&input(patch)).unwrap();
    assert!(trial.files[0].applies());
}

#[test]
fn a_patch_cut_anywhere_is_read_or_refused() {
    for patch in patches() {
        let mut refused = 0;
        let ends = (0..patch.len()).step_by(7);
        for end in ends.filter(|end| has_turn(end / 7, 4)) {
            refused += usize::from(patch_file(&input(&patch[..end])).is_err());
        }
        assert!(refused > 0);
    }
}
