//! Words as a shell takes them.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

/// The word as a POSIX shell reads it back, quoted where it has to be.
///
/// What a terminal would not show as it is, control characters and bytes of no character, is written as `$'…'` has it, so
/// that what is shown is what works when it is pasted.
pub fn quoted(word: impl AsRef<OsStr>) -> String {
    let word = word.as_ref();
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-+:,@%".contains(byte);
    match word.to_str() {
        Some(text) if !text.is_empty() && text.as_bytes().iter().all(plain) => text.to_owned(),
        Some(text) if !text.chars().any(is_hidden) => {
            format!("'{}'", text.replace('\'', r"'\''"))
        }
        _ => escaped(word.as_bytes()),
    }
}

/// Control characters, those that reorder text, and those that take no room.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

fn escaped(word: &[u8]) -> String {
    let mut text = "$'".to_owned();
    for chunk in word.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\'' | '\\' => text.extend(['\\', c]),
                '\n' => text += "\\n",
                '\t' => text += "\\t",
                c if is_hidden(c) => octal(&mut text, c.encode_utf8(&mut [0; 4]).as_bytes()),
                c => text.push(c),
            }
        }
        octal(&mut text, chunk.invalid());
    }
    text + "'"
}

fn octal(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        *text += &format!("\\{byte:03o}");
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_shell_reads_back_what_was_quoted() {
        for word in [
            &b"plain/path-1.0"[..],
            b"",
            b"it's",
            b"two words; $(rm) `x` \"y\" * ~ #",
            b"tab\there\nand a line",
            b"esc \x1b[31m",
            "caf\u{e9} \u{202e}x".as_bytes(),
            b"caf\xe9'\\",
        ] {
            let line = format!("printf %s {}", quoted(OsStr::from_bytes(word)));
            let output = Command::new("bash").args(["-c", &line]).output().unwrap();
            assert_eq!(output.stdout, word, "{line}");
        }
        assert_eq!(quoted("a/b-1.0"), "a/b-1.0");
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }
}
