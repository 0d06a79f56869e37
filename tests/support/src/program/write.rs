//! The encoder: a program's graphs as bytecode.

use super::codes::{attribute, field, ty};
use super::{Data, Graph, Operation, Properties, Tensor, Type, Value};
use crate::bytecode::{Encoder, Tables};

/// Stored form of a dynamic dimension.
const DYNAMIC: i64 = i64::MIN;

/// Writes graphs down, and enters into the tables what they name.
pub(super) struct Writer<'a> {
    tables: &'a mut Tables,
    line: u64,
    /// The source file and its compile unit, once there is a location in them.
    source: Option<(u64, u64)>,
}

impl<'a> Writer<'a> {
    /// One with nothing written.
    pub(super) fn new(tables: &'a mut Tables) -> Writer<'a> {
        Writer {
            tables,
            line: 0,
            source: None,
        }
    }

    /// The section of operations: an asset with these graphs.
    pub(super) fn asset(&mut self, version: u64, graphs: &[Graph]) -> Encoder {
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
