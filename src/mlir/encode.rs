//! The inverse of the primitive encodings, for tests that build files.

/// The shortest encoding of a varint.
pub(crate) fn varint(value: u64) -> Vec<u8> {
    let bits = 64 - (value | 1).leading_zeros();
    let len = bits.div_ceil(7);
    if len > 8 {
        return [&[0], value.to_le_bytes().as_slice()].concat();
    }
    let tagged = (u128::from(value) << len) | (1 << (len - 1));
    tagged.to_le_bytes()[..len as usize].to_vec()
}
