//! The compression functions compiled for what the processor has, chosen when they are called.
//!
//! This is the only `unsafe` of the project. A function with `#[target_feature]` is an ordinary
//! safe one, compiled with more instructions. Calling it is unsafe because a processor without them
//! can't run it; each call is right below the check whether it has them. Besides, the words for
//! AVX-512 are taken out of the blocks by vectors, which are the arrays' bytes under another name:
//! compiled from a loop, that alone takes a third as long as SHA-256.

#![expect(
    unsafe_code,
    reason = "calls of functions compiled for what the processor was asked for"
)]

use super::lanes::{LaneWords, words};
use super::message::Block;
use super::{md5, sha256, single};
use crate::domain::HashAlgorithm;

/// The number of messages that are hashed at once: two vectors of 16 with AVX-512, since one alone
/// would wait for its own results.
pub(super) const LANES: usize = 32;

/// Returns the number of each padded message by MD5.
pub(super) fn md5_numbers<const BLOCKS: usize>(
    messages: &[[Block; BLOCKS]; LANES],
) -> [u128; LANES] {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512bw") {
            // SAFETY: the processor has AVX-512BW.
            return unsafe { avx512::md5_numbers(messages) };
        }
        if is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has AVX2.
            return unsafe { md5_avx2(messages) };
        }
    }
    md5_portable(messages)
}

/// Returns the number of each padded message by SHA-256.
///
/// Without AVX-512 the crate is faster than lanes: it uses the processor's own instructions for
/// SHA-256 where there are any.
pub(super) fn sha256_numbers<const BLOCKS: usize>(
    messages: &[[Block; BLOCKS]; LANES],
) -> [u128; LANES] {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512bw") {
        // SAFETY: the processor has AVX-512BW.
        return unsafe { avx512::sha256_numbers(messages) };
    }
    sha256_portable(messages)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn md5_avx2<const BLOCKS: usize>(messages: &[[Block; BLOCKS]; LANES]) -> [u128; LANES] {
    md5::numbers(messages, |messages, block| {
        words(messages, block, u32::from_le_bytes)
    })
}

fn md5_portable<const BLOCKS: usize>(messages: &[[Block; BLOCKS]; LANES]) -> [u128; LANES] {
    md5::numbers(messages, |messages, block| {
        words(messages, block, u32::from_le_bytes)
    })
}

fn sha256_portable<const BLOCKS: usize>(messages: &[[Block; BLOCKS]; LANES]) -> [u128; LANES] {
    messages.map(|message| single::compress(HashAlgorithm::Sha256, &message))
}

#[cfg(target_arch = "x86_64")]
mod avx512 {
    use std::arch::x86_64::{
        __m512i, _mm512_set4_epi32, _mm512_shuffle_epi8, _mm512_shuffle_i32x4,
        _mm512_unpackhi_epi32, _mm512_unpackhi_epi64, _mm512_unpacklo_epi32, _mm512_unpacklo_epi64,
    };
    use std::mem::transmute;

    use super::{Block, LANES, LaneWords, md5, sha256};

    #[target_feature(enable = "avx512bw")]
    pub(super) fn md5_numbers<const BLOCKS: usize>(
        messages: &[[Block; BLOCKS]; LANES],
    ) -> [u128; LANES] {
        md5::numbers(messages, |messages, block| {
            words(messages, block, |words| words)
        })
    }

    #[target_feature(enable = "avx512bw")]
    pub(super) fn sha256_numbers<const BLOCKS: usize>(
        messages: &[[Block; BLOCKS]; LANES],
    ) -> [u128; LANES] {
        let swap = _mm512_set4_epi32(0x0c0d_0e0f, 0x0809_0a0b, 0x0405_0607, 0x0001_0203);
        sha256::numbers(messages, |messages, block| {
            words(messages, block, |words| _mm512_shuffle_epi8(words, swap))
        })
    }

    /// Returns the words of one block of each message. `order` puts the bytes of words in order.
    #[inline]
    #[target_feature(enable = "avx512bw")]
    fn words<const BLOCKS: usize>(
        messages: &[[Block; BLOCKS]; LANES],
        block: usize,
        order: impl Fn(__m512i) -> __m512i,
    ) -> [LaneWords<LANES>; 16] {
        let mut words = [[0; LANES]; 16];
        for (half, messages) in messages.as_chunks::<16>().0.iter().enumerate() {
            let mut rows = vectors(messages, block);
            // Not by `map`, which isn't compiled for the processor.
            for row in &mut rows {
                *row = order(*row);
            }
            for (word, of_half) in words.iter_mut().zip(transposed(&rows)) {
                word[16 * half..][..16].copy_from_slice(&of_half);
            }
        }
        words
    }

    /// Returns one block of each message as a vector.
    #[inline]
    #[target_feature(enable = "avx512bw")]
    fn vectors<const BLOCKS: usize>(
        messages: &[[Block; BLOCKS]; 16],
        block: usize,
    ) -> [__m512i; 16] {
        let mut blocks = [[0; 64]; 16];
        for (row, message) in blocks.iter_mut().zip(messages) {
            *row = message[block];
        }
        // SAFETY: both are 16 times 64 bytes, of which any are valid.
        unsafe { transmute::<[Block; 16], [__m512i; 16]>(blocks) }
    }

    /// Transposes rows to columns: the same word of every row side by side.
    #[inline]
    #[target_feature(enable = "avx512bw")]
    fn transposed(rows: &[__m512i; 16]) -> [LaneWords<16>; 16] {
        macro_rules! pairs {
            ($low:ident, $high:ident, $from:ident; $($a:literal $b:literal),+) => {
                [$($low($from[$a], $from[$b]), $high($from[$a], $from[$b])),+]
            };
        }
        macro_rules! quarters {
            ($from:ident; $($a:literal $b:literal),+) => {
                [$(
                    _mm512_shuffle_i32x4::<0b10_00_10_00>($from[$a], $from[$b]),
                    _mm512_shuffle_i32x4::<0b11_01_11_01>($from[$a], $from[$b])
                ),+]
            };
        }
        // Within quarters of 128 bits: first words of two rows alternate, then pairs of four rows.
        let twos = pairs!(
            _mm512_unpacklo_epi32, _mm512_unpackhi_epi32, rows;
            0 1, 2 3, 4 5, 6 7, 8 9, 10 11, 12 13, 14 15
        );
        let fours = pairs!(
            _mm512_unpacklo_epi64, _mm512_unpackhi_epi64, twos;
            0 2, 1 3, 4 6, 5 7, 8 10, 9 11, 12 14, 13 15
        );
        // Then the quarters: the even and the odd ones of eight rows, and of all 16.
        let eights = quarters!(fours; 0 4, 1 5, 2 6, 3 7, 8 12, 9 13, 10 14, 11 15);
        let v = quarters!(eights; 0 8, 1 9, 2 10, 3 11, 4 12, 5 13, 6 14, 7 15);
        let columns = [
            v[0], v[4], v[8], v[12], v[2], v[6], v[10], v[14], v[1], v[5], v[9], v[13], v[3], v[7],
            v[11], v[15],
        ];
        // SAFETY: both are 16 times 16 words, of which any are valid.
        unsafe { transmute::<[__m512i; 16], [LaneWords<16>; 16]>(columns) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assign::testing::rounds;

    /// Random messages of two blocks.
    fn messages<const LANES: usize>() -> [[Block; 2]; LANES] {
        std::array::from_fn(|_| std::array::from_fn(|_| std::array::from_fn(|_| fastrand::u8(..))))
    }

    #[test]
    fn every_way_to_hash_gives_what_the_crates_give() {
        for _ in 0..rounds(200) {
            let messages = messages();
            let expected = messages.map(|message| single::compress(HashAlgorithm::Md5, &message));
            assert_eq!(md5_numbers(&messages), expected);
            assert_eq!(md5_portable(&messages), expected);
            #[cfg(target_arch = "x86_64")]
            if is_x86_feature_detected!("avx2") {
                // SAFETY: the processor has AVX2.
                assert_eq!(unsafe { md5_avx2(&messages) }, expected);
            }
        }
        for _ in 0..rounds(200) {
            let messages = messages();
            let expected =
                messages.map(|message| single::compress(HashAlgorithm::Sha256, &message));
            assert_eq!(sha256_numbers(&messages), expected);
            let lanes = sha256::numbers(&messages, |messages, block| {
                words(messages, block, u32::from_be_bytes)
            });
            assert_eq!(lanes, expected);
        }
    }
}
