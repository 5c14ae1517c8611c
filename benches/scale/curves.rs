//! How cost grows, from one to the largest that fits: a plot for each thing that there may be many of.
//!
//! On both axes a step is a factor, so whatever grows linearly runs along the dashed line; what is
//! steeper grows faster.

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use avos::assign::{Assigner, Groups};
use avos::domain::LayerId;
use avos::store;
use jiff::Timestamp;
use plotters::prelude::*;
use rayon::ThreadPoolBuilder;

use super::cost::median_of_children;
use super::sites::{Shape, Site};
use super::{EXPERIMENTS, SLOTS};

const RUNS: usize = 3;
/// Pixels of a plot.
const SIZE: (u32, u32) = (640, 400);
const COLORS: [RGBColor; 7] = [
    BLUE,
    RED,
    RGBColor(0, 130, 60),
    RGBColor(140, 90, 0),
    RGBColor(130, 0, 150),
    RGBColor(0, 150, 170),
    RGBColor(110, 110, 110),
];

/// What other engines took for the units: lines of engine, units and milliseconds between tabs, after
/// comments that say when and how.
const PEERS: &str = include_str!("peers.tsv");

/// How the cost of a verb, or of another engine, grows.
struct Curve {
    label: &'static str,
    /// How many there are, and seconds.
    points: Vec<(f64, f64)>,
}

/// Measures everything, and writes the plots to this directory.
pub(crate) fn measure(directory: &Path) {
    plot(directory, "layers", "layers", &of_layers());
    plot(
        directory,
        "experiments",
        "experiments in a layer",
        &of_experiments(),
    );
    plot(directory, "slots", "slots in a layer", &of_slots());
    plot(directory, "units", "units", &of_units());
    plot(directory, "rows", "rows of a log", &of_rows());
}

/// 1, 3, 10, 30, … up to `most`.
fn sizes(least: usize, most: usize) -> Vec<usize> {
    let powers = (0..).map(|power| 10_usize.pow(power));
    let sizes = powers.flat_map(|power| [power, 3 * power]);
    let sizes = sizes.skip_while(|size| *size < least);
    sizes.take_while(|size| *size <= most).collect()
}

/// Runs each verb at each size; `site` makes the site of a size, with a database.
fn curves(
    sizes: &[usize],
    site: impl Fn(usize) -> Site,
    verbs: &[(&'static str, &[&str])],
) -> Vec<Curve> {
    let mut curves: Vec<Curve> = verbs
        .iter()
        .map(|(label, _)| Curve {
            label,
            points: Vec::new(),
        })
        .collect();
    for size in sizes {
        let site = site(*size);
        for (curve, (_, arguments)) in curves.iter_mut().zip(verbs) {
            let time = median_of_children(RUNS, || site.run(arguments));
            curve.points.push((*size as f64, time));
        }
    }
    curves
}

const PLAN: &[&str] = &["plan", "--configs", "configs", "--db", "avos.db"];
const VALIDATE: &[&str] = &["validate", "--configs", "configs"];
const ONE_UNIT: &[&str] = &[
    "assign",
    "--db",
    "avos.db",
    "--layer",
    "layer_00000",
    "--unit",
    "user_1",
];
const ALL_LAYERS: &[&str] = &["layers", "--db", "avos.db"];

fn applied(shape: Shape) -> Site {
    let site = Site::new(&shape);
    site.apply();
    site
}

fn of_layers() -> Vec<Curve> {
    let site = |layers| {
        applied(Shape {
            layers,
            experiments: EXPERIMENTS,
            slots: SLOTS,
            ..Shape::default()
        })
    };
    let verbs = [
        ("plan", PLAN),
        ("validate", VALIDATE),
        ("layers", ALL_LAYERS),
        ("assign one unit", ONE_UNIT),
    ];
    curves(&sizes(1, 3000), site, &verbs)
}

fn of_experiments() -> Vec<Curve> {
    let site = |experiments| {
        applied(Shape {
            experiments,
            slots: 20_000,
            ..Shape::default()
        })
    };
    let verbs = [
        ("plan", PLAN),
        ("validate", VALIDATE),
        ("assign one unit", ONE_UNIT),
    ];
    curves(&sizes(1, 3000), site, &verbs)
}

fn of_slots() -> Vec<Curve> {
    let site = |slots| {
        applied(Shape {
            experiments: EXPERIMENTS,
            slots,
            ..Shape::default()
        })
    };
    let verbs = [
        ("plan", PLAN),
        ("layers", ALL_LAYERS),
        ("assign one unit", ONE_UNIT),
    ];
    curves(&sizes(100, 1_000_000), site, &verbs)
}

const UNITS: &[&str] = &[
    "assign",
    "--db",
    "avos.db",
    "--layer",
    "layer_00000",
    "--units",
    "units.txt",
    "--format",
    "json",
];

/// A site with a file of this many units.
fn with_units(units: usize) -> Site {
    let site = applied(Shape {
        experiments: EXPERIMENTS,
        slots: SLOTS,
        ..Shape::default()
    });
    let ids: Vec<String> = (0..units).map(|unit| format!("user_{unit}")).collect();
    fs::write(site.directory().join("units.txt"), ids.join("\n")).expect("a new file");
    site
}

fn of_units() -> Vec<Curve> {
    let sizes = sizes(1, 3_000_000);
    let verbs = [("assign --units", UNITS)];
    let mut all = curves(&sizes, with_units, &verbs);
    all.extend(of_library(&sizes));
    all.extend(of_peers());
    all
}

/// Assigning without a program around it, as the other engines were measured.
fn of_library(sizes: &[usize]) -> [Curve; 2] {
    let site = with_units(0);
    let store = store::open(site.directory().join("avos.db"));
    let snapshot = store.snapshot().expect("a database");
    let assigner = Assigner::new(&snapshot.state);
    let one_thread = ThreadPoolBuilder::new().num_threads(1).build();
    let one_thread = one_thread.expect("a thread");
    let (layer, groups, at) = (
        LayerId::from("layer_00000"),
        Groups::default(),
        Timestamp::now(),
    );
    let curve = |label, assign: &(dyn Fn(&[&str]) + Sync)| Curve {
        label,
        points: sizes
            .iter()
            .map(|size| (*size as f64, one_thread.install(|| least(*size, assign))))
            .collect(),
    };
    [
        curve("one by one", &|units| {
            for unit in units {
                let _ = black_box(assigner.assign(&layer, unit, &groups, at));
            }
        }),
        curve("assign_bulk, 1 thread", &|units| {
            let _ = black_box(assigner.assign_bulk(&layer, units, &groups, at));
        }),
    ]
}

/// The least seconds that assigning this many units takes.
fn least(units: usize, assign: &(dyn Fn(&[&str]) + Sync)) -> f64 {
    let ids: Vec<String> = (0..units).map(|unit| format!("user_{unit}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let rounds = (300_000 / units).clamp(RUNS, 1001);
    let times = (0..rounds).map(|_| {
        let start = Instant::now();
        assign(&ids);
        start.elapsed().as_secs_f64()
    });
    times.fold(f64::MAX, f64::min)
}

/// Reads [`PEERS`].
fn of_peers() -> Vec<Curve> {
    let mut curves: Vec<Curve> = Vec::new();
    for line in PEERS.lines().filter(|line| !line.starts_with('#')) {
        let mut cells = line.split('\t');
        let label = cells.next().expect("an engine");
        let mut number = || -> f64 { cells.next().expect("a cell").parse().expect("a number") };
        let point = (number(), 1e-3 * number());
        match curves.last_mut() {
            Some(last) if last.label == label => last.points.push(point),
            _ => curves.push(Curve {
                label,
                points: vec![point],
            }),
        }
    }
    curves
}

fn of_rows() -> Vec<Curve> {
    let site = |rows| {
        let site = with_units(rows);
        site.run(&[UNITS, &["--log", "log.db"]].concat());
        site
    };
    let srm: &[&str] = &["srm", "--db", "avos.db", "--log", "log.db"];
    let replay: &[&str] = &["replay", "--db", "avos.db", "--log", "log.db"];
    curves(
        &sizes(1, 3_000_000),
        site,
        &[("srm", srm), ("replay", replay)],
    )
}

fn plot(directory: &Path, name: &str, things: &str, curves: &[Curve]) {
    let path = directory.join(format!("cost-{name}.svg"));
    draw(&path, things, curves).expect("a plot");
    for Curve { label, points } in curves {
        let times = points
            .iter()
            .map(|(size, time)| format!("{size} {:.1} ms", 1e3 * time));
        println!(
            "{label}, {things}: {}",
            times.collect::<Vec<_>>().join(", ")
        );
    }
}

fn draw(path: &Path, things: &str, curves: &[Curve]) -> Result<(), Box<dyn std::error::Error>> {
    let points = || curves.iter().flat_map(|curve| &curve.points);
    let most = points().map(|point| point.0).fold(1.0, f64::max);
    let least = points().map(|point| point.0).fold(most, f64::min);
    let times = points().map(|point| 1e3 * point.1);
    let (low, high) = times.fold((f64::MAX, 0.0_f64), |(low, high), time| {
        (low.min(time), high.max(time))
    });
    let root = SVGBackend::new(path, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .margin(12)
        .margin_right(28)
        .x_label_area_size(40)
        .y_label_area_size(64)
        .build_cartesian_2d(
            (least..most).log_scale(),
            (low / 1.5..high * 1.5).log_scale(),
        )?;
    chart
        .configure_mesh()
        .light_line_style(WHITE)
        .x_label_formatter(&|count| thousands(*count))
        .y_label_formatter(&|time| thousands(*time))
        .x_desc(things)
        .y_desc("milliseconds")
        .draw()?;
    for (curve, color) in curves.iter().zip(COLORS) {
        let line: Vec<(f64, f64)> = curve.points.iter().map(|(x, y)| (*x, 1e3 * y)).collect();
        chart
            .draw_series(LineSeries::new(line.clone(), color.stroke_width(2)))?
            .label(curve.label)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], color.stroke_width(2)));
        chart.draw_series(
            line.iter()
                .map(|point| Circle::new(*point, 3, color.filled())),
        )?;
    }
    // Through the dearest end, so that all that is below it at the left isn't steeper.
    let linear = |x: f64| (x, high * x / most);
    let start = (most * low / 1.5 / high).max(least);
    chart
        .draw_series(DashedLineSeries::new(
            [linear(start), linear(most)],
            4,
            4,
            BLACK.mix(0.5).into(),
        ))?
        .label("linear")
        .legend(|(x, y)| PathElement::new([(x, y), (x + 16, y)], BLACK.mix(0.5)));
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE.mix(0.8))
        .draw()?;
    root.present()?;
    Ok(())
}

/// A power of ten, with separators.
fn thousands(number: f64) -> String {
    if number < 1.0 {
        // Without the digits that a float has beyond those of a power of ten.
        let text = format!("{number:.4}");
        return text.trim_end_matches('0').to_owned();
    }
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
