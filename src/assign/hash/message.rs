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
    pad_after(algorithm, bytes, 0, parts);
}

/// Does the same after the first `end` bytes, which are written already; the others are 0.
#[inline]
pub(super) fn pad_after(
    algorithm: HashAlgorithm,
    bytes: &mut [u8],
    mut end: usize,
    parts: &[&str],
) {
    for part in parts {
        let start = end;
        end += part.len();
        copy(&mut bytes[start..end], part.as_bytes());
    }
    bytes[end] = 0x80;
    let bits = 8 * end as u64;
    let length = bytes.len() - 8;
    bytes[length..].copy_from_slice(&match algorithm {
        HashAlgorithm::Md5 => bits.to_le_bytes(),
        HashAlgorithm::Sha256 => bits.to_be_bytes(),
    });
}

/// Copies bytes to a place of the same length. Most ids are short, and calling the system's copy for
/// them takes longer than copying.
#[inline]
fn copy(to: &mut [u8], from: &[u8]) {
    match from.len() {
        4..8 => copy_ends::<4>(to, from),
        8..16 => copy_ends::<8>(to, from),
        16..=32 => copy_ends::<16>(to, from),
        _ => to.copy_from_slice(from),
    }
}

/// Copies the first and the last `N` bytes, which overlap or meet.
#[inline]
fn copy_ends<const N: usize>(to: &mut [u8], from: &[u8]) {
    if let (Some(first), Some(last)) = (from.first_chunk(), from.last_chunk()) {
        let end = to.len() - N;
        to[..N].copy_from_slice(first as &[u8; N]);
        to[end..].copy_from_slice(last as &[u8; N]);
    }
}
