//! A message padded into blocks, as MD5 (RFC 1321, 3.1 and 3.2) and SHA-256 (FIPS 180-4, 5.1.1)
//! require it: a bit that is set, zeros, and the length in bits in the last eight bytes.

use crate::domain::HashAlgorithm;

/// The input of a compression function.
pub(super) type Block = [u8; 64];

/// The bytes of the end mark and the length.
const PADDING: usize = 1 + 8;

/// Returns the length of the longest message that `blocks` blocks hold.
pub(super) const fn capacity(blocks: usize) -> usize {
    64 * blocks - PADDING
}

/// Returns the total length of the parts.
#[inline]
pub(super) fn length(parts: &[&str]) -> usize {
    parts.iter().map(|part| part.len()).sum()
}

/// Writes the parts, joined and padded, over all of the blocks, which hold them.
#[inline]
pub(super) fn pad<const BLOCKS: usize>(
    algorithm: HashAlgorithm,
    parts: &[&str],
    blocks: &mut [Block; BLOCKS],
) {
    let bytes = blocks.as_flattened_mut();
    bytes.fill(0);
    finish(algorithm, bytes, 0, parts);
}

/// Writes the parts, joined, the end mark and the length over bytes of which `end` are written and
/// the others are 0.
#[inline]
pub(super) fn finish(algorithm: HashAlgorithm, bytes: &mut [u8], mut end: usize, parts: &[&str]) {
    for part in parts {
        let start = end;
        end += part.len();
        bytes[start..end].copy_from_slice(part.as_bytes());
    }
    bytes[end] = 0x80;
    let bits = 8 * end as u64;
    let length = bytes.len() - 8;
    bytes[length..].copy_from_slice(&match algorithm {
        HashAlgorithm::Md5 => bits.to_le_bytes(),
        HashAlgorithm::Sha256 => bits.to_be_bytes(),
    });
}
