//! Syntax faults of Swift files, by tree-sitter's grammar.
//!
//! The grammar does not know all of Swift, so a fault counts only where the file before the patch lacks it.

use tree_sitter::{Node, Parser};

use crate::checkout::RepoPath;

/// A place the grammar cannot make sense of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxFault {
    /// Counted from 1.
    pub line: usize,
    /// The line's text, without white space around it.
    pub text: String,
    /// Whether something is missing there, rather than in excess.
    pub missing: bool,
}

/// True for a path whose content is Swift source.
pub fn is_swift(path: &RepoPath) -> bool {
    path.ends_with(".swift")
}

/// Every fault of a source text, in order; `None` where the grammar cannot be loaded.
pub fn faults(source: &[u8]) -> Option<Vec<SyntaxFault>> {
    let mut parser = Parser::new();
    parser
        .set_language(&tree_sitter_swift::LANGUAGE.into())
        .ok()?;
    let tree = parser.parse(source, None)?;
    let lines: Vec<&[u8]> = source.split(|byte| *byte == b'\n').collect();
    let mut found = Vec::new();
    let mut waiting = vec![tree.root_node()];
    while let Some(node) = waiting.pop() {
        if node.is_error() || node.is_missing() {
            found.push(fault(node, &lines));
        } else if node.has_error() {
            let children = (0..node.child_count()).rev();
            waiting.extend(children.filter_map(|child| node.child(child)));
        }
    }
    Some(found)
}

fn fault(node: Node<'_>, lines: &[&[u8]]) -> SyntaxFault {
    let row = node.start_position().row;
    let text = lines.get(row).copied().unwrap_or_default();
    SyntaxFault {
        line: row + 1,
        text: String::from_utf8_lossy(text.trim_ascii()).into_owned(),
        missing: node.is_missing(),
    }
}

/// The faults of `after` that `before` does not have, told apart by their text rather than by their line.
pub fn new_faults(before: &[u8], after: &[u8]) -> Vec<SyntaxFault> {
    let mut known = faults(before).unwrap_or_default();
    let mut new = faults(after).unwrap_or_default();
    new.retain(|fault| {
        let same = |old: &SyntaxFault| old.text == fault.text && old.missing == fault.missing;
        match known.iter().position(same) {
            Some(place) => {
                known.swap_remove(place);
                false
            }
            None => true,
        }
    });
    new
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const GOOD: &str = "func f(_ x: Int) -> Int {\n    return x + 1\n}\n";

    #[test]
    fn sound_source_has_no_faults() {
        assert_eq!(faults(GOOD.as_bytes()).unwrap(), []);
    }

    #[test]
    fn a_broken_line_is_found_where_it_is() {
        let broken = GOOD.replace("x + 1", "x + ) 1");
        let found = faults(broken.as_bytes()).unwrap();
        assert!(!found.is_empty());
        assert_eq!(found[0].line, 2, "{found:?}");
    }

    #[test]
    fn only_new_faults_count() {
        let broken = GOOD.replace("x + 1", "x + ) 1");
        let moved = format!("// above\n{broken}");
        assert_eq!(new_faults(broken.as_bytes(), moved.as_bytes()), []);
        assert!(!new_faults(GOOD.as_bytes(), broken.as_bytes()).is_empty());
    }
}
