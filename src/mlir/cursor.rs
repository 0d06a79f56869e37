//! The primitive encodings, read with absolute positions.

use super::limits;
use super::{ReadError, ReadErrorKind};

/// A position in a byte range that knows where the range lies in the file.
#[derive(Debug, Clone, Copy)]
pub struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    base: u64,
}

impl<'a> Cursor<'a> {
    /// Starts at the first of `bytes`, which lies at `base` in the file.
    pub fn new(bytes: &'a [u8], base: u64) -> Cursor<'a> {
        Cursor { bytes, at: 0, base }
    }

    /// Absolute position in the file.
    pub fn offset(&self) -> u64 {
        self.base + self.at as u64
    }

    /// Position in the range.
    pub fn position(&self) -> usize {
        self.at
    }

    /// Bytes not yet read.
    pub fn remaining(&self) -> usize {
        self.bytes.len() - self.at
    }

    /// True if every byte is read.
    pub fn is_at_end(&self) -> bool {
        self.at == self.bytes.len()
    }

    /// An error at the current position.
    pub fn error(&self, field: &'static str, kind: ReadErrorKind) -> ReadError {
        ReadError {
            offset: self.offset(),
            field,
            kind,
        }
    }

    /// One byte.
    pub fn byte(&mut self, field: &'static str) -> Result<u8, ReadError> {
        let Some(&byte) = self.bytes.get(self.at) else {
            return Err(self.error(field, ReadErrorKind::Truncated { missing: 1 }));
        };
        self.at += 1;
        Ok(byte)
    }

    /// A byte that is 0 or 1.
    pub fn bool(&mut self, field: &'static str) -> Result<bool, ReadError> {
        let start = *self;
        match self.byte(field)? {
            byte @ (0 | 1) => Ok(byte == 1),
            byte => Err(start.error(
                field,
                ReadErrorKind::Unexpected {
                    found: byte.into(),
                    expected: "0 or 1",
                },
            )),
        }
    }

    /// The next `len` bytes.
    pub fn take(&mut self, len: u64, field: &'static str) -> Result<&'a [u8], ReadError> {
        let remaining = self.remaining() as u64;
        if len > remaining {
            let missing = len - remaining;
            return Err(self.error(field, ReadErrorKind::Truncated { missing }));
        }
        // `len` is at most `remaining`, which came from a `usize`.
        let end = self.at + len as usize;
        let taken = &self.bytes[self.at..end];
        self.at = end;
        Ok(taken)
    }

    /// The next `len` bytes as a range of their own.
    pub fn sub(&mut self, len: u64, field: &'static str) -> Result<Cursor<'a>, ReadError> {
        let base = self.offset();
        Ok(Cursor::new(self.take(len, field)?, base))
    }

    /// An MLIR prefix varint: the trailing zero bits of the first byte count the bytes that follow.
    #[inline]
    pub fn varint(&mut self, field: &'static str) -> Result<u64, ReadError> {
        let first = self.byte(field)?;
        if first & 1 == 1 {
            return Ok(u64::from(first >> 1));
        }
        self.long_varint(first, field)
    }

    fn long_varint(&mut self, first: u8, field: &'static str) -> Result<u64, ReadError> {
        // Of no bit set, eight bytes follow, and the first holds nothing.
        let more = first.trailing_zeros();
        let following = self.take(more.into(), field)?;
        // Byte by byte: there are one or two, and a copy of an unknown length is a call.
        let high = following.iter().rev();
        let high = high.fold(0, |value, byte| value << 8 | u64::from(*byte));
        Ok(match more {
            8 => high,
            _ => (high << 8 | u64::from(first)) >> (more + 1),
        })
    }

    /// A zigzag-coded signed varint.
    pub fn svarint(&mut self, field: &'static str) -> Result<i64, ReadError> {
        let raw = self.varint(field)?;
        Ok((raw >> 1).cast_signed() ^ -((raw & 1).cast_signed()))
    }

    /// A varint whose lowest bit is a flag.
    pub fn flagged(&mut self, field: &'static str) -> Result<(u64, bool), ReadError> {
        let raw = self.varint(field)?;
        Ok((raw >> 1, raw & 1 == 1))
    }

    /// A varint that is an index into `len` things.
    pub fn index(&mut self, len: usize, field: &'static str) -> Result<u32, ReadError> {
        let start = *self;
        let index = self.varint(field)?;
        start.in_range(index, len, field)
    }

    /// Checks an index already read against `len` things.
    pub fn in_range(&self, index: u64, len: usize, field: &'static str) -> Result<u32, ReadError> {
        match u32::try_from(index) {
            Ok(small) if index < len as u64 => Ok(small),
            _ => {
                let len = len as u64;
                Err(self.error(field, ReadErrorKind::OutOfRange { index, len }))
            }
        }
    }

    /// A count of things that each take at least one byte of what remains.
    pub fn count(&mut self, limit: u64, field: &'static str) -> Result<usize, ReadError> {
        let start = *self;
        let count = self.varint(field)?;
        self.checked_count(start, count, limit, field)
    }

    /// Checks a count already read, which began at `start`, as [`Cursor::count`] does.
    pub fn checked_count(
        &self,
        start: Cursor<'_>,
        count: u64,
        limit: u64,
        field: &'static str,
    ) -> Result<usize, ReadError> {
        if count > limit {
            return Err(start.error(field, ReadErrorKind::OverLimit { count, limit }));
        }
        let remaining = self.remaining() as u64;
        if count > remaining {
            let missing = count - remaining;
            return Err(start.error(field, ReadErrorKind::Truncated { missing }));
        }
        Ok(count as usize)
    }

    /// The bytes of a NUL-terminated string, without the NUL.
    pub fn cstr(&mut self, field: &'static str) -> Result<&'a [u8], ReadError> {
        let rest = &self.bytes[self.at..];
        let Some(len) = rest.iter().position(|&byte| byte == 0) else {
            return Err(self.error(field, ReadErrorKind::Truncated { missing: 1 }));
        };
        self.at += len + 1;
        Ok(&rest[..len])
    }

    /// A length and that many bytes.
    pub fn blob(&mut self, field: &'static str) -> Result<&'a [u8], ReadError> {
        let len = self.varint(field)?;
        self.take(len, field)
    }

    /// The bytes from the current file offset to the next multiple of a power of two, all `0xCB`.
    pub fn padding(&mut self, alignment: u64, field: &'static str) -> Result<(), ReadError> {
        let len = padding_len(self.offset(), alignment);
        let start = *self;
        check_padding(self.take(len, field)?, start.offset(), field)
    }

    /// Fails unless every byte is read.
    pub fn finish(&self, field: &'static str) -> Result<(), ReadError> {
        if self.is_at_end() {
            return Ok(());
        }
        let bytes = self.remaining() as u64;
        Err(self.error(field, ReadErrorKind::Trailing { bytes }))
    }
}

/// Bytes from `offset` to the next multiple of `alignment`, a power of two.
pub(super) fn padding_len(offset: u64, alignment: u64) -> u64 {
    offset.wrapping_neg() & (alignment - 1)
}

/// Fails unless every byte is the padding byte.
pub(super) fn check_padding(
    bytes: &[u8],
    offset: u64,
    field: &'static str,
) -> Result<(), ReadError> {
    match bytes.iter().position(|&byte| byte != 0xCB) {
        None => Ok(()),
        Some(at) => Err(ReadError {
            offset: offset + at as u64,
            field,
            kind: ReadErrorKind::Unexpected {
                found: bytes[at].into(),
                expected: "the padding byte 0xcb",
            },
        }),
    }
}

/// Fails unless `alignment` is a power of two within the limit.
pub(super) fn check_alignment(
    at: Cursor<'_>,
    alignment: u64,
    field: &'static str,
) -> Result<u64, ReadError> {
    if alignment.is_power_of_two() && alignment <= limits::ALIGNMENT {
        return Ok(alignment);
    }
    let found = alignment;
    let expected = "a power of two up to 4096";
    Err(at.error(field, ReadErrorKind::Unexpected { found, expected }))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn varint(bytes: &[u8]) -> u64 {
        let mut cursor = Cursor::new(bytes, 0);
        let value = cursor.varint("test").unwrap();
        cursor.finish("test").unwrap();
        value
    }

    #[test]
    fn varints_of_every_length() {
        assert_eq!(varint(&[0x05]), 2);
        assert_eq!(varint(&[0x81]), 64);
        assert_eq!(varint(&[0x02, 0x02]), 128);
        assert_eq!(varint(&[0x42, 0x80]), 8208);
        assert_eq!(varint(&[0x68, 0x0a, 0xa0, 0x26]), 40_501_414);
        assert_eq!(
            varint(&[0, 255, 255, 255, 255, 255, 255, 255, 255]),
            u64::MAX
        );
        assert_eq!(varint(&[0x80, 1, 0, 0, 0, 0, 0, 0]), 1);
    }

    #[test]
    fn a_dynamic_dimension_is_the_smallest_integer() {
        let bytes = [0, 255, 255, 255, 255, 255, 255, 255, 255];
        assert_eq!(Cursor::new(&bytes, 0).svarint("dim").unwrap(), i64::MIN);
    }

    #[test]
    fn errors_say_where_in_the_file() {
        let mut cursor = Cursor::new(&[0x02], 0x100);
        let error = cursor.varint("count").unwrap_err();
        assert_eq!(
            error.to_string(),
            "1 byte(s) missing at byte 0x101 while reading count"
        );
    }

    #[test]
    fn a_count_is_checked_before_anything_is_allocated() {
        let bytes = [0, 255, 255, 255, 255, 255, 255, 255, 127];
        let error = Cursor::new(&bytes, 0).count(1 << 20, "ops").unwrap_err();
        assert!(matches!(error.kind, ReadErrorKind::OverLimit { .. }));
        let error = Cursor::new(&[0x09, 0], 0)
            .count(1 << 20, "ops")
            .unwrap_err();
        assert_eq!(error.kind, ReadErrorKind::Truncated { missing: 3 });
    }

    #[test]
    fn padding_reaches_the_next_multiple() {
        assert_eq!(padding_len(0, 16), 0);
        assert_eq!(padding_len(1, 16), 15);
        assert_eq!(padding_len(u64::MAX, 16), 1);
        let error = Cursor::new(&[0xCB, 0], 14).padding(16, "pad").unwrap_err();
        assert_eq!(error.offset, 15);
    }

    proptest! {
        #[test]
        fn any_varint_reads_back(value: u64) {
            prop_assert_eq!(varint(&super::super::encode::varint(value)), value);
        }

        #[test]
        fn any_bytes_read_or_fail(bytes in proptest::collection::vec(any::<u8>(), 0..12)) {
            let mut cursor = Cursor::new(&bytes, 7);
            let read = cursor.varint("any");
            prop_assert!(read.is_ok() || bytes.len() < 9);
        }
    }
}
