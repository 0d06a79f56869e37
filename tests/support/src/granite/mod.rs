//! Granite 4.0-H decode-step assets, full size, every part of them changeable.

mod shape;
mod step;

pub use shape::{Geometry, Head, Precision, Signature};
use step::Step;

use crate::asset::Asset;
use crate::file::FileImage;
use crate::program::{Element, Graph, Program, Tensor};

/// A Granite asset: a decode step with weights of full size that take no disk.
#[derive(Debug, Clone)]
pub struct Granite {
    /// Dimensions of the weights.
    pub geometry: Geometry,
    /// Arguments and results; the weights do not follow its changes.
    pub signature: Signature,
    /// Storage of every linear layer but the head.
    pub linears: Precision,
    /// Storage of one of them that differs, and its place among them.
    pub odd_linear: Option<(usize, Precision)>,
    /// Storage of the token embedding.
    pub embedding: Precision,
    /// The matrix behind the logits.
    pub head: Head,
    /// Operations added before the logits, such as `primitive.round_v1`.
    pub operations: Vec<String>,
    /// Names of public functions added after the main one, each returning its input.
    pub functions: Vec<String>,
    /// Multiplications added to every layer, for a graph as long as an exporter's.
    pub filler: usize,
    /// Size the bytecode file is padded to with a resource nobody reads, bytes.
    pub padded_to: Option<u64>,
}

impl Granite {
    /// Everything float16, head tied.
    pub fn fp16(geometry: Geometry) -> Granite {
        Granite {
            signature: Signature::decode_step(&geometry),
            geometry,
            linears: Precision::FLOAT16,
            odd_linear: None,
            embedding: Precision::FLOAT16,
            head: Head::Tied,
            operations: Vec::new(),
            functions: Vec::new(),
            filler: 0,
            padded_to: None,
        }
    }

    /// `int8lin`: linear layers int8 in blocks of 32, embedding float16, head tied to it.
    pub fn int8lin(geometry: Geometry) -> Granite {
        Granite {
            linears: Precision::INT8_BLOCK32,
            ..Granite::fp16(geometry)
        }
    }

    /// `int8hu_block32_sym`: as `int8lin`, with a head of its own in int8, blocks of 32.
    pub fn int8hu(geometry: Geometry) -> Granite {
        Granite {
            head: Head::Untied(Precision::INT8_BLOCK32),
            ..Granite::int8lin(geometry)
        }
    }

    /// Bytes of the linear layers, the embedding and an untied head, scales included.
    pub fn matrix_bytes(&self) -> u64 {
        let (vocab, hidden) = (self.geometry.vocab, self.geometry.hidden);
        let linears: u64 = self
            .geometry
            .linears()
            .into_iter()
            .map(|(outputs, inputs, count)| self.linears.bytes(outputs, inputs) * count)
            .sum();
        let head = match self.head {
            Head::Tied => 0,
            Head::Untied(precision) => precision.bytes(vocab, hidden),
        };
        linears + self.embedding.bytes(vocab, hidden) + head
    }

    /// The asset folder, without a hash file.
    pub fn asset(&self) -> Asset {
        let mut asset = Asset::new(Program::default());
        asset.bytecode = Some(self.bytecode());
        asset
    }

    /// The bytecode file.
    pub fn bytecode(&self) -> FileImage {
        let program = self.program();
        let Some(target) = self.padded_to else {
            return program.write();
        };
        // How much goes to describing the padding shows once there is some.
        let mut padding = 1 << 20;
        loop {
            let mut program = program.clone();
            program.hole(&Tensor::new(Element::UI8, &[padding]));
            let padded = program.write();
            if padded.len() == target {
                return padded;
            }
            padding = padding + target - padded.len();
        }
    }

    /// The program, for further changes.
    pub fn program(&self) -> Program {
        let mut program = Program::default();
        let step = Step::new(self, &mut program).build();
        program.add(step);
        for name in &self.functions {
            let mut graph = Graph::new(name);
            let tensor = Tensor::new(Element::F16, &[1]);
            let value = graph.argument("x", tensor.clone());
            graph.output("y", tensor, value);
            program.add(graph);
        }
        program
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weights_have_the_predicted_bytes() {
        let int8lin = Granite::int8lin(Geometry::granite_1b());
        assert_eq!(int8lin.matrix_bytes(), 1_696_499_712);
        let int8hu = Granite::int8hu(Geometry::granite_1b());
        assert_eq!(int8hu.matrix_bytes() - int8lin.matrix_bytes(), 163_774_464);
        let fp16 = Granite::fp16(Geometry::granite_350m());
        assert_eq!(fp16.matrix_bytes(), 679_968_768);
    }

    #[test]
    fn a_padded_file_has_the_asked_size() {
        let granite = Granite {
            padded_to: Some(681_106_231),
            ..Granite::fp16(Geometry::granite_350m())
        };
        assert_eq!(granite.bytecode().len(), 681_106_231);
    }
}
