//! All tables of a bytecode file together.

use super::attr_type::{AttrTypeEntry, EntryTable};
use super::container::{Container, FileRange, SectionId};
use super::dialects::DialectTable;
use super::ir::{self, Counts, Ir, Op};
use super::properties::PropertyTable;
use super::resources::ResourceTable;
use super::strings::StringTable;
use super::{Cursor, ReadError, ReadErrorKind};
use crate::bytes::ByteSource;

/// A bytecode file, every section read but the resource data.
#[derive(Debug, Clone)]
pub struct Module {
    /// The file's sections.
    pub container: Container,
    /// Dialects and operation names.
    pub dialects: DialectTable,
    /// Attribute and type entries.
    pub entries: EntryTable,
    /// Resources.
    pub resources: ResourceTable,
    /// Operations.
    pub ir: Ir,
    strings: StringTable,
    properties: PropertyTable,
}

impl Module {
    /// Reads a file. Time and memory grow with the bytes outside the resource section alone.
    ///
    /// # Errors
    /// Anything that is not well-formed bytecode of the supported version.
    pub fn read<S: ByteSource + ?Sized>(source: &S) -> Result<Module, ReadError> {
        let container = Container::read(source)?;
        let strings = StringTable::read(container.cursor(SectionId::String))?;
        let dialects = DialectTable::read(container.cursor(SectionId::Dialect), strings.len())?;
        let entry_bytes = container.cursor(SectionId::AttrType).remaining();
        let entries = EntryTable::read(
            container.cursor(SectionId::AttrTypeOffset),
            dialects.dialects.len(),
            entry_bytes,
        )?;
        let properties = PropertyTable::read(container.cursor(SectionId::Properties))?;
        let nowhere = FileRange { offset: 0, len: 0 };
        let resources = match container.section(SectionId::ResourceOffset) {
            None => ResourceTable::default(),
            Some(section) => ResourceTable::read(
                section.cursor(),
                container.resources.unwrap_or(nowhere),
                dialects.dialects.len(),
                strings.len(),
            )?,
        };
        let counts = Counts {
            op_names: dialects.op_names.len(),
            attributes: entries.attributes(),
            types: entries.types(),
            properties: properties.len(),
        };
        let ir = ir::read(container.cursor(SectionId::Ir), counts)?;
        Ok(Module {
            container,
            dialects,
            entries,
            resources,
            ir,
            strings,
            properties,
        })
    }

    /// How many strings there are.
    pub fn strings(&self) -> usize {
        self.strings.len()
    }

    /// The bytes of a string.
    ///
    /// # Errors
    /// A number beyond the table.
    pub fn string_bytes(&self, index: u32) -> Result<&[u8], ReadError> {
        let section = self.container.section(SectionId::String);
        let bytes = section.map_or(&[][..], |section| &section.bytes);
        self.strings.get(bytes, index)
    }

    /// A string as text.
    ///
    /// # Errors
    /// A number beyond the table, or bytes that are not UTF-8.
    pub fn string(&self, index: u32) -> Result<&str, ReadError> {
        str::from_utf8(self.string_bytes(index)?).map_err(|error| ReadError {
            offset: self.strings.position(index) + error.valid_up_to() as u64,
            field: "string",
            kind: ReadErrorKind::NotUtf8,
        })
    }

    /// A dialect's namespace.
    ///
    /// # Errors
    /// As [`Module::string`]; the number must be one the file was checked to have.
    pub fn dialect_name(&self, index: u32) -> Result<&str, ReadError> {
        self.string(self.dialects.dialects[index as usize].name)
    }

    /// The name of an operation, without its dialect.
    ///
    /// # Errors
    /// As [`Module::string`].
    pub fn op_name(&self, op: &Op) -> Result<&str, ReadError> {
        self.string(self.dialects.op_names[op.name as usize].name)
    }

    /// The attribute entry of that number, and a cursor over its bytes.
    ///
    /// # Errors
    /// A number beyond the table.
    pub fn attribute(&self, index: u32) -> Result<(AttrTypeEntry, Cursor<'_>), ReadError> {
        let entry = self.entries.attribute(index);
        self.entry(entry, index, self.entries.attributes(), "attribute index")
    }

    /// The bytes of the attribute entry of that number, and its dialect: equal entries are one attribute.
    ///
    /// # Errors
    /// A number beyond the table.
    pub fn attribute_identity(&self, index: u32) -> Result<(u32, &[u8]), ReadError> {
        let (entry, mut cursor) = self.attribute(index)?;
        let bytes = cursor.take(cursor.remaining() as u64, "attribute")?;
        Ok((entry.dialect, bytes))
    }

    /// The type entry of that number, and a cursor over its bytes.
    ///
    /// # Errors
    /// A number beyond the table.
    pub fn r#type(&self, index: u32) -> Result<(AttrTypeEntry, Cursor<'_>), ReadError> {
        let entry = self.entries.r#type(index);
        self.entry(entry, index, self.entries.types(), "type index")
    }

    fn entry(
        &self,
        entry: Option<AttrTypeEntry>,
        index: u32,
        len: usize,
        field: &'static str,
    ) -> Result<(AttrTypeEntry, Cursor<'_>), ReadError> {
        let section = self.container.section(SectionId::AttrType);
        let found = entry.zip(section).and_then(|(entry, section)| {
            let bytes = section
                .bytes
                .get(entry.start as usize..entry.end as usize)?;
            let base = section.offset + u64::from(entry.start);
            Some((entry, Cursor::new(bytes, base)))
        });
        found.ok_or(ReadError {
            offset: section.map_or(0, |section| section.offset),
            field,
            kind: ReadErrorKind::OutOfRange {
                index: index.into(),
                len: len as u64,
            },
        })
    }

    /// A cursor over the property blob of an operation; empty if it has none.
    pub fn properties(&self, op: &Op) -> Cursor<'_> {
        let section = self.container.section(SectionId::Properties);
        let range = op
            .properties()
            .and_then(|index| self.properties.range(index));
        let found = section.zip(range).and_then(|(section, (start, end))| {
            let bytes = section.bytes.get(start..end)?;
            Some(Cursor::new(bytes, section.offset + start as u64))
        });
        found.unwrap_or(Cursor::new(&[], op.offset))
    }
}
