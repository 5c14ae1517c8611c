//! One message after the other, by the crates.
//!
//! Units' ids are short, so nearly every message fits into a block or two on the stack. That skips
//! the buffer that a hasher fed part by part keeps.

use md5::Md5;
use sha2::{Digest, Sha256};

use super::message::{Block, capacity, length, pad};
use super::{md5 as md5_lanes, sha256 as sha256_lanes};
use crate::domain::HashAlgorithm;

/// Returns the first 16 bytes of the hash of the joined parts, as a big-endian number.
#[inline]
pub(super) fn number(algorithm: HashAlgorithm, parts: &[&str]) -> u128 {
    let length = length(parts);
    if length <= capacity(1) {
        padded::<1>(algorithm, parts)
    } else if length <= capacity(2) {
        padded::<2>(algorithm, parts)
    } else {
        streamed(algorithm, parts)
    }
}

/// Does the same for parts that fit into the blocks.
#[inline]
fn padded<const BLOCKS: usize>(algorithm: HashAlgorithm, parts: &[&str]) -> u128 {
    let mut blocks = [[0; 64]; BLOCKS];
    pad(algorithm, parts, &mut blocks);
    compress(algorithm, &blocks)
}

/// Returns the number of a padded message.
#[inline]
pub(super) fn compress(algorithm: HashAlgorithm, blocks: &[Block]) -> u128 {
    match algorithm {
        HashAlgorithm::Md5 => {
            let mut state = md5_lanes::INITIAL;
            md5::block_api::compress(&mut state, blocks);
            md5_lanes::number(state)
        }
        HashAlgorithm::Sha256 => {
            let mut state = sha256_lanes::INITIAL;
            sha2::block_api::compress256(&mut state, blocks);
            let [a, b, c, d, ..] = state;
            sha256_lanes::number([a, b, c, d])
        }
    }
}

/// Does the same by the crates' hashers.
pub(super) fn streamed(algorithm: HashAlgorithm, parts: &[&str]) -> u128 {
    let digest = digest(algorithm, parts);
    digest[..16]
        .iter()
        .fold(0, |number, byte| number << 8 | u128::from(*byte))
}

/// Returns the whole hash of the joined parts: 32 bytes or 16.
pub(in crate::assign) fn digest(algorithm: HashAlgorithm, parts: &[&str]) -> Vec<u8> {
    match algorithm {
        HashAlgorithm::Sha256 => joined::<Sha256>(parts).finalize().to_vec(),
        HashAlgorithm::Md5 => joined::<Md5>(parts).finalize().to_vec(),
    }
}

fn joined<D: Digest>(parts: &[&str]) -> D {
    let mut hash = D::new();
    for part in parts {
        hash.update(part);
    }
    hash
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::assign::testing::rounds;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(rounds(256)))]

        #[test]
        fn a_message_of_any_length_gives_what_the_crates_give(
            parts in prop::collection::vec(".{0,70}", 0..4),
        ) {
            let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
            for algorithm in HashAlgorithm::ALL {
                prop_assert_eq!(number(algorithm, &parts), streamed(algorithm, &parts));
            }
        }
    }

    #[test]
    fn every_length_around_the_ends_of_blocks_is_hashed_whole() {
        for length in 0..300 {
            let message = "x".repeat(length);
            for algorithm in HashAlgorithm::ALL {
                let expected = streamed(algorithm, &[&message]);
                assert_eq!(number(algorithm, &[&message]), expected, "{length}");
            }
        }
    }
}
