//! Element types, spelled as Apple's authoring package names them.

use std::fmt;

macro_rules! dtypes {
    ($($variant:ident, $name:literal, $display:literal, $storage:literal, $code:literal;)*) => {
        /// An element type of the `aicode` dialect.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs, reason = "each variant is the type its name says")]
        #[non_exhaustive]
        pub enum DType { $($variant,)* }

        impl DType {
            /// Every type, in declaration order.
            pub const ALL: &[DType] = &[$(DType::$variant,)*];

            /// The contract spelling, such as `float16`.
            pub const fn name(self) -> &'static str {
                match self { $(DType::$variant => $name,)* }
            }

            /// The vendor reader's display name, such as `Float16`.
            pub const fn display_name(self) -> &'static str {
                match self { $(DType::$variant => $display,)* }
            }

            /// Bytes one element takes where each has bytes of its own; sub-byte types and `bool` take one.
            pub const fn storage_bytes(self) -> u64 {
                match self { $(DType::$variant => $storage,)* }
            }

            /// The type with this code in the `aicode` dialect, version 2.
            pub const fn from_code(code: u64) -> Option<DType> {
                match code {
                    $($code => Some(DType::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

dtypes! {
    Bool, "bool", "Bool", 1, 4;
    Int2, "int2", "Int2", 1, 22;
    Int4, "int4", "Int4", 1, 21;
    Int8, "int8", "Int8", 1, 20;
    Int16, "int16", "Int16", 2, 19;
    Int32, "int32", "Int32", 4, 18;
    Int64, "int64", "Int64", 8, 17;
    UInt1, "uint1", "UInt1", 1, 29;
    UInt2, "uint2", "UInt2", 1, 28;
    UInt3, "uint3", "UInt3", 1, 37;
    UInt4, "uint4", "UInt4", 1, 27;
    UInt6, "uint6", "UInt6", 1, 36;
    UInt8, "uint8", "UInt8", 1, 26;
    UInt16, "uint16", "UInt16", 2, 25;
    UInt32, "uint32", "UInt32", 4, 24;
    UInt64, "uint64", "UInt64", 8, 23;
    Float16, "float16", "Float16", 2, 7;
    BFloat16, "bfloat16", "BFloat16", 2, 8;
    Float32, "float32", "Float32", 4, 6;
    Float64, "float64", "Float64", 8, 5;
    TF32, "tfloat32", "TFloat32", 4, 38;
    Float8E4M3FN, "float8_e4m3fn", "Float8E4M3FN", 1, 10;
    Float8E5M2, "float8_e5m2", "Float8E5M2", 1, 9;
    Float8E8M0FNU, "float8_e8m0fnu", "Float8E8M0FN", 1, 47;
    Float4E2M1FN, "float4_e2m1fn", "Float4E2M1FN", 1, 46;
    Complex64, "complex64", "ComplexFloat32", 8, 12;
    Complex128, "complex128", "ComplexFloat64", 16, 11;
    ComplexFloat16, "complexfloat16", "ComplexFloat16", 4, 13;
    ComplexBFloat16, "complexbfloat16", "ComplexBFloat16", 4, 14;
    ComplexFloat8E5M2, "complexfloat8e5m2", "ComplexFloat8E5M2", 2, 15;
    ComplexFloat8E4M3FN, "complexfloat8e4m3fn", "ComplexFloat8E4M3FN", 2, 16;
}

impl DType {
    /// Bits of one element of a type smaller than a byte; `bool` is not one, it takes a byte always.
    pub const fn sub_byte_bits(self) -> Option<u64> {
        Some(match self {
            DType::UInt1 => 1,
            DType::Int2 | DType::UInt2 => 2,
            DType::UInt3 => 3,
            DType::Int4 | DType::UInt4 | DType::Float4E2M1FN => 4,
            DType::UInt6 => 6,
            _ => return None,
        })
    }

    /// Bytes that elements take side by side, the first in the lowest bits; `None` for types of a byte and more, and
    /// for `uint3`, whose packed form nothing writes.
    ///
    /// Source: the packing functions of `coreai-torch` 0.4.3, which pad the last group of elements to whole bytes
    /// (four 6-bit elements to three bytes) and refuse three bits.
    pub const fn packed_bytes(self, elements: u64) -> Option<u64> {
        let (group, bytes) = match self.sub_byte_bits() {
            Some(1) => (8, 1),
            Some(2) => (4, 1),
            Some(4) => (2, 1),
            Some(6) => (4, 3),
            _ => return None,
        };
        // At most three quarters of a 64-bit number.
        Some(elements.div_ceil(group) * bytes)
    }

    /// Finds a type by its contract spelling.
    pub fn from_name(name: &str) -> Option<DType> {
        DType::ALL
            .iter()
            .copied()
            .find(|dtype| dtype.name() == name)
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
