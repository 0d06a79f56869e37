//! Inside a layer, arrows point one way as well: of the modules that stand beside each other in a folder, none is reached
//! from itself by what it uses. In the layers named here that holds between a folder and what is in it, too.
//!
//! An arrow is a path to another module of the layer, in a `use` or in the text, outside tests. What a module only passes
//! on (`pub use`) is no arrow of its own: whoever uses it there uses the module it comes from.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::{files, root};

type Module = Vec<String>;

/// A path of a source text, and the name it gets where it is passed on.
struct Import {
    path: Vec<String>,
    passed_on: Option<String>,
}

/// Every module with what it uses and passes on.
struct Crate {
    modules: BTreeMap<Module, Vec<Import>>,
}

impl Crate {
    fn read() -> Crate {
        let sources = files("src", "rs").into_iter();
        let modules = sources.filter(|path| !is_test(path)).map(|path| {
            let source = fs::read_to_string(&path).unwrap();
            (module(&path), imports(&source))
        });
        Crate {
            modules: modules.collect(),
        }
    }

    /// The module a path leads to from another, through whatever passes it on.
    fn resolve(&self, from: &Module, path: &[String], depth: usize) -> Option<Module> {
        let mut at = match path.first()?.as_str() {
            "crate" => Module::new(),
            "self" => from.clone(),
            "super" => from[..from.len().checked_sub(1)?].to_vec(),
            child => {
                let inside = [from.as_slice(), &[child.to_owned()]].concat();
                self.modules.contains_key(&inside).then_some(inside)?
            }
        };
        let mut rest = &path[1..];
        while rest.first().is_some_and(|name| name == "super") {
            at.pop()?;
            rest = &rest[1..];
        }
        while let Some(next) = rest.first() {
            let inside = [at.as_slice(), std::slice::from_ref(next)].concat();
            if !self.modules.contains_key(&inside) {
                break;
            }
            at = inside;
            rest = &rest[1..];
        }
        let passed = |import: &&Import| import.passed_on.as_ref() == rest.first();
        let passed = rest
            .first()
            .and_then(|_| self.modules.get(&at)?.iter().find(passed));
        match passed {
            Some(import) if depth > 0 => self.resolve(&at, &import.path, depth - 1).or(Some(at)),
            _ => Some(at),
        }
    }

    /// The modules of the same layer that one uses.
    fn arrows(&self) -> BTreeMap<&Module, BTreeSet<Module>> {
        const LONGEST_WAY: usize = 8;
        let own = |module: &Module, imports: &[Import]| {
            let own = imports.iter().filter(|import| import.passed_on.is_none());
            own.filter_map(|import| self.resolve(module, &import.path, LONGEST_WAY))
                .filter(|to| to != module && to.first() == module.first() && !to.is_empty())
                .collect()
        };
        let modules = self.modules.iter();
        modules
            .map(|(module, imports)| (module, own(module, imports)))
            .collect()
    }
}

fn is_test(path: &Path) -> bool {
    path.file_stem()
        .is_some_and(|name| name == "tests" || name == "testing")
}

fn module(path: &Path) -> Module {
    let inside = path
        .strip_prefix(root().join("src"))
        .unwrap()
        .with_extension("");
    let mut module: Module = inside
        .iter()
        .map(|part| part.to_str().unwrap().to_owned())
        .collect();
    if module
        .last()
        .is_some_and(|last| matches!(last.as_str(), "mod" | "lib" | "main"))
    {
        module.pop();
    }
    module
}

/// The source without comments, texts and what is only there for tests.
fn code(source: &str) -> String {
    let mut kept = String::new();
    let mut lines = source.lines();
    while let Some(line) = lines.next() {
        if line.trim() == "#[cfg(test)]" {
            let margin = line.len() - line.trim_start().len();
            let is_last = |line: &str| {
                let indent = line.len() - line.trim_start().len();
                let end = line.ends_with(';') || line.trim() == "}" || line.ends_with("{}");
                indent == margin && end
            };
            // The sources are formatted: an item ends at the margin where it began.
            lines.by_ref().find(|line| is_last(line));
            continue;
        }
        let line = line.split("//").next().unwrap_or_default();
        let outside = line.split('"').step_by(2);
        kept.extend(outside);
        kept.push('\n');
    }
    kept
}

fn imports(source: &str) -> Vec<Import> {
    let mut code = code(source);
    let mut imports = Vec::new();
    while let Some((start, passes_on)) = next_use(&code) {
        let end = start + code[start..].find(';').unwrap_or(code.len() - start);
        let tree = code[start..end]
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        for (path, name) in leaves(&tree, &[]) {
            imports.push(Import {
                passed_on: passes_on.then_some(name),
                path,
            });
        }
        let begin = code[..start].rfind('\n').map_or(0, |newline| newline + 1);
        code.replace_range(begin..end, "");
    }
    let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let paths = code
        .split(|c| !is_name(c))
        .filter(|word| word.contains("::"));
    imports.extend(paths.map(|word| Import {
        path: segments(word),
        passed_on: None,
    }));
    imports
}

/// Where the tree of the next `use` begins, and whether it passes on.
fn next_use(code: &str) -> Option<(usize, bool)> {
    let mut offset = 0;
    for line in code.split_inclusive('\n') {
        let text = line.trim_start();
        let visible = text
            .strip_prefix("pub")
            .map(|rest| rest.trim_start_matches(|c| c != ' ').trim_start());
        let tree = visible.unwrap_or(text).strip_prefix("use ");
        if let Some(tree) = tree {
            let start = offset + line.len() - tree.len();
            return Some((start, visible.is_some()));
        }
        offset += line.len();
    }
    None
}

fn segments(path: &str) -> Vec<String> {
    let parts = path.split("::").map(str::trim);
    parts
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Every path of a tree of groups, and the name it is known by.
fn leaves(tree: &str, before: &[String]) -> Vec<(Vec<String>, String)> {
    let tree = tree.trim();
    if let Some(open) = tree.find('{') {
        let before = [before, &segments(&tree[..open])].concat();
        let inside = tree[open + 1..].trim_end().trim_end_matches('}');
        return split(inside)
            .into_iter()
            .flat_map(|part| leaves(part, &before))
            .collect();
    }
    if tree.is_empty() {
        return Vec::new();
    }
    let (path, name) = match tree.split_once(" as ") {
        Some((path, name)) => (path, Some(name.trim().to_owned())),
        None => (tree, None),
    };
    let path = [before, &segments(path)].concat();
    let name = name.or_else(|| path.last().cloned()).unwrap_or_default();
    vec![(path, name)]
}

/// Parts between commas that are in no inner group.
fn split(group: &str) -> Vec<&str> {
    let (mut depth, mut start) = (0, 0);
    let mut parts = Vec::new();
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&group[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&group[start..]);
    parts
}

/// The groups of nodes that reach each other.
fn circles(arrows: &BTreeMap<Module, BTreeSet<Module>>) -> BTreeSet<Vec<Module>> {
    let reached = |from: &Module| {
        let mut reached = BTreeSet::new();
        let mut waiting: Vec<&Module> = arrows[from].iter().collect();
        while let Some(module) = waiting.pop() {
            if reached.insert(module.clone()) {
                waiting.extend(arrows.get(module).into_iter().flatten());
            }
        }
        reached
    };
    let all: BTreeMap<&Module, BTreeSet<Module>> = arrows
        .keys()
        .map(|module| (module, reached(module)))
        .collect();
    let in_circle = all
        .iter()
        .filter(|(module, reached)| reached.contains(**module));
    in_circle
        .map(|(module, reached)| {
            let back = |other: &&Module| {
                all.get(*other)
                    .is_some_and(|reached| reached.contains(*module))
            };
            reached.iter().filter(back).cloned().collect()
        })
        .collect()
}

fn shown(circles: &BTreeSet<Vec<Module>>) -> BTreeSet<String> {
    let name = |module: &Module| module.join("::");
    circles
        .iter()
        .map(|circle| circle.iter().map(name).collect::<Vec<_>>().join(", "))
        .collect()
}

/// Layers whose folders use what is in them or are used by it, not both.
const STRICT: &[&str] = &["checkout", "patch"];

#[test]
fn no_module_of_a_strict_layer_is_reached_from_itself() {
    let sources = Crate::read();
    let is_strict = |module: &Module| STRICT.contains(&module[0].as_str());
    let arrows = sources.arrows().into_iter();
    let arrows = arrows.filter(|(module, _)| !module.is_empty() && is_strict(module));
    let arrows = arrows.map(|(module, to)| (module.clone(), to)).collect();
    let found = shown(&circles(&arrows));
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn nothing_in_a_folder_is_reached_from_itself() {
    let sources = Crate::read();
    let mut arrows: BTreeMap<Module, BTreeSet<Module>> = BTreeMap::new();
    for (module, to) in sources.arrows() {
        for to in to {
            // Where the ways part, two things stand beside each other.
            let shared = module.iter().zip(&to).take_while(|(a, b)| a == b).count();
            let (Some(_), Some(_)) = (module.get(shared), to.get(shared)) else {
                continue;
            };
            let (a, b) = (module[..=shared].to_vec(), to[..=shared].to_vec());
            arrows.entry(b.clone()).or_default();
            arrows.entry(a).or_default().insert(b);
        }
    }
    let found = shown(&circles(&arrows));
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn uses_of_every_form_are_seen() {
    let source = "use super::a::{B, c::{self, D as E}};\npub use f::G;\nfn x() { crate::h::i(); } // crate::no\n\
                  #[cfg(test)]\nmod t {\n    use j::K;\n}\npub use l::M;\n";
    let found: Vec<String> = imports(source)
        .into_iter()
        .map(|import| {
            format!(
                "{} {}",
                import.path.join("::"),
                import.passed_on.unwrap_or_default()
            )
        })
        .collect();
    let expected = [
        "super::a::B ",
        "super::a::c::self ",
        "super::a::c::D ",
        "f::G G",
        "l::M M",
        "crate::h::i ",
    ];
    assert_eq!(found, expected);
}
