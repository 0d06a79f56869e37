//! A plain description of a program's graphs, and the encoder that writes it down.

mod codes;
mod element;
mod write;

pub use element::{Element, Tensor, Type};
use write::Writer;

use crate::bytecode::{Resource, Tables};
use crate::file::FileImage;

/// A value inside a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// An argument, by position.
    Argument(usize),
    /// A result of an operation: the operation's position, the result's.
    Result(usize, usize),
}

/// The data of a constant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data {
    /// One element's bytes, for every element.
    Splat(Vec<u8>),
    /// All elements, inside the attribute.
    Inline(Vec<u8>),
    /// A resource of the program, by number.
    Resource(u64),
}

#[derive(Debug, Clone)]
enum Properties {
    None,
    Constant(Data),
    Invoke { callee: String },
    Kernel { name: String, source: String },
}

#[derive(Debug, Clone)]
struct Operation {
    name: String,
    operands: Vec<Value>,
    results: Vec<Type>,
    properties: Properties,
}

/// A named argument or result.
#[derive(Debug, Clone)]
struct Port {
    name: String,
    ty: Type,
}

/// One graph: arguments, operations, results.
#[derive(Debug, Clone)]
pub struct Graph {
    name: String,
    private: bool,
    composite: Option<String>,
    arguments: Vec<Port>,
    operations: Vec<Operation>,
    tokens: Vec<(Port, Value)>,
    outputs: Vec<(Port, Value)>,
}

impl Graph {
    /// An empty public graph.
    pub fn new(name: &str) -> Graph {
        Graph {
            name: name.to_owned(),
            private: false,
            composite: None,
            arguments: Vec::new(),
            operations: Vec::new(),
            tokens: Vec::new(),
            outputs: Vec::new(),
        }
    }

    /// Makes the graph a helper of others.
    pub fn private(mut self) -> Graph {
        self.private = true;
        self
    }

    /// Makes the graph the definition of a composite operation of that name.
    pub fn composite(mut self, name: &str) -> Graph {
        self.composite = Some(name.to_owned());
        self
    }

    /// Adds an argument.
    pub fn argument(&mut self, name: &str, ty: impl Into<Type>) -> Value {
        self.arguments.push(Port {
            name: name.to_owned(),
            ty: ty.into(),
        });
        Value::Argument(self.arguments.len() - 1)
    }

    /// Adds a state argument holding `tensor`.
    pub fn state(&mut self, name: &str, tensor: Tensor) -> Value {
        self.argument(name, Type::Handle(tensor))
    }

    /// Adds a result.
    pub fn output(&mut self, name: &str, ty: impl Into<Type>, value: Value) {
        let port = Port {
            name: name.to_owned(),
            ty: ty.into(),
        };
        self.outputs.push((port, value));
    }

    /// Adds an operation with one result, such as `primitive.add_v1`.
    pub fn op(&mut self, name: &str, operands: &[Value], result: impl Into<Type>) -> Value {
        self.push(name, operands, vec![result.into()], Properties::None)
    }

    /// Adds a constant.
    pub fn constant(&mut self, tensor: Tensor, data: Data) -> Value {
        let properties = Properties::Constant(data);
        self.push(
            "primitive.constant_v1",
            &[],
            vec![Type::Tensor(tensor)],
            properties,
        )
    }

    /// Adds a constant of 32-bit signed integers, rank 1, stored inline.
    pub fn integers(&mut self, values: &[i32]) -> Value {
        let data = values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        let tensor = Tensor::new(Element::SI32, &[values.len() as u64]);
        self.constant(tensor, Data::Inline(data))
    }

    /// Adds a constant of 32-bit unsigned integers, rank 1, stored inline.
    pub fn unsigned(&mut self, values: &[u32]) -> Value {
        let data = values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        let tensor = Tensor::new(Element::UI32, &[values.len() as u64]);
        self.constant(tensor, Data::Inline(data))
    }

    /// Adds a constant of which every element is zero.
    pub fn zeros(&mut self, tensor: Tensor) -> Value {
        let element = vec![0; tensor.element.bytes() as usize];
        self.constant(tensor, Data::Splat(element))
    }

    /// Adds a call of another graph with one result.
    pub fn invoke(&mut self, callee: &str, operands: &[Value], result: impl Into<Type>) -> Value {
        let properties = Properties::Invoke {
            callee: callee.to_owned(),
        };
        self.push(
            "dataflow.invoke_v1",
            operands,
            vec![result.into()],
            properties,
        )
    }

    /// Adds a custom Metal kernel with one result; `source` is its program text.
    pub fn kernel(
        &mut self,
        name: &str,
        source: &str,
        operands: &[Value],
        result: impl Into<Type>,
    ) -> Value {
        let properties = Properties::Kernel {
            name: name.to_owned(),
            source: source.to_owned(),
        };
        self.push(
            "metal.metal4_kernel_v1",
            operands,
            vec![result.into()],
            properties,
        )
    }

    /// Reads a state: its tensor, and the token that a write needs.
    pub fn read_state(&mut self, state: Value, tensor: &Tensor) -> (Value, Value) {
        let start = self.op("dataflow.create_token_v1", &[], Type::Token);
        let results = vec![Type::Tensor(tensor.clone()), Type::Token];
        let read = self.push(
            "dataflow.read_handle_v1",
            &[state, start],
            results,
            Properties::None,
        );
        let Value::Result(position, _) = read else {
            unreachable!("an operation's value is a result")
        };
        (read, Value::Result(position, 1))
    }

    /// Writes a state and returns its token to the caller under the state's name.
    pub fn write_state(&mut self, state: Value, tensor: Value, token: Value) {
        let written = self.op(
            "dataflow.write_handle_v1",
            &[state, tensor, token],
            Type::Token,
        );
        let Value::Argument(position) = state else {
            unreachable!("a state is an argument")
        };
        let port = Port {
            name: self.arguments[position].name.clone(),
            ty: Type::Token,
        };
        self.tokens.push((port, written));
    }

    fn push(
        &mut self,
        name: &str,
        operands: &[Value],
        results: Vec<Type>,
        properties: Properties,
    ) -> Value {
        self.operations.push(Operation {
            name: name.to_owned(),
            operands: operands.to_vec(),
            results,
            properties,
        });
        Value::Result(self.operations.len() - 1, 0)
    }

    /// Results in stored order: tokens, then outputs.
    fn results(&self) -> impl Iterator<Item = &(Port, Value)> {
        self.tokens.iter().chain(&self.outputs)
    }
}

/// A program: graphs in file order and the resources their constants name.
#[derive(Debug, Clone)]
pub struct Program {
    /// The newest feature date the program uses, `YYYYMMDD`.
    pub version: u64,
    /// Tables the encoder fills; dialect and container versions may be set beforehand.
    pub tables: Tables,
    graphs: Vec<Graph>,
}

impl Default for Program {
    fn default() -> Program {
        Program {
            version: 20_260_202,
            tables: Tables::default(),
            graphs: Vec::new(),
        }
    }
}

impl Program {
    /// Adds a graph.
    pub fn add(&mut self, graph: Graph) {
        self.graphs.push(graph);
    }

    /// Adds a resource with this content.
    pub fn resource(&mut self, bytes: Vec<u8>) -> Data {
        Data::Resource(self.tables.resource(Resource::Bytes(bytes)))
    }

    /// Adds a resource large enough for `tensor`, all zeros, as a hole in the file.
    pub fn hole(&mut self, tensor: &Tensor) -> Data {
        Data::Resource(self.tables.resource(Resource::Hole(tensor.bytes())))
    }

    /// Writes the bytecode file's content.
    pub fn write(self) -> FileImage {
        let Program {
            version,
            mut tables,
            graphs,
        } = self;
        let ir = Writer::new(&mut tables).asset(version, &graphs);
        tables.write(&ir)
    }
}
