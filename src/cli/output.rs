//! A stream to the user: made visible, without paint where none is wanted, and silent once nobody reads it.

use std::borrow::Cow;
use std::io::{self, ErrorKind, Write};

use crate::report::terminal::{plain, visible};

/// The longest beginning of a code of colour that is held back until its end is written.
const LONGEST_CODE: usize = 24;

/// Writes text through [`visible`]. A reader that goes away is no error: what is written after that is dropped, so that a
/// command ends with the exit code of what it found.
#[derive(Debug)]
pub struct Output<W: Write> {
    stream: W,
    paint: bool,
    closed: bool,
    /// The beginning of a character or code whose end has not been written yet.
    held: Vec<u8>,
}

impl<W: Write> Output<W> {
    /// Text to a stream, with paint or without.
    pub fn new(stream: W, paint: bool) -> Output<W> {
        Output {
            stream,
            paint,
            closed: false,
            held: Vec::new(),
        }
    }

    /// True once the reader is gone.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// Writes bytes as they are.
    ///
    /// # Errors
    /// When the stream does not take them.
    pub fn write_exact(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.release()?;
        self.guarded(|stream| stream.write_all(bytes))
    }

    /// Writes text of a stranger made visible, codes of colour too: none of them is ours.
    ///
    /// # Errors
    /// When the stream does not take it.
    pub fn write_foreign(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.release()?;
        self.show(bytes, plain)
    }

    /// Writes what is held back, whole or not.
    fn release(&mut self) -> io::Result<()> {
        let held = std::mem::take(&mut self.held);
        self.show_painted(&held)
    }

    fn show_painted(&mut self, bytes: &[u8]) -> io::Result<()> {
        let paint = self.paint;
        self.show(bytes, |text| visible(text, paint))
    }

    fn show(&mut self, bytes: &[u8], visible: impl Fn(&str) -> Cow<'_, str>) -> io::Result<()> {
        self.guarded(|stream| {
            for chunk in bytes.utf8_chunks() {
                stream.write_all(visible(chunk.valid()).as_bytes())?;
                for byte in chunk.invalid() {
                    write!(stream, "\\x{byte:02x}")?;
                }
            }
            Ok(())
        })
    }

    fn guarded(&mut self, write: impl FnOnce(&mut W) -> io::Result<()>) -> io::Result<()> {
        if self.closed {
            return Ok(());
        }
        match write(&mut self.stream) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            outcome => outcome,
        }
    }
}

impl<W: Write> Write for Output<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut text = std::mem::take(&mut self.held);
        text.extend_from_slice(bytes);
        self.held = text.split_off(whole(&text));
        self.show_painted(&text)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.release()?;
        self.guarded(Write::flush)
    }
}

/// How many bytes end with a whole character and a whole code.
fn whole(bytes: &[u8]) -> usize {
    let tail = bytes.len().saturating_sub(LONGEST_CODE);
    if let Some(code) = bytes[tail..].iter().rposition(|byte| *byte == 0x1b) {
        let code = tail + code;
        let inside = |byte: &u8| matches!(byte, b'[' | b';' | b'0'..=b'9');
        if bytes[code + 1..].iter().all(inside) {
            return code;
        }
    }
    let tail = bytes.len().saturating_sub(4);
    match bytes[tail..].utf8_chunks().last() {
        // An unfinished character at the end is all beginning: it has no byte that could not go on.
        Some(last) if is_unfinished(last.invalid()) => bytes.len() - last.invalid().len(),
        _ => bytes.len(),
    }
}

fn is_unfinished(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes)
        .is_err_and(|error| error.valid_up_to() == 0 && error.error_len().is_none())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn written(parts: &[&[u8]], paint: bool) -> String {
        let mut bytes = Vec::new();
        let mut output = Output::new(&mut bytes, paint);
        for part in parts {
            output.write_all(part).unwrap();
        }
        output.flush().unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn characters_and_codes_may_come_in_parts() {
        let text = "\u{1b}[31mgrün\u{1b}[0m €";
        for cut in 0..=text.len() {
            let (one, other) = text.as_bytes().split_at(cut);
            assert_eq!(written(&[one, other], true), text, "{cut}");
            assert_eq!(written(&[one, other], false), "grün €", "{cut}");
        }
    }

    #[test]
    fn what_is_no_text_is_shown() {
        assert_eq!(
            written(&[b"a\xFFb", b"\xE2\x82"], false),
            "a\\xffb\\xe2\\x82"
        );
        assert_eq!(written(&[b"\x1b", b"[2J"], true), "\\u001b[2J");
        assert_eq!(written(&[b"\x1b[3"], true), "\\u001b[3");
    }

    #[test]
    fn a_strangers_paint_is_shown_and_not_obeyed() {
        let mut bytes = Vec::new();
        let mut output = Output::new(&mut bytes, true);
        output.write_all(b"\x1b[1mours").unwrap();
        output.write_foreign(b"\x1b[8mhidden\xff\n").unwrap();
        output.flush().unwrap();
        drop(output);
        let shown = "\u{1b}[1mours\\u001b[8mhidden\\xff\n";
        assert_eq!(String::from_utf8(bytes).unwrap(), shown);
    }

    /// A pipe whose reader is gone.
    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(ErrorKind::BrokenPipe.into())
        }
    }

    #[test]
    fn a_reader_that_goes_away_is_no_error() {
        let mut output = Output::new(Closed, false);
        assert!(!output.is_closed());
        output.write_all(b"x").unwrap();
        output.flush().unwrap();
        output.write_exact(b"y").unwrap();
        assert!(output.is_closed());
    }
}
