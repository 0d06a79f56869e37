//! Numbers of the `aicode` dialect and of the container.

/// Attribute codes of the `aicode` dialect.
pub(super) mod attribute {
    pub(crate) const STRING: u64 = 1;
    pub(crate) const INTEGER: u64 = 2;
    pub(crate) const TYPE: u64 = 4;
    pub(crate) const ARRAY: u64 = 5;
    pub(crate) const DENSE: u64 = 6;
    pub(crate) const DENSE_RESOURCE: u64 = 7;
    pub(crate) const NAMED: u64 = 9;
    pub(crate) const SYMBOL: u64 = 14;
    pub(crate) const CALLEE: u64 = 16;
    pub(crate) const FOURCC: u64 = 27;
    pub(crate) const FILE: u64 = 30;
    pub(crate) const RANGE: u64 = 31;
    pub(crate) const UNIT: u64 = 32;
    pub(crate) const LOCATION: u64 = 40;
}

/// Type codes of the `aicode` dialect that are not element types.
pub(super) mod ty {
    pub(crate) const TENSOR: u64 = 2;
    pub(crate) const FUNCTION: u64 = 30;
    pub(crate) const HANDLE: u64 = 31;
    pub(crate) const TOKEN: u64 = 32;
    pub(crate) const SYMBOL: u64 = 33;
    pub(crate) const IMAGE: u64 = 39;
}

/// Bits of an operation's field mask.
pub(super) mod field {
    pub(crate) const RESULTS: u8 = 0x02;
    pub(crate) const OPERANDS: u8 = 0x04;
    pub(crate) const REGIONS: u8 = 0x10;
    pub(crate) const PROPERTIES: u8 = 0x40;
}
