//! Paths as git has them: bytes between slashes, of no encoding.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A path relative to the checkout's root, `/`-separated, that cannot leave it. Most are UTF-8; git asks for no encoding.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoPath(Vec<u8>);

impl RepoPath {
    /// Accepts a relative path of plain components: no `.`, `..`, root, drive or NUL, and nothing a file system takes for
    /// `.git`.
    pub fn new(path: impl AsRef<[u8]>) -> Option<RepoPath> {
        let path = path.as_ref();
        let plain = |component: &[u8]| {
            !component.is_empty()
                && component != b"."
                && component != b".."
                && !is_dot_git(component)
                && !component.iter().any(|byte| matches!(byte, 0 | b'\\'))
        };
        path.split(|byte| *byte == b'/')
            .all(plain)
            .then(|| RepoPath(path.to_owned()))
    }

    /// The bytes, as git stores them.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The path as text; `None` where it is no UTF-8.
    pub fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    /// The path as the file system takes it.
    pub fn as_path(&self) -> &Path {
        Path::new(OsStr::from_bytes(&self.0))
    }

    /// The path as text: as it is, or, where it is no UTF-8 or begins with a quote, in git's quotes, so that every path
    /// has a text of its own.
    pub fn shown(&self) -> Cow<'_, str> {
        match self.as_str() {
            Some(text) if !text.starts_with('"') => Cow::Borrowed(text),
            _ => Cow::Owned(quoted(&self.0)),
        }
    }

    /// The path that [`shown`](Self::shown) shows so.
    pub fn of_shown(text: &str) -> Option<RepoPath> {
        match unquoted(text.as_bytes()) {
            Some((path, rest)) => RepoPath::new(path).filter(|_| rest.is_empty()),
            None => RepoPath::new(text).filter(|_| !text.starts_with('"')),
        }
    }

    /// The last component as text, as [`shown`](Self::shown) shows a path.
    pub fn name(&self) -> String {
        RepoPath(self.file_name().to_owned()).shown().into_owned()
    }

    /// The components, outermost first.
    pub fn components(&self) -> impl Iterator<Item = &[u8]> {
        self.0.split(|byte| *byte == b'/')
    }

    /// The last component.
    pub fn file_name(&self) -> &[u8] {
        let start = self.0.iter().rposition(|byte| *byte == b'/');
        &self.0[start.map_or(0, |slash| slash + 1)..]
    }

    /// The folders on the way, outermost first.
    pub fn parents(&self) -> impl DoubleEndedIterator<Item = RepoPath> + '_ {
        let slashes = (0..self.0.len()).filter(|at| self.0[*at] == b'/');
        slashes.map(|end| RepoPath(self.0[..end].to_owned()))
    }

    /// The path below a folder; `None` where it is not.
    pub fn below(&self, folder: &RepoPath) -> Option<RepoPath> {
        let rest = self.0.strip_prefix(folder.as_bytes())?;
        RepoPath::new(rest.strip_prefix(b"/")?)
    }

    /// Whether it is below a folder.
    pub fn is_below(&self, folder: &RepoPath) -> bool {
        let rest = self.0.strip_prefix(folder.as_bytes());
        rest.is_some_and(|rest| rest.first() == Some(&b'/'))
    }

    /// Whether its name ends so.
    pub fn ends_with(&self, ending: &str) -> bool {
        self.0.ends_with(ending.as_bytes())
    }
}

/// Whether some file system stores the repository under this name: case is folded, HFS+ drops some characters, NTFS drops
/// dots and blanks at the end, has short names, and streams behind a colon.
fn is_dot_git(component: &[u8]) -> bool {
    // Whatever is no text hides nothing that folds to ASCII.
    let component = String::from_utf8_lossy(component);
    let is_dropped = |character: &char| {
        matches!(
            character,
            '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{206a}'..='\u{206f}' | '\u{feff}'
        )
    };
    let kept: String = component
        .chars()
        .filter(|character| !is_dropped(character))
        .collect();
    let name = kept.split(':').next().unwrap_or_default();
    let name = name.trim_end_matches(['.', ' ']);
    name.eq_ignore_ascii_case(".git") || name.eq_ignore_ascii_case("git~1")
}

/// A name in git's C-style quotes: bytes beyond ASCII in octal.
fn quoted(name: &[u8]) -> String {
    let mut text = String::from("\"");
    for byte in name {
        match byte {
            b'"' | b'\\' => text.extend(['\\', char::from(*byte)]),
            b' '..=b'~' => text.push(char::from(*byte)),
            _ => text.push_str(&format!("\\{byte:03o}")),
        }
    }
    text.push('"');
    text
}

/// The name in git's C-style quotes that a text begins with, and what follows the closing quote.
pub fn unquoted(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut rest = text.strip_prefix(b"\"")?;
    let mut name = Vec::new();
    loop {
        let (byte, after) = rest.split_first()?;
        rest = after;
        match byte {
            b'"' => return Some((name, rest)),
            b'\\' => {
                let (byte, after) = unescaped(rest)?;
                name.push(byte);
                rest = after;
            }
            _ => name.push(*byte),
        }
    }
}

fn unescaped(rest: &[u8]) -> Option<(u8, &[u8])> {
    let (code, after) = rest.split_first()?;
    let byte = match code {
        b'a' => 0x07,
        b'b' => 0x08,
        b'f' => 0x0c,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 0x0b,
        b'\\' | b'"' => *code,
        b'0'..=b'3' => {
            let (digits, after) = rest.split_at_checked(3)?;
            let digits = std::str::from_utf8(digits).ok()?;
            return Some((u8::from_str_radix(digits, 8).ok()?, after));
        }
        _ => return None,
    };
    Some((byte, after))
}

impl fmt::Display for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.shown())
    }
}

impl fmt::Debug for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RepoPath({:?})", self.shown())
    }
}

impl Serialize for RepoPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.shown())
    }
}

impl<'de> Deserialize<'de> for RepoPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<RepoPath, D::Error> {
        let text = String::deserialize(deserializer)?;
        RepoPath::of_shown(&text).ok_or_else(|| {
            de::Error::invalid_value(de::Unexpected::Str(&text), &"a path inside the checkout")
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leaves_the_checkout_or_enters_the_repository() {
        for path in [
            "",
            "/f",
            "a//b",
            "a/",
            ".",
            "../f",
            "a/../../f",
            "a/./b",
            ".git/config",
            "a/.GIT/hooks/x",
            ".git./config",
            ".git /config",
            "git~1/config",
            "GIT~1",
            ".git::$INDEX_ALLOCATION/config",
            ".g\u{200c}it/config",
            "a\\..\\b",
            "a\0b",
        ] {
            assert_eq!(RepoPath::new(path), None, "{path:?}");
        }
        for path in [
            "f",
            "a/b",
            ".gitignore",
            ".github/x",
            "a.git/b",
            "git/x",
            "caf\u{e9} x",
            "...",
        ] {
            assert!(RepoPath::new(path).is_some(), "{path:?}");
        }
    }

    #[test]
    fn every_path_has_a_text_of_its_own_and_comes_back_from_it() {
        let paths: [&[u8]; 5] = [
            b"a/f",
            "caf\u{e9}".as_bytes(),
            b"caf\xe9/\x01 x",
            b"\"quoted\"",
            b"\"\xff",
        ];
        let shown = [
            "a/f",
            "caf\u{e9}",
            r#""caf\351/\001 x""#,
            r#""\"quoted\"""#,
            r#""\"\377""#,
        ];
        for (path, shown) in paths.into_iter().zip(shown) {
            let path = RepoPath::new(path).unwrap();
            assert_eq!(path.shown(), shown);
            assert_eq!(RepoPath::of_shown(shown), Some(path));
        }
        assert_eq!(RepoPath::of_shown("\"open"), None);
        assert_eq!(RepoPath::of_shown("\"a\"b"), None);
        assert_eq!(RepoPath::new(b".g\xffit").map(|_| ()), Some(()));
    }
}
