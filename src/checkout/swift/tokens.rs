//! The tokens of a Swift source text.

use std::ops::Range;

use memchr::memchr_iter;
use tree_sitter::{Parser, Tree};

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An identifier, a keyword or a number.
    Word,
    /// A whole string literal, with what is interpolated in it.
    Text,
    /// One character of punctuation; an operator of two characters is two tokens.
    Mark,
}

/// One token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Its bytes in the source.
    pub bytes: Range<usize>,
    /// The line it starts on, counted from 1.
    pub line: usize,
    /// Whether it stands between `#if` and `#endif`.
    pub conditional: bool,
}

/// A source text read as code.
///
/// Left out are comments, what `#if false` excludes, and three things that are a matter of taste: `self.`, semicolons and
/// a comma before a closing bracket.
#[derive(Debug, Clone)]
pub struct Code {
    source: Vec<u8>,
    tokens: Vec<Token>,
}

impl Code {
    /// Reads a source text; `None` where the grammar cannot be loaded.
    pub fn of(source: Vec<u8>) -> Option<Code> {
        let mut parser = Parser::new();
        parser
            .set_language(&tree_sitter_swift::LANGUAGE.into())
            .ok()?;
        let tree = parser.parse(&source, None)?;
        let mut code = Code {
            tokens: split(&source, &opaque(&tree)),
            source,
        };
        code.leave_out_excluded();
        code.leave_out_taste();
        Some(code)
    }

    /// The text it was read from.
    pub fn source(&self) -> &[u8] {
        &self.source
    }

    /// The tokens, in order.
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// A token's text.
    pub fn text(&self, token: &Token) -> &[u8] {
        self.bytes(&token.bytes)
    }

    /// The source's bytes in a range.
    pub fn bytes(&self, range: &Range<usize>) -> &[u8] {
        self.source.get(range.clone()).unwrap_or_default()
    }

    /// Whether the token at `index` is this text.
    pub fn is(&self, index: usize, text: &str) -> bool {
        self.tokens
            .get(index)
            .is_some_and(|token| self.text(token) == text.as_bytes())
    }

    /// The index of the bracket that closes the one at `open`; the end of the code where none does.
    pub fn closing(&self, open: usize) -> usize {
        let mut depth = 0_usize;
        for index in open..self.tokens.len() {
            match self.bracket(index) {
                Some(true) => depth += 1,
                Some(false) => depth = depth.saturating_sub(1),
                None => continue,
            }
            if depth == 0 {
                return index;
            }
        }
        self.tokens.len()
    }

    /// Whether every bracket is closed by one of its kind.
    pub fn is_balanced(&self) -> bool {
        let mut open = Vec::new();
        for token in self.tokens.iter().filter(|it| it.kind == Kind::Mark) {
            let matches = match self.text(token) {
                b"(" => {
                    open.push(b")");
                    true
                }
                b"[" => {
                    open.push(b"]");
                    true
                }
                b"{" => {
                    open.push(b"}");
                    true
                }
                mark @ (b")" | b"]" | b"}") => open.pop().is_some_and(|it| it == mark),
                _ => true,
            };
            if !matches {
                return false;
            }
        }
        open.is_empty()
    }

    /// Whether the token at `index` opens (`true`) or closes (`false`) a bracket.
    pub fn bracket(&self, index: usize) -> Option<bool> {
        let token = self.tokens.get(index)?;
        if token.kind != Kind::Mark {
            return None;
        }
        match self.text(token) {
            b"(" | b"[" | b"{" => Some(true),
            b")" | b"]" | b"}" => Some(false),
            _ => None,
        }
    }

    /// Drops what stands behind `#if false` or `#if 0`, and marks what stands behind any `#if`.
    fn leave_out_excluded(&mut self) {
        let mut open: Vec<bool> = Vec::new();
        let mut kept = Vec::with_capacity(self.tokens.len());
        let mut index = 0;
        while index < self.tokens.len() {
            if self.is(index, "#") {
                if self.is(index + 1, "if") {
                    open.push(self.is(index + 2, "false") || self.is(index + 2, "0"));
                    index += 2;
                    continue;
                }
                if self.is(index + 1, "else") || self.is(index + 1, "elseif") {
                    if let Some(excluded) = open.last_mut() {
                        *excluded = false;
                    }
                    index += 2;
                    continue;
                }
                if self.is(index + 1, "endif") {
                    open.pop();
                    index += 2;
                    continue;
                }
            }
            if !open.contains(&true) {
                let mut token = self.tokens[index].clone();
                token.conditional = !open.is_empty();
                kept.push(token);
            }
            index += 1;
        }
        self.tokens = kept;
    }

    fn leave_out_taste(&mut self) {
        let closes = |index: usize| self.bracket(index) == Some(false) && !self.is(index, "}");
        let dropped = |index: usize| {
            self.is(index, ";")
                || (self.is(index, ",") && closes(index + 1))
                || (self.is(index, "self") && self.is(index + 1, "."))
                || (self.is(index, ".") && index > 0 && self.is(index - 1, "self"))
        };
        let kept = (0..self.tokens.len()).filter(|index| !dropped(*index));
        self.tokens = kept.map(|index| self.tokens[index].clone()).collect();
    }
}

/// A stretch of the source whose inside is not code.
struct Opaque {
    bytes: Range<usize>,
    is_text: bool,
}

/// Comments and string literals, in order.
fn opaque(tree: &Tree) -> Vec<Opaque> {
    let mut found = Vec::new();
    let mut cursor = tree.walk();
    loop {
        let node = cursor.node();
        let is_text = match node.kind() {
            "comment" | "multiline_comment" => Some(false),
            "line_string_literal" | "multi_line_string_literal" | "raw_string_literal" => {
                Some(true)
            }
            _ => None,
        };
        if let Some(is_text) = is_text {
            found.push(Opaque {
                bytes: node.byte_range(),
                is_text,
            });
        }
        if is_text.is_none() && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return found;
            }
        }
    }
}

fn split(source: &[u8], opaque: &[Opaque]) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = 0;
    for stretch in opaque {
        split_code(source, at..stretch.bytes.start, &mut tokens);
        if stretch.is_text {
            tokens.push(token(Kind::Text, stretch.bytes.clone()));
        }
        at = at.max(stretch.bytes.end);
    }
    split_code(source, at..source.len(), &mut tokens);
    number_lines(source, &mut tokens);
    tokens
}

fn token(kind: Kind, bytes: Range<usize>) -> Token {
    Token {
        kind,
        bytes,
        line: 0,
        conditional: false,
    }
}

fn split_code(source: &[u8], stretch: Range<usize>, tokens: &mut Vec<Token>) {
    let mut at = stretch.start;
    while let Some(byte) = source.get(at).filter(|_| at < stretch.end) {
        if byte.is_ascii_whitespace() {
            at += 1;
            continue;
        }
        let rest = source.get(at..stretch.end).unwrap_or_default();
        let word = rest.iter().take_while(|byte| is_of_word(**byte)).count();
        let kind = if word > 0 { Kind::Word } else { Kind::Mark };
        let end = at + word.max(1);
        tokens.push(token(kind, at..end));
        at = end;
    }
}

/// A byte of an identifier, a keyword or a number; every byte of a character beyond ASCII is one.
pub(super) fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

fn number_lines(source: &[u8], tokens: &mut [Token]) {
    let mut ends = memchr_iter(b'\n', source).peekable();
    let mut line = 1;
    for token in tokens {
        while ends.next_if(|end| *end < token.bytes.start).is_some() {
            line += 1;
        }
        token.line = line;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn words(source: &str) -> Vec<String> {
        let code = Code::of(source.into()).unwrap();
        let text = |token: &Token| String::from_utf8_lossy(code.text(token)).into_owned();
        code.tokens().iter().map(text).collect()
    }

    #[test]
    fn comments_are_no_code_and_strings_are_one_token() {
        let source = "// let a = 1\n/* let /* b */ = 2 */\nlet c = \"let d // \\(e)\"\nlet f = #\"g \" h\"#\n";
        assert_eq!(
            words(source),
            [
                "let",
                "c",
                "=",
                "\"let d // \\(e)\"",
                "let",
                "f",
                "=",
                "#\"g \" h\"#"
            ]
        );
    }

    #[test]
    fn layout_and_taste_make_no_difference() {
        let one = words("f(a: self.b, c: [1, 2])\n");
        let two = words("f(\n    a: b,\n    c: [\n        1,\n        2,\n    ],\n);\n");
        assert_eq!(one, two);
    }

    #[test]
    fn excluded_code_is_no_code() {
        let source = "#if false\nlet a = 1\n#else\nlet b = 2\n#endif\n#if os(iOS)\nlet c = 3\n#endif\nlet d = 4\n";
        let code = Code::of(source.into()).unwrap();
        let names = words(source);
        assert!(!names.contains(&"a".to_owned()), "{names:?}");
        let of = |name: &str| {
            let found = code.tokens().iter();
            let mut found = found.filter(|token| code.text(token) == name.as_bytes());
            found.next().unwrap().clone()
        };
        assert!(of("b").conditional && of("c").conditional && !of("d").conditional);
        assert_eq!(of("d").line, 9);
    }
}
