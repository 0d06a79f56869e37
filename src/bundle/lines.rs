//! From a JSON pointer to the line it points at.

use std::borrow::Cow;
use std::ops::Range;

/// The 1-based line of the value (the key, for an object member) at `pointer` in valid JSON text.
///
/// A pointer to nothing gives the line of its nearest existing ancestor. Where a key is repeated, its last
/// occurrence counts, as it does for the parser.
pub(super) fn line_of(text: &str, pointer: &str) -> u32 {
    let mut scanner = Scanner::new(text);
    scanner.space();
    let mut found = scanner.at;
    for token in pointer.split('/').skip(1) {
        let token = token.replace("~1", "/").replace("~0", "~");
        let place = match scanner.peek() {
            Some(b'{') => scanner.member(&token),
            Some(b'[') => scanner.element(&token),
            _ => None,
        };
        let Some((anchor, value)) = place else { break };
        found = anchor;
        scanner.at = value;
    }
    let lines = scanner.bytes[..found].iter().filter(|byte| **byte == b'\n');
    u32::try_from(1 + lines.count()).unwrap_or(u32::MAX)
}

/// Where a value is in JSON text, and its key if it is a member of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ValueSpan {
    /// The key with its quotes.
    pub(super) key: Option<Range<usize>>,
    /// The value without the space around it.
    pub(super) value: Range<usize>,
}

/// Where the value at `pointer` is in valid JSON text; `None` if there is none, or if a key on the way to it is repeated
/// and readers differ in which one they take.
pub(super) fn span_of(text: &str, pointer: &str) -> Option<ValueSpan> {
    let mut scanner = Scanner::new(text);
    scanner.space();
    let mut key = None;
    for token in pointer.split('/').skip(1) {
        let token = token.replace("~1", "/").replace("~0", "~");
        let (anchor, value) = match scanner.peek()? {
            b'{' if scanner.clone().members(&token) > 1 => return None,
            b'{' => scanner.member(&token)?,
            b'[' => scanner.element(&token)?,
            _ => return None,
        };
        scanner.at = anchor;
        key = (anchor != value).then(|| {
            scanner.string();
            anchor..scanner.at
        });
        scanner.at = value;
    }
    let start = scanner.at;
    scanner.value();
    let value = text.get(start..scanner.at)?.trim_end();
    Some(ValueSpan {
        key,
        value: start..start + value.len(),
    })
}

/// A position in text that is known to be valid JSON; on anything else it stops early, never out of bounds.
#[derive(Clone)]
pub(super) struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Scanner<'a> {
        Scanner {
            bytes: text.as_bytes(),
            at: 0,
        }
    }

    /// Passes over one byte.
    pub(super) fn next(&mut self) {
        self.at = (self.at + 1).min(self.bytes.len());
    }

    /// Passes over a string and gives what it says.
    pub(super) fn key(&mut self) -> String {
        let quoted = self.string();
        unquoted(quoted).map_or_else(String::new, Cow::into_owned)
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Where it stands.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// What was passed since `start`.
    pub(super) fn since(&self, start: usize) -> &'a [u8] {
        &self.bytes[start.min(self.at)..self.at]
    }

    pub(super) fn space(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    pub(super) fn skip(&mut self, expected: u8) {
        self.space();
        if self.peek() == Some(expected) {
            self.at += 1;
        }
        self.space();
    }

    /// Where the last member of that name has its key and its value.
    fn member(&mut self, name: &str) -> Option<(usize, usize)> {
        let mut found = None;
        self.skip(b'{');
        while self.peek() == Some(b'"') {
            let key = self.at;
            let text = self.string();
            self.skip(b':');
            if unquoted(text).as_deref() == Some(name) {
                found = Some((key, self.at));
            }
            self.value();
            self.skip(b',');
        }
        found
    }

    /// How many members have that name.
    fn members(&mut self, name: &str) -> usize {
        let mut count = 0;
        self.skip(b'{');
        while self.peek() == Some(b'"') {
            count += usize::from(unquoted(self.string()).as_deref() == Some(name));
            self.skip(b':');
            self.value();
            self.skip(b',');
        }
        count
    }

    /// Where the element of that number is.
    fn element(&mut self, number: &str) -> Option<(usize, usize)> {
        let number: usize = number.parse().ok()?;
        self.skip(b'[');
        for _ in 0..number {
            self.value();
            self.skip(b',');
        }
        let present = !matches!(self.peek(), None | Some(b']'));
        present.then_some((self.at, self.at))
    }

    /// Passes over a string and gives it with its quotes.
    fn string(&mut self) -> &'a [u8] {
        let start = self.at;
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                break;
            }
        }
        self.at = self.at.min(self.bytes.len());
        &self.bytes[start..self.at]
    }

    /// Passes over a value of any kind.
    pub(super) fn value(&mut self) {
        let mut depth = 0_u32;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => {
                    self.string();
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                    continue;
                }
                b'}' | b']' if depth > 0 => {
                    depth -= 1;
                    self.at += 1;
                }
                b'}' | b']' | b',' if depth == 0 => return,
                _ => {
                    self.at += 1;
                    continue;
                }
            }
            if depth == 0 {
                return;
            }
        }
    }
}

fn unquoted(quoted: &[u8]) -> Option<Cow<'_, str>> {
    if quoted.contains(&b'\\') {
        return serde_json::from_slice::<String>(quoted)
            .ok()
            .map(Cow::Owned);
    }
    let inner = quoted.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    std::str::from_utf8(inner).ok().map(Cow::Borrowed)
}

#[cfg(test)]
mod tests {
    use super::line_of;

    const TEXT: &str = r#"{
  "name": "a \" }{ ",
  "assets": {
    "main": "x.aimodel",
    "a/b": [
      { "deep": 1 },
      2
    ]
  },
  "kind": null,
  "language": { "k\u0065y":
     7 }, "last": true
}"#;

    #[test]
    fn pointers_lead_to_lines() {
        let lines = [
            ("", 1),
            ("/name", 2),
            ("/assets", 3),
            ("/assets/main", 4),
            ("/assets/a~1b", 5),
            ("/assets/a~1b/0", 6),
            ("/assets/a~1b/0/deep", 6),
            ("/assets/a~1b/1", 7),
            ("/kind", 10),
            ("/language/key", 11),
            ("/last", 12),
        ];
        for (pointer, line) in lines {
            assert_eq!(line_of(TEXT, pointer), line, "{pointer}");
        }
    }

    #[test]
    fn a_pointer_to_nothing_gives_its_ancestor() {
        assert_eq!(line_of(TEXT, "/assets/none/deeper"), 3);
        assert_eq!(line_of(TEXT, "/assets/a~1b/9"), 5);
        assert_eq!(line_of(TEXT, "/name/x"), 2);
        assert_eq!(line_of(TEXT, "/none"), 1);
    }

    #[test]
    fn the_last_of_repeated_keys_counts() {
        assert_eq!(line_of("{\n\"a\":1,\n\"a\":2}", "/a"), 3);
    }

    #[test]
    fn text_that_is_no_json_ends_the_scan() {
        for text in ["", "{\"a", "{\"a\\", "[1,", "{\"a\":[[", "nonsense"] {
            assert_eq!(line_of(text, "/a/1/b"), 1, "{text}");
        }
    }
}
