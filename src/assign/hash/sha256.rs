//! SHA-256's compression function over lanes, as [`md5`](super::md5) has it. Source: FIPS 180-4,
//! 6.2.2.

#![expect(
    clippy::inline_always,
    reason = "what isn't inlined isn't compiled for the processor"
)]
#![expect(clippy::many_single_char_names, reason = "the standard's names")]

use super::lanes::{LaneWords, add};
use super::message::Block;

/// The state before the first block: the square roots' fractions of the first eight primes.
pub(super) const INITIAL: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// The first 32 bits of the cube roots' fractions of the first 64 primes.
#[rustfmt::skip]
const ROOTS: [[u32; 16]; 4] = [
    [
        0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
        0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    ],
    [
        0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
        0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    ],
    [
        0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
        0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    ],
    [
        0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
        0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
    ],
];

/// Returns the first 16 bytes of the hash, from the first four words of the state, as a big-endian
/// number.
#[inline]
pub(super) fn number(state: [u32; 4]) -> u128 {
    let digits = state.map(u128::from);
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
        compress(&mut state, words(messages, block));
    }
    let mut numbers = [0; LANES];
    for (lane, number_of) in numbers.iter_mut().enumerate() {
        let [a, b, c, d, ..] = state;
        *number_of = number([a[lane], b[lane], c[lane], d[lane]]);
    }
    numbers
}

#[inline(always)]
fn compress<const LANES: usize>(state: &mut [LaneWords<LANES>; 8], block: [LaneWords<LANES>; 16]) {
    let (mut s, mut w) = (*state, block);
    // A macro, since what isn't inlined isn't compiled for the processor.
    macro_rules! steps {
        ($roots:ident $(, $replacement:ident)?) => {
            steps!(@ $roots $(, $replacement)?; 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)
        };
        (@ $roots:ident; $($i:literal)+) => {
            $(s = step(s, &w[$i], $roots[$i]);)+
        };
        (@ $roots:ident, $replacement:ident; $($i:literal)+) => {
            $(
                s = step(s, &w[$i], $roots[$i]);
                w[$i] = $replacement(&w, $i);
            )+
        };
    }
    // In a loop, so that the roots aren't constants: the compiler would add those last, where every
    // step waits for the sum.
    let [first @ .., last] = &ROOTS;
    for roots in first {
        steps!(roots, scheduled);
    }
    steps!(last);
    // Not in a loop: it would be vectorized along the words, and the lanes gathered and scattered.
    let [a, b, c, d, e, f, g, h] = *state;
    *state = [
        add(a, s[0]),
        add(b, s[1]),
        add(c, s[2]),
        add(d, s[3]),
        add(e, s[4]),
        add(f, s[5]),
        add(g, s[6]),
        add(h, s[7]),
    ];
}

/// Returns the word of the message schedule that replaces `w[i]`.
#[inline(always)]
fn scheduled<const LANES: usize>(w: &[LaneWords<LANES>; 16], i: usize) -> LaneWords<LANES> {
    let (w0, w1, w9, w14) = (w[i], w[(i + 1) % 16], w[(i + 9) % 16], w[(i + 14) % 16]);
    let mut new = [0; LANES];
    for lane in 0..LANES {
        let (x, y) = (w1[lane], w14[lane]);
        let small_0 = x.rotate_right(7) ^ x.rotate_right(18) ^ (x >> 3);
        let small_1 = y.rotate_right(17) ^ y.rotate_right(19) ^ (y >> 10);
        let sum = w0[lane].wrapping_add(small_0).wrapping_add(w9[lane]);
        new[lane] = sum.wrapping_add(small_1);
    }
    new
}

#[inline(always)]
fn step<const LANES: usize>(
    [a, b, c, d, e, f, g, h]: [LaneWords<LANES>; 8],
    word: &LaneWords<LANES>,
    root: u32,
) -> [LaneWords<LANES>; 8] {
    let (mut new_a, mut new_e) = ([0; LANES], [0; LANES]);
    for lane in 0..LANES {
        let (x, y) = (a[lane], e[lane]);
        let big_1 = y.rotate_right(6) ^ y.rotate_right(11) ^ y.rotate_right(25);
        let choice = (y & f[lane]) ^ (!y & g[lane]);
        let big_0 = x.rotate_right(2) ^ x.rotate_right(13) ^ x.rotate_right(22);
        let majority = (x & b[lane]) | (c[lane] & (x | b[lane]));
        // What is known first is added first: the next step waits for `new_e`.
        let early = h[lane].wrapping_add(word[lane].wrapping_add(root));
        new_e[lane] = early
            .wrapping_add(d[lane])
            .wrapping_add(choice)
            .wrapping_add(big_1);
        new_a[lane] = early
            .wrapping_add(choice)
            .wrapping_add(big_1)
            .wrapping_add(majority)
            .wrapping_add(big_0);
    }
    [new_a, a, b, c, new_e, e, f, g]
}
