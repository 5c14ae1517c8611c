//! The verbs, and how their cost grows.

use super::cost::median_of_children;
use super::sites::{Shape, Site};
use super::{ordinary, report};

const RUNS: usize = 5;

pub(crate) fn measure(layers: usize) {
    let many = ordinary(layers);
    let few = ordinary(10);
    few.apply();
    many.apply();
    one_unit(&many, &few);
    one_edit(&many);
    experiments_in_a_layer();
    growing(layers);
}

/// A unit in one layer, out of many and out of ten.
fn one_unit(many: &Site, few: &Site) {
    let layers = many.shape.layers;
    let arguments = [
        "assign",
        "--db",
        "avos.db",
        "--layer",
        "layer_00003",
        "--unit",
        "user_1",
    ];
    let of_many = median_of_children(RUNS, || many.run(&arguments));
    let of_few = median_of_children(RUNS, || few.run(&arguments));
    report(
        &format!("a unit assigned in one of {layers} layers"),
        of_many,
        "in one of 10 layers",
        of_few,
        "3",
    );
}

/// An apply of one edit, beside planning it.
fn one_edit(site: &Site) {
    let layers = site.shape.layers;
    let plan = ["plan", "--configs", "configs", "--db", "avos.db"];
    site.edit(0, true);
    let planned = median_of_children(RUNS, || site.run(&plan));
    let mut is_paused = true;
    let applied = median_of_children(RUNS, || {
        site.apply();
        is_paused = !is_paused;
        site.edit(0, is_paused);
    });
    report(
        &format!("an apply of one edit among {layers} layers"),
        applied,
        "its plan",
        planned,
        "1.3",
    );
}

/// Planning a layer of many experiments.
fn experiments_in_a_layer() {
    let planned = |experiments| {
        let site = Site::new(&Shape {
            experiments,
            slots: 100_000,
            ..Shape::default()
        });
        median_of_children(RUNS, || {
            site.run(&["plan", "--configs", "configs", "--db", "avos.db"]);
        })
    };
    let (many, few) = (planned(3000), planned(1000));
    report(
        "a plan of 3,000 experiments in a layer",
        many,
        "of 1,000",
        few,
        "3.6",
    );
}

/// Ten times as much of something takes about ten times as long.
fn growing(layers: usize) {
    let validate = ["validate", "--configs", "configs"];
    let validated = |shape: Shape| {
        let site = Site::new(&shape);
        median_of_children(3, || site.run(&validate))
    };
    let files = |layers| Shape {
        layers,
        experiments: 0,
        ..Shape::default()
    };
    let variants = |variants| Shape {
        variants,
        ..Shape::default()
    };
    let salts = |layers| Shape {
        is_salt_shared: true,
        ..files(layers)
    };
    for (what, many, beside, few) in [
        (
            "100,000 tiny files",
            files(100_000),
            "10,000",
            files(10_000),
        ),
        (
            "an experiment of 20,000 variants",
            variants(20_000),
            "2,000",
            variants(2_000),
        ),
        (
            "8,000 layers with one salt",
            salts(8_000),
            "800",
            salts(800),
        ),
    ] {
        report(
            &format!("validating {what}"),
            validated(many),
            beside,
            validated(few),
            "linear: 10",
        );
    }
    let (many, few) = (ordinary(layers), ordinary(layers / 10));
    for site in [&many, &few] {
        site.apply();
    }
    for verb in ["history", "layers", "export"] {
        let cost = |site: &Site| {
            let mut run = 0;
            median_of_children(3, || {
                run += 1;
                let out = format!("exported_{run}");
                let mut arguments = vec![verb, "--db", "avos.db"];
                if verb == "export" {
                    arguments.extend(["--out", &out]);
                }
                site.run(&arguments);
            })
        };
        report(
            &format!("`{verb}` of {layers} layers"),
            cost(&many),
            &format!("of {}", layers / 10),
            cost(&few),
            "linear: 10",
        );
    }
}
