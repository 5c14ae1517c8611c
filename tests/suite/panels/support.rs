//! Models to show, and a panel as text.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use avos::console::model::{Distribution, Model, Panel};
use avos::console::panels::content;
use tempfile::TempDir;

use crate::support::console::model;
use crate::support::example;

/// The walk-through: v1 is applied, v2 is to be.
pub(super) fn walk_through() -> Model {
    model(&example("v2"), Some(&example("v1")), (120, 30))
}

pub(super) fn in_agreement() -> Model {
    model(&example("v1"), Some(&example("v1")), (120, 30))
}

/// Nothing is applied, and the files are full of errors.
pub(super) fn broken() -> Model {
    let mut model = model(&example("broken"), None, (120, 30));
    model.focus = Panel::Problems;
    model
}

/// A layer of 1,000 slots in a directory of its own.
fn directory(experiments: &str) -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().expect("a directory");
    let head = "layer_id: 首页\nlayer_salt: s\ntotal_slots: 1000\nexperiments:\n";
    let text = format!("{head}{experiments}");
    std::fs::write(directory.path().join("home.yml"), text).expect("a file");
    let path = directory.path().to_owned();
    (directory, path)
}

fn experiment(id: &str, more: &str) -> String {
    let head = format!("  - experiment_id: \"{id}\"\n    layer_id: 首页\n    name: A name\n");
    let arms = "    variants: [a, 乙]\n    traffic_allocation: {a: 0.5, 乙: 0.5}\n";
    format!("{head}{arms}    {}\n", more.replace("; ", "\n    "))
}

/// Every kind of change, reserved slots, wide and combining characters, groups, a random splitter.
pub(super) fn unusual() -> Model {
    let before = [
        experiment(
            "цвет_кнопки",
            "status: active; traffic_percentage: 0.2; reserved_percentage: 0.3",
        ),
        experiment(
            "价格测试",
            "status: active; traffic_percentage: 0.1; splitter_type: random",
        ),
        experiment("old", "status: active; traffic_percentage: 0.1"),
        experiment(
            "q\u{301}uiz",
            "traffic_percentage: 0.05; start_date: 2026-01-01",
        ),
    ];
    let after = [
        experiment(
            "цвет_кнопки",
            "status: active; traffic_percentage: 0.3; reserved_percentage: 0.4",
        ),
        experiment(
            "价格测试",
            "status: active; traffic_percentage: 0.1; splitter_type: random; priority: 3",
        ),
        experiment("old", "status: completed; traffic_percentage: 0.1")
            .replace("a: 0.5, 乙: 0.5", "a: 0.0, 乙: 1.0"),
        experiment(
            "q\u{301}uiz",
            "status: active; traffic_percentage: 0.05; start_date: 2026-02-01",
        ),
        experiment(
            "new\\e[1m",
            "status: active; traffic_percentage: 0.001; splitter_type: geo; geo_allocations: {US: {a: 0.9, 乙: 0.1}, DE: {a: 0.5, 乙: 0.5}}",
        ),
    ];
    let (before, after) = (directory(&before.concat()), directory(&after.concat()));
    let mut model = model(&after.1, Some(&before.1), (120, 30));
    let mut sampled = Distribution::clone(model.distribution.as_ref().expect("a sample"));
    for measured in &mut sampled.planned {
        if measured.srm.is_none() {
            // Drawn afresh every time.
            Arc::make_mut(measured).counts = vec![497, 537];
        }
    }
    model.distribution = Some(Arc::new(sampled));
    model
}

/// The panels at a width, as text.
pub(super) fn shown(model: &Model, panels: &[Panel], width: u16, height: u16) -> String {
    let panels = panels.iter().map(|panel| {
        let said = content(model, *panel, width, height);
        let mut text = format!("== {panel:?} [{}]\n", said.badge);
        for line in said.lines(0..said.total()) {
            text.push_str(line.to_string().trim_end());
            text.push('\n');
        }
        text
    });
    panels.collect()
}

/// The configs directory is gone.
pub(super) fn model_of_nothing() -> Model {
    let mut model = model(Path::new("/nowhere/configs"), None, (120, 30));
    model.focus = Panel::Problems;
    model
}
