//! `avos plan --format markdown`.

use super::support::{Place, Run, example, layer_file, plan};

/// What hosts take for a comment.
const LIMIT: usize = 65_536;

/// A plan as Markdown.
fn markdown(place: &Place, configs: &str, more: &[&str]) -> Run {
    plan(place, configs, &[&["--format", "markdown"], more].concat())
}

/// A text as YAML, which JSON is.
fn json(text: &str) -> String {
    serde_json::to_string(text).expect("JSON")
}

/// What a host reads as its own markup: the report without code.
fn outside_of_code(markdown: &str) -> String {
    let mut text = String::new();
    let mut fence: Option<&str> = None;
    for line in markdown.lines() {
        let ticks = &line[..line.len() - line.trim_start_matches('`').len()];
        match fence {
            Some(open) if line == open => fence = None,
            Some(_) => {}
            None if ticks.len() >= 3 => fence = Some(ticks),
            None => {
                // Codes of one backtick, then those of HTML.
                let plain: Vec<&str> = line.split('`').step_by(2).collect();
                for part in plain.concat().split("<code>") {
                    text.push_str(part.split_once("</code>").map_or(part, |(_, after)| after));
                }
                text.push('\n');
            }
        }
    }
    assert_eq!(fence, None, "a fence that doesn't close");
    text
}

#[test]
fn a_plan_is_ready_to_be_posted() {
    let place = Place::at("v1");
    let run = markdown(&place, &example("v2"), &[]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let (report, diff) = run.out.split_once("<details>").expect("a diff");
    insta::assert_snapshot!(report, @"
    ## Plan: 3 changes in 2 layers, units switch and leave

    | | change | layer | experiment | what |
    |---|---|---|---|---|
    | `~` | pause | `checkout_flow` | `checkout_payment_v1` | active → paused, keeps 25 slots |
    | `-` | complete | `homepage_hero` | `hero_button_colors_v1` | frees 60 slots |
    | `+` | create | `homepage_hero` | `hero_button_colors_v2` | 50 slots (0–49) |

    `checkout_flow`: **0 switching, 50% leaving: `checkout_payment_v1` loses 50%.** No other unit has a variant.

    | | experiment | before | after | stays | joins | leaves | switches |
    |---|---|--:|--:|--:|--:|--:|--:|
    | `-` | `checkout_payment_v1` | 50% | 0 | 0 | 0 | 50% | 0 |

    `homepage_hero`: **50% switching, 10% leaving: `hero_button_colors_v1` loses 60%.** All other units with a variant keep it (30% of the layer).

    | | experiment | before | after | stays | joins | leaves | switches |
    |---|---|--:|--:|--:|--:|--:|--:|
    | `-` | `hero_button_colors_v1` | 60% | 0 | 0 | 0 | 10% | -50% |
    | `+` | `hero_button_colors_v2` | 0 | 50% | 0 | 0 | 0 | +50% |
    | `=` | `hero_layout_v1` | 30% | 30% | 30% | 0 | 0 | 0 |

    ### Notes

    ```text
    = note[inherits-slots]: `hero_button_colors_v2` takes 50 slots of `hero_button_colors_v1`, and their units with them
    ```
    ");
    let shown: Vec<&str> = diff.lines().take(6).collect();
    insta::assert_snapshot!(shown.join("\n"), @r"
    <summary>Diff, database against files</summary>

    ```diff
    --- database: checkout_flow
    +++ files: checkout_flow
    @@ -13,6 +13,6 @@
    ");
    assert!(
        run.redacted()
            .ends_with("\n```\n\n</details>\n\nplan_id `[id]`\n"),
        "{diff}"
    );
    let none = markdown(&place, &example("v1"), &[]);
    assert_eq!(none.redacted(), "## No changes\n\nplan_id `[id]`\n");
}

#[test]
fn findings_stand_with_their_places_and_the_verdict_counts_the_errors() {
    let place = Place::empty();
    let broken = layer_file("shop", "till").replace("status: active", "status: actve");
    let warned = layer_file("web", "exp").replace("age: 0.5", "age: 0.125");
    let configs = place.configs(&[("web.yml", &warned), ("shop.yml", &broken)]);
    let run = markdown(&place, &configs, &[]);
    assert_eq!(run.code, 1);
    let report = run.out.replace(&configs, "configs");
    let (report, _) = report.split_once("\n<details>").expect("a diff");
    insta::assert_snapshot!(report, @"
    ## Plan: 2 changes in 1 layer, can't be applied, 1 error

    The database doesn't exist yet: this is a plan for a new one.

    | | change | layer | experiment | what |
    |---|---|---|---|---|
    | `+` | create layer | `web` |  | 100 slots, sha256 |
    | `+` | create | `web` | `exp` | 13 slots (0–12) |

    `web`: 0 switching: no unit has a variant yet; 13% join.

    | | experiment | before | after | stays | joins | leaves | switches |
    |---|---|--:|--:|--:|--:|--:|--:|
    | `+` | `exp` | 0 | 13% | 0 | 13% | 0 | 0 |

    ### Findings

    ```text
    error[status]: unknown `status` `actve`
      --> configs/shop.yml:9:13
       8 |     traffic_allocation: {a: 0.5, b: 0.5}
       9 |     status: actve
         |             ^^^^^
      10 |     traffic_percentage: 0.5
    help: did you mean `active`? It is one of draft, active, paused, completed

    warning[fractional-slots]: `traffic_percentage` 0.125 of 100 slots is 12.5 slots, which becomes 13
      --> configs/web.yml:10:25
       9 |     status: active
      10 |     traffic_percentage: 0.125
         |                         ^^^^^
    help: write 0.12 or 0.13
    ```
    ");
    let run = markdown(&place, &configs, &["--layer=web", "--detailed-exitcode"]);
    assert_eq!(run.code, 2);
    insta::assert_snapshot!(run.out.lines().take(3).collect::<Vec<_>>().join("\n"), @r"
    ## Plan: 2 changes in 1 layer, no unit loses its variant

    The database doesn't exist yet: this is a plan for a new one.
    ");
}

#[test]
fn nothing_from_the_files_is_markup_a_mention_or_a_reference() {
    let long = "@x ".repeat(1365);
    let ids = [
        "@octocat",
        "#12 GH-12 https://example.com/1",
        "a|b",
        "`",
        "```",
        "``````` @x",
        "a`@octocat",
        "</details><script>",
        "[x](y) **b** _i_ ~s~ $m$ :smile:",
        "\\",
        "\\|",
        "a\\`b",
        "line\n\n## heading\n| @x |",
        "\u{1b}[31m\u{202e}@x",
        "&lt;&#64;x",
        " @x ",
        "中文 ✓ e\u{301}",
        &long,
    ];
    for id in ids {
        let place = Place::empty();
        let quoted = json(id);
        let file = layer_file("LAYER", "EXPERIMENT").replace("salt_of_LAYER", "salt");
        let file = file
            .replace("LAYER", &quoted)
            .replace("EXPERIMENT", &quoted);
        let named = |name: &str| file.replace("An experiment", &json(name));
        place.apply(&place.configs(&[("odd.yml", &named("first"))]));
        let then = named(id).replace("status: active", "status: paused");
        let run = markdown(&place, &place.configs(&[("odd.yml", &then)]), &[]);
        assert_eq!((run.code, run.err.as_str()), (0, ""));
        let is_raw = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!run.out.contains(is_raw), "{}", run.out);
        insta::allow_duplicates! {
            insta::assert_snapshot!(outside_of_code(&run.out), @"
            ## Plan: 2 changes in 1 layer, units leave

            | | change | layer | experiment | what |
            |---|---|---|---|---|
            |  | edit name |  |  |  →  |
            |  | pause |  |  | active → paused, keeps 50 slots |

            : **0 switching, 50% leaving:  loses 50%.** No other unit has a variant.

            | | experiment | before | after | stays | joins | leaves | switches |
            |---|---|--:|--:|--:|--:|--:|--:|
            |  |  | 50% | 0 | 0 | 0 | 50% | 0 |

            <details><summary>Diff, database against files</summary>


            </details>

            plan_id
            ");
        }
    }
}

#[test]
fn a_report_stays_below_what_a_comment_may_be() {
    let place = Place::empty();
    // Each row costs as much as it can, and each experiment has a warning.
    let id = |number: usize| json(&format!("{number}{}", "`".repeat(300)));
    let file = layer_file("LAYER", "EXPERIMENT").replace("salt_of_LAYER", "salt");
    let file = file
        .replace("age: 0.5", "age: 0.0041")
        .replace("LAYER", &id(0));
    let (layer, experiment) = file.split_at(file.find("  - experiment_id").expect("it"));
    let mut text = format!("total_slots: 1000\n{layer}");
    for number in 0..200 {
        text.push_str(&experiment.replace("EXPERIMENT", &id(number)));
    }
    let run = markdown(&place, &place.configs(&[("big.yml", &text)]), &[]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert!(run.out.len() < LIMIT, "{} bytes", run.out.len());
    let left_out: Vec<&str> = run
        .out
        .lines()
        .filter(|line| line.starts_with('…'))
        .collect();
    insta::assert_snapshot!(left_out.join("\n"), @"
    … 185 more changes: `avos plan` without `--format markdown` prints them.
    … 1,306 more lines: `avos plan` without `--format markdown` prints them.
    … 2,063 more lines: `avos plan` without `--format markdown` prints them.
    ");
    assert!(run.redacted().ends_with("\n</details>\n\nplan_id `[id]`\n"));
    outside_of_code(&run.out);
}
