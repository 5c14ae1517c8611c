//! Remembers which units were seen in which experiment, and with which kind, in 10 to 15 bytes each.
//!
//! A unit and its experiment are a hash. Its first bits choose one of 1024 parts; the next 47 are
//! kept in an entry of 8 bytes, with the kind of the unit's first exposure and whether another variant
//! came later. A part is a linearly probed array. It grows by half, on its own, when it is
//! four fifths full, so growing takes little extra memory.
//!
//! Two units of an experiment are confused where 57 bits agree. Among n units that happens
//! n²/2⁵⁸ times on average: once in 2,900 logs of ten million units.

/// Bits of a hash that choose the part.
const PART_BITS: u32 = 10;
/// Bits of a hash that an entry keeps.
const TAG_BITS: u32 = 47;
/// Bits of an entry that hold the kind plus one.
const KIND_BITS: u32 = 16;
/// The bit for a unit that was seen with another variant.
const CONFLICT: u64 = 1;
/// The fewest entries of a part that has any.
const MIN_ENTRIES: usize = 16;

/// The units seen so far, each once per experiment.
pub(super) struct SeenUnits {
    parts: Vec<SeenPart>,
    len: usize,
    limit: usize,
}

/// What is known about a unit.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Sighting<'s> {
    /// It is new, and is remembered now.
    First,
    /// It was seen before.
    Known(SeenUnit<'s>),
    /// It is new, and there is no room to remember it.
    Full,
}

/// A unit that was seen before.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SeenUnit<'s>(&'s mut u64);

impl SeenUnit<'_> {
    /// Returns the kind of its first exposure.
    pub(super) fn kind(&self) -> u16 {
        // The mask keeps 16 bits, and no used entry has 0 there.
        u16::try_from((*self.0 >> 1) & 0xffff).unwrap_or_default() - 1
    }

    /// Marks the unit as seen with another variant; returns whether it wasn't yet.
    pub(super) fn mark_conflict(&mut self) -> bool {
        let is_new = *self.0 & CONFLICT == 0;
        *self.0 |= CONFLICT;
        is_new
    }
}

#[derive(Clone, Default)]
struct SeenPart {
    /// 0 for an empty entry.
    entries: Vec<u64>,
    len: usize,
}

impl SeenUnits {
    /// Creates a memory for at most this many units.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            parts: vec![SeenPart::default(); 1 << PART_BITS],
            len: 0,
            limit,
        }
    }

    /// Returns the number of remembered units.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Returns the number of bytes they take.
    pub(super) fn bytes(&self) -> usize {
        let entries: usize = self.parts.iter().map(|part| part.entries.len()).sum();
        entries * size_of::<u64>()
    }

    /// Loads the entry of this hash into the processor's cache.
    pub(super) fn prefetch(&self, hash: u64) {
        let (part, tag) = split_hash(hash);
        let part = &self.parts[part];
        std::hint::black_box(part.entries.get(part.home_index(tag)).copied());
    }

    /// Looks up the unit of this hash, and remembers it with this kind if it is new.
    pub(super) fn insert(&mut self, hash: u64, kind: u16) -> Sighting<'_> {
        let (part, tag) = split_hash(hash);
        let part = &mut self.parts[part];
        if part.len * 5 >= part.entries.len() * 4 {
            part.grow();
        }
        let at = part.find(tag);
        if part.entries[at] != 0 {
            return Sighting::Known(SeenUnit(&mut part.entries[at]));
        }
        if self.len >= self.limit {
            return Sighting::Full;
        }
        part.entries[at] = (tag << (KIND_BITS + 1)) | ((u64::from(kind) + 1) << 1);
        part.len += 1;
        self.len += 1;
        Sighting::First
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
            if entry == 0 || entry >> (KIND_BITS + 1) == tag {
                return at;
            }
            at = if at + 1 < capacity { at + 1 } else { 0 };
        }
    }

    fn grow(&mut self) {
        let capacity = (self.entries.len() * 3 / 2).max(MIN_ENTRIES);
        let entries = std::mem::replace(&mut self.entries, vec![0; capacity]);
        for entry in entries.into_iter().filter(|entry| *entry != 0) {
            let at = self.find(entry >> (KIND_BITS + 1));
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
    fn every_unit_is_recognized_with_its_first_kind() {
        let mut seen = SeenUnits::new(usize::MAX);
        let kind = |number: u64| u16::try_from(number % 65_535).expect("16 bits");
        for number in 0..200_000 {
            assert_eq!(seen.insert(hash(number), kind(number)), Sighting::First);
        }
        for number in 0..200_000 {
            let Sighting::Known(mut entry) = seen.insert(hash(number), 0) else {
                panic!("{number} was forgotten");
            };
            assert_eq!(entry.kind(), kind(number));
            assert_eq!(
                (entry.mark_conflict(), entry.mark_conflict()),
                (true, false)
            );
            assert_eq!(
                entry.kind(),
                kind(number),
                "a conflict leaves the first kind"
            );
        }
        assert_eq!(seen.len(), 200_000);
        assert!(seen.bytes() <= 15 * seen.len(), "{}", seen.bytes());
    }

    #[test]
    fn a_part_takes_hashes_that_all_go_to_its_end() {
        let mut seen = SeenUnits::new(usize::MAX);
        // The last entries of the same part, whatever its size.
        let last = |number: u64| !0 ^ (number << (u64::BITS - PART_BITS - TAG_BITS));
        for number in 0..1000 {
            assert_eq!(seen.insert(last(number), 0), Sighting::First);
        }
        assert!((0..1000).all(|number| seen.insert(last(number), 0) != Sighting::First));
    }

    #[test]
    fn units_beyond_the_limit_are_not_remembered() {
        let mut seen = SeenUnits::new(1);
        assert_eq!(seen.insert(hash(1), 7), Sighting::First);
        assert_eq!(seen.insert(hash(2), 7), Sighting::Full);
        assert_eq!(seen.insert(hash(2), 7), Sighting::Full);
        assert!(matches!(seen.insert(hash(1), 8), Sighting::Known(entry) if entry.kind() == 7));
    }
}
