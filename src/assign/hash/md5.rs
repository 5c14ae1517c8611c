//! MD5's compression function over lanes: a message in each.
//!
//! A lane is an element of each array, and every step does the same to all of them, which is what a
//! vector instruction does. The steps are written out, not looped over, so that the compiler sees
//! each rotation's distance. Source: RFC 1321, 3.4.

#![expect(
    clippy::inline_always,
    reason = "what isn't inlined isn't compiled for the processor"
)]
#![expect(clippy::many_single_char_names, reason = "the standard's names")]

use super::lanes::{LaneWords, add};
use super::message::Block;

/// The state before the first block.
pub(super) const INITIAL: [u32; 4] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];

/// The integer part of 2^32 |sin(i + 1)|, i in radians.
#[rustfmt::skip]
const SINES: [u32; 64] = [
    0xd76a_a478, 0xe8c7_b756, 0x2420_70db, 0xc1bd_ceee, 0xf57c_0faf, 0x4787_c62a, 0xa830_4613, 0xfd46_9501,
    0x6980_98d8, 0x8b44_f7af, 0xffff_5bb1, 0x895c_d7be, 0x6b90_1122, 0xfd98_7193, 0xa679_438e, 0x49b4_0821,
    0xf61e_2562, 0xc040_b340, 0x265e_5a51, 0xe9b6_c7aa, 0xd62f_105d, 0x0244_1453, 0xd8a1_e681, 0xe7d3_fbc8,
    0x21e1_cde6, 0xc337_07d6, 0xf4d5_0d87, 0x455a_14ed, 0xa9e3_e905, 0xfcef_a3f8, 0x676f_02d9, 0x8d2a_4c8a,
    0xfffa_3942, 0x8771_f681, 0x6d9d_6122, 0xfde5_380c, 0xa4be_ea44, 0x4bde_cfa9, 0xf6bb_4b60, 0xbebf_bc70,
    0x289b_7ec6, 0xeaa1_27fa, 0xd4ef_3085, 0x0488_1d05, 0xd9d4_d039, 0xe6db_99e5, 0x1fa2_7cf8, 0xc4ac_5665,
    0xf429_2244, 0x432a_ff97, 0xab94_23a7, 0xfc93_a039, 0x655b_59c3, 0x8f0c_cc92, 0xffef_f47d, 0x8584_5dd1,
    0x6fa8_7e4f, 0xfe2c_e6e0, 0xa301_4314, 0x4e08_11a1, 0xf753_7e82, 0xbd3a_f235, 0x2ad7_d2bb, 0xeb86_d391,
];

/// How far the four repeating steps of each round rotate.
const ROTATIONS: [[u32; 4]; 4] = [
    [7, 12, 17, 22],
    [5, 9, 14, 20],
    [4, 11, 16, 23],
    [6, 10, 15, 21],
];

/// Returns the first 16 bytes of the hash, which are all of it, as a big-endian number.
#[inline]
pub(super) fn number(state: [u32; 4]) -> u128 {
    let digits = state.map(|word| u128::from(word.swap_bytes()));
    digits
        .into_iter()
        .fold(0, |number, digit| number << 32 | digit)
}

/// Returns the number of each lane's padded message, whose words `words` takes from one of its
/// blocks.
#[inline(always)]
pub(super) fn numbers<const LANES: usize, const BLOCKS: usize>(
    messages: &[[Block; BLOCKS]; LANES],
    words: impl Fn(&[[Block; BLOCKS]; LANES], usize) -> [LaneWords<LANES>; 16],
) -> [u128; LANES] {
    let mut state = INITIAL.map(|word| [word; LANES]);
    for block in 0..BLOCKS {
        compress(&mut state, &words(messages, block));
    }
    let mut numbers = [0; LANES];
    for (lane, number_of) in numbers.iter_mut().enumerate() {
        *number_of = number(state.map(|word| word[lane]));
    }
    numbers
}

#[inline(always)]
fn compress<const LANES: usize>(state: &mut [LaneWords<LANES>; 4], block: &[LaneWords<LANES>; 16]) {
    let mut s = *state;
    macro_rules! round {
        ($round:literal, $word:expr, $mix:expr) => {
            round!(@ $round, $word, $mix; 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)
        };
        (@ $round:literal, $word:expr, $mix:expr; $($i:literal)+) => {
            $(s = step(
                s,
                &block[$word($i) % 16],
                SINES[16 * $round + $i],
                ROTATIONS[$round][$i % 4],
                $mix,
            );)+
        };
    }
    round!(0, |i: usize| i, |b, c, d| (b & c) | (!b & d));
    round!(1, |i: usize| 5 * i + 1, |b, c, d| (d & b) | (!d & c));
    round!(2, |i: usize| 3 * i + 5, |b, c, d| b ^ c ^ d);
    round!(3, |i: usize| 7 * i, |b, c, d| c ^ (b | !d));
    // Not in a loop: it would be vectorized along the words, and the lanes gathered and scattered.
    let [a, b, c, d] = *state;
    *state = [add(a, s[0]), add(b, s[1]), add(c, s[2]), add(d, s[3])];
}

#[inline(always)]
fn step<const LANES: usize>(
    [a, b, c, d]: [LaneWords<LANES>; 4],
    word: &LaneWords<LANES>,
    sine: u32,
    rotation: u32,
    mix: impl Fn(u32, u32, u32) -> u32,
) -> [LaneWords<LANES>; 4] {
    let mut new = [0; LANES];
    for lane in 0..LANES {
        let sum = a[lane]
            .wrapping_add(mix(b[lane], c[lane], d[lane]))
            .wrapping_add(word[lane].wrapping_add(sine));
        new[lane] = sum.rotate_left(rotation).wrapping_add(b[lane]);
    }
    [d, new, b, c]
}
