//! The compression functions compiled for what the processor has, chosen when they are called.
//!
//! This is the only `unsafe` of the project. A function with `#[target_feature]` is an ordinary safe
//! one, compiled with more instructions. Calling it is unsafe because a processor without them would
//! meet bytes that it doesn't know; each call stands right below the question whether it has them.

#![expect(
    unsafe_code,
    reason = "calls of functions compiled for what the processor was asked for"
)]

use super::message::Block;
use super::{md5, sha256, single};
use crate::domain::HashAlgorithm;

/// As many messages as MD5 takes at once: two vectors of 16 with AVX-512, since one alone would
/// wait for its own results.
pub(super) const MD5_LANES: usize = 32;

/// As many as SHA-256 takes: its longer steps keep the processor busy with one vector.
pub(super) const SHA256_LANES: usize = 16;

/// The number of each padded message by MD5.
pub(super) fn md5_numbers<const BLOCKS: usize>(
    messages: &[[Block; BLOCKS]; MD5_LANES],
) -> [u128; MD5_LANES] {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512bw") {
            // SAFETY: the processor has AVX-512BW.
            return unsafe { md5_avx512(messages) };
        }
        if is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has AVX2.
            return unsafe { md5_avx2(messages) };
        }
    }
    md5::numbers(messages)
}

/// The number of each padded message by SHA-256.
///
/// Without AVX-512 the crate is ahead of lanes: it uses the processor's own instructions for SHA-256
/// where there are any.
pub(super) fn sha256_numbers<const BLOCKS: usize>(
    messages: &[[Block; BLOCKS]; SHA256_LANES],
) -> [u128; SHA256_LANES] {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512bw") {
        // SAFETY: the processor has AVX-512BW.
        return unsafe { sha256_avx512(messages) };
    }
    std::array::from_fn(|lane| single::compress(HashAlgorithm::Sha256, &messages[lane]))
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512bw")]
fn md5_avx512<const BLOCKS: usize>(messages: &[[Block; BLOCKS]; MD5_LANES]) -> [u128; MD5_LANES] {
    md5::numbers(messages)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn md5_avx2<const BLOCKS: usize>(messages: &[[Block; BLOCKS]; MD5_LANES]) -> [u128; MD5_LANES] {
    md5::numbers(messages)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512bw")]
fn sha256_avx512<const BLOCKS: usize>(
    messages: &[[Block; BLOCKS]; SHA256_LANES],
) -> [u128; SHA256_LANES] {
    sha256::numbers(messages)
}
