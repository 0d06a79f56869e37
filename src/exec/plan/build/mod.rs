//! Makes a plan: walks a graph once, and those it calls wherever it calls them.

mod control;
mod stretch;

use std::collections::HashMap;

use crate::aicode::{Program, Type, base_name};
use crate::bytes::ByteSource;
use crate::mlir::{Op, OpId, ValueId};
use crate::model::{Function, Value, ValueType, Visibility, functions};

use super::constants::Loader;
use super::support::{graphs, unsupported_from};
use super::{Action, Body, Operand, Plan, Port, Step, fold, fusion, liveness, sharing};
use crate::exec::apply::Argument;
use crate::exec::operation::{Meaning, Operation};
use crate::exec::{ExecError, limits};
use stretch::Stretched;

/// What a value of the program is to the plan.
#[derive(Debug, Clone)]
enum Bound {
    Slot(u32),
    Constant(u32),
    State(u32),
    Token,
    /// Values, and the mask of their places.
    Sparse(Operand, Operand),
}

pub(super) fn plan<S: ByteSource + ?Sized>(
    program: &Program,
    source: &S,
    name: &str,
) -> Result<Plan, ExecError> {
    let functions = functions(program)?;
    let public = |function: &&Function| function.visibility == Visibility::Public;
    let graphs = graphs(program)?;
    let function = functions
        .iter()
        .filter(public)
        .find(|function| function.name == name);
    let (Some(function), Some(graph)) = (function, graphs.get(name)) else {
        let known = functions.iter().filter(public);
        return Err(ExecError::NoFunction {
            name: name.to_owned(),
            known: known.map(|function| function.name.clone()).collect(),
        });
    };
    let missing = unsupported_from(program, vec![*graph])?;
    if !missing.is_empty() {
        return Err(ExecError::Unsupported(missing));
    }
    let mut builder = Builder {
        program,
        graphs: &graphs,
        loader: Loader::new(program, source),
        constants: Vec::new(),
        slots: 0,
        steps: 0,
        by_constant: HashMap::new(),
        stretched: HashMap::new(),
    };
    let mut body = Body::default();
    let mut given = Vec::new();
    let mut states = 0;
    for value in builder.arguments(*graph) {
        given.push(match program.r#type(program.module.ir.type_of(value))? {
            Type::Handle(_) => {
                states += 1;
                Bound::State(states - 1)
            }
            Type::Token => Bound::Token,
            _ => {
                let slot = builder.slot();
                body.arguments.push(slot);
                Bound::Slot(slot)
            }
        });
    }
    let results = builder.graph(*graph, given, &mut body.steps, 0)?;
    let results: Result<Vec<_>, _> = results
        .into_iter()
        .filter(|bound| !matches!(bound, Bound::Token))
        .map(operand)
        .collect();
    body.results = results?;
    liveness::drop_unused(&mut body);
    fusion::fuse(&mut body);
    fusion::leave_out_transposes(&mut body, &builder.constants);
    liveness::mark(&mut body);
    sharing::mark(&mut body);
    let ports = |values: &[Value]| values.iter().filter_map(port).collect();
    Ok(Plan {
        function: name.to_owned(),
        inputs: ports(&function.inputs),
        states: ports(&function.states),
        outputs: ports(&function.outputs),
        constants: builder.constants,
        slots: builder.slots as usize,
        body,
    })
}

fn port(value: &Value) -> Option<Port> {
    match &value.ty {
        ValueType::Tensor { dtype, shape } => Some(Port {
            name: value.name.clone(),
            dtype: *dtype,
            shape: shape.clone(),
        }),
        _ => None,
    }
}

/// A value as an operand of a step.
fn operand(bound: Bound) -> Result<Operand, ExecError> {
    match bound {
        Bound::Slot(slot) => Ok(Operand::Slot { slot, last: false }),
        Bound::Constant(number) => Ok(Operand::Constant(number)),
        Bound::State(_) | Bound::Token | Bound::Sparse(..) => Err(ExecError::operands(
            "a state, an order or sparse values are no operand",
        )),
    }
}

struct Builder<'a, S: ?Sized> {
    program: &'a Program,
    graphs: &'a HashMap<&'a str, OpId>,
    loader: Loader<'a, S>,
    constants: Vec<Argument>,
    slots: u32,
    steps: usize,
    /// Constants that were loaded, by the operation that makes them.
    by_constant: HashMap<OpId, u32>,
    /// What values were stretched from, by their slot.
    stretched: HashMap<u32, Stretched>,
}

/// The values of one graph, wherever it is called.
type Values = HashMap<ValueId, Bound>;

impl<S: ByteSource + ?Sized> Builder<'_, S> {
    fn slot(&mut self) -> u32 {
        self.slots += 1;
        self.slots - 1
    }

    fn constant(&mut self, value: Argument) -> Bound {
        // As many as there are steps, which are limited.
        self.constants.push(value);
        Bound::Constant(self.constants.len() as u32 - 1)
    }

    fn name(&self, op: &Op) -> Result<String, ExecError> {
        Ok(base_name(self.program.module.op_name(op)?).to_owned())
    }

    fn arguments(&self, graph: OpId) -> Vec<ValueId> {
        let ir = &self.program.module.ir;
        let block = ir.entry_block(ir.op(graph));
        block
            .map(|block| block.arguments().collect())
            .unwrap_or_default()
    }

    /// Adds the steps of a graph; what it gives back.
    fn graph(
        &mut self,
        graph: OpId,
        given: Vec<Bound>,
        steps: &mut Vec<Step>,
        depth: usize,
    ) -> Result<Vec<Bound>, ExecError> {
        if depth > limits::DEPTH {
            return Err(ExecError::TooDeep {
                what: "calls inside each other",
            });
        }
        let arguments = self.arguments(graph);
        if arguments.len() != given.len() {
            return Err(ExecError::operands(format!(
                "{} arguments where {} are declared",
                given.len(),
                arguments.len()
            )));
        }
        let mut values: Values = arguments.into_iter().zip(given).collect();
        let ops: Vec<_> = self.program.module.ir.children(graph).collect();
        self.region(&ops, &mut values, steps, depth)
    }

    /// Adds the steps of operations up to the end of their region; what the end gives back.
    fn region(
        &mut self,
        ops: &[OpId],
        values: &mut Values,
        steps: &mut Vec<Step>,
        depth: usize,
    ) -> Result<Vec<Bound>, ExecError> {
        let program = self.program;
        let ir = &program.module.ir;
        for id in ops {
            let op = ir.op(*id);
            self.steps += 1;
            if self.steps > limits::STEPS {
                return Err(ExecError::TooDeep { what: "steps" });
            }
            let meaning = Meaning::of(program, op)?;
            let number = id.0;
            let add = |builder: &mut Self, steps: &mut Vec<Step>, values: &mut Values| {
                builder.op(*id, op, meaning, values, steps, depth)
            };
            match meaning {
                Some(Meaning::End | Meaning::Condition) => return bound(ir.operands(op), values),
                _ => {
                    add(self, steps, values).map_err(|error| located(program, op, number, error))?
                }
            }
        }
        Err(ExecError::operands("a region without an end"))
    }

    fn op(
        &mut self,
        id: OpId,
        op: &Op,
        meaning: Option<Meaning>,
        values: &mut Values,
        steps: &mut Vec<Step>,
        depth: usize,
    ) -> Result<(), ExecError> {
        let program = self.program;
        let ir = &program.module.ir;
        let given = || bound(ir.operands(op), values);
        let results = match meaning {
            Some(Meaning::Constant) => vec![self.load(id, op)?],
            Some(Meaning::Compute(operation)) => {
                self.compute(id, op, operation, given()?, steps)?
            }
            Some(Meaning::Invoke) => {
                let callee = program.callee(op)?.and_then(|name| self.graphs.get(name));
                let callee = *callee
                    .ok_or_else(|| ExecError::operands("the graph it calls is not there"))?;
                self.graph(callee, given()?, steps, depth + 1)?
            }
            Some(Meaning::Token) => op.results().map(|_| Bound::Token).collect(),
            Some(Meaning::BuildSparse) => match <[Bound; 2]>::try_from(given()?) {
                Ok([data, mask]) => vec![Bound::Sparse(operand(data)?, operand(mask)?)],
                Err(_) => return Err(ExecError::operands("values and a mask are needed")),
            },
            Some(Meaning::Read) => {
                let state = state(given()?)?;
                let slot = self.slot();
                steps.push(Step {
                    op: id.0,
                    name: self.name(op)?,
                    action: Action::Read { state, take: false },
                    operands: Vec::new(),
                    results: vec![slot],
                    release: Vec::new(),
                });
                vec![Bound::Slot(slot), Bound::Token]
            }
            Some(Meaning::Write) => {
                let mut given = given()?;
                if given.len() < 2 {
                    return Err(ExecError::operands("a state and a value are needed"));
                }
                let value = operand(given.swap_remove(1))?;
                let state = state(given)?;
                steps.push(Step {
                    op: id.0,
                    name: self.name(op)?,
                    action: Action::Write { state },
                    operands: vec![value],
                    results: Vec::new(),
                    release: Vec::new(),
                });
                vec![Bound::Token]
            }
            Some(Meaning::If | Meaning::While) => {
                self.control(id, op, meaning, values, steps, depth)?
            }
            Some(Meaning::End | Meaning::Condition) | None => {
                return Err(ExecError::operands("it cannot be executed"));
            }
        };
        if results.len() < op.results().len() {
            return Err(ExecError::operands(format!(
                "{} results where {} are declared",
                results.len(),
                op.results().len()
            )));
        }
        values.extend(op.results().zip(results));
        Ok(())
    }

    fn load(&mut self, id: OpId, op: &Op) -> Result<Bound, ExecError> {
        if let Some(number) = self.by_constant.get(&id) {
            return Ok(Bound::Constant(*number));
        }
        let value = self.loader.load(op)?;
        let bound = self.constant(value);
        if let Bound::Constant(number) = bound {
            self.by_constant.insert(id, number);
        }
        Ok(bound)
    }

    fn compute(
        &mut self,
        id: OpId,
        op: &Op,
        operation: Operation,
        given: Vec<Bound>,
        steps: &mut Vec<Step>,
    ) -> Result<Vec<Bound>, ExecError> {
        let mut operands = Vec::with_capacity(given.len());
        for bound in given {
            match bound {
                Bound::Sparse(data, mask) => operands.extend([data, mask]),
                bound => operands.push(operand(bound)?),
            }
        }
        let program = self.program;
        let ir = &program.module.ir;
        let mut types = Vec::with_capacity(op.results().len());
        for result in op.results() {
            let tensor = program.tensor(ir.type_of(result))?;
            types.extend(tensor.map(|(dtype, _)| dtype));
        }
        let constants: Option<Vec<_>> = operands
            .iter()
            .map(|operand| match operand {
                Operand::Constant(number) => Some(self.constants[*number as usize].clone()),
                Operand::Slot { .. } => None,
            })
            .collect();
        if let Some(constants) = constants
            && let Some(folded) = fold::fold(operation, &constants, &types)?
        {
            return Ok(folded
                .into_iter()
                .map(|value| self.constant(value))
                .collect());
        }
        let results: Vec<_> = types.iter().map(|_| self.slot()).collect();
        self.leave_out_stretches(op, operation, &mut operands)?;
        self.note_stretch(op, operation, &operands, &results)?;
        steps.push(Step {
            op: id.0,
            name: self.name(op)?,
            action: Action::Compute(operation, types),
            operands,
            results: results.clone(),
            release: Vec::new(),
        });
        Ok(results.into_iter().map(Bound::Slot).collect())
    }
}

/// What operands are, in order.
fn bound(operands: &[ValueId], values: &Values) -> Result<Vec<Bound>, ExecError> {
    let one = |value: &ValueId| {
        let unknown = || ExecError::operands("an operand from outside the graph");
        values.get(value).cloned().ok_or_else(unknown)
    };
    operands.iter().map(one).collect()
}

/// The state that a read or write names first.
fn state(given: Vec<Bound>) -> Result<u32, ExecError> {
    match given.first() {
        Some(Bound::State(state)) => Ok(*state),
        _ => Err(ExecError::operands("a state of the function is needed")),
    }
}

/// Says at which operation it was.
pub(super) fn located(program: &Program, op: &Op, number: u32, error: ExecError) -> ExecError {
    match error {
        error @ (ExecError::Step { .. } | ExecError::Damaged(_) | ExecError::TooDeep { .. }) => {
            error
        }
        error => ExecError::Step {
            operation: program
                .module
                .op_name(op)
                .map(base_name)
                .unwrap_or_default()
                .to_owned(),
            number,
            source: Box::new(error),
        },
    }
}
