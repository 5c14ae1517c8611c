//! Words of several messages side by side.

#![expect(
    clippy::inline_always,
    reason = "what isn't inlined isn't compiled for the processor"
)]

use super::message::Block;

/// The same word of each message.
pub(super) type LaneWords<const LANES: usize> = [u32; LANES];

/// Returns the sum in each lane.
#[inline(always)]
pub(super) fn add<const LANES: usize>(
    a: LaneWords<LANES>,
    b: LaneWords<LANES>,
) -> LaneWords<LANES> {
    let mut sum = [0; LANES];
    for lane in 0..LANES {
        sum[lane] = a[lane].wrapping_add(b[lane]);
    }
    sum
}

/// Returns the words of one block of each message.
#[inline(always)]
pub(super) fn words<const LANES: usize, const BLOCKS: usize>(
    messages: &[[Block; BLOCKS]; LANES],
    block: usize,
    from_bytes: impl Fn([u8; 4]) -> u32,
) -> [LaneWords<LANES>; 16] {
    let mut words = [[0; LANES]; 16];
    for (index, word) in words.iter_mut().enumerate() {
        for lane in 0..LANES {
            let bytes = messages[lane][block].as_chunks().0[index];
            word[lane] = from_bytes(bytes);
        }
    }
    words
}
