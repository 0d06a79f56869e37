//! Types of values: elements, tensors, and what is none.

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
