//! Where values come from, through casts, reshapes, calls and the bodies of composite operations.
//!
//! Every walk is bounded, and ends without an answer at an operation it does not know.

use std::cell::Cell;
use std::collections::HashMap;

use crate::aicode::{Attr, OpKind, Program, base_name};
use crate::mlir::{Definition, Op, OpId, ReadError, ValueId};
use crate::model::constants::Constants;
use crate::model::{Constant, DType, Dim, Function};

/// Most operations one walk passes.
const MAX_STEPS: usize = 256;
/// Steps of all walks together, for each operation; and for a program of none.
const STEPS_PER_OP: usize = 64;
const LEAST_STEPS: usize = 1 << 16;
/// Most elements of a list of axes or sizes.
const MAX_LIST: usize = 32;
/// Most calls one walk is inside of.
const MAX_CALLS: usize = 64;

/// What an operation means to a walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Constant,
    Invoke,
    /// Gives its first operand another shape, order, type or extent.
    Reshape,
    /// Combines two operands element by element.
    Arithmetic,
    /// Maps one operand element by element.
    Map,
    /// Scales its first operand by the second and shifts it by the third and fourth.
    Scale,
    /// Looks its first operand up in its second, a table.
    Lookup,
    /// Puts the values of its first operand where the bits of its second are set.
    BuildSparse,
    /// Fills the places of a sparse value that hold nothing.
    Densify,
    /// Makes numbers of a smaller type, to be scaled back.
    Quantize,
    Matmul,
    Convolution,
    /// Picks rows of its first operand by its second.
    Gather,
    /// A branch or loop, whose body arguments are not its operands.
    ControlFlow,
    Other,
}

impl Role {
    /// The role of an operation of that name, with its path and version, and of that name alone.
    fn of(kind: OpKind, name: &str, base: &str) -> Role {
        match kind {
            OpKind::Constant => return Role::Constant,
            OpKind::Invoke => return Role::Invoke,
            _ => {}
        }
        if name.starts_with("controlflow.") {
            return Role::ControlFlow;
        }
        match base.strip_prefix("broadcasting_").unwrap_or(base) {
            "cast"
            | "reshape"
            | "transpose"
            | "expand_dims"
            | "shrink_dims"
            | "slice"
            | "split"
            | "broadcast_to"
            | "broadcast_in_dims"
            | "copy_with_constraints"
            | "copy_discarding_constraints" => Role::Reshape,
            "add" | "sub" | "mul" | "divide" | "minimum" | "maximum" => Role::Arithmetic,
            "tanh" | "round" => Role::Map,
            "blockwise_shift_scale"
            | "dequantize"
            | "sparse_with_bitmask_blockwise_shift_scale" => Role::Scale,
            "lut_to_dense" | "lut_to_sparse_with_bitmask" => Role::Lookup,
            "build_sparse_with_bitmask" => Role::BuildSparse,
            "sparse_with_bitmask_to_dense" => Role::Densify,
            "quantize" => Role::Quantize,
            "batch_matmul" => Role::Matmul,
            "conv2d" | "conv3d" | "conv_transpose2d" | "conv_transpose3d" => Role::Convolution,
            "gather_nd" | "gather_along_axis" => Role::Gather,
            _ => Role::Other,
        }
    }

    /// True if the role is to make a weight of stored data.
    pub(super) fn decodes(self) -> bool {
        match self {
            Role::Scale | Role::Lookup | Role::BuildSparse | Role::Densify => true,
            Role::Constant
            | Role::Invoke
            | Role::Reshape
            | Role::Arithmetic
            | Role::Map
            | Role::Quantize
            | Role::Matmul
            | Role::Convolution
            | Role::Gather
            | Role::ControlFlow
            | Role::Other => false,
        }
    }
}

/// The calls a walk is inside of, innermost last.
pub(super) type Calls = Vec<OpId>;

/// The program as a graph of values.
pub(super) struct Dataflow<'a> {
    pub(super) program: &'a Program,
    pub(super) constants: &'a Constants,
    /// What each operation name means and is without its path and version, by its number.
    names: Vec<(Role, &'a str)>,
    graphs: Vec<OpId>,
    /// The graph each invoke calls.
    callees: HashMap<OpId, OpId>,
    /// The invokes that call each graph.
    callers: HashMap<OpId, Vec<OpId>>,
    /// The operation that ends each graph.
    outputs: HashMap<OpId, OpId>,
    /// What a host hands to arguments of public graphs.
    loaded: HashMap<(OpId, u32), ValueId>,
    /// Steps left for all walks together, so that no program costs more than its size allows.
    fuel: Cell<usize>,
}

impl<'a> Dataflow<'a> {
    pub(super) fn new(
        program: &'a Program,
        constants: &'a Constants,
        functions: &[Function],
    ) -> Result<Dataflow<'a>, ReadError> {
        let module = &program.module;
        let mut names = vec![(Role::Other, ""); module.dialects.op_names.len()];
        let mut by_name = HashMap::new();
        let mut graphs = Vec::new();
        let mut outputs = HashMap::new();
        for (id, op) in module.ir.ops() {
            let kind = program.kind(op);
            let known = &mut names[op.name as usize];
            if known.1.is_empty() {
                let name = module.op_name(op)?;
                let base = base_name(name);
                *known = (Role::of(kind, name, base), base);
            }
            if kind == OpKind::Graph {
                let name = program.text(program.graph(op)?.name, "graph name")?;
                by_name.entry(name).or_insert(id);
                graphs.push(id);
            }
            if kind == OpKind::Output
                && let Some(graph) = op.parent()
            {
                outputs.insert(graph, id);
            }
        }
        let mut flow = Dataflow {
            program,
            constants,
            names,
            graphs,
            callees: HashMap::new(),
            callers: HashMap::new(),
            outputs,
            loaded: HashMap::new(),
            fuel: Cell::new(LEAST_STEPS + STEPS_PER_OP * module.ir.len()),
        };
        for (id, op) in module.ir.ops() {
            if flow.role(op) == Role::Invoke
                && let Some(&graph) = program.callee(op)?.and_then(|name| by_name.get(name))
            {
                flow.callees.insert(id, graph);
                flow.callers.entry(graph).or_default().push(id);
            }
        }
        flow.loaded = flow.loaded(functions);
        Ok(flow)
    }

    /// The graphs, in file order.
    pub(super) fn graphs(&self) -> &[OpId] {
        &self.graphs
    }

    pub(super) fn role(&self, op: &Op) -> Role {
        self.names[op.name as usize].0
    }

    /// The name of an operation without its path and version.
    pub(super) fn name(&self, op: &Op) -> &'a str {
        self.names[op.name as usize].1
    }

    pub(super) fn op(&self, id: OpId) -> &'a Op {
        self.program.module.ir.op(id)
    }

    /// Operand number `index` of an operation.
    pub(super) fn operand(&self, id: OpId, index: usize) -> Option<ValueId> {
        let ir = &self.program.module.ir;
        ir.operands(ir.op(id)).get(index).copied()
    }

    /// The operation whose operands a graph gives back.
    pub(super) fn output(&self, graph: OpId) -> Option<OpId> {
        self.outputs.get(&graph).copied()
    }

    /// What an invoke's result number `index` is in the graph it calls.
    pub(super) fn returned(&self, invoke: OpId, index: usize) -> Option<ValueId> {
        self.operand(self.output(self.callee(invoke)?)?, index)
    }

    /// Takes steps from the common budget; `None` once it is spent.
    pub(super) fn spend(&self, steps: usize) -> Option<()> {
        let left = self.fuel.get().checked_sub(steps)?;
        self.fuel.set(left);
        Some(())
    }

    /// The graph an operation lies in.
    pub(super) fn graph_of(&self, mut op: OpId) -> Option<OpId> {
        loop {
            if self.program.kind(self.op(op)) == OpKind::Graph {
                return Some(op);
            }
            op = self.op(op).parent()?;
        }
    }

    /// The invokes that call a graph.
    pub(super) fn callers_of(&self, graph: OpId) -> &[OpId] {
        self.callers.get(&graph).map_or(&[], Vec::as_slice)
    }

    /// The graph an invoke calls.
    pub(super) fn callee(&self, invoke: OpId) -> Option<OpId> {
        self.callees.get(&invoke).copied()
    }

    /// Values that stand for an argument: of each caller of a graph, or of a composite operation.
    pub(super) fn passed(&self, op: OpId, index: usize) -> Vec<ValueId> {
        self.passed_by(op, index, |_| true)
    }

    /// The same, of those callers of a graph that `wanted` names.
    pub(super) fn passed_by(
        &self,
        op: OpId,
        index: usize,
        wanted: impl Fn(&OpId) -> bool,
    ) -> Vec<ValueId> {
        if self.program.kind(self.op(op)) == OpKind::Graph {
            let callers = self.callers_of(op);
            if self.spend(callers.len()).is_none() {
                return Vec::new();
            }
            let wanted = callers.iter().filter(|call| wanted(call));
            let passed = wanted.filter_map(|call| self.operand(*call, index));
            let argument = u32::try_from(index).map(|index| (op, index));
            let loaded = argument
                .ok()
                .and_then(|argument| self.loaded.get(&argument));
            return passed.chain(loaded.copied()).collect();
        }
        if self.role(self.op(op)) == Role::ControlFlow {
            return Vec::new();
        }
        self.operand(op, index).into_iter().collect()
    }

    /// The operation that makes a value, through calls and arguments.
    pub(super) fn origin(&self, mut value: ValueId, calls: &mut Calls) -> Option<OpId> {
        for _ in 0..MAX_STEPS {
            self.spend(1)?;
            match self.program.module.ir.definition(value) {
                Definition::Result { op, index } => {
                    if self.role(self.op(op)) != Role::Invoke {
                        return Some(op);
                    }
                    if calls.len() >= MAX_CALLS {
                        return None;
                    }
                    value = self.returned(op, index as usize)?;
                    calls.push(op);
                }
                Definition::Argument { op, index } => {
                    value = self.argument(op, index as usize, calls)?;
                }
            }
        }
        None
    }

    fn argument(&self, op: OpId, index: usize, calls: &mut Calls) -> Option<ValueId> {
        if self.program.kind(self.op(op)) == OpKind::Graph
            && let Some(invoke) = calls.pop()
        {
            let same = self.callee(invoke) == Some(op);
            return same.then(|| self.operand(invoke, index)).flatten();
        }
        match self.passed(op, index).as_slice() {
            [only] => Some(*only),
            _ => None,
        }
    }

    /// Element type and sizes of a tensor value.
    pub(super) fn tensor(&self, value: ValueId) -> Option<(DType, Vec<Dim>)> {
        let ty = self.program.module.ir.type_of(value);
        let (dtype, shape) = self.program.tensor(ty).ok()??;
        Some((dtype, shape.dims().collect()))
    }

    /// Sizes of a tensor value, if all are static.
    pub(super) fn sizes(&self, value: ValueId) -> Option<Vec<u64>> {
        self.tensor(value)?.1.into_iter().collect()
    }

    /// The constant that an operation makes, with the type this one gives it: several of them may share one value
    /// and differ in shape.
    pub(super) fn constant(&self, op: OpId) -> Option<(usize, Constant)> {
        let position = self.constants.of(self.program, self.op(op))?;
        let (dtype, shape) = self.tensor(self.op(op).results().next()?)?;
        Some((
            position,
            Constant {
                dtype,
                shape: shape.into_iter().collect::<Option<_>>()?,
                ..self.constants.list[position].clone()
            },
        ))
    }

    /// The bytes of a constant stored inline, one element's for all if it is a splat.
    pub(super) fn inline(&self, op: OpId) -> Option<&'a [u8]> {
        if self.role(self.op(op)) != Role::Constant {
            return None;
        }
        let value = self.program.constant_value(self.op(op)).ok()?;
        match self.program.attr(value).ok()? {
            Attr::DenseElements { data, .. } => Some(data),
            _ => None,
        }
    }

    /// True for a constant of which every element is zero, as far as the program holds it inline.
    pub(super) fn is_zero(&self, op: OpId) -> bool {
        let zeros = |bytes: &[u8]| bytes.iter().all(|byte| *byte == 0);
        self.inline(op).is_some_and(zeros)
    }

    /// The integers of a constant stored inline, of a list or a single one.
    pub(super) fn integers(&self, value: ValueId, calls: &Calls) -> Option<Vec<i64>> {
        let op = self.origin(value, &mut calls.clone())?;
        let data = self.inline(op)?;
        let (_, constant) = self.constant(op)?;
        let count = usize::try_from(constant.elements()).ok()?;
        let width = usize::try_from(constant.dtype.storage_bytes()).ok()?;
        let signed = constant.dtype.name().starts_with("int");
        if !signed && !constant.dtype.name().starts_with("uint") || count > MAX_LIST {
            return None;
        }
        let one = |bytes: &[u8]| {
            let fill = if signed && bytes.last().is_some_and(|top| top >> 7 == 1) {
                0xFF
            } else {
                0
            };
            let mut whole = [fill; 8];
            whole.get_mut(..bytes.len())?.copy_from_slice(bytes);
            Some(i64::from_le_bytes(whole))
        };
        match data.len() {
            len if len == width => Some(vec![one(data)?; count]),
            len if Some(len) == width.checked_mul(count) => data.chunks(width).map(one).collect(),
            _ => None,
        }
    }
}
