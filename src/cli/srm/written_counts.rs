//! Counts and weights as they are written on a command line.

use crate::diagnostic::visible;
use crate::numbers::thousands;

/// How many digits stand between two separators of thousands.
const GROUP: usize = 3;
/// Counts of sound arms with equal weights lie within this factor of each other.
const ALIKE: u64 = 2;
/// Counts that are read with separators of thousands lie within this factor of each other, or that
/// isn't how they are meant.
const PLAUSIBLE: u64 = 10;
/// More counts than these aren't written by hand, and programs separate no thousands.
const MOST_BY_HAND: usize = 16;

/// Why what is written isn't counts or weights.
#[derive(Debug, thiserror::Error)]
pub(in crate::cli) enum WrittenError {
    /// It is no count.
    #[error("count {position} of `--observed` is {text:?}, which isn't a whole number from 0 up")]
    NoCount {
        /// Which one, from 1.
        position: usize,
        /// What stands there.
        text: String,
    },
    /// It is no weight.
    #[error("weight {position} of `--expected` is {text:?}, which isn't a number")]
    NoWeight {
        /// Which one, from 1.
        position: usize,
        /// What stands there.
        text: String,
    },
    /// A count begins with a zero.
    #[error("count {position} of `--observed` is {text}, with a zero in front")]
    LeadingZero {
        /// Which one, from 1.
        position: usize,
        /// What stands there.
        text: String,
    },
    /// The commas may separate counts or thousands.
    #[error(
        "`--observed {written}` can be read in two ways: as {} counts, or as {} with their \
         thousands separated",
        written.split(',').count(),
        shown(counts)
    )]
    Ambiguous {
        /// All of it, without blanks.
        written: String,
        /// The counts that it is with separated thousands.
        counts: Vec<u64>,
    },
}

/// `9,463 and 7,681`.
fn shown(counts: &[u64]) -> String {
    let counts: Vec<String> = counts.iter().map(|count| thousands(*count)).collect();
    counts.join(" and ")
}

impl WrittenError {
    /// How to write it.
    pub(in crate::cli) fn help(&self) -> String {
        match self {
            Self::NoCount { .. } => {
                "write one count for each arm with commas between them, like 5000,5200".to_owned()
            }
            Self::NoWeight { .. } => {
                "write one weight for each arm with commas between them, like 0.7,0.3".to_owned()
            }
            Self::LeadingZero { position, text } => {
                let count = match text.trim_start_matches('0') {
                    "" => "0",
                    digits => digits,
                };
                let mut help = format!("write {count}");
                if *position > 1 {
                    help += "; where the comma before it separates thousands, leave that out";
                }
                help
            }
            Self::Ambiguous { written, counts } => {
                let counts: Vec<String> = counts.iter().map(u64::to_string).collect();
                let weights = vec!["1"; written.split(',').count()];
                format!(
                    "for the latter write `--observed {}`; for the former give a weight for each \
                     arm, like `--expected {}`",
                    counts.join(","),
                    weights.join(",")
                )
            }
        }
    }
}

/// The counts of these arguments; `weights` is how many weights are given, if any are.
pub(super) fn counts(
    arguments: &[String],
    weights: Option<usize>,
) -> Result<Vec<u64>, WrittenError> {
    let items = items(arguments);
    let read = items.iter().enumerate().map(|(index, item)| {
        let (position, text) = (index + 1, visible(item).into_owned());
        let is_padded = item.len() > 1 && item.starts_with('0');
        match item.parse() {
            Ok(_) if is_padded => Err(WrittenError::LeadingZero { position, text }),
            Ok(count) => Ok(count),
            Err(_) => Err(WrittenError::NoCount { position, text }),
        }
    });
    let counts = read.collect::<Result<Vec<u64>, WrittenError>>()?;
    let is_clear = match weights {
        Some(weights) => weights == items.len(),
        None => are_alike(&counts, ALIKE),
    };
    // With three digits each, counts look like counts.
    let is_separated =
        !is_clear && items.len() <= MOST_BY_HAND && items.iter().any(|item| item.len() < GROUP);
    let mut separated = Vec::new();
    if is_separated && read_with_separators(&items, weights, &mut separated) {
        return Err(WrittenError::Ambiguous {
            written: items.join(","),
            counts: separated,
        });
    }
    Ok(counts)
}

/// Reads the items as two counts or more with their thousands separated, as many as there are
/// weights. Without weights the arms are even, so the counts have to be of one size.
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

/// Whether the greatest count is no more than `factor` times the least.
fn are_alike(counts: &[u64], factor: u64) -> bool {
    let (least, greatest) = (counts.iter().min(), counts.iter().max());
    let sizes = least.zip(greatest);
    sizes.is_none_or(|(least, greatest)| *greatest <= least.saturating_mul(factor))
}

/// The weights of these arguments.
pub(super) fn weights(arguments: &[String]) -> Result<Vec<f64>, WrittenError> {
    let items = items(arguments).into_iter().enumerate();
    let weights = items.map(|(index, item)| {
        item.parse().map_err(|_| WrittenError::NoWeight {
            position: index + 1,
            text: visible(item).into_owned(),
        })
    });
    weights.collect()
}

/// What stands between the commas, without blanks. After a comma a shell may end the argument.
fn items(arguments: &[String]) -> Vec<&str> {
    let last = arguments.len().saturating_sub(1);
    let arguments = arguments.iter().enumerate();
    let items = arguments.flat_map(|(index, argument)| {
        let argument = argument.trim();
        let goes_on = (index < last).then(|| argument.strip_suffix(',')).flatten();
        goes_on.unwrap_or(argument).split(',')
    });
    items.map(str::trim).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &str, weights: Option<usize>) -> Result<Vec<u64>, String> {
        let arguments: Vec<String> = arguments.split('|').map(str::to_owned).collect();
        counts(&arguments, weights).map_err(|error| format!("{error}; {}", error.help()))
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
        let weights = weights(&["0.5,".to_owned(), "0.25, 0.25".to_owned()]);
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
    fn sound_counts_are_read_as_they_stand() {
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
    fn counts_that_may_have_separated_thousands_are_asked_about() {
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
            let help = format!("for the latter write `--observed {counts}`;");
            assert!(error.contains(&help), "{written}: {error}");
        }
        insta::assert_snapshot!(read("9,463,7,681", None).unwrap_err(), @"`--observed 9,463,7,681` can be read in two ways: as 4 counts, or as 9,463 and 7,681 with their thousands separated; for the latter write `--observed 9463,7681`; for the former give a weight for each arm, like `--expected 1,1,1,1`");
    }

    #[test]
    fn weights_say_how_many_counts_there_are() {
        assert_eq!(read("9,463,7,681", Some(4)), Ok(vec![9, 463, 7, 681]));
        let error = read("9,463,7,681", Some(2)).expect_err("two arms");
        assert!(error.contains("9,463 and 7,681"), "{error}");
        // Here it is another slip, which the test itself reports.
        assert_eq!(read("9,463,7,681", Some(3)), Ok(vec![9, 463, 7, 681]));
    }

    #[test]
    fn zeros_in_front_are_asked_about() {
        insta::assert_snapshot!(read("9,046,7,681", None).unwrap_err(), @"count 2 of `--observed` is 046, with a zero in front; write 46; where the comma before it separates thousands, leave that out");
        for written in ["007,9", "9,00", "1,000,1,000"] {
            for weights in [None, Some(2), Some(4)] {
                let error = read(written, weights).expect_err(written);
                assert!(error.contains("with a zero in front"), "{error}");
            }
        }
        assert_eq!(read("0,9", None), Ok(vec![0, 9]));
    }
}
