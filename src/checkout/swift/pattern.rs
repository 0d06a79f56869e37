//! What code is looked for.

use std::fmt;
use std::ops::Range;

use super::tokens::{Code, Kind, is_of_word};

/// A sequence of tokens, with names left open.
///
/// `$name` stands for any one word, the same wherever the name is repeated, so that a renamed variable is no other code.
/// `…` stands for any tokens up to what follows it, whole brackets only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Exactly(String),
    Named(usize),
    Anything,
}

/// Why a pattern is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// It would match everywhere.
    #[error("a pattern needs a token to start with and one to end with, and `{0}` does not")]
    Open(String),
    /// A string literal without its end.
    #[error("`{0}` has a string literal without its end")]
    Unended(String),
}

/// The most tokens `…` stands for: more than any statement has, fewer than a function's.
const LONGEST_GAP: usize = 400;

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// When it is empty, or begins or ends with what is left open.
    pub fn new(text: &str) -> Result<Pattern, PatternError> {
        let parts = without_taste(parts(text)?);
        let is_fixed = |part: Option<&Part>| matches!(part, Some(Part::Exactly(_)));
        if !is_fixed(parts.first()) || matches!(parts.last(), None | Some(Part::Anything)) {
            return Err(PatternError::Open(text.to_owned()));
        }
        Ok(Pattern {
            text: text.to_owned(),
            parts,
        })
    }

    /// Every place it is found in, as ranges of tokens that do not overlap.
    pub fn find(&self, code: &Code, within: Range<usize>) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let mut at = within.start;
        while at < within.end {
            let mut names = Vec::new();
            match self.matches(code, 0, at, within.end, &mut names) {
                Some(end) => {
                    found.push(at..end);
                    at = end;
                }
                None => at += 1,
            }
        }
        found
    }

    /// Whether a source could have it at all: every fixed token is somewhere in its bytes.
    ///
    /// Far cheaper than reading the source, and most questions end here.
    pub fn is_possible(&self, source: &[u8]) -> bool {
        self.parts.iter().all(|part| match part {
            Part::Exactly(text) if text.len() > 2 => {
                memchr::memmem::find(source, text.as_bytes()).is_some()
            }
            _ => true,
        })
    }

    /// The end of the match of the parts from `part` on at token `at`.
    fn matches(
        &self,
        code: &Code,
        part: usize,
        at: usize,
        end: usize,
        names: &mut Vec<(usize, Range<usize>)>,
    ) -> Option<usize> {
        let Some(wanted) = self.parts.get(part) else {
            return Some(at);
        };
        if let Part::Anything = wanted {
            return self.skip(code, part + 1, at, end, names);
        }
        let token = code.tokens().get(at).filter(|_| at < end)?;
        let text = code.text(token);
        match wanted {
            Part::Exactly(wanted) if wanted.as_bytes() == text => {}
            Part::Named(name) if token.kind == Kind::Word => {
                match names.iter().find(|(known, _)| known == name) {
                    Some((_, bytes)) if code.bytes(bytes) == text => {}
                    Some(_) => return None,
                    None => names.push((*name, token.bytes.clone())),
                }
            }
            _ => return None,
        }
        self.matches(code, part + 1, at + 1, end, names)
    }

    fn skip(
        &self,
        code: &Code,
        part: usize,
        from: usize,
        end: usize,
        names: &mut Vec<(usize, Range<usize>)>,
    ) -> Option<usize> {
        let known = names.len();
        let mut at = from;
        while at < end && at - from <= LONGEST_GAP {
            names.truncate(known);
            if let Some(found) = self.matches(code, part, at, end, names) {
                return Some(found);
            }
            at = match code.bracket(at) {
                Some(true) => code.closing(at) + 1,
                Some(false) => return None,
                None => at + 1,
            };
        }
        None
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn parts(text: &str) -> Result<Vec<Part>, PatternError> {
    let mut parts = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if first == '…' {
            parts.push(Part::Anything);
            first.len_utf8()
        } else if let Some(name) = rest.strip_prefix('$') {
            let name = &name[..word(name)];
            let known = names.iter().position(|known| *known == name);
            parts.push(Part::Named(known.unwrap_or(names.len())));
            names.extend(known.is_none().then_some(name));
            1 + name.len()
        } else if first == '"' {
            let end = rest[1..].find('"');
            let end = end.ok_or_else(|| PatternError::Unended(text.to_owned()))? + 2;
            parts.push(Part::Exactly(rest[..end].to_owned()));
            end
        } else {
            let length = word(rest).max(first.len_utf8());
            parts.push(Part::Exactly(rest[..length].to_owned()));
            length
        };
        rest = rest[length..].trim_start();
    }
    Ok(parts)
}

/// The length of the word a text begins with.
fn word(text: &str) -> usize {
    text.bytes()
        .take_while(|byte| is_of_word(*byte) && byte.is_ascii())
        .count()
}

/// What [`Code`] leaves out of a source is left out of a pattern.
fn without_taste(parts: Vec<Part>) -> Vec<Part> {
    let is = |index: usize, text: &str| matches!(parts.get(index), Some(Part::Exactly(part)) if part == text);
    let closes = |index: usize| is(index, ")") || is(index, "]");
    let dropped = |index: usize| {
        is(index, ";")
            || (is(index, ",") && closes(index + 1))
            || (is(index, "self") && is(index + 1, "."))
            || (is(index, ".") && index > 0 && is(index - 1, "self"))
    };
    let kept = (0..parts.len()).filter(|index| !dropped(*index));
    kept.map(|index| parts[index].clone()).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn count(pattern: &str, source: &str) -> usize {
        let code = Code::of(source.into()).unwrap();
        let pattern = Pattern::new(pattern).unwrap();
        let found = pattern.find(&code, 0..code.tokens().len()).len();
        assert!(found == 0 || pattern.is_possible(source.as_bytes()));
        found
    }

    #[test]
    fn layout_names_and_gaps_are_left_open() {
        let source =
            "if commonPrefix > self.engine.processed {\n  commonPrefix = engine.processed\n}\n";
        assert_eq!(count("if $p > engine.$n { $p = engine.$n }", source), 1);
        assert_eq!(count("if $p > engine.$n { $q = $p", source), 0);
        assert_eq!(count("if … { $p = engine.processed }", source), 1);
        assert_eq!(count("f(… b: 1", "f(a: g(b: 1), b: 1)\n"), 1);
        assert_eq!(
            count("f(… c: 1", "f(a: 1)\ng(c: 1)\n"),
            0,
            "not past a bracket"
        );
    }

    #[test]
    fn comments_and_strings_are_no_code() {
        let source = "// let a = 1\nlet s = \"let a = 1\"\n";
        assert_eq!(count("let a = 1", source), 0);
        assert_eq!(count("let s = \"let a = 1\"", source), 1);
    }

    #[test]
    fn a_pattern_that_is_open_is_refused() {
        for bad in ["", "…", "$a", "… b", "a …", "let s = \"x"] {
            assert!(Pattern::new(bad).is_err(), "{bad}");
        }
    }
}
