//! Every command that `status`, `check` and `preflight` print next, pasted in the very state they were printed in: none is
//! refused, none loses an edit, and where they put the stack in, it is in. With `FAULTS=every`, as in CI, in every era.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use granite_bundle_testkit::turn::tries_every_case;
use serde_json::Value;

use crate::place::{BUNDLE, Place};
use crate::texts::{self, ENGINE};

/// What may exit with 1 and be right: these report.
const ASKS: [&str; 3] = [
    "granite-bundle preflight",
    "granite-bundle lint",
    "granite-bundle patch check",
];

/// How an engine came to be where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Site {
    Clone,
    Shallow,
    Worktree,
    Submodule,
    InsideAnother,
    Export,
    Bare,
}

const SITES: [Site; 7] = [
    Site::Clone,
    Site::Shallow,
    Site::Worktree,
    Site::Submodule,
    Site::InsideAnother,
    Site::Export,
    Site::Bare,
];

impl Site {
    /// Makes one of the repository `engine`; how commands name it.
    fn make(self, place: &Place) -> &'static str {
        match self {
            Site::Clone => place.clone("a clone", &[]),
            Site::Shallow => place.clone("a clone", &["--depth", "1"]),
            Site::Worktree => {
                let add = ["worktree", "add", "--quiet", "--detach", "../a worktree"];
                place.git("engine", &add);
                return "a worktree";
            }
            Site::Submodule => {
                place.git("", &["init", "--quiet", "around"]);
                let add = ["submodule", "--quiet", "add", "../engine", "its engine"];
                let origin = place.path("engine").display().to_string();
                place.git("around", &[&add[..3], &[&origin, add[4]]].concat());
                place.commit_in("around");
                return "around/its engine";
            }
            Site::InsideAnother => {
                place.git("", &["init", "--quiet", "around"]);
                copy(place, "around/its engine");
                place.commit_in("around");
                return "around/its engine";
            }
            Site::Export => {
                copy(place, "an export");
                return "an export";
            }
            Site::Bare => {
                place.clone("bare.git", &["--bare"]);
                return "bare.git";
            }
        }
        "a clone"
    }
}

/// The engine's files without its repository.
fn copy(place: &Place, to: &str) {
    fs::create_dir_all(place.path(to)).unwrap();
    let line = format!("git -C engine archive HEAD | tar -x -C '{to}'");
    let copied = place.paste(&line);
    assert!(copied.status.success(), "{copied:?}");
}

/// What somebody did there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    Nothing,
    /// An edit beside what the patches change.
    Edit,
    /// An edit of a line that a patch changes.
    Clash,
    Staged,
    NewFile,
    OnePatch,
    Stack,
    StackAndEdit,
    StackCommitted,
    JulyPatch,
}

const DEEDS: [Deed; 10] = [
    Deed::Nothing,
    Deed::Edit,
    Deed::Clash,
    Deed::Staged,
    Deed::NewFile,
    Deed::OnePatch,
    Deed::Stack,
    Deed::StackAndEdit,
    Deed::StackCommitted,
    Deed::JulyPatch,
];

const MINE: &str = "// somebody's own line\n";

impl Deed {
    fn is_possible(self, site: Site) -> bool {
        match site {
            Site::Export => !matches!(self, Deed::Staged | Deed::StackCommitted),
            Site::Bare => self == Deed::Nothing,
            _ => true,
        }
    }

    /// Does it; the file whose content must not be lost, if that is one's.
    fn act(self, place: &Place, engine: &str) -> Option<&'static str> {
        let path = place.path(engine).join(ENGINE);
        let apply = |more: &str| {
            let line = format!("granite-bundle patch apply {more} --engine '{engine}'");
            let applied = place.paste(&line);
            assert!(applied.status.success(), "{applied:?}");
        };
        let edit = |find: &str| {
            let text = fs::read_to_string(&path).unwrap();
            assert!(text.contains(find), "{text}");
            fs::write(&path, text.replacen(find, &format!("{MINE}{find}"), 1)).unwrap();
        };
        match self {
            Deed::Nothing => return None,
            Deed::Edit => edit(""),
            Deed::Clash => edit("mutating func processChunkedInput("),
            Deed::Staged => {
                edit("");
                place.git(engine, &["add", "--all"]);
            }
            Deed::NewFile => {
                let file = "swift/Sources/CoreAILanguageModels/Mine.swift";
                fs::write(place.path(engine).join(file), MINE).unwrap();
                return Some(file);
            }
            Deed::OnePatch => {
                apply("--only shared-product");
                return None;
            }
            Deed::Stack => {
                apply("");
                return None;
            }
            Deed::StackAndEdit => {
                apply("");
                edit("");
            }
            Deed::StackCommitted => {
                apply("--commit");
                return None;
            }
            Deed::JulyPatch => fs::write(&path, texts::text("July patch").engine()).unwrap(),
        }
        Some(ENGINE)
    }
}

/// Whether the content is in the file, or in what was put aside.
fn is_kept(place: &Place, engine: &str, file: &str, content: &[u8]) -> bool {
    let folder = place.path(engine);
    let here = fs::read(folder.join(file)).unwrap_or_default();
    let is_mine = |text: &[u8]| String::from_utf8_lossy(text).contains(MINE);
    if here == content || (is_mine(content) && is_mine(&here)) {
        return true;
    }
    let stashed = Command::new("git")
        .current_dir(&folder)
        .args(["show", &format!("stash@{{0}}:./{file}")])
        .output()
        .unwrap();
    stashed.stdout == content
}

fn next(place: &Place, command: &[&str], engine: &str) -> Vec<String> {
    let output = place.run(&[command, &["--json", "--engine", engine]].concat());
    let document: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{command:?}: {error}: {output:?}"));
    serde_json::from_value(document["next"].clone()).unwrap()
}

/// Whether a line that was printed can be run here: no network, no Swift.
fn is_at_hand(line: &str) -> bool {
    !line.contains("swift build") && !line.contains("swift run") && !line.contains("https://")
}

/// A fresh place in that state; how commands name the engine, and the file whose content must not be lost.
fn made(
    era: &str,
    site: Site,
    deed: Deed,
) -> (Place, &'static str, Option<(&'static str, Vec<u8>)>) {
    let place = Place::of(era);
    let engine = site.make(&place);
    let file = deed.act(&place, engine);
    let kept = file.map(|file| (file, fs::read(place.path(engine).join(file)).unwrap()));
    (place, engine, kept)
}

fn paste_all(era: &str, site: Site, deed: Deed) {
    let bundle = Path::new(env!("CARGO_MANIFEST_DIR")).join(BUNDLE);
    let commands = [
        &["patch", "status"][..],
        &["patch", "check"],
        &["preflight", bundle.to_str().unwrap()],
    ];
    let (place, engine, _) = made(era, site, deed);
    let answers: BTreeSet<Vec<String>> = commands
        .iter()
        .map(|command| next(&place, command, engine))
        .map(|lines| lines.into_iter().filter(|line| is_at_hand(line)).collect())
        .collect();
    for lines in answers.iter().filter(|lines| !lines.is_empty()) {
        let (place, engine, kept) = made(era, site, deed);
        let told = format!("{era} {site:?} {deed:?}: {lines:#?}");
        for line in lines {
            let pasted = place.paste(line);
            let code = pasted.status.code().unwrap();
            let may_object = ASKS.iter().any(|ask| line.starts_with(ask));
            assert!(
                code == 0 || (code == 1 && may_object),
                "{told} {line}: {pasted:?}"
            );
        }
        if lines.iter().any(|line| line.contains("patch apply")) {
            let engine = if site == Site::Bare {
                "bare-checkout"
            } else {
                engine
            };
            let left = next(&place, &["patch", "status"], engine);
            assert_eq!(left, [""; 0], "{told}");
        }
        if let Some((file, content)) = kept {
            assert!(is_kept(&place, engine, file, &content), "{told}");
        }
    }
}

#[test]
fn the_next_commands_lead_on_in_every_state() {
    let is_every = tries_every_case();
    let mut tried = 0;
    for era in ["E1", "E2", "E3", "E4c", "fork zoo-0.4"] {
        for site in SITES {
            for deed in DEEDS.into_iter().filter(|deed| deed.is_possible(site)) {
                let is_every =
                    is_every && (era == "E3" || (site, deed) == (Site::Clone, Deed::Edit));
                let has_turn = matches!(
                    (era, site, deed),
                    ("E3", Site::InsideAnother, Deed::Clash) | ("E3", Site::Bare, _)
                );
                if is_every || has_turn {
                    paste_all(era, site, deed);
                    tried += 1;
                }
            }
        }
    }
    assert!(tried >= 2);
}
