//! What looking every day does to the tests: how often each of them raises a false alarm, and how
//! many units each needs to see what is wrong.
//!
//! `cargo run --release --no-default-features --example false_alarms`

use std::error::Error;
use std::io::{self, Write};

use avos::srm::{Sample, Sequential, chi_squared, chi_squared_tail, holm};
use fastrand::Rng;

/// The level of all tests.
const ALPHA: f64 = 0.05;
/// How many fair experiments are watched, for how many days, with how many units a day.
const EXPERIMENTS: usize = 10_000;
const DAYS: usize = 20;
const UNITS_A_DAY: u64 = 1_000;
/// How many experiments one is responsible for.
const FAMILY: usize = 20;
/// How many experiments with a fault are watched.
const FAULTY: usize = 200;

fn main() -> Result<(), Box<dyn Error>> {
    run(&mut io::stdout().lock())
}

/// The whole simulation; what it writes is always the same.
pub(crate) fn run(out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let mut random = Rng::with_seed(20_260_504);
    let watched: Result<Vec<Watched>, _> = (0..EXPERIMENTS).map(|_| watch(&mut random)).collect();
    false_alarms(&watched?, out)?;
    writeln!(out)?;
    power(&mut random, out)
}

/// The p-values of a fair experiment, a day each.
struct Watched {
    chi_squared: Vec<f64>,
    sequential: Vec<f64>,
}

fn watch(random: &mut Rng) -> Result<Watched, Box<dyn Error>> {
    let mut watched = Watched {
        chi_squared: Vec::with_capacity(DAYS),
        sequential: Vec::with_capacity(DAYS),
    };
    let mut test = Sequential::default();
    let mut counts = [0, 0];
    for _ in 0..DAYS {
        add_evenly(&mut counts, UNITS_A_DAY, random);
        let sample = Sample::new(&counts, &[0.5, 0.5])?;
        watched.chi_squared.push(once(&sample));
        watched.sequential.push(test.update(&sample).p_value);
    }
    Ok(watched)
}

/// The chi-squared p-value.
fn once(sample: &Sample) -> f64 {
    chi_squared(sample).map_or(0.0, |statistic| chi_squared_tail(statistic, 1))
}

/// Deals units to two arms, the first having this share.
fn add(counts: &mut [u64; 2], units: u64, share: f64, random: &mut Rng) {
    let first = (0..units).filter(|_| random.f64() < share).count() as u64;
    counts[0] += first;
    counts[1] += units - first;
}

/// Deals units evenly: 64 with one number.
fn add_evenly(counts: &mut [u64; 2], units: u64, random: &mut Rng) {
    let (words, rest) = (units / 64, units % 64);
    let whole: u32 = (0..words).map(|_| random.u64(..).count_ones()).sum();
    let first = u64::from(whole + (random.u64(..) & ((1 << rest) - 1)).count_ones());
    counts[0] += first;
    counts[1] += units - first;
}

/// The p-values that a test gave an experiment.
type PValues = fn(&Watched) -> &[f64];

fn false_alarms(watched: &[Watched], out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let chi_squared: PValues = |it| &it.chi_squared;
    let sequential: PValues = |it| &it.sequential;
    writeln!(
        out,
        "False alarms at 0.05: {EXPERIMENTS} fair experiments, two even arms, {UNITS_A_DAY} units \
         a day\n"
    )?;
    writeln!(
        out,
        "{:<11}  last day   any of {DAYS} days   any of {FAMILY} experiments, any day   with Holm",
        ""
    )?;
    for (name, p_values) in [("chi-squared", chi_squared), ("sequential", sequential)] {
        let is_low = |p_value: &f64| *p_value < ALPHA;
        let last = watched
            .iter()
            .filter(|it| p_values(it).last().is_some_and(is_low));
        let any = watched.iter().filter(|it| p_values(it).iter().any(is_low));
        writeln!(
            out,
            "{name:<11}  {:>8}  {:>14}  {:>30}  {:>10}",
            rate(last.count(), watched.len()),
            rate(any.count(), watched.len()),
            in_families(watched, p_values, <[f64]>::to_vec),
            in_families(watched, p_values, holm),
        )?;
    }
    Ok(())
}

/// How many of the families have an alarm on any day, each day's p-values being corrected so.
fn in_families(watched: &[Watched], p_values: PValues, correct: fn(&[f64]) -> Vec<f64>) -> String {
    let on_day = |family: &[Watched], day: usize| {
        let of_day: Vec<f64> = family.iter().map(|it| p_values(it)[day]).collect();
        correct(&of_day).iter().any(|p_value| *p_value < ALPHA)
    };
    let families = watched.chunks_exact(FAMILY);
    let any = |family: &&[Watched]| (0..DAYS).any(|day| on_day(family, day));
    rate(families.clone().filter(any).count(), families.len())
}

fn rate(count: usize, of: usize) -> String {
    format!("{:.1} %", 100.0 * count as f64 / of as f64)
}

/// What is wrong with an experiment of two even arms.
struct Fault {
    name: &'static str,
    /// How many units split evenly before.
    sound: u64,
    /// The first arm's share from then on.
    share: f64,
    /// How many units there are between two looks.
    look: u64,
}

const FAULTS: [Fault; 6] = [
    Fault {
        name: "an arm is dead from the start",
        sound: 0,
        share: 1.0,
        look: 10,
    },
    Fault {
        name: "an arm dies after 1,000 units",
        sound: 1_000,
        share: 1.0,
        look: 10,
    },
    Fault {
        name: "an arm dies after 10,000 units",
        sound: 10_000,
        share: 1.0,
        look: 10,
    },
    Fault {
        name: "10 points too many",
        sound: 0,
        share: 0.6,
        look: 100,
    },
    Fault {
        name: "3 points too many",
        sound: 0,
        share: 0.53,
        look: 100,
    },
    Fault {
        name: "1 point too many",
        sound: 0,
        share: 0.51,
        look: 100,
    },
];

/// How many units it takes the sequential test to see each fault.
fn power(random: &mut Rng, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    writeln!(
        out,
        "Units until the sequential p is below 0.05: {FAULTY} experiments of each kind\n"
    )?;
    writeln!(out, "{:<34}  half of them   9 of 10   looking every", "")?;
    for fault in FAULTS {
        let needed: Result<Vec<u64>, _> = (0..FAULTY).map(|_| needed(&fault, random)).collect();
        let mut needed = needed?;
        needed.sort_unstable();
        let (half, most) = (needed[FAULTY / 2], needed[FAULTY * 9 / 10]);
        writeln!(
            out,
            "{:<34}  {half:>12}  {most:>8}  {:>14}",
            fault.name, fault.look
        )?;
    }
    Ok(())
}

/// How many units after the fault began.
fn needed(fault: &Fault, random: &mut Rng) -> Result<u64, Box<dyn Error>> {
    let mut test = Sequential::default();
    let mut counts = [0, 0];
    add_evenly(&mut counts, fault.sound, random);
    let mut units = 0;
    loop {
        add(&mut counts, fault.look, fault.share, random);
        units += fault.look;
        let sample = Sample::new(&counts, &[0.5, 0.5])?;
        if test.update(&sample).p_value < ALPHA {
            return Ok(units);
        }
    }
}
