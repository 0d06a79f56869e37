//! Reads the operation section.

use super::{Block, Ir, NONE, Op, OpId, Value, ValueId};
use crate::mlir::container::{SectionId, nested_section};
use crate::mlir::{Cursor, ReadError, ReadErrorKind, limits};

/// The operation holds an attribute dictionary.
const HAS_ATTRIBUTES: u8 = 0x01;
const HAS_RESULTS: u8 = 0x02;
const HAS_OPERANDS: u8 = 0x04;
const HAS_SUCCESSORS: u8 = 0x08;
const HAS_REGIONS: u8 = 0x10;
const HAS_USE_LISTS: u8 = 0x20;
const HAS_PROPERTIES: u8 = 0x40;
const KNOWN_MASK: u8 = 0x7F;

/// How many things the rest of the file defines, to check references against.
#[derive(Debug, Clone, Copy)]
pub(in crate::mlir) struct Counts {
    pub(in crate::mlir) op_names: usize,
    pub(in crate::mlir) attributes: usize,
    pub(in crate::mlir) types: usize,
    pub(in crate::mlir) properties: usize,
}

/// The operations of a section, whose references are held to the counts.
pub(in crate::mlir) fn read(mut cursor: Cursor<'_>, counts: Counts) -> Result<Ir, ReadError> {
    let mut reader = Reader {
        ir: Ir::default(),
        bytes: cursor.remaining() as u64,
        counts,
        frames: Vec::new(),
    };
    // The top block defines no values.
    reader.push_frame(&cursor, 0, true)?;
    reader.block(&mut cursor, None, 0, 1)?;
    cursor.finish("operations")?;
    Ok(reader.ir)
}

/// The values one open region defines.
struct Frame {
    /// Number of the first one, as the file counts.
    local: u64,
    /// Number of the first one in the program.
    global: u32,
    count: u32,
    defined: u32,
    /// True if operands may not reach the regions around this one.
    isolated: bool,
}

struct Reader {
    ir: Ir,
    /// Length of the section.
    bytes: u64,
    counts: Counts,
    frames: Vec<Frame>,
}

impl Reader {
    fn push_frame(
        &mut self,
        at: &Cursor<'_>,
        count: usize,
        isolated: bool,
    ) -> Result<(), ReadError> {
        let global = self.ir.values.len();
        let total = (global + count) as u64;
        // Each value is defined by bytes of its own, so that nested regions cannot all announce what is left.
        let limit = limits::VALUES.min(self.bytes);
        if total > limit {
            return Err(at.error(
                "value count",
                ReadErrorKind::OverLimit {
                    count: total,
                    limit,
                },
            ));
        }
        let local = match self.frames.last() {
            Some(frame) if !isolated => frame.local + u64::from(frame.count),
            _ => 0,
        };
        let undefined = Value {
            ty: NONE,
            owner: NONE,
            index: 0,
            argument: false,
        };
        self.ir.values.resize(global + count, undefined);
        self.frames.push(Frame {
            local,
            global: global as u32,
            count: count as u32,
            defined: 0,
            isolated,
        });
        Ok(())
    }

    /// Closes the innermost region, all of whose values must be defined.
    fn pop_frame(&mut self, at: &Cursor<'_>) -> Result<(), ReadError> {
        match self.frames.pop() {
            Some(frame) if frame.defined != frame.count => Err(at.error(
                "values of a region",
                ReadErrorKind::Mismatch {
                    found: frame.defined.into(),
                    expected: frame.count.into(),
                },
            )),
            _ => Ok(()),
        }
    }

    /// Gives the next value of the innermost region its type and owner.
    fn define(
        &mut self,
        at: &Cursor<'_>,
        ty: u32,
        owner: Option<OpId>,
        index: u32,
        argument: bool,
    ) -> Result<u32, ReadError> {
        let frame = self.frames.last_mut().filter(|f| f.defined < f.count);
        let Some(frame) = frame else {
            let expected = "no more values than the region announces";
            let found = index.into();
            let kind = ReadErrorKind::Unexpected { found, expected };
            return Err(at.error("value definition", kind));
        };
        let number = frame.global + frame.defined;
        frame.defined += 1;
        self.ir.values[number as usize] = Value {
            ty,
            owner: owner.map_or(NONE, |op| op.0),
            index,
            argument,
        };
        Ok(number)
    }

    /// The value an operand number means here.
    fn resolve(&self, at: &Cursor<'_>, local: u64) -> Result<ValueId, ReadError> {
        let mut len = 0;
        for frame in self.frames.iter().rev() {
            len = len.max(frame.local + u64::from(frame.count));
            if local >= frame.local && local - frame.local < u64::from(frame.count) {
                // Below `count`, so it fits.
                return Ok(ValueId(frame.global + (local - frame.local) as u32));
            }
            if frame.isolated {
                break;
            }
        }
        let kind = ReadErrorKind::OutOfRange { index: local, len };
        Err(at.error("operand", kind))
    }

    fn block(
        &mut self,
        cursor: &mut Cursor<'_>,
        op: Option<OpId>,
        region: u32,
        depth: u64,
    ) -> Result<(), ReadError> {
        let start = *cursor;
        let (count, has_arguments) = cursor.flagged("operation count")?;
        let ops = cursor.checked_count(start, count, limits::OPS, "operation count")?;
        let first = self.frames.last().map_or(0, |f| f.global + f.defined);
        let arguments = if has_arguments {
            self.block_arguments(cursor, op)?
        } else {
            0
        };
        self.ir.blocks.push(Block {
            op,
            region,
            first_argument: first,
            arguments,
        });
        for _ in 0..ops {
            self.op(cursor, op, depth)?;
        }
        Ok(())
    }

    fn block_arguments(
        &mut self,
        cursor: &mut Cursor<'_>,
        op: Option<OpId>,
    ) -> Result<u32, ReadError> {
        let count = cursor.count(limits::VALUES, "block argument count")?;
        for index in 0..count as u32 {
            let at = *cursor;
            let (ty, has_location) = cursor.flagged("block argument type")?;
            let ty = at.in_range(ty, self.counts.types, "block argument type")?;
            if has_location {
                cursor.index(self.counts.attributes, "block argument location")?;
            }
            self.define(&at, ty, op, index, true)?;
        }
        if cursor.bool("block use lists")? {
            skip_use_lists(cursor, count)?;
        }
        Ok(count as u32)
    }

    fn op(
        &mut self,
        cursor: &mut Cursor<'_>,
        parent: Option<OpId>,
        depth: u64,
    ) -> Result<(), ReadError> {
        let start = *cursor;
        let id = OpId(self.ir.ops.len() as u32);
        if u64::from(id.0) >= limits::OPS {
            let (count, limit) = (u64::from(id.0) + 1, limits::OPS);
            return Err(start.error("operations", ReadErrorKind::OverLimit { count, limit }));
        }
        let name = cursor.index(self.counts.op_names, "operation name index")?;
        let mask = self.mask(cursor)?;
        let location = cursor.index(self.counts.attributes, "operation location")?;
        if mask & HAS_ATTRIBUTES != 0 {
            cursor.index(self.counts.attributes, "operation attributes")?;
        }
        let properties = if mask & HAS_PROPERTIES != 0 {
            cursor.index(self.counts.properties, "operation properties")?
        } else {
            NONE
        };
        self.ir.ops.push(Op {
            name,
            location,
            offset: start.offset(),
            parent: parent.map_or(NONE, |op| op.0),
            subtree_end: id.0 + 1,
            properties,
            operands: self.ir.operands.len() as u32,
            operand_count: 0,
            results: 0,
            result_count: 0,
            first_block: NONE,
        });
        self.results_and_operands(cursor, id, mask)?;
        if mask & HAS_REGIONS != 0 {
            let first_block = self.ir.blocks.len();
            self.regions(cursor, id, depth)?;
            let op = &mut self.ir.ops[id.0 as usize];
            if self.ir.blocks.len() > first_block {
                op.first_block = first_block as u32;
            }
        }
        self.ir.ops[id.0 as usize].subtree_end = self.ir.ops.len() as u32;
        Ok(())
    }

    fn mask(&self, cursor: &mut Cursor<'_>) -> Result<u8, ReadError> {
        let start = *cursor;
        let mask = cursor.byte("operation mask")?;
        if mask & !KNOWN_MASK == 0 {
            return Ok(mask);
        }
        let found = mask.into();
        let expected = "a mask of the seven known bits";
        Err(start.error(
            "operation mask",
            ReadErrorKind::Unexpected { found, expected },
        ))
    }

    fn results_and_operands(
        &mut self,
        cursor: &mut Cursor<'_>,
        id: OpId,
        mask: u8,
    ) -> Result<(), ReadError> {
        let mut results = 0;
        if mask & HAS_RESULTS != 0 {
            results = cursor.count(limits::VALUES, "result count")?;
            let first = self.frames.last().map_or(0, |f| f.global + f.defined);
            for index in 0..results as u32 {
                let at = *cursor;
                let ty = cursor.index(self.counts.types, "result type")?;
                self.define(&at, ty, Some(id), index, false)?;
            }
            let op = &mut self.ir.ops[id.0 as usize];
            op.results = first;
            op.result_count = results as u32;
        }
        if mask & HAS_OPERANDS != 0 {
            let count = cursor.count(limits::VALUES, "operand count")?;
            for _ in 0..count {
                let at = *cursor;
                let number = cursor.varint("operand")?;
                let value = self.resolve(&at, number)?;
                self.ir.operands.push(value);
            }
            self.ir.ops[id.0 as usize].operand_count = count as u32;
        }
        if mask & HAS_SUCCESSORS != 0 {
            let count = cursor.count(limits::OPS, "successor count")?;
            for _ in 0..count {
                cursor.varint("successor")?;
            }
        }
        if mask & HAS_USE_LISTS != 0 {
            skip_use_lists(cursor, results)?;
        }
        Ok(())
    }

    fn regions(&mut self, cursor: &mut Cursor<'_>, id: OpId, depth: u64) -> Result<(), ReadError> {
        let start = *cursor;
        if depth >= limits::DEPTH {
            let limit = limits::DEPTH;
            return Err(start.error("regions", ReadErrorKind::TooDeep { limit }));
        }
        let (count, isolated) = cursor.flagged("region count")?;
        let count = cursor.checked_count(start, count, limits::OPS, "region count")?;
        if !isolated {
            return self.region_list(cursor, id, count, false, depth);
        }
        let mut body = nested_section(cursor, SectionId::Ir, "isolated region")?;
        self.region_list(&mut body, id, count, true, depth)?;
        body.finish("isolated region")
    }

    fn region_list(
        &mut self,
        cursor: &mut Cursor<'_>,
        id: OpId,
        count: usize,
        isolated: bool,
        depth: u64,
    ) -> Result<(), ReadError> {
        for region in 0..count as u32 {
            let blocks = cursor.count(limits::OPS, "block count")?;
            if blocks == 0 {
                continue;
            }
            // Each value takes at least the byte of its type.
            let values = cursor.count(limits::VALUES, "value count")?;
            self.push_frame(cursor, values, isolated)?;
            for _ in 0..blocks {
                self.block(cursor, Some(id), region, depth + 1)?;
            }
            self.pop_frame(cursor)?;
        }
        Ok(())
    }
}

/// Use-list orders tell a parser how to restore the in-memory order of uses; nothing here needs it.
fn skip_use_lists(cursor: &mut Cursor<'_>, values: usize) -> Result<(), ReadError> {
    let several = values > 1;
    let lists = if several {
        cursor.count(limits::VALUES, "use list count")?
    } else {
        1
    };
    for _ in 0..lists {
        if several {
            cursor.index(values, "use list value")?;
        }
        let start = *cursor;
        let (count, _pairs) = cursor.flagged("use list")?;
        let count = cursor.checked_count(start, count, limits::VALUES, "use list")?;
        for _ in 0..count {
            cursor.varint("use list")?;
        }
    }
    Ok(())
}
