//! Counts and weights as typed on a command line.

use std::borrow::Cow;

use crate::diagnostic::{Help, visible};
use crate::numbers::thousands;

/// How many digits there are between two thousands separators.
const GROUP: usize = 3;
/// Counts of sound arms with equal weights lie within this factor of each other.
const ALIKE: u64 = 2;
/// Counts read with thousands separators must lie within this factor of each other to be plausible.
const PLAUSIBLE: u64 = 10;
/// Longer lists aren't typed by hand, and programs don't separate thousands.
const MAX_BY_HAND: usize = 16;

/// Why counts or weights can't be read.
#[derive(Debug, thiserror::Error)]
pub(in crate::cli) enum WrittenError {
    /// It isn't a count.
    #[error("count {position} of `--observed` is {text:?}, which isn't a whole number from 0 up")]
    NotACount {
        /// Which one, from 1.
        position: usize,
        /// The text.
        text: String,
    },
    /// It isn't a weight.
    #[error("weight {position} of `--expected` is {text:?}, which isn't a number")]
    NotAWeight {
        /// Which one, from 1.
        position: usize,
        /// The text.
        text: String,
    },
    /// A count is larger than any that can be read.
    #[error("count {position} of `--observed` is {text}, which is too large")]
    TooLarge {
        /// Which one, from 1.
        position: usize,
        /// The text.
        text: String,
    },
    /// A count begins with a zero.
    #[error("count {position} of `--observed` is {text}, with a leading zero")]
    LeadingZero {
        /// Which one, from 1.
        position: usize,
        /// The text.
        text: String,
    },
    /// The commas may separate either counts or thousands.
    #[error(
        "`--observed {written}` is ambiguous: {} counts, or {} with thousands separators?",
        written.split(',').count(),
        joined(counts)
    )]
    Ambiguous {
        /// The whole argument, without whitespace.
        written: String,
        /// The counts if the commas separate thousands.
        counts: Vec<u64>,
    },
}

/// Joins the counts as `9,463 and 7,681`.
fn joined(counts: &[u64]) -> String {
    let counts: Vec<String> = counts.iter().map(|count| thousands(*count)).collect();
    counts.join(" and ")
}

impl Help for WrittenError {
    fn help(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Owned(match self {
            Self::NotACount { .. } => {
                return Some(
                    "give one count for each arm, separated by commas, like 5000,5200".into(),
                );
            }
            Self::NotAWeight { .. } => {
                return Some(
                    "give one weight for each arm, separated by commas, like 0.7,0.3".into(),
                );
            }
            Self::TooLarge { .. } => format!("all counts may sum to at most {}", 1_u64 << 53),
            Self::LeadingZero { position, text } => {
                let count = match text.trim_start_matches('0') {
                    "" => "0",
                    digits => digits,
                };
                let mut help = format!("write {count}");
                if *position > 1 {
                    help += "; if the comma before it separates thousands, remove that too";
                }
                help
            }
            Self::Ambiguous { written, counts } => {
                let counts: Vec<String> = counts.iter().map(u64::to_string).collect();
                let weights = vec!["1"; written.split(',').count()];
                format!(
                    "for {} counts, write `--observed {}`; for {}, give a weight for each arm, like \
                     `--expected {}`",
                    counts.len(),
                    counts.join(","),
                    weights.len(),
                    weights.join(",")
                )
            }
        }))
    }
}

/// Parses the counts in these arguments; `weights` is the number of weights given, if any are.
pub(super) fn parse_counts(
    arguments: &[String],
    weights: Option<usize>,
) -> Result<Vec<u64>, WrittenError> {
    let items = split_items(arguments);
    let read = items.iter().enumerate().map(|(index, item)| {
        let (position, text) = (index + 1, visible(item).into_owned());
        let is_padded = item.len() > 1 && item.starts_with('0');
        match item.parse() {
            Ok(_) if is_padded => Err(WrittenError::LeadingZero { position, text }),
            Ok(count) => Ok(count),
            Err(_) if is_number(item) => Err(WrittenError::TooLarge { position, text }),
            Err(_) => Err(WrittenError::NotACount { position, text }),
        }
    });
    let counts = read.collect::<Result<Vec<u64>, WrittenError>>()?;
    let is_clear = match weights {
        Some(weights) => weights == items.len(),
        None => are_alike(&counts, ALIKE),
    };
    // Items of three digits each look like plain counts.
    let is_separated =
        !is_clear && items.len() <= MAX_BY_HAND && items.iter().any(|item| item.len() < GROUP);
    let mut separated = Vec::new();
    if is_separated && read_with_separators(&items, weights, &mut separated) {
        return Err(WrittenError::Ambiguous {
            written: items.join(","),
            counts: separated,
        });
    }
    Ok(counts)
}

/// Reads the items as two or more counts with thousands separators, as many as there are weights.
/// Without weights the arms are even, so the counts must be of similar size.
fn read_with_separators(items: &[&str], weights: Option<usize>, counts: &mut Vec<u64>) -> bool {
    let Some((first, rest)) = items.split_first() else {
        return counts.len() > 1 && weights.is_none_or(|weights| weights == counts.len());
    };
    let groups = rest.iter().take_while(|item| item.len() == GROUP).count();
    if first.len() > GROUP || *first == "0" {
        return false;
    }
    (1..=groups).any(|groups| {
        let (own, others) = items.split_at(groups + 1);
        let Ok(count) = own.concat().parse() else {
            return false;
        };
        counts.push(count);
        let is_plausible = weights.is_some() || are_alike(counts, PLAUSIBLE);
        let is_read = is_plausible && read_with_separators(others, weights, counts);
        if !is_read {
            counts.pop();
        }
        is_read
    })
}

/// Returns whether the greatest count is at most `factor` times the least.
fn are_alike(counts: &[u64], factor: u64) -> bool {
    let (least, greatest) = (counts.iter().min(), counts.iter().max());
    let sizes = least.zip(greatest);
    sizes.is_none_or(|(least, greatest)| *greatest <= least.saturating_mul(factor))
}

/// Parses the weights in these arguments.
pub(super) fn parse_weights(arguments: &[String]) -> Result<Vec<f64>, WrittenError> {
    let items = split_items(arguments).into_iter().enumerate();
    let weights = items.map(|(index, item)| {
        item.parse().map_err(|_| WrittenError::NotAWeight {
            position: index + 1,
            text: visible(item).into_owned(),
        })
    });
    weights.collect()
}

/// Returns whether the text is digits only.
fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Splits at the commas and trims. An argument may end after a comma, where a shell split it.
fn split_items(arguments: &[String]) -> Vec<&str> {
    let last = arguments.len().saturating_sub(1);
    let arguments = arguments.iter().enumerate();
    let items = arguments.flat_map(|(index, argument)| {
        let argument = argument.trim();
        let continued = (index < last).then(|| argument.strip_suffix(',')).flatten();
        continued.unwrap_or(argument).split(',')
    });
    items.map(str::trim).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &str, weights: Option<usize>) -> Result<Vec<u64>, String> {
        let arguments: Vec<String> = arguments.split('|').map(str::to_owned).collect();
        parse_counts(&arguments, weights).map_err(|error| {
            let help = error.help().unwrap_or_default();
            format!("{error}; {help}")
        })
    }

    #[test]
    fn blanks_after_commas_are_read() {
        for written in [
            "5000,5200",
            "5000, 5200",
            "5000,|5200",
            " 5000 ,5200 ",
            "5000|5200",
        ] {
            assert_eq!(read(written, None), Ok(vec![5000, 5200]), "{written:?}");
        }
        let weights = parse_weights(&["0.5,".to_owned(), "0.25, 0.25".to_owned()]);
        assert_eq!(weights.expect("weights"), [0.5, 0.25, 0.25]);
        for written in [
            "",
            "5000,",
            "5000,,5200",
            ",5000",
            "5000 5200",
            "5000,x",
            "-1,2",
            "1.5,2",
        ] {
            let error = read(written, None).expect_err(written);
            assert!(error.contains("isn't a whole number from 0 up"), "{error}");
        }
    }

    #[test]
    fn plain_counts_are_read_as_written() {
        for written in [
            "100,200,300",
            "100,200,300,400",
            "5000,520",
            "90,110,100",
            "95,105,98,102",
            "50,50,1",
            "9,0,1",
            "9,463",
            "12,345",
            "0,100,0,100",
            "510,498,5,520",
            "5,520,498,510",
            "1,204,987",
            "10,20,30,40",
            "1000,9,463,7",
            "9,463,7",
            "9,463,7681",
        ] {
            let items = written
                .split(',')
                .map(|item| item.parse().expect("a count"));
            assert_eq!(read(written, None), Ok(items.collect()), "{written}");
        }
        let many = vec!["9,463"; 20].join(",");
        assert_eq!(read(&many, None).map(|counts| counts.len()), Ok(40));
    }

    #[test]
    fn possible_thousands_separators_are_asked_about() {
        for (written, counts) in [
            ("9,463,7,681", "9463,7681"),
            ("12,345,11,987", "12345,11987"),
            ("123,456,98,765", "123456,98765"),
            ("98,765,97,655", "98765,97655"),
            ("1,204,331,998,120", "1204331,998120"),
            ("1,204,331,1,198,120", "1204331,1198120"),
            ("9,463,7,681,8,102", "9463,7681,8102"),
            ("9,|463,|7,|681", "9463,7681"),
        ] {
            let error = read(written, None).expect_err(written);
            let help = format!("write `--observed {counts}`;");
            assert!(error.contains(&help), "{written}: {error}");
        }
        insta::assert_snapshot!(read("9,463,7,681", None).unwrap_err(), @"`--observed 9,463,7,681` is ambiguous: 4 counts, or 9,463 and 7,681 with thousands separators?; for 2 counts, write `--observed 9463,7681`; for 4, give a weight for each arm, like `--expected 1,1,1,1`");
    }

    #[test]
    fn weights_say_how_many_counts_there_are() {
        assert_eq!(read("9,463,7,681", Some(4)), Ok(vec![9, 463, 7, 681]));
        let error = read("9,463,7,681", Some(2)).expect_err("two arms");
        assert!(error.contains("9,463 and 7,681"), "{error}");
        // Another mistake, which the test itself reports.
        assert_eq!(read("9,463,7,681", Some(3)), Ok(vec![9, 463, 7, 681]));
    }

    #[test]
    fn a_count_beyond_64_bits_is_too_large() {
        insta::assert_snapshot!(read("1,18446744073709551616", None).unwrap_err(), @"count 2 of `--observed` is 18446744073709551616, which is too large; all counts may sum to at most 9007199254740992");
    }

    #[test]
    fn leading_zeros_are_asked_about() {
        insta::assert_snapshot!(read("9,046,7,681", None).unwrap_err(), @"count 2 of `--observed` is 046, with a leading zero; write 46; if the comma before it separates thousands, remove that too");
        for written in ["007,9", "9,00", "1,000,1,000"] {
            for weights in [None, Some(2), Some(4)] {
                let error = read(written, weights).expect_err(written);
                assert!(error.contains("with a leading zero"), "{error}");
            }
        }
        assert_eq!(read("0,9", None), Ok(vec![0, 9]));
    }
}
