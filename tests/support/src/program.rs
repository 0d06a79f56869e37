//! A plain description of a program's graphs, and the encoder that writes it down.

use crate::bytecode::{Encoder, Resource, Tables};
use crate::file::FileImage;

/// Stored form of a dynamic dimension.
const DYNAMIC: i64 = i64::MIN;

macro_rules! elements {
    ($($variant:ident = $code:literal, $bytes:literal;)*) => {
        /// Element types, with their codes in the `aicode` dialect.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[allow(missing_docs, reason = "each variant is the type its name says")]
        pub enum Element { $($variant,)* }

        impl Element {
            /// Every type.
            pub const ALL: &[Element] = &[$(Element::$variant,)*];

            /// Type code.
            pub const fn code(self) -> u64 {
                match self { $(Element::$variant => $code,)* }
            }

            /// Bytes of one stored element.
            pub const fn bytes(self) -> u64 {
                match self { $(Element::$variant => $bytes,)* }
            }
        }
    };
}

elements! {
    Bool = 4, 1;
    F64 = 5, 8;
    F32 = 6, 4;
    F16 = 7, 2;
    BF16 = 8, 2;
    F8E5M2 = 9, 1;
    F8E4M3FN = 10, 1;
    C64 = 11, 16;
    C32 = 12, 8;
    C16 = 13, 4;
    CBF16 = 14, 4;
    SI64 = 17, 8;
    SI32 = 18, 4;
    SI16 = 19, 2;
    SI8 = 20, 1;
    SI4 = 21, 1;
    SI2 = 22, 1;
    UI64 = 23, 8;
    UI32 = 24, 4;
    UI16 = 25, 2;
    UI8 = 26, 1;
    UI4 = 27, 1;
    UI2 = 28, 1;
    UI1 = 29, 1;
    UI6 = 36, 1;
    UI3 = 37, 1;
    F4E2M1FN = 46, 1;
    F8E8M0FNU = 47, 1;
}

/// A tensor type; a dimension of `None` is dynamic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tensor {
    /// Element type.
    pub element: Element,
    /// Sizes, outermost first.
    pub dims: Vec<Option<u64>>,
}

impl Tensor {
    /// A tensor with static sizes.
    pub fn new(element: Element, dims: &[u64]) -> Tensor {
        Tensor {
            element,
            dims: dims.iter().copied().map(Some).collect(),
        }
    }

    /// The same tensor with one dimension dynamic.
    pub fn dynamic(mut self, axis: usize) -> Tensor {
        self.dims[axis] = None;
        self
    }

    /// Elements; a dynamic dimension counts as one.
    pub fn elements(&self) -> u64 {
        self.dims.iter().map(|dim| dim.unwrap_or(1)).product()
    }

    /// Stored bytes with a byte or more for each element; a dynamic dimension counts as one.
    pub fn bytes(&self) -> u64 {
        self.elements() * self.element.bytes()
    }
}

/// The type of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// A tensor.
    Tensor(Tensor),
    /// A state that holds such a tensor.
    Handle(Tensor),
    /// The order of accesses to a state.
    Token,
    /// An image: fourcc code, height and width in pixels.
    Image(u64, u64, u64),
}

impl From<Tensor> for Type {
    fn from(tensor: Tensor) -> Type {
        Type::Tensor(tensor)
    }
}

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
        let mut writer = Writer {
            tables: &mut tables,
            line: 0,
            source: None,
        };
        let ir = writer.asset(version, &graphs);
        tables.write(&ir)
    }
}

/// Attribute codes of the `aicode` dialect.
mod attribute {
    pub(super) const STRING: u64 = 1;
    pub(super) const INTEGER: u64 = 2;
    pub(super) const TYPE: u64 = 4;
    pub(super) const ARRAY: u64 = 5;
    pub(super) const DENSE: u64 = 6;
    pub(super) const DENSE_RESOURCE: u64 = 7;
    pub(super) const NAMED: u64 = 9;
    pub(super) const SYMBOL: u64 = 14;
    pub(super) const CALLEE: u64 = 16;
    pub(super) const FOURCC: u64 = 27;
    pub(super) const FILE: u64 = 30;
    pub(super) const RANGE: u64 = 31;
    pub(super) const UNIT: u64 = 32;
    pub(super) const LOCATION: u64 = 40;
}

/// Type codes of the `aicode` dialect that are not element types.
mod ty {
    pub(super) const TENSOR: u64 = 2;
    pub(super) const FUNCTION: u64 = 30;
    pub(super) const HANDLE: u64 = 31;
    pub(super) const TOKEN: u64 = 32;
    pub(super) const SYMBOL: u64 = 33;
    pub(super) const IMAGE: u64 = 39;
}

/// Bits of an operation's field mask.
mod field {
    pub(super) const RESULTS: u8 = 0x02;
    pub(super) const OPERANDS: u8 = 0x04;
    pub(super) const REGIONS: u8 = 0x10;
    pub(super) const PROPERTIES: u8 = 0x40;
}

struct Writer<'a> {
    tables: &'a mut Tables,
    line: u64,
    /// The source file and its compile unit, once there is a location in them.
    source: Option<(u64, u64)>,
}

impl Writer<'_> {
    fn asset(&mut self, version: u64, graphs: &[Graph]) -> Encoder {
        let version = self.integer(32, version);
        let mut fields = Encoder::default();
        fields.byte(0x01).flag(version, true);
        let mut body = Encoder::default();
        body.varint(1).varint(0).varint((graphs.len() as u64) << 1);
        for graph in graphs {
            let graph = self.graph(graph);
            body.0.extend_from_slice(&graph.0);
        }
        let mut ir = Encoder::default();
        ir.varint(1 << 1);
        let asset = self.region_op("serialization.asset", &fields, &body);
        ir.0.extend_from_slice(&asset.0);
        ir
    }

    fn graph(&mut self, graph: &Graph) -> Encoder {
        let fields = self.graph_properties(graph);
        let body = self.graph_body(graph);
        self.region_op("dataflow.graph_v1", &fields, &body)
    }

    /// An operation with properties and one isolated region.
    fn region_op(&mut self, name: &str, fields: &Encoder, body: &Encoder) -> Encoder {
        let mut out = self.head(name, field::PROPERTIES | field::REGIONS);
        out.varint(self.tables.properties(fields))
            .flag(1, true)
            .ir_section(&body.0);
        out
    }

    fn head(&mut self, name: &str, mask: u8) -> Encoder {
        let mut out = Encoder::default();
        let location = self.location();
        out.varint(self.tables.operation(name))
            .byte(mask)
            .varint(location);
        out
    }

    /// Fields in the dialect's order, which is alphabetical.
    fn graph_properties(&mut self, graph: &Graph) -> Encoder {
        let argument_names: Vec<_> = graph.arguments.iter().map(|port| &port.name).collect();
        let result_names: Vec<_> = graph.results().map(|(port, _)| &port.name).collect();
        let argument_attributes = self.port_names(&argument_names);
        let result_attributes = self.port_names(&result_names);
        let function_type = self.function_type(graph);
        let no = self.integer(1, 0);
        let private = self.integer(1, u64::from(graph.private));
        let name = self.text(&graph.name);
        let parameters = self.array(&[]);
        let composite = graph.composite.as_ref();
        let composite = composite.map(|name| self.named(name, &[]));
        let mut out = Encoder::default();
        out.varint(argument_attributes)
            .flag(composite.unwrap_or(0), composite.is_some())
            .varint(no)
            .varint(function_type)
            .varint(private)
            .varint(name)
            .varint(no)
            .varint(parameters)
            .varint(result_attributes);
        out
    }

    fn port_names(&mut self, names: &[&String]) -> u64 {
        let ports: Vec<u64> = names
            .iter()
            .map(|name| {
                let text = self.text(name);
                let named = self.named("aicode.name", &[text]);
                self.array(&[named])
            })
            .collect();
        self.array(&ports)
    }

    fn function_type(&mut self, graph: &Graph) -> u64 {
        let results: Vec<u64> = graph.results().map(|(port, _)| self.ty(&port.ty)).collect();
        let inputs: Vec<u64> = graph
            .arguments
            .iter()
            .map(|port| self.ty(&port.ty))
            .collect();
        let mut function = Encoder::default();
        function.varint(ty::FUNCTION).list(&results).list(&inputs);
        let function = self.tables.ty(&function);
        self.attribute(attribute::TYPE, |out| {
            out.varint(function);
        })
    }

    fn graph_body(&mut self, graph: &Graph) -> Encoder {
        let numbers = ValueNumbers::of(graph);
        let mut out = Encoder::default();
        let has_arguments = !graph.arguments.is_empty();
        out.varint(1)
            .varint(numbers.total)
            .flag(graph.operations.len() as u64 + 1, has_arguments);
        if has_arguments {
            out.varint(graph.arguments.len() as u64);
            for port in &graph.arguments {
                let (ty, location) = (self.ty(&port.ty), self.location());
                out.flag(ty, true).varint(location);
            }
            out.byte(0);
        }
        for operation in &graph.operations {
            let operation = self.operation(operation, &numbers);
            out.0.extend_from_slice(&operation.0);
        }
        let results: Vec<u64> = graph
            .results()
            .map(|(_, value)| numbers.get(*value))
            .collect();
        let mask = if results.is_empty() {
            0
        } else {
            field::OPERANDS
        };
        let mut output = self.head("dataflow.output_v1", mask);
        if !results.is_empty() {
            output.list(&results);
        }
        out.0.extend_from_slice(&output.0);
        out
    }

    fn operation(&mut self, operation: &Operation, numbers: &ValueNumbers) -> Encoder {
        let properties = self.operation_properties(operation);
        let mut mask = 0;
        for (bit, present) in [
            (field::PROPERTIES, properties.is_some()),
            (field::RESULTS, !operation.results.is_empty()),
            (field::OPERANDS, !operation.operands.is_empty()),
        ] {
            mask |= if present { bit } else { 0 };
        }
        let mut out = self.head(&operation.name, mask);
        if let Some(properties) = properties {
            out.varint(properties);
        }
        if !operation.results.is_empty() {
            let types: Vec<u64> = operation.results.iter().map(|ty| self.ty(ty)).collect();
            out.list(&types);
        }
        if !operation.operands.is_empty() {
            let operands: Vec<u64> = operation
                .operands
                .iter()
                .map(|value| numbers.get(*value))
                .collect();
            out.list(&operands);
        }
        out
    }

    fn operation_properties(&mut self, operation: &Operation) -> Option<u64> {
        let mut out = Encoder::default();
        match &operation.properties {
            Properties::None => return None,
            Properties::Constant(data) => {
                out.varint(self.data(data));
            }
            Properties::Kernel { name, source } => {
                let (name, source) = (self.text(name), self.text(source));
                out.varint(name).varint(source);
            }
            Properties::Invoke { callee } => {
                let attributes = self.array(&[]);
                let callee = self.callee(callee);
                out.varint(attributes).varint(callee).varint(attributes);
            }
        }
        Some(self.tables.properties(&out))
    }

    fn data(&mut self, data: &Data) -> u64 {
        match data {
            Data::Splat(bytes) => self.attribute(attribute::DENSE, |out| {
                out.byte(1).blob(bytes);
            }),
            Data::Inline(bytes) => self.attribute(attribute::DENSE, |out| {
                out.byte(0).blob(bytes);
            }),
            Data::Resource(number) => self.attribute(attribute::DENSE_RESOURCE, |out| {
                out.varint(*number);
            }),
        }
    }

    fn callee(&mut self, name: &str) -> u64 {
        let name = self.tables.string(name);
        let symbol = self.attribute(attribute::SYMBOL, |out| {
            out.list(&[name]);
        });
        let mut symbol_type = Encoder::default();
        symbol_type.varint(ty::SYMBOL);
        let symbol_type = self.tables.ty(&symbol_type);
        self.attribute(attribute::CALLEE, |out| {
            out.varint(symbol).varint(symbol_type);
        })
    }

    fn attribute(&mut self, code: u64, fill: impl FnOnce(&mut Encoder)) -> u64 {
        let mut out = Encoder::default();
        out.varint(code);
        fill(&mut out);
        self.tables.attribute(&out)
    }

    /// The location of the next operation: one line further down a file that does not exist.
    fn location(&mut self) -> u64 {
        self.line += 1;
        let line = self.line;
        let (file, unit) = match self.source {
            Some(known) => known,
            None => {
                let source = self.source_file();
                *self.source.insert(source)
            }
        };
        let range = self.attribute(attribute::RANGE, |out| {
            out.varint(file)
                .varint(line)
                .varint(0)
                .varint(line)
                .varint(0);
        });
        self.attribute(attribute::LOCATION, |out| {
            out.varint(range).varint(unit).list(&[]).list(&[]);
        })
    }

    fn source_file(&mut self) -> (u64, u64) {
        let none = self.tables.string("");
        let name = self.tables.string("synthetic.py");
        let language = self.tables.string("DW_LANG_Python");
        let file = self.attribute(attribute::FILE, |out| {
            out.varint(name).varint(none).varint(none);
        });
        let unit = self.attribute(attribute::UNIT, |out| {
            out.varint(language)
                .varint(file)
                .varint(none)
                .varint(0)
                .varint(none)
                .list(&[]);
        });
        (file, unit)
    }

    fn text(&mut self, text: &str) -> u64 {
        let text = self.tables.string(text);
        self.attribute(attribute::STRING, |out| {
            out.varint(text);
        })
    }

    /// An unsigned integer of 1 or 32 bits.
    fn integer(&mut self, width: u64, value: u64) -> u64 {
        self.attribute(attribute::INTEGER, |out| {
            out.varint(width).byte(1);
            if width <= 8 {
                out.byte(value as u8);
            } else {
                out.svarint(value as i64);
            }
        })
    }

    fn array(&mut self, items: &[u64]) -> u64 {
        self.attribute(attribute::ARRAY, |out| {
            out.list(items);
        })
    }

    fn named(&mut self, key: &str, items: &[u64]) -> u64 {
        let key = self.tables.string(key);
        self.attribute(attribute::NAMED, |out| {
            out.varint(key).list(items);
        })
    }

    fn ty(&mut self, ty: &Type) -> u64 {
        let mut out = Encoder::default();
        match ty {
            Type::Tensor(tensor) => return self.tensor(tensor),
            Type::Handle(tensor) => {
                let tensor = self.tensor(tensor);
                out.varint(ty::HANDLE).varint(tensor);
            }
            Type::Token => {
                out.varint(ty::TOKEN);
            }
            Type::Image(fourcc, height, width) => {
                let format = self.attribute(attribute::FOURCC, |out| {
                    out.varint(*fourcc);
                });
                out.varint(ty::IMAGE)
                    .varint(format)
                    .varint(*height)
                    .varint(*width);
            }
        }
        self.tables.ty(&out)
    }

    fn tensor(&mut self, tensor: &Tensor) -> u64 {
        let mut element = Encoder::default();
        element.varint(tensor.element.code());
        let element = self.tables.ty(&element);
        let mut out = Encoder::default();
        out.varint(ty::TENSOR).varint(tensor.dims.len() as u64);
        for dim in &tensor.dims {
            out.svarint(dim.map_or(DYNAMIC, |dim| dim as i64));
        }
        out.varint(element);
        self.tables.ty(&out)
    }
}

/// Numbers of a graph's values: arguments, then results in order.
struct ValueNumbers {
    first_result: Vec<u64>,
    total: u64,
}

impl ValueNumbers {
    fn of(graph: &Graph) -> ValueNumbers {
        let mut total = graph.arguments.len() as u64;
        let first_result = graph
            .operations
            .iter()
            .map(|operation| {
                let first = total;
                total += operation.results.len() as u64;
                first
            })
            .collect();
        ValueNumbers {
            first_result,
            total,
        }
    }

    fn get(&self, value: Value) -> u64 {
        match value {
            Value::Argument(position) => position as u64,
            Value::Result(operation, result) => self.first_result[operation] + result as u64,
        }
    }
}
