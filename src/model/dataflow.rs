//! Where values come from, through casts, reshapes, calls and the bodies of composite operations.
//!
//! Every walk is bounded, and ends without an answer at an operation it does not know.

use std::cell::Cell;
use std::collections::HashMap;

use super::constants::Constants;
use crate::aicode::{OpKind, Program, base_name};
use crate::mlir::{Definition, Op, OpId, ReadError, ValueId};

/// Most operations one walk passes.
const MAX_STEPS: usize = 256;
/// Steps of all walks together, for each operation; and for a program of none.
const STEPS_PER_OP: usize = 64;
const LEAST_STEPS: usize = 1 << 16;
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
    /// Dequantizes its first operand by the others.
    Dequantize,
    Matmul,
    Convolution,
    /// Picks rows of its first operand by its second.
    Gather,
    /// A branch or loop, whose body arguments are not its operands.
    ControlFlow,
    Other,
}

impl Role {
    fn of(kind: OpKind, name: &str) -> Role {
        match kind {
            OpKind::Constant => return Role::Constant,
            OpKind::Invoke => return Role::Invoke,
            _ => {}
        }
        if name.starts_with("controlflow.") {
            return Role::ControlFlow;
        }
        let base = base_name(name);
        match base.strip_prefix("broadcasting_").unwrap_or(base) {
            "cast"
            | "reshape"
            | "transpose"
            | "expand_dims"
            | "shrink_dims"
            | "slice"
            | "broadcast_to"
            | "broadcast_in_dims"
            | "copy_with_constraints"
            | "copy_discarding_constraints" => Role::Reshape,
            "add" | "sub" | "mul" | "divide" | "minimum" | "maximum" => Role::Arithmetic,
            "tanh" | "round" => Role::Map,
            "blockwise_shift_scale" | "dequantize" | "lut_to_dense" => Role::Dequantize,
            "batch_matmul" => Role::Matmul,
            "conv2d" | "conv3d" | "conv_transpose2d" | "conv_transpose3d" => Role::Convolution,
            "gather_nd" | "gather_along_axis" => Role::Gather,
            _ => Role::Other,
        }
    }
}

/// A constant that a value is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Source {
    /// Position in the list of constants.
    pub(super) constant: usize,
    /// The operation that dequantizes it on the way, if any.
    pub(super) dequantize: Option<OpId>,
}

/// The calls a walk is inside of, innermost last.
pub(super) type Calls = Vec<OpId>;

/// The program as a graph of values.
pub(super) struct Dataflow<'a> {
    pub(super) program: &'a Program,
    pub(super) constants: &'a Constants,
    /// By operation name number.
    roles: Vec<Role>,
    graphs: Vec<OpId>,
    /// The graph each invoke calls.
    callees: HashMap<OpId, OpId>,
    /// The invokes that call each graph.
    callers: HashMap<OpId, Vec<OpId>>,
    /// The operation that ends each graph.
    outputs: HashMap<OpId, OpId>,
    /// Steps left for all walks together, so that no program costs more than its size allows.
    fuel: Cell<usize>,
}

impl<'a> Dataflow<'a> {
    pub(super) fn new(
        program: &'a Program,
        constants: &'a Constants,
    ) -> Result<Dataflow<'a>, ReadError> {
        let module = &program.module;
        let mut roles = vec![Role::Other; module.dialects.op_names.len()];
        let mut by_name = HashMap::new();
        let mut graphs = Vec::new();
        let mut outputs = HashMap::new();
        for (id, op) in module.ir.ops() {
            let kind = program.kind(op);
            roles[op.name as usize] = Role::of(kind, module.op_name(op)?);
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
            roles,
            graphs,
            callees: HashMap::new(),
            callers: HashMap::new(),
            outputs,
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
        Ok(flow)
    }

    /// The graphs, in file order.
    pub(super) fn graphs(&self) -> &[OpId] {
        &self.graphs
    }

    pub(super) fn role(&self, op: &Op) -> Role {
        self.roles[op.name as usize]
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
    fn spend(&self, steps: usize) -> Option<()> {
        let left = self.fuel.get().checked_sub(steps)?;
        self.fuel.set(left);
        Some(())
    }

    /// The graph an invoke calls.
    pub(super) fn callee(&self, invoke: OpId) -> Option<OpId> {
        self.callees.get(&invoke).copied()
    }

    /// Values that stand for an argument: of each caller of a graph, or of a composite operation.
    pub(super) fn passed(&self, op: OpId, index: usize) -> Vec<ValueId> {
        if self.program.kind(self.op(op)) == OpKind::Graph {
            let callers = self.callers.get(&op).map_or(&[][..], Vec::as_slice);
            if self.spend(callers.len()).is_none() {
                return Vec::new();
            }
            let values = callers.iter().filter_map(|id| self.operand(*id, index));
            return values.collect();
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

    /// The constant a value is made of, if it is one but for shape, type and quantization.
    pub(super) fn source(&self, mut value: ValueId, mut calls: Calls) -> Option<Source> {
        let mut dequantize = None;
        for _ in 0..MAX_STEPS {
            let op = self.origin(value, &mut calls)?;
            match self.role(self.op(op)) {
                Role::Constant => {
                    let constant = self.constants.of(self.program, self.op(op))?;
                    return Some(Source {
                        constant,
                        dequantize,
                    });
                }
                Role::Reshape => {}
                Role::Dequantize if dequantize.is_none() => dequantize = Some(op),
                _ => return None,
            }
            value = self.operand(op, 0)?;
        }
        None
    }
}
