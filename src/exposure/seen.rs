//! Remembers units by the layer in which they were seen, in 10 to 15 bytes each.
//!
//! A unit and its layer are a hash. Its first bits choose one of 2048 parts; the next 46 are kept in an
//! entry of 8 bytes. The entry also says whether the unit was counted in the layer, the kind of its first
//! exposure to an experiment there, and whether another variant of that experiment came later. So one
//! lookup tells what coverage and first exposures need. A part is a linearly probed array. It grows by
//! half, on its own, when it is four fifths full, so growing takes little extra memory.
//!
//! Two units of a layer are confused where 57 bits agree. Among n units that happens n²/2⁵⁸ times on
//! average: once in 2,900 logs of ten million units.

use super::decode::MAX_KINDS;

/// Bits of a hash that choose the part.
const PART_BITS: u32 = 11;
/// Bits of a hash that an entry keeps.
const TAG_BITS: u32 = 46;
/// The position of the tag in an entry; below it are the kind plus one and two flags.
const TAG_SHIFT: u32 = u64::BITS - TAG_BITS;
/// The position of the kind, and its bits.
const KIND_SHIFT: u32 = 2;
const KIND_MASK: u64 = (1 << (TAG_SHIFT - KIND_SHIFT)) - 1;
/// The flag of a unit that was counted in its layer.
const IN_LAYER: u64 = 2;
/// The flag of a unit that was seen with another variant.
const CONFLICT: u64 = 1;
const _: () = assert!(MAX_KINDS as u64 == KIND_MASK, "a kind plus one fits");
/// The fewest entries of a part that has any.
const MIN_ENTRIES: usize = 16;

/// The units seen so far.
pub(super) struct SeenUnits {
    parts: Vec<SeenPart>,
}

/// What is known about a unit. It is remembered only once something is.
pub(super) struct SeenUnit<'s> {
    entry: &'s mut u64,
    tag: u64,
    /// The number of units of its part.
    len: &'s mut usize,
}

impl SeenUnit<'_> {
    /// Returns whether it was counted in its layer.
    pub(super) fn is_in_layer(&self) -> bool {
        *self.entry & IN_LAYER != 0
    }

    /// Remembers that it was counted in its layer.
    pub(super) fn enter_layer(&mut self) {
        self.remember(IN_LAYER);
    }

    /// Returns the kind of its first exposure to an experiment.
    pub(super) fn first_kind(&self) -> Option<usize> {
        let kind = (*self.entry >> KIND_SHIFT) & KIND_MASK;
        usize::try_from(kind).unwrap_or_default().checked_sub(1)
    }

    /// Remembers the kind of its first exposure to an experiment, below [`MAX_KINDS`]; once.
    pub(super) fn set_first_kind(&mut self, kind: usize) {
        self.remember((kind as u64 + 1) << KIND_SHIFT);
    }

    /// Marks it as seen with another variant; returns whether it wasn't yet.
    pub(super) fn mark_conflict(&mut self) -> bool {
        let is_new = *self.entry & CONFLICT == 0;
        self.remember(CONFLICT);
        is_new
    }

    fn remember(&mut self, bits: u64) {
        *self.len += usize::from(*self.entry == 0);
        *self.entry |= self.tag << TAG_SHIFT | bits;
    }
}

#[derive(Clone, Default)]
struct SeenPart {
    /// 0 for an empty entry.
    entries: Vec<u64>,
    len: usize,
}

impl SeenUnits {
    /// Creates an empty memory.
    pub(super) fn new() -> Self {
        Self {
            parts: vec![SeenPart::default(); 1 << PART_BITS],
        }
    }

    /// Returns the number of bytes that the units take.
    pub(super) fn bytes(&self) -> usize {
        let entries: usize = self.parts.iter().map(|part| part.entries.len()).sum();
        entries * size_of::<u64>()
    }

    /// Loads the entries of these hashes into the processor's cache, all at the same time.
    pub(super) fn prefetch(&self, hashes: &[u64]) {
        let entries = hashes.iter().map(|hash| {
            let (part, tag) = split_hash(*hash);
            let part = &self.parts[part];
            part.entries.get(part.home_index(tag)).copied()
        });
        std::hint::black_box(entries.flatten().fold(0, |all, entry| all ^ entry));
    }

    /// Looks up the unit of this hash.
    pub(super) fn find(&mut self, hash: u64) -> SeenUnit<'_> {
        let (part, tag) = split_hash(hash);
        let part = &mut self.parts[part];
        if part.len * 5 >= part.entries.len() * 4 {
            part.grow();
        }
        let at = part.find(tag);
        SeenUnit {
            entry: &mut part.entries[at],
            tag,
            len: &mut part.len,
        }
    }
}

/// Splits a hash into the index of its part and the tag that an entry keeps.
fn split_hash(hash: u64) -> (usize, u64) {
    let part = hash >> (u64::BITS - PART_BITS);
    let tag = (hash << PART_BITS) >> (u64::BITS - TAG_BITS);
    (usize::try_from(part).unwrap_or_default(), tag)
}

impl SeenPart {
    /// Returns the index at which the search for a tag begins. Tags are spread over the whole part,
    /// whatever its size.
    fn home_index(&self, tag: u64) -> usize {
        let home = (u128::from(tag) * self.entries.len() as u128) >> TAG_BITS;
        usize::try_from(home).unwrap_or_default()
    }

    /// Returns the index of this tag's entry, or of the empty entry for it. There is always an empty one.
    fn find(&self, tag: u64) -> usize {
        let capacity = self.entries.len();
        let mut at = self.home_index(tag);
        loop {
            let entry = self.entries[at];
            if entry == 0 || entry >> TAG_SHIFT == tag {
                return at;
            }
            at = if at + 1 < capacity { at + 1 } else { 0 };
        }
    }

    fn grow(&mut self) {
        let capacity = (self.entries.len() * 3 / 2).max(MIN_ENTRIES);
        let entries = std::mem::replace(&mut self.entries, vec![0; capacity]);
        for entry in entries.into_iter().filter(|entry| *entry != 0) {
            let at = self.find(entry >> TAG_SHIFT);
            self.entries[at] = entry;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hashes without a pattern.
    fn hash(number: u64) -> u64 {
        let mixed = (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed ^ (mixed >> 31)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
    }

    #[test]
    fn every_unit_is_recognized_with_what_was_remembered() {
        let mut seen = SeenUnits::new();
        let kind = |number: u64| usize::try_from(number).expect("64 bits") % MAX_KINDS;
        let has_kind = |number: u64| number % 3 != 1;
        let is_in_layer = |number: u64| number % 3 < 2;
        for number in 0..200_000 {
            let mut unit = seen.find(hash(number));
            assert_eq!((unit.first_kind(), unit.is_in_layer()), (None, false));
            if has_kind(number) {
                unit.set_first_kind(kind(number));
            }
            if is_in_layer(number) {
                unit.enter_layer();
            }
        }
        for number in 0..200_000 {
            let mut unit = seen.find(hash(number));
            let expected = has_kind(number).then(|| kind(number));
            assert_eq!(unit.first_kind(), expected, "{number}");
            assert_eq!(unit.is_in_layer(), is_in_layer(number), "{number}");
            assert_eq!((unit.mark_conflict(), unit.mark_conflict()), (true, false));
            assert_eq!(unit.first_kind(), expected, "a conflict leaves the kind");
            assert_eq!(unit.is_in_layer(), is_in_layer(number));
        }
        assert!(seen.bytes() <= 15 * 200_000, "{}", seen.bytes());
    }

    #[test]
    fn a_part_takes_hashes_that_all_go_to_its_end() {
        let mut seen = SeenUnits::new();
        // The last entries of the same part, whatever its size.
        let last = |number: u64| !0 ^ (number << (u64::BITS - PART_BITS - TAG_BITS));
        for number in 0..1000 {
            let mut unit = seen.find(last(number));
            assert_eq!(unit.first_kind(), None);
            unit.set_first_kind(usize::try_from(number).expect("64 bits"));
        }
        for number in 0..1000 {
            let unit = seen.find(last(number));
            assert_eq!(unit.first_kind(), usize::try_from(number).ok());
        }
    }

    #[test]
    fn a_unit_of_which_nothing_is_known_takes_no_room() {
        let mut seen = SeenUnits::new();
        for number in 0..200_000 {
            assert!(!seen.find(hash(number)).is_in_layer());
        }
        assert_eq!(seen.bytes(), size_of::<u64>() * (MIN_ENTRIES << PART_BITS));
    }
}
