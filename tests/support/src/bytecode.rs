//! Encoding of MLIR bytecode version 6: varints, interned tables, sections.

use hashbrown::HashMap;

use crate::file::FileImage;

/// Alignment of the resource section and of every blob, bytes.
const BLOB_ALIGN: u64 = 16;

/// Section ids of the container.
mod section {
    pub(super) const STRING: u8 = 0;
    pub(super) const DIALECT: u8 = 1;
    pub(super) const ATTR_TYPE: u8 = 2;
    pub(super) const ATTR_TYPE_OFFSET: u8 = 3;
    pub(super) const IR: u8 = 4;
    pub(super) const RESOURCE: u8 = 5;
    pub(super) const RESOURCE_OFFSET: u8 = 6;
    pub(super) const DIALECT_VERSION: u8 = 7;
    pub(super) const PROPERTIES: u8 = 8;
    pub(super) const ALIGNED: u8 = 0x80;
}

/// A growing byte string with the container's primitive encodings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Encoder(pub Vec<u8>);

impl Encoder {
    /// Appends one byte.
    pub fn byte(&mut self, byte: u8) -> &mut Self {
        self.0.push(byte);
        self
    }

    /// Appends an unsigned number as a prefix varint.
    pub fn varint(&mut self, value: u64) -> &mut Self {
        let bits = 64 - value.leading_zeros() as usize;
        let bytes = bits.div_ceil(7).max(1);
        if bytes > 8 {
            self.0.push(0);
            self.0.extend_from_slice(&value.to_le_bytes());
        } else {
            let tagged = (u128::from(value) << bytes) | (1 << (bytes - 1));
            self.0.extend_from_slice(&tagged.to_le_bytes()[..bytes]);
        }
        self
    }

    /// Appends a signed number, zigzag.
    pub fn svarint(&mut self, value: i64) -> &mut Self {
        self.varint(((value << 1) ^ (value >> 63)) as u64)
    }

    /// Appends a number and a bit in one varint.
    pub fn flag(&mut self, value: u64, bit: bool) -> &mut Self {
        self.varint(value << 1 | u64::from(bit))
    }

    /// Appends a count and that many varints.
    pub fn list(&mut self, items: &[u64]) -> &mut Self {
        self.varint(items.len() as u64);
        for item in items {
            self.varint(*item);
        }
        self
    }

    /// Appends a length and the bytes.
    pub fn blob(&mut self, bytes: &[u8]) -> &mut Self {
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
        self
    }

    /// Appends a nested, unaligned section.
    pub fn section(&mut self, id: u8, content: &[u8]) -> &mut Self {
        self.byte(id);
        self.blob(content)
    }

    /// Appends a nested IR section, as isolated regions are stored.
    pub fn ir_section(&mut self, content: &[u8]) -> &mut Self {
        self.section(section::IR, content)
    }
}

/// Entries numbered by first use; equal ones share a number.
#[derive(Debug, Clone)]
struct Interner {
    entries: Vec<Vec<u8>>,
    index: HashMap<Vec<u8>, u64>,
}

impl Interner {
    fn new() -> Interner {
        Interner {
            entries: Vec::new(),
            index: HashMap::new(),
        }
    }

    fn intern(&mut self, entry: &[u8]) -> u64 {
        if let Some(number) = self.index.get(entry) {
            return *number;
        }
        let number = self.entries.len() as u64;
        self.entries.push(entry.to_vec());
        self.index.insert(entry.to_vec(), number);
        number
    }
}

/// The data of one resource.
#[derive(Debug, Clone)]
pub enum Resource {
    /// Written as it is.
    Bytes(Vec<u8>),
    /// That many zeros, left as a hole.
    Hole(u64),
}

/// The tables of one bytecode file; `aicode` is its only dialect.
#[derive(Debug, Clone)]
pub struct Tables {
    strings: Interner,
    operations: Interner,
    attributes: Interner,
    types: Interner,
    properties: Interner,
    resources: Vec<Resource>,
    /// Dialect version; readers accept 2 only.
    pub dialect_version: u64,
    /// Container version.
    pub container_version: u64,
    /// Producer string.
    pub producer: String,
}

impl Default for Tables {
    fn default() -> Tables {
        Tables {
            strings: Interner::new(),
            operations: Interner::new(),
            attributes: Interner::new(),
            types: Interner::new(),
            properties: Interner::new(),
            resources: Vec::new(),
            dialect_version: 2,
            container_version: 6,
            producer: "MLIR22.0.0git".to_owned(),
        }
    }
}

impl Tables {
    /// Number of a string.
    pub fn string(&mut self, text: &str) -> u64 {
        self.strings.intern(text.as_bytes())
    }

    /// Number of an operation name, such as `primitive.add_v1`.
    pub fn operation(&mut self, name: &str) -> u64 {
        self.operations.intern(name.as_bytes())
    }

    /// Number of an encoded attribute entry.
    pub fn attribute(&mut self, entry: &Encoder) -> u64 {
        self.attributes.intern(&entry.0)
    }

    /// Number of an encoded type entry.
    pub fn ty(&mut self, entry: &Encoder) -> u64 {
        self.types.intern(&entry.0)
    }

    /// Number of an operation's encoded properties.
    pub fn properties(&mut self, entry: &Encoder) -> u64 {
        self.properties.intern(&entry.0)
    }

    /// Adds a resource; its number.
    pub fn resource(&mut self, resource: Resource) -> u64 {
        self.resources.push(resource);
        self.resources.len() as u64 - 1
    }

    /// Lays the whole file out around an encoded IR section.
    pub fn write(mut self, ir: &Encoder) -> FileImage {
        let dialect = self.dialect_section();
        let resources = self.resource_section();
        let mut file = FileImage::default();
        let mut head = Encoder(vec![0x4D, 0x4C, 0xEF, 0x52]);
        head.varint(self.container_version);
        head.0.extend_from_slice(self.producer.as_bytes());
        head.byte(0)
            .section(section::DIALECT, &dialect.0)
            .section(section::ATTR_TYPE_OFFSET, &self.offsets().0)
            .section(section::ATTR_TYPE, &self.entries())
            .section(section::IR, &ir.0)
            .section(section::RESOURCE_OFFSET, &resources.index.0);
        file.bytes(&head.0);
        write_resource_section(&mut file, resources.image);
        let mut tail = Encoder::default();
        tail.section(section::STRING, &self.string_section().0)
            .section(section::PROPERTIES, &self.property_section().0);
        file.bytes(&tail.0);
        file
    }

    fn dialect_section(&mut self) -> Encoder {
        let mut version = Encoder::default();
        version.varint(self.dialect_version);
        let name = self.string("aicode");
        let operations = self.operations.entries.clone();
        let mut out = Encoder::default();
        out.varint(1)
            .flag(name, true)
            .section(section::DIALECT_VERSION, &version.0)
            .varint(operations.len() as u64)
            .varint(0)
            .varint(operations.len() as u64);
        for operation in &operations {
            let name = self.strings.intern(operation);
            out.flag(name, true);
        }
        out
    }

    fn offsets(&self) -> Encoder {
        let (attributes, types) = (&self.attributes.entries, &self.types.entries);
        let mut out = Encoder::default();
        out.varint(attributes.len() as u64)
            .varint(types.len() as u64);
        for group in [attributes, types] {
            out.varint(0).varint(group.len() as u64);
            for entry in group {
                out.flag(entry.len() as u64, true);
            }
        }
        out
    }

    fn entries(&self) -> Vec<u8> {
        let (attributes, types) = (&self.attributes.entries, &self.types.entries);
        attributes.iter().chain(types).flatten().copied().collect()
    }

    fn string_section(&self) -> Encoder {
        let strings = &self.strings.entries;
        let mut out = Encoder::default();
        out.varint(strings.len() as u64);
        for string in strings.iter().rev() {
            out.varint(string.len() as u64 + 1);
        }
        for string in strings {
            out.0.extend_from_slice(string);
            out.byte(0);
        }
        out
    }

    fn property_section(&self) -> Encoder {
        let mut out = Encoder::default();
        out.varint(self.properties.entries.len() as u64);
        for entry in &self.properties.entries {
            out.blob(entry);
        }
        out
    }

    fn resource_section(&mut self) -> ResourceSection {
        let mut image = FileImage::default();
        let mut index = Encoder::default();
        index.varint(0);
        let resources = std::mem::take(&mut self.resources);
        if !resources.is_empty() {
            index.varint(0).varint(resources.len() as u64);
        }
        for (number, resource) in resources.iter().enumerate() {
            let key = self.string(&format!("resource_{number}"));
            let start = image.len();
            write_resource(&mut image, resource);
            index.varint(key).varint(image.len() - start).byte(0);
        }
        ResourceSection { image, index }
    }
}

struct ResourceSection {
    image: FileImage,
    index: Encoder,
}

fn write_resource(image: &mut FileImage, resource: &Resource) {
    let len = match resource {
        Resource::Bytes(bytes) => bytes.len() as u64,
        Resource::Hole(len) => *len,
    };
    let mut header = Encoder::default();
    header.varint(BLOB_ALIGN).varint(len);
    image.bytes(&header.0);
    image.pad_to(BLOB_ALIGN);
    match resource {
        Resource::Bytes(bytes) => image.bytes(bytes),
        Resource::Hole(len) => image.zeros(*len),
    }
}

fn write_resource_section(file: &mut FileImage, content: FileImage) {
    let mut header = Encoder::default();
    if content.is_empty() {
        file.bytes(&header.section(section::RESOURCE, &[]).0);
        return;
    }
    header
        .byte(section::RESOURCE | section::ALIGNED)
        .varint(content.len())
        .varint(BLOB_ALIGN);
    file.bytes(&header.0);
    file.pad_to(BLOB_ALIGN);
    file.append(content);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn varint(value: u64) -> Vec<u8> {
        Encoder::default().varint(value).0.clone()
    }

    #[test]
    fn varints_are_stored_as_the_container_wants_them() {
        assert_eq!(varint(0), [0x01]);
        assert_eq!(varint(2), [0x05]);
        assert_eq!(varint(64), [0x81]);
        assert_eq!(varint(128), [0x02, 0x02]);
        assert_eq!(varint(8208), [0x42, 0x80]);
        assert_eq!(varint(40_501_414), [0x68, 0x0A, 0xA0, 0x26]);
        assert_eq!(varint(u64::MAX), [&[0][..], &[0xFF; 8]].concat());
    }
}
