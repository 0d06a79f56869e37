//! Checks every entry once, so that later reads of them cannot go astray.

use super::schema::{self, Field, Layout};
use crate::mlir::limits;
use crate::mlir::{AttrTypeEntry, Cursor, Module, ReadError, ReadErrorKind};

/// Which of a file's dialects are ours.
#[derive(Debug, Clone, Copy)]
pub(super) struct DialectNumbers {
    pub(super) aicode: u32,
    pub(super) builtin: Option<u32>,
}

/// Largest rank of a tensor.
const MAX_RANK: u64 = 16;

/// Fails unless every known entry is laid out as its code says, refers only to what exists, and
/// no entry contains itself or nests deeper than the limit.
pub(super) fn check_entries(module: &Module, dialects: DialectNumbers) -> Result<(), ReadError> {
    let attributes = module.entries.attributes();
    let total = attributes + module.entries.types();
    let mut checker = Checker {
        module,
        dialects,
        edges: Vec::with_capacity(2 * total),
        starts: Vec::with_capacity(total + 1),
    };
    for node in 0..total {
        checker.starts.push(checker.edges.len() as u32);
        let (entry, cursor, layout_of) = checker.node(node)?;
        checker.entry(entry, cursor, layout_of)?;
    }
    checker.starts.push(checker.edges.len() as u32);
    checker.check_nesting()
}

/// Gives the layout of a code.
type LayoutOf = fn(u64) -> Layout;

/// The entries as a graph: attributes are nodes 0 up, types follow.
struct Checker<'a> {
    module: &'a Module,
    dialects: DialectNumbers,
    /// Nodes each entry refers to, entry after entry.
    edges: Vec<u32>,
    /// Where the edges of each entry start.
    starts: Vec<u32>,
}

impl<'a> Checker<'a> {
    fn node(&self, node: usize) -> Result<(AttrTypeEntry, Cursor<'a>, LayoutOf), ReadError> {
        let attributes = self.module.entries.attributes();
        let is_attribute = node < attributes;
        let (entry, cursor) = if is_attribute {
            self.module.attribute(node as u32)?
        } else {
            self.module.r#type((node - attributes) as u32)?
        };
        let layout_of: LayoutOf = if entry.dialect == self.dialects.aicode {
            if is_attribute {
                schema::attribute
            } else {
                schema::r#type
            }
        } else if Some(entry.dialect) == self.dialects.builtin && is_attribute {
            schema::builtin_attribute
        } else {
            |_| Layout::Raw
        };
        Ok((entry, cursor, layout_of))
    }

    fn entry(
        &mut self,
        entry: AttrTypeEntry,
        mut cursor: Cursor<'a>,
        layout_of: LayoutOf,
    ) -> Result<(), ReadError> {
        if !entry.custom {
            // Assembly text, which nothing here needs to understand.
            cursor.cstr("assembly text of an entry")?;
            return cursor.finish("assembly text of an entry");
        }
        let start = cursor;
        let code = cursor.varint("entry code")?;
        match layout_of(code) {
            Layout::Raw => Ok(()),
            Layout::Unknown => Err(start.error(
                "entry code",
                ReadErrorKind::Unexpected {
                    found: code,
                    expected: "a code of dialect version 2 (1 to 47)",
                },
            )),
            Layout::Fields(fields) => {
                let mut width = 0;
                for &field in fields {
                    self.field(field, &mut cursor, &mut width)?;
                }
                cursor.finish("entry")
            }
        }
    }

    fn field(
        &mut self,
        field: Field,
        cursor: &mut Cursor<'a>,
        width: &mut u64,
    ) -> Result<(), ReadError> {
        match field {
            Field::Attr => self.attribute(cursor),
            Field::Attrs => self.list(cursor, |this, at| this.attribute(at)),
            Field::AttrPairs => self.list(cursor, |this, at| {
                this.attribute(at)?;
                this.attribute(at)
            }),
            Field::Type => self.r#type(cursor),
            Field::Types => self.list(cursor, |this, at| this.r#type(at)),
            Field::Str => self.string(cursor),
            Field::Strs => self.list(cursor, |this, at| this.string(at)),
            Field::Resource => {
                let resources = self.module.resources.len();
                cursor.index(resources, "resource number").map(drop)
            }
            Field::Uint => cursor.varint("number").map(drop),
            Field::UpTo(limit) => {
                let start = *cursor;
                let count = cursor.varint("enumeration")?;
                check_limit(start, count, limit, "enumeration")
            }
            Field::Uints => self.list(cursor, |_, at| at.varint("number").map(drop)),
            Field::Int => cursor.svarint("number").map(drop),
            Field::Ints => self.list(cursor, |_, at| at.svarint("number").map(drop)),
            Field::Dims => dims(cursor),
            Field::Bool => cursor.bool("flag").map(drop),
            Field::OptionalUint => match cursor.bool("flag")? {
                true => cursor.varint("number").map(drop),
                false => Ok(()),
            },
            Field::Width => {
                *width = cursor.varint("bit width")?;
                Ok(())
            }
            Field::Bits => bits(cursor, *width),
            Field::Blob => cursor.blob("inline data").map(drop),
        }
    }

    fn list(
        &mut self,
        cursor: &mut Cursor<'a>,
        item: impl Fn(&mut Self, &mut Cursor<'a>) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        let count = cursor.count(limits::ENTRIES, "list length")?;
        for _ in 0..count {
            item(self, cursor)?;
        }
        Ok(())
    }

    fn attribute(&mut self, cursor: &mut Cursor<'_>) -> Result<(), ReadError> {
        let index = cursor.index(self.module.entries.attributes(), "attribute index")?;
        self.edges.push(index);
        Ok(())
    }

    fn r#type(&mut self, cursor: &mut Cursor<'_>) -> Result<(), ReadError> {
        let index = cursor.index(self.module.entries.types(), "type index")?;
        // Attributes and types together are within the entry limit.
        self.edges
            .push(self.module.entries.attributes() as u32 + index);
        Ok(())
    }

    fn string(&mut self, cursor: &mut Cursor<'_>) -> Result<(), ReadError> {
        cursor
            .index(self.module.strings(), "string index")
            .map(drop)
    }

    /// Walks the graph depth first with its own stack.
    fn check_nesting(&self) -> Result<(), ReadError> {
        const OPEN: u8 = u8::MAX;
        let total = self.starts.len() - 1;
        // Levels below each finished entry; 0 is not visited.
        let mut heights = vec![0_u8; total];
        let mut stack: Vec<(u32, u32)> = Vec::new();
        for root in 0..total as u32 {
            if heights[root as usize] != 0 {
                continue;
            }
            heights[root as usize] = OPEN;
            stack.push((root, self.starts[root as usize]));
            while let Some((node, edge)) = stack.last_mut() {
                let at = *node as usize;
                if *edge < self.starts[at + 1] {
                    let child = self.edges[*edge as usize];
                    *edge += 1;
                    match heights[child as usize] {
                        0 => {
                            heights[child as usize] = OPEN;
                            stack.push((child, self.starts[child as usize]));
                        }
                        OPEN => return Err(self.nesting_error(at, ReadErrorKind::Cycle)),
                        _ => {}
                    }
                    continue;
                }
                let children = &self.edges[self.starts[at] as usize..self.starts[at + 1] as usize];
                let below = children.iter().map(|&child| heights[child as usize]).max();
                heights[at] = 1 + below.unwrap_or(0);
                if u64::from(heights[at]) > limits::DEPTH {
                    let limit = limits::DEPTH;
                    return Err(self.nesting_error(at, ReadErrorKind::TooDeep { limit }));
                }
                stack.pop();
            }
        }
        Ok(())
    }

    fn nesting_error(&self, node: usize, kind: ReadErrorKind) -> ReadError {
        match self.node(node) {
            Ok((_, cursor, _)) => cursor.error("entry", kind),
            Err(error) => error,
        }
    }
}

fn check_limit(
    start: Cursor<'_>,
    count: u64,
    limit: u64,
    field: &'static str,
) -> Result<(), ReadError> {
    if count <= limit {
        return Ok(());
    }
    Err(start.error(field, ReadErrorKind::OverLimit { count, limit }))
}

fn dims(cursor: &mut Cursor<'_>) -> Result<(), ReadError> {
    let rank = cursor.count(MAX_RANK, "rank")?;
    for _ in 0..rank {
        let start = *cursor;
        let dim = cursor.svarint("dimension")?;
        if dim < 0 && dim != i64::MIN {
            let found = dim.cast_unsigned();
            let expected = "a size, or the mark of a dynamic dimension";
            let kind = ReadErrorKind::Unexpected { found, expected };
            return Err(start.error("dimension", kind));
        }
    }
    Ok(())
}

/// Bits of an integer or float: a byte, a varint, or a list of words.
fn bits(cursor: &mut Cursor<'_>, width: u64) -> Result<(), ReadError> {
    match width {
        0..=8 => cursor.byte("value").map(drop),
        9..=64 => cursor.varint("value").map(drop),
        _ => {
            let words = cursor.count(limits::ENTRIES, "value words")?;
            for _ in 0..words {
                cursor.varint("value word")?;
            }
            Ok(())
        }
    }
}
