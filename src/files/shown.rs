//! Paths as text.

use std::fmt::Write as _;
use std::path::Path;

/// A path as text from which it can be told from every other.
///
/// A path in UTF-8 is itself. In any other each byte that is not part of a character is `\xNN`, and a backslash is
/// `\\`.
pub fn shown(path: &Path) -> String {
    if let Some(text) = path.to_str() {
        return text.to_owned();
    }
    let mut text = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        text += &chunk.valid().replace('\\', r"\\");
        for byte in chunk.invalid() {
            // Writing to a string does not fail.
            let _ = write!(text, r"\x{byte:02x}");
        }
    }
    text
}

#[cfg(all(test, unix))]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    use super::*;

    #[test]
    fn names_that_are_no_text_stay_apart() {
        let shown = |bytes: &[u8]| shown(Path::new(OsStr::from_bytes(bytes)));
        assert_eq!(shown("a\\b/é".as_bytes()), "a\\b/é");
        assert_eq!(shown(b"a\xff/b"), r"a\xff/b");
        assert_eq!(shown(b"a\\xff\xfe"), r"a\\xff\xfe");
    }
}
