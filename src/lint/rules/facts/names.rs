//! What names claim, and whether the weights agree.

use crate::model::{DType, WeightClass, Weights};

/// How weights are stored, as a name or a `compression` entry claims it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::lint::rules) enum Claim {
    /// No quantized weights.
    Float,
    /// Integer weights of that many bits.
    Bits(u8),
}

impl Claim {
    /// As a message names it.
    pub(in crate::lint::rules) fn text(self) -> String {
        match self {
            Claim::Float => "unquantized weights".to_owned(),
            Claim::Bits(bits) => format!("{bits}-bit weights"),
        }
    }
}

/// The precision a text claims; `None` if it claims none, or several that contradict each other.
///
/// Only whole words count, split at everything that is neither letter nor digit, so that a part of
/// a model's name is never taken for a claim.
pub(in crate::lint::rules) fn precision(text: &str) -> Option<Claim> {
    let lower = text.to_ascii_lowercase();
    let mut claims = lower
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter_map(word);
    let first = claims.next()?;
    claims.all(|claim| claim == first).then_some(first)
}

fn word(word: &str) -> Option<Claim> {
    match word {
        "fp16" | "f16" | "float16" | "bf16" | "bfloat16" | "fp32" | "float32" => Some(Claim::Float),
        "8bit" | "w8" | "w8a16" => Some(Claim::Bits(8)),
        "4bit" | "w4" | "w4a16" => Some(Claim::Bits(4)),
        _ if word.starts_with("int8") => Some(Claim::Bits(8)),
        _ if word.starts_with("int4") => Some(Claim::Bits(4)),
        _ => None,
    }
}

/// True if the asset stores a share of its weights that a person would name it after that way.
pub(in crate::lint::rules) fn holds(claim: Claim, weights: &Weights) -> bool {
    let parameters = |wanted: &dyn Fn(DType) -> bool| -> u64 {
        let all = weights.constants.iter();
        let of_type = all.filter(|weight| {
            weight.class == WeightClass::QuantizationParameter && wanted(weight.constant.dtype)
        });
        of_type.map(|weight| weight.constant.elements()).sum()
    };
    let stored = |wanted: &dyn Fn(DType) -> bool| -> u64 {
        let of_type = weights
            .storage
            .iter()
            .filter(|storage| wanted(storage.dtype));
        let all: u64 = of_type.map(|storage| storage.elements).sum();
        // Scales, tables and masks are no weights.
        all.saturating_sub(parameters(wanted))
    };
    let total = stored(&|_| true);
    let integers = |bits: u8| stored(&|dtype| width(dtype) == Some(bits));
    // Indices and flags are integers too; weights are a good part of the whole.
    let matters = |elements: u64| elements > total / 20;
    match claim {
        Claim::Float => !(1..=8).any(|bits| matters(integers(bits))),
        Claim::Bits(bits) => matters(integers(bits)),
    }
}

/// How the weights are stored, in words: the widths that matter.
pub(in crate::lint::rules) fn stored(weights: &Weights) -> String {
    let widths: Vec<String> = (1..=8)
        .filter(|bits| holds(Claim::Bits(*bits), weights))
        .map(|bits| Claim::Bits(bits).text())
        .collect();
    if widths.is_empty() {
        Claim::Float.text()
    } else {
        widths.join(" and ")
    }
}

/// Bits of a type of at most 8 that weights are quantized to.
fn width(dtype: DType) -> Option<u8> {
    match dtype {
        DType::UInt1 => Some(1),
        DType::Int2 | DType::UInt2 => Some(2),
        DType::UInt3 => Some(3),
        DType::Int4 | DType::UInt4 | DType::Float4E2M1FN => Some(4),
        DType::UInt6 => Some(6),
        DType::Int8 | DType::UInt8 => Some(8),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::constant;
    use crate::model::{Storage, Weight};

    #[test]
    fn whole_words_claim_a_precision() {
        let cases = [
            (
                "granite_4_0_h_1b_decode_int8hu_block32_sym",
                Some(Claim::Bits(8)),
            ),
            ("granite_4_0_h_350m_decode_fp16", Some(Claim::Float)),
            ("qwen3-0.6b-4bit", Some(Claim::Bits(4))),
            ("sprint8ly", None),
            ("granite_4_0_h_1b", None),
            ("int8 to fp16", None),
        ];
        for (name, expected) in cases {
            assert_eq!(precision(name), expected, "{name}");
        }
    }

    #[test]
    fn the_mask_of_a_sparse_weight_is_no_one_bit_weight() {
        let mut weights = Weights::default();
        for (dtype, elements, class) in [
            (DType::Float16, 500, WeightClass::Linear),
            (DType::UInt1, 1000, WeightClass::QuantizationParameter),
        ] {
            weights.storage.push(Storage {
                dtype,
                elements,
                bytes: elements * dtype.storage_bytes(),
            });
            weights.constants.push(Weight {
                constant: constant(dtype, &[elements]),
                class,
                quantized: None,
                summed_axis: None,
            });
        }
        assert!(holds(Claim::Float, &weights));
        assert!(!holds(Claim::Bits(1), &weights));
        assert_eq!(stored(&weights), "unquantized weights");
    }
}
