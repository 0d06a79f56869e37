//! The operation section, read into flat tables: no allocation for each operation.

mod read;

use std::ops::Range;

pub(super) use read::{Counts, read};

/// Marks a table field that has no value.
const NONE: u32 = u32::MAX;

/// Number of an operation: its position in textual order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OpId(pub u32);

/// Number of a value; each result and block argument of the program has its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ValueId(pub u32);

/// One operation.
#[derive(Debug, Clone, Copy)]
pub struct Op {
    /// Number of its name.
    pub name: u32,
    /// Attribute number of its location.
    pub location: u32,
    /// Where it starts in the file.
    pub offset: u64,
    parent: u32,
    subtree_end: u32,
    properties: u32,
    operands: u32,
    operand_count: u32,
    results: u32,
    result_count: u32,
    first_block: u32,
}

impl Op {
    /// The operation whose region holds this one.
    pub fn parent(&self) -> Option<OpId> {
        (self.parent != NONE).then_some(OpId(self.parent))
    }

    /// Number of its property blob.
    pub fn properties(&self) -> Option<u32> {
        (self.properties != NONE).then_some(self.properties)
    }

    /// Its results, in order.
    pub fn results(&self) -> impl ExactSizeIterator<Item = ValueId> + use<> {
        (self.results..self.results + self.result_count).map(ValueId)
    }
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Definition {
    /// Result number `index` of an operation.
    Result {
        /// The operation.
        op: OpId,
        /// Position among its results.
        index: u32,
    },
    /// Argument number `index` of a block of an operation's region.
    Argument {
        /// The operation that owns the region.
        op: OpId,
        /// Position among the block's arguments.
        index: u32,
    },
}

#[derive(Debug, Clone, Copy)]
struct Value {
    ty: u32,
    owner: u32,
    index: u32,
    argument: bool,
}

/// A block of a region.
#[derive(Debug, Clone, Copy)]
pub struct Block {
    /// The operation that owns the region; `None` at the top.
    pub op: Option<OpId>,
    /// Position of the region among those of the operation.
    pub region: u32,
    first_argument: u32,
    arguments: u32,
}

impl Block {
    /// Its arguments, in order.
    pub fn arguments(&self) -> impl ExactSizeIterator<Item = ValueId> + use<> {
        (self.first_argument..self.first_argument + self.arguments).map(ValueId)
    }
}

/// The operations of a program, in textual order.
#[derive(Debug, Clone, Default)]
pub struct Ir {
    ops: Vec<Op>,
    operands: Vec<ValueId>,
    values: Vec<Value>,
    blocks: Vec<Block>,
}

impl Ir {
    /// All operations, in textual order.
    pub fn ops(&self) -> impl ExactSizeIterator<Item = (OpId, &Op)> {
        let numbers = 0..self.ops.len() as u32;
        numbers.map(OpId).zip(&self.ops)
    }

    /// How many operations there are.
    pub fn len(&self) -> usize {
        self.ops.len()
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.ops.is_empty()
    }

    /// How many values there are.
    pub fn values(&self) -> usize {
        self.values.len()
    }

    /// An operation. The number must come from this program.
    pub fn op(&self, id: OpId) -> &Op {
        &self.ops[id.0 as usize]
    }

    /// The operands of an operation.
    pub fn operands(&self, op: &Op) -> &[ValueId] {
        let start = op.operands as usize;
        &self.operands[start..start + op.operand_count as usize]
    }

    /// The numbers of all operations nested in `id`, at any depth.
    pub fn nested(&self, id: OpId) -> Range<u32> {
        id.0 + 1..self.op(id).subtree_end
    }

    /// The operations directly in the regions of `id`.
    pub fn children(&self, id: OpId) -> impl Iterator<Item = OpId> + '_ {
        let nested = self.nested(id);
        let mut next = nested.start;
        std::iter::from_fn(move || {
            let child = (next < nested.end).then_some(OpId(next))?;
            next = self.op(child).subtree_end;
            Some(child)
        })
    }

    /// The first block of the first region of an operation.
    pub fn entry_block(&self, op: &Op) -> Option<&Block> {
        (op.first_block != NONE).then(|| &self.blocks[op.first_block as usize])
    }

    /// The blocks of an operation's regions, region by region.
    pub fn blocks(&self, op: &Op) -> impl Iterator<Item = &Block> {
        let first = (op.first_block != NONE).then_some(op.first_block as usize);
        let blocks = first.map_or(&[][..], |first| &self.blocks[first..]);
        // Blocks are in textual order, so those of the operation's own are the ones with its first block's owner.
        let owner = blocks.first().and_then(|block| block.op);
        let end = owner.map_or(0, |owner| self.op(owner).subtree_end);
        blocks
            .iter()
            .take_while(move |block| block.op.is_some_and(|inner| inner.0 < end))
            .filter(move |block| block.op == owner)
    }

    /// The operations directly in an operation's regions, in textual order.
    pub fn body(&self, op: &Op) -> impl Iterator<Item = OpId> + '_ {
        let owner = self.blocks(op).find_map(|block| block.op);
        owner.into_iter().flat_map(|owner| self.children(owner))
    }

    /// Type number of a value.
    pub fn type_of(&self, value: ValueId) -> u32 {
        self.values[value.0 as usize].ty
    }

    /// Where a value comes from.
    pub fn definition(&self, value: ValueId) -> Definition {
        let value = self.values[value.0 as usize];
        let (op, index) = (OpId(value.owner), value.index);
        if value.argument {
            Definition::Argument { op, index }
        } else {
            Definition::Result { op, index }
        }
    }
}
