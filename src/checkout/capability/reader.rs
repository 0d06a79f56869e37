//! One reading of a checkout: each file is read and understood once, however many questions are put to it.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::io;
use std::rc::Rc;

use git2::{ObjectType, Oid};

use super::probe::{Probe, ProbeTest};
use crate::checkout::RepoPath;
use crate::checkout::swift::{Code, Pattern, bodies, code, products};
use crate::checkout::tree::{Entry, TreeView, text};

/// The folder that stands for any folders in a probe's path.
const ANYWHERE: &str = "/**/";

/// How deep below a folder a file is looked for.
const DEEPEST: usize = 8;

/// Answers questions about one tree.
pub struct Reader<'v> {
    files: &'v dyn TreeView,
    known: RefCell<BTreeMap<String, Option<Rc<SourceFile>>>>,
}

/// A file's bytes, and its code once asked for.
pub(super) struct SourceFile {
    data: Vec<u8>,
    code: OnceCell<Option<Rc<Code>>>,
}

impl SourceFile {
    /// The file as code; `None` where the grammar cannot be loaded.
    pub(super) fn code(&self) -> Option<Rc<Code>> {
        self.code.get_or_init(|| code(&self.data)).clone()
    }
}

impl<'v> Reader<'v> {
    /// Reads this tree.
    pub fn new(files: &'v dyn TreeView) -> Reader<'v> {
        Reader {
            files,
            known: RefCell::default(),
        }
    }

    /// Whether every probe holds.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn all_hold(&self, probes: &[Probe]) -> io::Result<bool> {
        for probe in probes {
            if !self.holds(probe)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The line of the first place in a file whose code is this, counted from 1.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) fn line_of(&self, file: &str, pattern: &Pattern) -> io::Result<Option<usize>> {
        let Some(code) = self.source(file)?.and_then(|source| source.code()) else {
            return Ok(None);
        };
        let found = pattern.find(&code, 0..code.tokens().len());
        let first = found
            .first()
            .and_then(|range| code.tokens().get(range.start));
        Ok(first.map(|token| token.line))
    }

    fn holds(&self, probe: &Probe) -> io::Result<bool> {
        let Some(source) = self.source(&probe.file)? else {
            return Ok(probe.test == ProbeTest::Exists(false));
        };
        Ok(match &probe.test {
            ProbeTest::Exists(there) => *there,
            ProbeTest::Blob(ids) => {
                let id = Oid::hash_object(ObjectType::Blob, &source.data);
                ids.contains(&id.map_err(io::Error::other)?)
            }
            ProbeTest::Code { pattern, inside } => {
                pattern.is_possible(&source.data)
                    && source
                        .code()
                        .is_some_and(|code| has(&code, pattern, inside) == Some(true))
            }
            ProbeTest::NoCode { pattern, inside } => {
                (inside.is_none() && !pattern.is_possible(&source.data))
                    || source
                        .code()
                        .is_some_and(|code| has(&code, pattern, inside) == Some(false))
            }
            ProbeTest::Product(name) => {
                let found = exported(&source, name);
                found.is_some_and(|found| matches!(found.as_slice(), [true]))
            }
            ProbeTest::NoProduct(name) => {
                exported(&source, name).is_some_and(|found| found.is_empty())
            }
        })
    }

    /// The regular file at a probe's path.
    pub(super) fn source(&self, file: &str) -> io::Result<Option<Rc<SourceFile>>> {
        if let Some(known) = self.known.borrow().get(file) {
            return Ok(known.clone());
        }
        let data = match self.locate(file)? {
            Some(path) => text(self.files, &path)?,
            None => None,
        };
        let source = data.map(|data| {
            Rc::new(SourceFile {
                data,
                code: OnceCell::new(),
            })
        });
        let mut known = self.known.borrow_mut();
        known.insert(file.to_owned(), source.clone());
        Ok(source)
    }

    /// True if anything is there by a probe's name, be it a regular file or not.
    pub(super) fn is_there(&self, file: &str) -> io::Result<bool> {
        let path = self.locate(file)?.and_then(|path| RepoPath::new(&path));
        let entry = path.map(|path| self.files.entry(&path)).transpose()?;
        Ok(entry.is_some_and(|entry| entry != Entry::Absent))
    }

    /// The path a probe's file has in this tree; `None` where nothing is there by that name.
    ///
    /// # Errors
    /// When a folder cannot be listed.
    pub fn locate(&self, file: &str) -> io::Result<Option<String>> {
        match file.split_once(ANYWHERE) {
            None => Ok(Some(file.to_owned())),
            Some((folder, name)) => self.below(folder, name, DEEPEST),
        }
    }

    /// The first file of that name below a folder, by the order of names.
    fn below(&self, folder: &str, name: &str, depth: usize) -> io::Result<Option<String>> {
        let mut names = self.files.names(folder)?;
        names.sort();
        if names.iter().any(|found| found == name) {
            return Ok(Some(format!("{folder}/{name}")));
        }
        // A source file is no folder; only what may be one is asked for.
        for inner in names.iter().filter(|name| !name.ends_with(".swift")) {
            let inner = format!("{folder}/{inner}");
            let is_folder = match RepoPath::new(&inner) {
                Some(path) => self.files.is_folder(&path)?,
                None => false,
            };
            if is_folder
                && depth > 0
                && let Some(found) = self.below(&inner, name, depth - 1)?
            {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}

/// Whether every probe holds.
///
/// # Errors
/// When a file cannot be read.
pub fn all_hold(probes: &[Probe], files: &dyn TreeView) -> io::Result<bool> {
    Reader::new(files).all_hold(probes)
}

/// Whether the code has a pattern, in every declaration of a name where one is given; `None` where there is none.
fn has(code: &Code, pattern: &Pattern, inside: &Option<String>) -> Option<bool> {
    let whole = 0..code.tokens().len();
    let Some(name) = inside else {
        return Some(!pattern.find(code, whole).is_empty());
    };
    let mut found = bodies(code, name)
        .into_iter()
        .map(|body| !pattern.find(code, body).is_empty());
    let first = found.next()?;
    // Bodies that disagree answer neither way.
    found.all(|other| other == first).then_some(first)
}

/// For each product of that name, whether it is a library that has the target of that name.
fn exported(source: &SourceFile, name: &str) -> Option<Vec<bool>> {
    let found = products(&*source.code()?)?;
    let named = found.iter().filter(|product| product.name == name);
    let has_target = |targets: &[String]| targets.iter().any(|target| target == name);
    Some(
        named
            .map(|product| product.is_library && has_target(&product.targets))
            .collect(),
    )
}
