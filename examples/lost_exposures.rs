//! How soon lost exposures are seen, and how often nothing is lost and an alarm is raised.
//!
//! A layer's units spread evenly over its slots. Here some of those that an experiment should get
//! never reach the log, and the test that `avos srm` does over a layer counts units until it says so;
//! and in fair logs, with ramp-ups in them, how often it is wrong.
//!
//! `cargo run --release --no-default-features --example lost_exposures`

use std::error::Error;
use std::io::{self, Write};

use avos::srm::{Sample, ln_mixture, spending_weight};
use fastrand::Rng;

/// The level of the test, and the share of it that the first layer of a log spends.
const ALPHA: f64 = 0.05;
/// How many layers with a loss are watched, of each kind.
const LAYERS: usize = 500;
/// How many fair layers are watched, and for how many units.
const FAIR_LAYERS: usize = 2_000;
const FAIR_UNITS: u64 = 20_000;

/// The holders of a layer's 100 slots: experiments by active and reserved slots, and the free ones.
const HOLDERS: [(&str, &[u64]); 3] = [
    ("30 of 100 slots, 2 other holders", &[30, 50, 20]),
    ("20 of 100 slots, 4 other holders", &[20, 30, 10, 15, 25]),
    (
        "10 of 100 slots, 9 other holders",
        &[10, 10, 10, 10, 10, 10, 10, 10, 10, 10],
    ),
];

fn main() -> Result<(), Box<dyn Error>> {
    let out = &mut io::stdout().lock();
    let mut random = Rng::with_seed(20_261_128);
    writeln!(
        out,
        "Units of the layer until a loss is seen: {LAYERS} layers of each kind\n"
    )?;
    writeln!(
        out,
        "{:<34}  {:>13}  {:>13}  {:>13}  {:>13}",
        "an experiment holds", "30% lost", "9 of 10", "10% lost", "9 of 10"
    )?;
    for (name, slots) in HOLDERS {
        write!(out, "{name:<34}")?;
        for lost in [0.3, 0.1] {
            let needed: Result<Vec<u64>, _> = (0..LAYERS)
                .map(|_| units_until_seen(slots, lost, &mut random))
                .collect();
            let mut needed = needed?;
            needed.sort_unstable();
            let (half, most) = (needed[LAYERS / 2], needed[LAYERS * 9 / 10]);
            write!(out, "  {half:>13}  {most:>13}")?;
        }
        writeln!(out)?;
    }
    writeln!(
        out,
        "\nFalse alarms at 0.05 in {FAIR_LAYERS} fair layers of {FAIR_UNITS} units\n"
    )?;
    for (name, ramps) in [
        ("without an apply", 0),
        ("with 4 ramp-ups", 4),
        ("with 19 ramp-ups", 19),
    ] {
        let mut alarms = 0;
        for _ in 0..FAIR_LAYERS {
            alarms += usize::from(has_alarm(ramps, &mut random)?);
        }
        let rate = 100.0 * alarms as f64 / FAIR_LAYERS as f64;
        writeln!(out, "{name:<18}  {rate:.1}%")?;
    }
    Ok(())
}

/// A test over one layer: the Bayes factors of its eras, multiplied.
#[derive(Default)]
struct Test {
    /// Logarithms of the factors of the eras that are over.
    ln_past: f64,
}

impl Test {
    fn rejects(&self, so_far: &Sample) -> bool {
        let ln_factor = self.ln_past + ln_mixture(so_far);
        (-ln_factor).exp() / spending_weight(1) <= ALPHA
    }
}

/// The holder of a slot, by its place.
fn holder(slots: &[u64], slot: u64) -> usize {
    let mut end = 0;
    let place = slots.iter().position(|count| {
        end += count;
        slot < end
    });
    place.unwrap_or_default()
}

fn shares(slots: &[u64]) -> Vec<f64> {
    slots.iter().map(|count| *count as f64).collect()
}

/// The unit at which the test looks next: every one of the first 64, then ever fewer.
fn next_look(units: u64) -> u64 {
    units + (units.isqrt() / 4).max(1)
}

/// How many units of the layer it takes, those that are lost included, until the test rejects where
/// the first holder loses this share of its own.
fn units_until_seen(slots: &[u64], lost: f64, random: &mut Rng) -> Result<u64, Box<dyn Error>> {
    let total = slots.iter().sum();
    let (mut counts, test) = (vec![0; slots.len()], Test::default());
    let (mut units, mut logged, mut look) = (0, 0, 1);
    loop {
        let holder = holder(slots, random.u64(0..total));
        units += 1;
        if holder == 0 && random.f64() < lost {
            continue;
        }
        counts[holder] += 1;
        logged += 1;
        if logged == look {
            look = next_look(look);
            if test.rejects(&Sample::new(&counts, &shares(slots))?) {
                return Ok(units);
            }
        }
    }
}

/// Whether a fair layer raises an alarm, in which an experiment ramps up so many times.
fn has_alarm(ramps: u64, random: &mut Rng) -> Result<bool, Box<dyn Error>> {
    let mut test = Test::default();
    let mut look = 1;
    let mut slots = vec![5, 40, 55];
    let mut counts = vec![0; 3];
    let per_era = FAIR_UNITS / (ramps + 1);
    for unit in 1..=FAIR_UNITS {
        counts[holder(&slots, random.u64(0..100))] += 1;
        let ends = unit % per_era == 0;
        if unit == look || ends {
            look = look.max(next_look(unit));
            let sample = Sample::new(&counts, &shares(&slots))?;
            if test.rejects(&sample) {
                return Ok(true);
            }
            if ends {
                test.ln_past += ln_mixture(&sample);
                counts = vec![0; 3];
                slots = vec![slots[0] + 2, slots[1], slots[2] - 2];
            }
        }
    }
    Ok(false)
}
