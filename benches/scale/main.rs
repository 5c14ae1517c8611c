//! What a thousand layers cost, beside what ten cost or what a plan of them costs: ratios of
//! processor time within one run, so that other programs on the machine matter little.
//!
//! `cargo bench --bench scale`; `-- verbs` or `-- console` measures only that part, and
//! `AVOS_BENCH_LAYERS` sets another number of layers. `-- curves` draws how cost grows, into
//! `docs/images`.

#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

mod cost;
mod curves;
mod screen;
mod sites;
#[expect(dead_code, reason = "the tests use all of it")]
#[path = "../../tests/suite/pty/terminal.rs"]
mod terminal;
mod verbs;

use sites::{Shape, Site};

/// Experiments and slots of each layer.
const EXPERIMENTS: usize = 10;
const SLOTS: usize = 1000;

fn main() {
    // `cargo test --benches` and the like only want to know that it starts.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    if std::env::args().any(|argument| argument == "curves") {
        let images = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/images");
        curves::measure(images.as_ref());
        return;
    }
    let layers = std::env::var("AVOS_BENCH_LAYERS").ok();
    let layers = layers
        .and_then(|layers| layers.parse().ok())
        .unwrap_or(1000);
    let only = |part: &str| {
        let parts = ["verbs", "console"];
        let mut asked = std::env::args().filter(|argument| parts.contains(&argument.as_str()));
        asked.next().is_none_or(|asked| asked == part)
    };
    println!("| what | processor time | beside it | processor time | ratio | goal |");
    println!("|---|---:|---|---:|---:|---:|");
    if only("verbs") {
        verbs::measure(layers);
    }
    if only("console") {
        screen::measure(layers);
    }
}

/// A site with this many ordinary layers.
fn ordinary(layers: usize) -> Site {
    Site::new(&Shape {
        layers,
        experiments: EXPERIMENTS,
        slots: SLOTS,
        ..Shape::default()
    })
}

/// A line of the table.
fn report(what: &str, time: f64, beside: &str, other: f64, goal: &str) {
    let milliseconds = |seconds: f64| format!("{:.1} ms", 1e3 * seconds);
    println!(
        "| {what} | {} | {beside} | {} | {:.2} | {goal} |",
        milliseconds(time),
        milliseconds(other),
        time / other
    );
}
