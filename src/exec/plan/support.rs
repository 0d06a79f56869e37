//! What a function has that cannot be executed, found without reading a constant.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::aicode::{OpKind, Program, Type, base_name};
use crate::mlir::{Op, OpId, ReadError};

use crate::exec::Unsupported;
use crate::exec::operation::Meaning;
use crate::exec::tensor::class;

/// The graphs of a program by name, the first of each.
pub(super) fn graphs(program: &Program) -> Result<HashMap<&str, OpId>, ReadError> {
    let mut graphs = HashMap::new();
    for (id, op) in program.module.ir.ops() {
        if program.kind(op) == OpKind::Graph {
            let name = program.text(program.graph(op)?.name, "graph name")?;
            graphs.entry(name).or_insert(id);
        }
    }
    Ok(graphs)
}

/// Everything in a program's functions, and in the graphs they call, that cannot be executed; sorted.
///
/// # Errors
/// Damaged bytecode.
pub fn unsupported(program: &Program) -> Result<Vec<Unsupported>, ReadError> {
    let mut public = Vec::new();
    for (id, op) in program.module.ir.ops() {
        if program.kind(op) == OpKind::Graph {
            let graph = program.graph(op)?;
            // A public graph that declares a composite operation is no function.
            if !graph.is_private && graph.composite.is_none() {
                public.push(id);
            }
        }
    }
    unsupported_from(program, public)
}

/// The same of these graphs.
pub(super) fn unsupported_from(
    program: &Program,
    mut left: Vec<OpId>,
) -> Result<Vec<Unsupported>, ReadError> {
    let graphs = graphs(program)?;
    let mut found = BTreeMap::new();
    let mut known = Known {
        names: vec![None; program.module.dialects.op_names.len()],
        types: vec![None; program.module.entries.types()],
    };
    let mut seen: HashSet<OpId> = left.iter().copied().collect();
    while let Some(graph) = left.pop() {
        let op = program.module.ir.op(graph);
        let function = program.text(program.graph(op)?.name, "graph name")?;
        let mut scan = Scan {
            program,
            graphs: &graphs,
            calls: Vec::new(),
            found: &mut found,
            known: &mut known,
            function,
        };
        scan.body(graph)?;
        let calls = scan.calls;
        left.extend(calls.into_iter().filter(|call| seen.insert(*call)));
    }
    let list = found
        .into_iter()
        .map(|((function, op), count)| Unsupported {
            function,
            op,
            count,
        });
    Ok(list.collect())
}

/// What was found out once, by number.
struct Known {
    /// What operations of a name mean, where the name decides.
    names: Vec<Option<Option<Meaning>>>,
    /// The type, where values of it cannot be held.
    types: Vec<Option<Option<&'static str>>>,
}

struct Scan<'a> {
    program: &'a Program,
    graphs: &'a HashMap<&'a str, OpId>,
    calls: Vec<OpId>,
    found: &'a mut BTreeMap<(String, String), u64>,
    known: &'a mut Known,
    function: &'a str,
}

impl<'a> Scan<'a> {
    fn body(&mut self, owner: OpId) -> Result<(), ReadError> {
        let ir = &self.program.module.ir;
        let mut left: Vec<_> = ir.children(owner).collect();
        while let Some(id) = left.pop() {
            let op = ir.op(id);
            let Some(meaning) = self.meaning(op)? else {
                self.report(self.name(op)?.to_owned());
                continue;
            };
            match meaning {
                Meaning::If | Meaning::While => left.extend(ir.children(id)),
                Meaning::Invoke => match self
                    .program
                    .callee(op)?
                    .and_then(|name| self.graphs.get(name))
                {
                    Some(graph) => self.calls.push(*graph),
                    None => self.report(self.name(op)?.to_owned()),
                },
                _ => {}
            }
            for value in op.results() {
                if let Some(reason) = self.unheld(ir.type_of(value))? {
                    self.report(format!("{} of {reason}", self.name(op)?));
                }
            }
        }
        Ok(())
    }

    fn name(&self, op: &Op) -> Result<&'a str, ReadError> {
        self.program.module.op_name(op).map(base_name)
    }

    fn meaning(&mut self, op: &Op) -> Result<Option<Meaning>, ReadError> {
        let number = op.name as usize;
        if let Some(known) = self.known.names[number] {
            return Ok(known);
        }
        let meaning = Meaning::of(self.program, op)?;
        if Meaning::is_by_name(self.name(op)?) {
            self.known.names[number] = Some(meaning);
        }
        Ok(meaning)
    }

    /// The type, where a session cannot hold values of it.
    fn unheld(&mut self, ty: u32) -> Result<Option<&'static str>, ReadError> {
        if let Some(known) = self.known.types[ty as usize] {
            return Ok(known);
        }
        let reason = self.reason(ty)?;
        self.known.types[ty as usize] = Some(reason);
        Ok(reason)
    }

    fn reason(&self, ty: u32) -> Result<Option<&'static str>, ReadError> {
        Ok(match self.program.r#type(ty)? {
            Type::Tensor { .. } | Type::Handle(_) => match self.program.tensor(ty)? {
                Some((dtype, _)) if class(dtype).is_some() => None,
                Some((dtype, _)) => Some(dtype.name()),
                None => Some("an unknown type"),
            },
            Type::Token => None,
            Type::Image { .. } => Some("image"),
            _ => Some("an unknown type"),
        })
    }

    fn report(&mut self, op: String) {
        *self
            .found
            .entry((self.function.to_owned(), op))
            .or_default() += 1;
    }
}
