//! Many messages, hashed side by side.

use super::dispatch::{LANES, md5_numbers, sha256_numbers};
use super::message::{Block, capacity};
use super::{HashKey, single};
use crate::domain::HashAlgorithm;

/// Up to this many messages are hashed faster one after the other.
const FEW: usize = LANES / 8;

/// A unit's id to hash with a key, and what its number is for.
pub(in crate::assign) struct HashMessage<'m, T> {
    pub(in crate::assign) key: &'m HashKey,
    pub(in crate::assign) unit_id: &'m str,
    pub(in crate::assign) target: T,
}

/// Passes the number of each message to `take`, with its target, in no particular order. All keys
/// are for this algorithm.
pub(in crate::assign) fn numbers<'m, T: Copy + Default>(
    algorithm: HashAlgorithm,
    messages: impl Iterator<Item = HashMessage<'m, T>>,
    take: impl FnMut(T, u128),
) {
    match algorithm {
        HashAlgorithm::Md5 => {
            let short = Batch::new(algorithm, md5_numbers);
            let long = Batch::new(algorithm, md5_numbers);
            batched(messages, short, long, take);
        }
        HashAlgorithm::Sha256 => {
            let short = Batch::new(algorithm, sha256_numbers);
            let long = Batch::new(algorithm, sha256_numbers);
            batched(messages, short, long, take);
        }
    }
}

/// Messages of one block and of two are batched separately, so that no lane waits for another's
/// second.
fn batched<'m, T: Copy + Default>(
    messages: impl Iterator<Item = HashMessage<'m, T>>,
    mut short: Batch<T, 1>,
    mut long: Batch<T, 2>,
    mut take: impl FnMut(T, u128),
) {
    for message in messages {
        let length = message.key.length(message.unit_id);
        if length <= capacity(1) {
            short.push(&message, &mut take);
        } else if length <= capacity(2) {
            long.push(&message, &mut take);
        } else {
            take(message.target, message.key.number(message.unit_id));
        }
    }
    short.finish(&mut take);
    long.finish(&mut take);
}

/// Returns the numbers of a full batch of padded messages.
type Numbers<const BLOCKS: usize> = fn(&[[Block; BLOCKS]; LANES]) -> [u128; LANES];

/// Padded messages that wait until there is one for each lane.
struct Batch<T, const BLOCKS: usize> {
    algorithm: HashAlgorithm,
    numbers: Numbers<BLOCKS>,
    messages: [[Block; BLOCKS]; LANES],
    targets: [T; LANES],
    count: usize,
}

impl<T: Copy + Default, const BLOCKS: usize> Batch<T, BLOCKS> {
    fn new(algorithm: HashAlgorithm, numbers: Numbers<BLOCKS>) -> Self {
        Self {
            algorithm,
            numbers,
            messages: [[[0; 64]; BLOCKS]; LANES],
            targets: [T::default(); LANES],
            count: 0,
        }
    }

    #[inline]
    fn push(&mut self, message: &HashMessage<'_, T>, take: &mut impl FnMut(T, u128)) {
        message
            .key
            .write(message.unit_id, &mut self.messages[self.count]);
        self.targets[self.count] = message.target;
        self.count += 1;
        if self.count == LANES {
            self.hash(take);
        }
    }

    fn hash(&mut self, take: &mut impl FnMut(T, u128)) {
        let numbers = (self.numbers)(&self.messages);
        // The lanes beyond `count` contain old values.
        for (target, number) in self.targets.iter().zip(numbers).take(self.count) {
            take(*target, number);
        }
        self.count = 0;
    }

    fn finish(mut self, take: &mut impl FnMut(T, u128)) {
        if self.count > FEW {
            return self.hash(take);
        }
        for (target, message) in self.targets.iter().zip(&self.messages).take(self.count) {
            take(*target, single::compress(self.algorithm, message));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::assign::testing::rounds;

    /// The numbers in the order of the units.
    fn batch_numbers(algorithm: HashAlgorithm, units: &[(HashKey, String)]) -> Vec<u128> {
        let mut found = vec![None; units.len()];
        let messages = units.iter().enumerate();
        let messages = messages.map(|(target, (key, unit_id))| HashMessage {
            key,
            unit_id,
            target,
        });
        numbers(algorithm, messages, |target, number| {
            assert_eq!(found[target].replace(number), None, "given once");
        });
        found
            .into_iter()
            .map(|number| number.expect("given"))
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(rounds(256)))]

        #[test]
        fn a_batch_gives_what_single_messages_give(
            units in prop::collection::vec((".{0,40}", any::<Option<String>>(), ".{0,60}"), 0..150),
        ) {
            for algorithm in HashAlgorithm::ALL {
                let units: Vec<(HashKey, String)> = units
                    .iter()
                    .map(|(id, group, unit)| {
                        (HashKey::point(algorithm, id, group.as_deref()), unit.clone())
                    })
                    .collect();
                let single: Vec<u128> = units.iter().map(|(key, unit)| key.number(unit)).collect();
                prop_assert_eq!(batch_numbers(algorithm, &units), single);
            }
        }
    }

    #[test]
    fn units_of_every_length_are_hashed_whole() {
        for algorithm in HashAlgorithm::ALL {
            let key = HashKey::slot(algorithm, "salt");
            // Enough of each length that every batch is full at times and partly filled at the end.
            let units: Vec<(HashKey, String)> = (0..130 * rounds(37))
                .map(|number| {
                    let filler = "x".repeat(number as usize % 130);
                    (key.clone(), filler + &number.to_string())
                })
                .collect();
            let single: Vec<u128> = units.iter().map(|(key, unit)| key.number(unit)).collect();
            assert_eq!(batch_numbers(algorithm, &units), single, "{algorithm}");
        }
    }
}
