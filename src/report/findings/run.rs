//! What every format of findings is given.

use std::collections::BTreeMap;

use crate::finding::Finding;
use crate::lint::fleet::View;

use super::anchor::Anchors;

/// One run of `lint`, as a format shows it.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// What is shown.
    pub view: &'a View<'a>,
    /// Where it is.
    pub places: &'a Anchors,
    /// What kept the run from judging everything it was asked to judge.
    pub troubles: &'a [Trouble],
}

/// Something that kept a run from judging everything: a path that is not there, a configuration that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What it is, one sentence.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl<'a> Run<'a> {
    /// The findings shown, each with a fingerprint no other has.
    ///
    /// Where several are of one rule about one subject at one place, those after the first are told apart by their number.
    pub fn identified(&self) -> Vec<(&'a Finding, String)> {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        let findings = self.view.findings();
        findings
            .map(|finding| {
                let place = self.places.folder(finding);
                let print = finding.fingerprint(place);
                let number = seen.entry(print.clone()).or_default();
                *number += 1;
                match *number {
                    1 => (finding, print),
                    number => (finding, finding.fingerprint(&format!("{place}\0{number}"))),
                }
            })
            .collect()
    }
}

impl Trouble {
    /// What it is and what to do, on lines of their own.
    pub fn text(&self) -> String {
        match &self.help {
            Some(help) => format!("{}\nhelp: {help}", self.message),
            None => self.message.clone(),
        }
    }
}
