//! Patches and files as large as somebody may hand in: memory by their size, time by their lines.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use granite_bundle_testkit::turn::tries_every_case;

use crate::kit::Place;

/// A tenth of it is enough to tell, except in CI.
fn size(whole: usize) -> usize {
    if tries_every_case() {
        whole
    } else {
        whole / 10
    }
}

/// A byte of a patch took 83 bytes once, so that sixteen megabytes took 1.3 gigabytes.
#[test]
fn a_patch_of_sixteen_megabytes_takes_little_more_than_its_lines() {
    let place = Place::new(&[("a", "a\n")]);
    let lines = size(16_000_000) / 3;
    let patch =
        format!("--- /dev/null\n+++ b/large\n@@ -0,0 +1,{lines} @@\n") + &"+a\n".repeat(lines);
    fs::write(place.stack().join("large.patch"), patch).unwrap();
    let tool = place.command(&["check"]);
    // The address space in kilobytes: 20 bytes for each of the patch, and what the process takes without it.
    let script = format!("ulimit -v {}; exec \"$@\"", 50_000 + 20 * size(16_000));
    let words = std::iter::once(tool.get_program()).chain(tool.get_args());
    let mut limited = Command::new("sh");
    limited.args(["-c", &script, "sh"]).args(words);
    let output = limited.current_dir(tool.get_current_dir().unwrap());
    let output = output.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
}

/// Looked for line by line, 500 in 100,000 lines took a minute and a half, and each was explained by all of them.
#[test]
fn hunks_that_fit_nowhere_take_no_time_of_the_whole_file_each() {
    let (lines, hunks) = (size(100_000), size(500));
    let line = |number: usize| match number % 3 {
        0 => "}".to_owned(),
        _ => format!("line {number}"),
    };
    let content: String = (0..lines).map(|number| line(number) + "\n").collect();
    let place = Place::new(&[("f", &content)]);
    let mut patch = "--- a/f\n+++ b/f\n".to_owned();
    for at in (0..hunks).map(|number| number * (lines / hunks) + 3) {
        let (before, gone, after) = (line(at), line(at + 1), line(at + 2));
        let first = at + 1;
        patch += &format!("@@ -{first},3 +{first},3 @@\n {before}\n-{gone} gone\n+new\n {after}\n");
    }
    fs::write(place.stack().join("misfits.patch"), patch).unwrap();
    let started = Instant::now();
    let document = place.run(&["check", "--json"]).expect(1).json();
    assert!(started.elapsed() < Duration::from_secs(size(60) as u64));
    let found = document["patches"][0]["files"][0]["hunks"].as_array();
    let misfits = found.unwrap().iter().filter(|it| it["applies"] == false);
    assert_eq!(misfits.count(), hunks, "{document:#}");
}
