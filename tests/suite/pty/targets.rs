//! Databases with names in the settings.

use std::fs;

use super::place::{Place, SIZE, wait_until_ready};

/// Settings in a directory of their own, so that relative paths differ from those of the console.
fn with_settings(text: &str) -> Place {
    let place = Place::with_v1();
    fs::create_dir_all(place.path("home/.config/avos")).expect("a new directory");
    fs::write(place.path("home/.config/avos/settings.yml"), text).expect("our file");
    place
}

#[test]
fn a_target_brings_its_database_and_its_configs() {
    let place = with_settings(
        "targets:\n  prod: {db: ../../../avos.db, configs: ~/../configs, color: red}\n",
    );
    let mut console = place.start_only(vec!["--target", "prod"], &[], SIZE);
    super::place::apply_additions(&mut console);
    let text = console.text();
    assert!(text.starts_with(" PROD  writable "), "{text}");
    assert!(text.contains("homepage_hero"), "{text}");
    console.keys("q");
    assert_eq!(console.exit_code(), 0);
    // Not below the directory in which the console started.
    assert!(place.path("avos.db").exists());
}

#[test]
fn what_is_given_besides_wins_but_read_only_stays() {
    let place = with_settings(
        "targets: {prod: {db: prod.db, configs: nowhere, log: no.db, read_only: true}}\n",
    );
    let arguments = vec![
        "--target",
        "prod",
        "--configs",
        "configs",
        "--log",
        "log.db",
    ];
    let mut console = place.start_only(arguments, &[("NO_COLOR", "1")], SIZE);
    console.wait_for_text("log.db");
    console.wait_for_text(" PROD  read-only ");
    assert!(!console.text().contains("no.db"), "{}", console.text());
    assert!(console.screen().cell(0, 1).expect("a cell").inverse());
    console.keys("i");
    console.wait_for_text("homepage_hero");
    wait_until_ready(&mut console);
    console.keys("a");
    console.wait_for_text("apply: the settings make the target `prod` read-only");
    console.keys("q");
    assert_eq!(console.exit_code(), 0);
}

#[test]
fn what_is_missing_is_named() {
    for (settings, arguments, expected) in [
        (
            "targets: {prod: {db: a.db}, staging: {db: b.db}}\n",
            &["--target", "prdo"][..],
            [
                "no target `prdo`: the settings file ",
                "has `prod`, `staging`",
                "did you mean `prod`?",
            ],
        ),
        (
            "mouse: true\n",
            &["--target", "prod"],
            [
                "no target `prod`",
                "has none",
                "add `prod: {db: FILE}` under `targets`",
            ],
        ),
        (
            "targets: {prod: {db: a.db}}\n",
            &["--target", "prod"],
            [
                "target `prod` names no `configs`",
                "add `configs: DIR`",
                "`--configs DIR`",
            ],
        ),
        (
            "targets: {prod: {db: a.db}}\n",
            &["--target", "prod", "--db", "b.db"],
            ["--target", "cannot be used with", "--db"],
        ),
        (
            "targets: {prod: {db: a.db}}\n",
            &["--target", "prod", "--demo"],
            ["--target", "cannot be used with", "--demo"],
        ),
        ("", &["--db", "b.db"], ["--configs", "--target", "required"]),
        (
            "",
            &["--configs", "configs"],
            ["no database is named", "`--db FILE`", "`AVOS_DB`"],
        ),
    ] {
        let place = with_settings(settings);
        let mut console = place.start_only(arguments.to_vec(), &[], (200, 30));
        assert_eq!(console.exit_code(), 2, "{arguments:?}");
        let message = console.text();
        for text in expected {
            let found = message.to_lowercase().contains(&text.to_lowercase());
            assert!(found, "{text} in {message}");
        }
        assert!(!console.written().contains("?1049h"));
    }
}
