//! Functions with their inputs, outputs and states, from a program.

use super::{Function, ImageFormat, Value, ValueType, Visibility};
use crate::aicode::{Attr, Graph, Numbers, OpKind, Program, Type};
use crate::mlir::{Op, ReadError, ReadErrorKind};

/// Key of the named attribute that holds an argument's or result's name.
const NAME_KEY: &str = "aicode.name";

/// Every graph of a program in file order, private ones too.
pub fn functions(program: &Program) -> Result<Vec<Function>, ReadError> {
    let ops = program.module.ir.ops();
    ops.filter(|(_, op)| program.kind(op) == OpKind::Graph)
        .map(|(_, op)| function(program, op))
        .collect()
}

fn function(program: &Program, op: &Op) -> Result<Function, ReadError> {
    let graph = program.graph(op)?;
    let (results, inputs) = function_type(program, &graph)?;
    check_arguments(program, op, inputs)?;
    let mut function = Function {
        name: program.text(graph.name, "graph name")?.to_owned(),
        // What defines a composite operation is no function, whatever it says of itself: the vendor reader leaves it out.
        visibility: match graph.is_private || graph.composite.is_some() {
            true => Visibility::Private,
            false => Visibility::Public,
        },
        inputs: Vec::new(),
        outputs: Vec::new(),
        states: Vec::new(),
    };
    let names = names(program, graph.arg_attrs, inputs.len())?;
    for (ty, name) in inputs.iter().zip(names) {
        match program.r#type(ty)? {
            Type::Token => {}
            Type::Handle(inner) => function.states.push(value(program, name, inner)?),
            _ => function.inputs.push(value(program, name, ty)?),
        }
    }
    let names = self::names(program, graph.res_attrs, results.len())?;
    for (ty, name) in results.iter().zip(names) {
        if !matches!(program.r#type(ty)?, Type::Token) {
            function.outputs.push(value(program, name, ty)?);
        }
    }
    Ok(function)
}

fn function_type<'a>(
    program: &'a Program,
    graph: &Graph,
) -> Result<(Numbers<'a>, Numbers<'a>), ReadError> {
    let expected = "the attribute of a function type";
    let wrong = || program.wrong_attribute(graph.function_type, "functionType", expected);
    let Attr::Type(ty) = program.attr(graph.function_type)? else {
        return Err(wrong());
    };
    match program.r#type(ty)? {
        Type::Function { results, inputs } => Ok((results, inputs)),
        _ => Err(wrong()),
    }
}

/// The body's arguments must have the types that the signature promises.
fn check_arguments(program: &Program, op: &Op, inputs: Numbers<'_>) -> Result<(), ReadError> {
    let ir = &program.module.ir;
    let Some(block) = ir.entry_block(op) else {
        return Ok(());
    };
    let types = block.arguments().map(|argument| ir.type_of(argument));
    if types.eq(inputs.iter()) {
        return Ok(());
    }
    Err(ReadError {
        offset: op.offset,
        field: "arguments of a graph",
        kind: ReadErrorKind::Mismatch {
            found: block.arguments().len() as u64,
            expected: inputs.len() as u64,
        },
    })
}

/// One name for each of `count` arguments or results, `""` for those without.
fn names(program: &Program, attribute: u32, count: usize) -> Result<Vec<String>, ReadError> {
    let Attr::Array(each) = program.attr(attribute)? else {
        return Err(program.wrong_attribute(attribute, "argument names", "an array attribute"));
    };
    if each.is_empty() {
        return Ok(vec![String::new(); count]);
    }
    if each.len() != count {
        let expected = "one array for each argument or result";
        return Err(program.wrong_attribute(attribute, "argument names", expected));
    }
    each.iter().map(|own| own_name(program, own)).collect()
}

/// The name among the named attributes of one argument or result.
fn own_name(program: &Program, attribute: u32) -> Result<String, ReadError> {
    let Attr::Array(named) = program.attr(attribute)? else {
        return Err(program.wrong_attribute(
            attribute,
            "argument attributes",
            "an array attribute",
        ));
    };
    for entry in named.iter() {
        if let Attr::Named { name, children } = program.attr(entry)?
            && program.module.string_bytes(name)? == NAME_KEY.as_bytes()
        {
            let Some(text) = children.iter().next() else {
                break;
            };
            return Ok(program.text(text, "argument name")?.to_owned());
        }
    }
    Ok(String::new())
}

fn value(program: &Program, name: String, ty: u32) -> Result<Value, ReadError> {
    let ty = value_type(program, ty)?;
    Ok(Value { name, ty })
}

fn value_type(program: &Program, ty: u32) -> Result<ValueType, ReadError> {
    if let Some((dtype, shape)) = program.tensor(ty)? {
        let shape = shape.dims().collect();
        return Ok(ValueType::Tensor { dtype, shape });
    }
    Ok(match program.r#type(ty)? {
        Type::Image {
            format,
            height,
            width,
        } => ValueType::Image {
            height,
            width,
            format: image_format(program, format)?,
        },
        Type::Opaque(name) => ValueType::Other(program.module.string(name)?.to_lowercase()),
        Type::Tensor { .. } => ValueType::Other("tensor of an unknown element type".to_owned()),
        Type::Scalar(dtype) => ValueType::Other(dtype.name().to_owned()),
        Type::Other { code, .. } => ValueType::Other(format!("type code {code}")),
        Type::Function { .. } => ValueType::Other("function".to_owned()),
        Type::Handle(_) => ValueType::Other("handle".to_owned()),
        Type::Token => ValueType::Other("token".to_owned()),
    })
}

fn image_format(program: &Program, attribute: u32) -> Result<ImageFormat, ReadError> {
    match program.attr(attribute)? {
        Attr::FourCc(24) => Ok(ImageFormat::Rgb24),
        Attr::FourCc(32) => Ok(ImageFormat::Argb32),
        Attr::FourCc(0x4247_5241) => Ok(ImageFormat::Bgra32),
        Attr::FourCc(0x7934_3230) => Ok(ImageFormat::YCbCr420Planar),
        Attr::FourCc(code) => Ok(ImageFormat::Unknown(code)),
        _ => Err(program.wrong_attribute(attribute, "image format", "a fourcc attribute")),
    }
}
