//! Where members and elements stand in JSON text, found for many pointers in one pass.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Bound, Range};

use super::pointer;
use crate::bundle::lines::Scanner;

/// Where a value is, and what stands beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The value without the space around it.
    pub(super) value: Range<usize>,
    /// Its key and its neighbours, if it is a member of an object.
    pub(super) member: Option<Member>,
}

/// A member of an object, among the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    /// Where the key begins.
    pub(super) key: usize,
    /// Where the object's inside begins: behind its bracket.
    pub(super) inside: usize,
    /// Number among the object's members.
    pub(super) number: usize,
    /// Where the value of the member before it ends.
    pub(super) previous: Option<usize>,
    /// Where the key of the member behind it begins, or the object's bracket is.
    pub(super) next: usize,
    /// Whether a member is behind it.
    pub(super) last: bool,
}

/// The places of those of `wanted` that are in valid JSON text; one whose path has a repeated key is left out, as readers
/// differ in which value they take.
pub(super) fn places<'a>(text: &str, wanted: &BTreeSet<&'a str>) -> BTreeMap<&'a str, Place> {
    let mut walk = Walk {
        scanner: Scanner::new(text),
        wanted,
        found: BTreeMap::new(),
        repeated: BTreeSet::new(),
    };
    walk.scanner.space();
    walk.value("");
    let Walk {
        mut found,
        repeated,
        ..
    } = walk;
    found.retain(|place, _| ancestors(place).all(|above| !repeated.contains(above)));
    found
}

/// The pointer and those of everything it is in.
pub(super) fn ancestors(pointer: &str) -> impl Iterator<Item = &str> {
    let cuts = pointer.match_indices('/').map(|(at, _)| at);
    cuts.skip(1)
        .map(|at| &pointer[..at])
        .chain([pointer])
        .filter(|above| !above.is_empty())
}

struct Walk<'t, 'w, 'a> {
    scanner: Scanner<'t>,
    wanted: &'w BTreeSet<&'a str>,
    found: BTreeMap<&'a str, Place>,
    repeated: BTreeSet<String>,
}

impl Walk<'_, '_, '_> {
    /// Passes over the value at `at`, looking into it where something in it is wanted; where it ends.
    fn value(&mut self, at: &str) -> usize {
        let inside = format!("{at}/");
        let looked_into = self
            .wanted
            .range::<str, _>((Bound::Included(inside.as_str()), Bound::Unbounded))
            .next()
            .is_some_and(|wanted| wanted.starts_with(&inside));
        match self.scanner.peek() {
            Some(b'{') if looked_into => self.object(at),
            Some(b'[') if looked_into => self.array(at),
            _ => {
                let start = self.scanner.at();
                self.scanner.value();
                start + self.scanner.since(start).trim_ascii_end().len()
            }
        }
    }

    fn object(&mut self, at: &str) -> usize {
        self.scanner.next();
        let inside = self.scanner.at();
        self.scanner.space();
        let mut seen = BTreeSet::new();
        let mut members: Vec<(String, Place)> = Vec::new();
        let mut previous = None;
        let mut number = 0;
        while self.scanner.peek() == Some(b'"') {
            let key = self.scanner.at();
            let path = pointer(at, &self.scanner.key());
            self.scanner.skip(b':');
            let start = self.scanner.at();
            let end = self.value(&path);
            self.scanner.skip(b',');
            if !seen.insert(path.clone()) {
                self.repeated.insert(path.clone());
            }
            if self.wanted.contains(path.as_str()) {
                let member = Member {
                    key,
                    inside,
                    number,
                    previous,
                    next: self.scanner.at(),
                    last: self.scanner.peek() != Some(b'"'),
                };
                let place = Place {
                    value: start..end,
                    member: Some(member),
                };
                members.push((path, place));
            }
            previous = Some(end);
            number += 1;
        }
        for (path, place) in members {
            self.keep(&path, place);
        }
        self.scanner.next();
        self.scanner.at()
    }

    fn array(&mut self, at: &str) -> usize {
        self.scanner.skip(b'[');
        let mut number = 0;
        while !matches!(self.scanner.peek(), None | Some(b']')) {
            let path = format!("{at}/{number}");
            let start = self.scanner.at();
            let end = self.value(&path);
            self.scanner.skip(b',');
            self.keep(
                &path,
                Place {
                    value: start..end,
                    member: None,
                },
            );
            number += 1;
        }
        self.scanner.next();
        self.scanner.at()
    }

    fn keep(&mut self, path: &str, place: Place) {
        if let Some(wanted) = self.wanted.get(path) {
            self.found.insert(wanted, place);
        }
    }
}
