//! The file: magic, version, producer and sections.

use super::cursor::{check_alignment, check_padding, padding_len};
use super::limits;
use super::{Cursor, ReadError, ReadErrorKind};
use crate::bytes::ByteSource;

/// `ML\xEFR`, the first four bytes.
const MAGIC: u64 = u64::from_le_bytes([0x4D, 0x4C, 0xEF, 0x52, 0, 0, 0, 0]);
/// The bytecode version this reader knows, and the only one Core AI tools write.
pub const SUPPORTED_VERSION: u64 = 6;
/// Longest section header: identifier, length and alignment.
const SECTION_HEADER_BYTES: u64 = 1 + 9 + 9;
/// Section identifiers run from 0 to this.
const LAST_SECTION: u8 = 8;

/// What a section holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SectionId {
    /// Strings, referred to by number.
    String = 0,
    /// Dialects and operation names.
    Dialect = 1,
    /// Attribute and type entries.
    AttrType = 2,
    /// Dialect and size of each entry.
    AttrTypeOffset = 3,
    /// Operations.
    Ir = 4,
    /// Resource data.
    Resource = 5,
    /// Key and size of each resource.
    ResourceOffset = 6,
    /// Version of a dialect; only inside the dialect section.
    DialectVersion = 7,
    /// Property blobs.
    Properties = 8,
}

/// The bytes of one section, and where they lie.
#[derive(Debug, Clone, Default)]
pub struct Section {
    /// Position of the first byte in the file.
    pub offset: u64,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl Section {
    /// A cursor over the whole section.
    pub fn cursor(&self) -> Cursor<'_> {
        Cursor::new(&self.bytes, self.offset)
    }
}

/// A byte range of the file that stays there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileRange {
    /// Position of the first byte.
    pub offset: u64,
    /// Length in bytes.
    pub len: u64,
}

/// A bytecode file taken apart: every section but the resource data is in memory.
#[derive(Debug, Clone)]
pub struct Container {
    /// Bytecode format version.
    pub version: u64,
    /// The tool that wrote the file.
    pub producer: String,
    /// Where the resource data lies, if there is a resource section.
    pub resources: Option<FileRange>,
    sections: [Option<Section>; LAST_SECTION as usize + 1],
}

impl Container {
    /// Reads headers and sections.
    ///
    /// # Errors
    /// Anything but version 6 with each known section at most once, no gap and no tail.
    pub fn read<S: ByteSource + ?Sized>(source: &S) -> Result<Container, ReadError> {
        let (mut container, mut at) = Container::read_start(source)?;
        while at < source.len() {
            at = container.read_section(source, at)?;
        }
        container.check_complete(at)?;
        Ok(container)
    }

    fn read_start<S: ByteSource + ?Sized>(source: &S) -> Result<(Container, u64), ReadError> {
        let longest = 4 + 9 + limits::PRODUCER_BYTES as u64;
        let bytes = read_range(source, 0, longest.min(source.len()), "the file header")?;
        let mut cursor = Cursor::new(&bytes, 0);
        let start = cursor;
        let magic = cursor.take(4, "magic number")?;
        let found = magic.iter().rev().fold(0, |n, &b| n << 8 | u64::from(b));
        if found != MAGIC {
            let expected = "0x52ef4c4d, the mark of MLIR bytecode";
            let kind = ReadErrorKind::Unexpected { found, expected };
            return Err(start.error("magic number", kind));
        }
        let start = cursor;
        let version = cursor.varint("bytecode version")?;
        if version != SUPPORTED_VERSION {
            let kind = ReadErrorKind::UnsupportedVersion {
                found: version,
                supported: SUPPORTED_VERSION,
            };
            return Err(start.error("bytecode version", kind));
        }
        let start = cursor;
        let producer = str::from_utf8(cursor.cstr("producer")?)
            .map_err(|_| start.error("producer", ReadErrorKind::NotUtf8))?
            .to_owned();
        let container = Container {
            version,
            producer,
            resources: None,
            sections: Default::default(),
        };
        Ok((container, cursor.offset()))
    }

    /// Reads the section that starts at `at`; returns where the next one starts.
    fn read_section<S: ByteSource + ?Sized>(
        &mut self,
        source: &S,
        at: u64,
    ) -> Result<u64, ReadError> {
        let left = source.len() - at;
        let header = read_range(source, at, SECTION_HEADER_BYTES.min(left), "section header")?;
        let mut cursor = Cursor::new(&header, at);
        let head = SectionHeader::read(&mut cursor)?;
        let index = usize::from(head.id);
        let taken = index == SectionId::Resource as usize && self.resources.is_some();
        if taken || self.sections[index].is_some() {
            return Err(Cursor::new(&header, at).error("section header", ReadErrorKind::Duplicate));
        }
        let padding = head
            .alignment
            .map_or(0, |a| padding_len(cursor.offset(), a));
        let range = FileRange {
            offset: cursor.offset() + padding,
            len: head.len,
        };
        let left = source.len().saturating_sub(range.offset);
        if range.len > left {
            let missing = range.len - left;
            return Err(cursor.error("section", ReadErrorKind::Truncated { missing }));
        }
        let pad = read_range(source, cursor.offset(), padding, "section padding")?;
        check_padding(&pad, cursor.offset(), "section padding")?;
        if index == SectionId::Resource as usize {
            self.resources = Some(range);
        } else {
            self.sections[index] = Some(own_section(source, range)?);
        }
        Ok(range.offset + range.len)
    }

    fn check_complete(&self, end: u64) -> Result<(), ReadError> {
        let missing = |field| ReadError {
            offset: end,
            field,
            kind: ReadErrorKind::MissingSection,
        };
        for (id, field) in [
            (SectionId::String, "the string section"),
            (SectionId::Dialect, "the dialect section"),
            (SectionId::AttrType, "the attribute and type section"),
            (SectionId::AttrTypeOffset, "the attribute and type offsets"),
            (SectionId::Ir, "the operation section"),
            (SectionId::Properties, "the property section"),
        ] {
            if self.sections[id as usize].is_none() {
                return Err(missing(field));
            }
        }
        let offsets = &self.sections[SectionId::ResourceOffset as usize];
        match (&self.resources, offsets) {
            (Some(_), None) => Err(missing("the resource offsets")),
            (None, Some(_)) => Err(missing("the resource section")),
            _ => Ok(()),
        }
    }

    /// A section that is in memory, if the file has it. The resource section never is.
    pub fn section(&self, id: SectionId) -> Option<&Section> {
        self.sections[id as usize].as_ref()
    }

    /// A cursor over a section, empty if the file lacks it.
    pub(super) fn cursor(&self, id: SectionId) -> Cursor<'_> {
        self.section(id)
            .map_or(Cursor::new(&[], 0), Section::cursor)
    }

    /// Bytes of all sections held in memory.
    pub fn bytes_in_memory(&self) -> u64 {
        let sections = self.sections.iter().flatten();
        sections.map(|section| section.bytes.len() as u64).sum()
    }
}

/// Identifier, length and alignment of a section.
struct SectionHeader {
    id: u8,
    len: u64,
    alignment: Option<u64>,
}

impl SectionHeader {
    /// Reads the header up to, not including, the padding.
    fn read(cursor: &mut Cursor<'_>) -> Result<SectionHeader, ReadError> {
        let start = *cursor;
        let tag = cursor.byte("section identifier")?;
        let id = tag & 0x7F;
        if id > LAST_SECTION || id == SectionId::DialectVersion as u8 {
            let found = id.into();
            let expected = "a section identifier (0 to 6, or 8)";
            let kind = ReadErrorKind::Unexpected { found, expected };
            return Err(start.error("section identifier", kind));
        }
        let len = cursor.varint("section length")?;
        let alignment = if tag & 0x80 == 0 {
            None
        } else {
            let start = *cursor;
            let alignment = cursor.varint("section alignment")?;
            Some(check_alignment(start, alignment, "section alignment")?)
        };
        Ok(SectionHeader { id, len, alignment })
    }
}

/// A section inside another one.
pub(super) fn nested_section<'a>(
    cursor: &mut Cursor<'a>,
    expected: SectionId,
    field: &'static str,
) -> Result<Cursor<'a>, ReadError> {
    let start = *cursor;
    let tag = cursor.byte(field)?;
    if tag & 0x7F != expected as u8 {
        let kind = ReadErrorKind::Mismatch {
            found: (tag & 0x7F).into(),
            expected: expected as u64,
        };
        return Err(start.error(field, kind));
    }
    let len = cursor.varint(field)?;
    if tag & 0x80 != 0 {
        let start = *cursor;
        let alignment = cursor.varint(field)?;
        cursor.padding(check_alignment(start, alignment, field)?, field)?;
    }
    cursor.sub(len, field)
}

fn own_section<S: ByteSource + ?Sized>(source: &S, range: FileRange) -> Result<Section, ReadError> {
    if range.len > limits::SECTION_BYTES {
        return Err(ReadError {
            offset: range.offset,
            field: "section length",
            kind: ReadErrorKind::OverLimit {
                count: range.len,
                limit: limits::SECTION_BYTES,
            },
        });
    }
    let bytes = read_range(source, range.offset, range.len, "section")?;
    let offset = range.offset;
    Ok(Section { offset, bytes })
}

/// Reads `len` bytes, which the caller has checked against the length of the source.
pub(super) fn read_range<S: ByteSource + ?Sized>(
    source: &S,
    offset: u64,
    len: u64,
    field: &'static str,
) -> Result<Vec<u8>, ReadError> {
    // Within the limits that callers check, so it fits any address space.
    let mut bytes = vec![0; len as usize];
    match source.read_at(offset, &mut bytes) {
        Ok(()) => Ok(bytes),
        Err(error) => Err(ReadError {
            offset,
            field,
            kind: ReadErrorKind::Io(error.kind()),
        }),
    }
}
