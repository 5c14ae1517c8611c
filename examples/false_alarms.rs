//! How often the tests raise a false alarm, how many units they need to see what is wrong, and how
//! well they say since when: looked at every day, and with experiments that start one after another.
//!
//! `cargo run --release --no-default-features --example false_alarms`

use std::error::Error;
use std::io::{self, Write};

use avos::srm::{Sample, Sequential, change_point, chi_squared, chi_squared_tail, spending_weight};
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
fn run(out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let mut random = Rng::with_seed(20_260_504);
    let watched: Result<Vec<Watched>, _> = (0..EXPERIMENTS).map(|_| watch(&mut random)).collect();
    false_alarms(&watched?, out)?;
    writeln!(out)?;
    power(&mut random, out)?;
    writeln!(out)?;
    staggered_starts(&mut random, out)?;
    writeln!(out)?;
    price(&mut random, out)?;
    writeln!(out)?;
    onsets(&mut random, out)
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
    format!("{:.1}%", 100.0 * count as f64 / of as f64)
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

/// Holm's correction of p-values that are all looked at together: each at most 1, in their order.
fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut ascending: Vec<usize> = (0..p_values.len()).collect();
    ascending.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut corrected = vec![1.0; p_values.len()];
    let mut greatest = 0.0_f64;
    for (rank, index) in ascending.into_iter().enumerate() {
        let factor = (p_values.len() - rank) as f64;
        greatest = greatest.max(factor * p_values[index]).min(1.0);
        corrected[index] = greatest;
    }
    corrected
}

/// Fair experiments that start one after another, each so many units after the one before.
struct Staggered {
    experiments: usize,
    units_between: u64,
}

const STAGGERED: [Staggered; 6] = [
    Staggered {
        experiments: 5,
        units_between: 20_000,
    },
    Staggered {
        experiments: 20,
        units_between: 20_000,
    },
    Staggered {
        experiments: 100,
        units_between: 20_000,
    },
    Staggered {
        experiments: 5,
        units_between: 200_000,
    },
    Staggered {
        experiments: 20,
        units_between: 200_000,
    },
    Staggered {
        experiments: 100,
        units_between: 200_000,
    },
];
/// How many families of each kind are watched.
const FAMILIES: usize = 1_000;

/// How many families of fair experiments have a false alarm at any time, by two ways to share alpha.
fn staggered_starts(random: &mut Rng, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    writeln!(
        out,
        "False alarms at 0.05 in {FAMILIES} families of fair experiments that start one after another\n"
    )?;
    writeln!(
        out,
        "experiments  units between starts  Holm over those started  by order of start"
    )?;
    for staggered in STAGGERED {
        let mut alarms = [0, 0];
        for _ in 0..FAMILIES {
            let found = family(&staggered, random)?;
            for (count, has_alarm) in alarms.iter_mut().zip(found) {
                *count += usize::from(has_alarm);
            }
        }
        let [by_holm, by_order] = alarms.map(|count| rate(count, FAMILIES));
        writeln!(
            out,
            "{:>11}  {:>20}  {by_holm:>23}  {by_order:>17}",
            staggered.experiments, staggered.units_between
        )?;
    }
    Ok(())
}

/// A fair experiment that goes on.
struct Running {
    counts: [u64; 2],
    test: Sequential,
    p_value: f64,
}

impl Running {
    fn add(&mut self, units: u64, random: &mut Rng) -> Result<(), Box<dyn Error>> {
        add_evenly(&mut self.counts, units, random);
        let sample = Sample::new(&self.counts, &[0.5, 0.5])?;
        self.p_value = self.test.update(&sample).p_value;
        Ok(())
    }
}

/// Whether Holm's correction over the experiments that have started, and the spending by order of
/// start, ever raise an alarm. A new experiment is looked at at every unit first, then whenever its
/// units have grown by a twentieth; the others once between two starts.
fn family(staggered: &Staggered, random: &mut Rng) -> Result<[bool; 2], Box<dyn Error>> {
    let mut running: Vec<Running> = Vec::new();
    let mut alarms = [false, false];
    for _ in 0..staggered.experiments {
        for experiment in &mut running {
            experiment.add(staggered.units_between, random)?;
        }
        running.push(Running {
            counts: [0, 0],
            test: Sequential::default(),
            p_value: 1.0,
        });
        let started = running.len() as f64;
        let newest = running.len() - 1;
        let mut units = 0;
        while units < staggered.units_between {
            let step = (units / 20).clamp(1, staggered.units_between - units);
            running[newest].add(step, random)?;
            units += step;
            // Holm rejects something where it rejects the least p-value.
            let p_values = running.iter().map(|experiment| experiment.p_value);
            alarms[0] |= p_values.fold(1.0, f64::min) * started <= ALPHA;
            alarms[1] |= (1..)
                .zip(&running)
                .any(|(order, experiment)| experiment.p_value / spending_weight(order) <= ALPHA);
        }
    }
    Ok(alarms)
}

/// The places in the order of start whose price is told, and the families that Holm knows beforehand.
const PLACES: [u64; 4] = [1, 5, 20, 100];

/// How many units it takes to see a fault, by the place in the order of start, beside Holm's
/// correction over a family of as many that is fixed beforehand.
fn price(random: &mut Rng, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    writeln!(
        out,
        "Units until a fault is seen in half of {FAULTY} experiments: the k-th one by order of start, or one\n\
         of k that Holm knows beforehand\n"
    )?;
    write!(out, "{:<16}", "")?;
    for place in PLACES {
        write!(out, "  {:>11}", format!("{place} by order"))?;
    }
    for place in &PLACES[1..] {
        write!(out, "  {:>11}", format!("{place} by Holm"))?;
    }
    writeln!(out)?;
    for (name, share) in [("an arm is dead", 1.0), ("10 points off", 0.6)] {
        let by_order = PLACES.map(|place| ALPHA * spending_weight(place));
        let by_holm = PLACES[1..].iter().map(|place| ALPHA / *place as f64);
        let levels: Vec<f64> = by_order.into_iter().chain(by_holm).collect();
        let mut needed = vec![Vec::with_capacity(FAULTY); levels.len()];
        for _ in 0..FAULTY {
            let units = units_by_level(share, &levels, random)?;
            for (all, units) in needed.iter_mut().zip(units) {
                all.push(units);
            }
        }
        write!(out, "{name:<16}")?;
        for units in &mut needed {
            units.sort_unstable();
            write!(out, "  {:>11}", units[FAULTY / 2])?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// How many units it takes until the sequential p-value is at most each of these levels.
fn units_by_level(
    share: f64,
    levels: &[f64],
    random: &mut Rng,
) -> Result<Vec<u64>, Box<dyn Error>> {
    let (mut test, mut counts) = (Sequential::default(), [0, 0]);
    let mut needed = vec![None; levels.len()];
    while needed.contains(&None) {
        add(&mut counts, 5, share, random);
        let p_value = test.update(&Sample::new(&counts, &[0.5, 0.5])?).p_value;
        for (needed, level) in needed.iter_mut().zip(levels) {
            if p_value <= *level {
                needed.get_or_insert(counts.iter().sum());
            }
        }
    }
    Ok(needed.into_iter().flatten().collect())
}

/// How many sound minutes there are before a fault whose onset is estimated, and the units of each.
const SOUND_MINUTES: usize = 120;
const UNITS_A_MINUTE: u64 = 20;

/// How well the onset of a fault is estimated at the time of the alarm.
fn onsets(random: &mut Rng, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    writeln!(
        out,
        "The onset of a fault after {SOUND_MINUTES} sound minutes of {UNITS_A_MINUTE} units, \
         estimated at the alarm: {FAULTY} experiments of each kind\n"
    )?;
    writeln!(
        out,
        "{:<16}  alarm after  error of half  error of 9 of 10  within the interval",
        ""
    )?;
    for (name, share) in [
        ("an arm dies", 1.0),
        ("20 points off", 0.7),
        ("10 points off", 0.6),
    ] {
        let (mut errors, mut delays, mut within) = (Vec::new(), Vec::new(), 0);
        for _ in 0..FAULTY {
            let (windows, found) = watch_until_alarm(share, random)?;
            errors.push(found.estimate.abs_diff(SOUND_MINUTES));
            delays.push(windows - SOUND_MINUTES);
            within += usize::from((found.low..=found.high).contains(&SOUND_MINUTES));
        }
        errors.sort_unstable();
        delays.sort_unstable();
        writeln!(
            out,
            "{name:<16}  {:>7} min  {:>9} min  {:>12} min  {:>19}",
            delays[FAULTY / 2],
            errors[FAULTY / 2],
            errors[FAULTY * 9 / 10],
            rate(within, FAULTY)
        )?;
    }
    Ok(())
}

/// How many minutes there are at the alarm, and the estimate then. A false alarm before the fault
/// begins anew.
fn watch_until_alarm(
    share: f64,
    random: &mut Rng,
) -> Result<(usize, avos::srm::ChangePoint), Box<dyn Error>> {
    let (mut test, mut counts, mut windows) = (Sequential::default(), [0, 0], Vec::new());
    loop {
        let mut window = [0, 0];
        let is_sound = windows.len() < SOUND_MINUTES;
        let share_now = if is_sound { 0.5 } else { share };
        add(&mut window, UNITS_A_MINUTE, share_now, random);
        counts[0] += window[0];
        counts[1] += window[1];
        windows.push(window.to_vec());
        let p_value = test.update(&Sample::new(&counts, &[0.5, 0.5])?).p_value;
        if p_value / spending_weight(1) <= ALPHA {
            if is_sound {
                return watch_until_alarm(share, random);
            }
            let found = change_point(&windows, &[0.5, 0.5]).ok_or("no windows")?;
            return Ok((windows.len(), found));
        }
    }
}
