//! `avos plan`.

use super::support::{Place, avos, example, keys, layer_file, plan};

#[test]
fn a_plan_is_written_as_the_contract_says() {
    let place = Place::at("v1");
    let run = plan(&place, &example("v2"), &["--format", "json"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let document = run.json();
    let all = [
        "applicable",
        "base_journal",
        "base_layers",
        "base_revision",
        "changes",
        "chosen_layers",
        "config_digest",
        "diagnostics",
        "diff",
        "format_version",
        "impact",
        "notes",
        "plan_id",
    ];
    assert_eq!(keys(&document), all);
    assert_eq!(document["applicable"], true);
    let kinds = document["changes"].as_array().expect("changes").iter();
    let kinds: Vec<&str> = kinds.filter_map(|change| change["kind"].as_str()).collect();
    assert_eq!(kinds, ["set_status", "complete", "create_experiment"]);
    assert_eq!(document["notes"][0]["code"], "inherits-slots");
    let hero = &document["impact"][1];
    assert_eq!(hero["layer_id"], "homepage_hero");
    assert_eq!(hero["units_switching"], 0.5);
    assert_eq!(hero["units_leaving"], 0.1);
    assert_eq!(document["plan_id"].as_str().map(str::len), Some(64));
    let again = plan(&place, &example("v2"), &["--format", "json"]);
    assert_eq!(again.out, run.out);
}

#[test]
fn a_plan_reads_well() {
    let place = Place::at("v1");
    let run = plan(&place, &example("v2"), &[]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    insta::assert_snapshot!(run.redacted(), @"
    checkout_flow
      ~  pause  checkout_payment_v1  active → paused, keeps 25 slots
      0 switching, 50% leaving: `checkout_payment_v1` loses 50%.
      No other unit has a variant.
         experiment           before  after  stays  joins  leaves  switches
      -  checkout_payment_v1     50%      0      0      0     50%         0

    homepage_hero
      -  complete  hero_button_colors_v1  frees 60 slots
      +  create    hero_button_colors_v2  50 slots (0–49)
      = note[inherits-slots]: `hero_button_colors_v2` takes 50 slots of `hero_button_colors_v1`, and their units with them
      50% switching, 10% leaving: `hero_button_colors_v1` loses 60%.
      All other units with a variant keep it (30% of the layer).
         experiment             before  after  stays  joins  leaves  switches
      -  hero_button_colors_v1     60%      0      0      0     10%      -50%
      +  hero_button_colors_v2       0    50%      0      0       0      +50%
      =  hero_layout_v1            30%    30%    30%      0       0         0

    --- database: checkout_flow
    +++ files: checkout_flow
    @@ -13,6 +13,6 @@
       traffic_allocation:
         card_first: 0.7
         wallet_first: 0.3
    -  status: active
    +  status: paused
       splitter_type: hash
       traffic_percentage: 0.5
    --- database: homepage_hero
    +++ files: homepage_hero
    @@ -13,7 +13,7 @@
       traffic_allocation:
         blue: 0.5
         green: 0.5
    -  status: active
    +  status: completed
       splitter_type: hash
       traffic_percentage: 0.6
     - experiment_id: hero_layout_v1
    @@ -30,3 +30,15 @@
       status: active
       splitter_type: hash
       traffic_percentage: 0.3
    +- experiment_id: hero_button_colors_v2
    +  layer_id: homepage_hero
    +  name: Hero Button Colors v2
    +  variants:
    +  - blue
    +  - red
    +  traffic_allocation:
    +    blue: 0.5
    +    red: 0.5
    +  status: active
    +  splitter_type: hash
    +  traffic_percentage: 0.5

    Plan: 3 changes in 2 layers. plan_id [id]
    ");
}

#[test]
fn planning_a_missing_database_does_not_make_it() {
    let place = Place::empty();
    let run = plan(&place, &example("v1"), &[]);
    assert_eq!(run.code, 0);
    assert!(run.out.contains("\nPlan: 5 changes in 2 layers. plan_id "));
    assert!(!std::path::Path::new(&place.db).exists());
}

#[test]
fn the_detailed_exit_code_tells_changes_from_none_and_from_errors() {
    let place = Place::at("v1");
    let code = |configs: &str| plan(&place, configs, &["--detailed-exitcode"]).code;
    assert_eq!(code(&example("v1")), 0);
    assert_eq!(code(&example("v2")), 2);
    assert_eq!(code(&example("broken")), 1);
    assert_eq!(code("no/such/place"), 1);
    let run = plan(&place, &example("v1"), &[]);
    assert_eq!((run.code, run.out.as_str()), (0, "No changes\n"));
}

#[test]
fn an_error_in_another_layer_is_not_in_the_way() {
    let place = Place::empty();
    let broken = layer_file("shop", "till").replace("status: active", "status: actve");
    let configs = place.configs(&[
        ("web.yml", &layer_file("web", "exp")),
        ("shop.yml", &broken),
    ]);
    let all = plan(&place, &configs, &[]);
    assert_eq!(all.code, 1);
    assert!(all.out.contains("error[status]"), "{}", all.out);
    assert!(
        all.out.contains("It can't be applied: 1 error."),
        "{}",
        all.out
    );
    let web = plan(&place, &configs, &["--layer", "web"]);
    assert_eq!(web.code, 0);
    assert!(
        web.out.contains("\n1 error outside of the chosen layers"),
        "{}",
        web.out
    );
    assert!(web.out.contains("\nPlan: 2 changes in 1 layer. plan_id "));
    let shop = plan(&place, &configs, &["--layer", "shop", "--layer", "web"]);
    assert_eq!(shop.code, 1);
    // Nothing to do, but something is in error: that is not "No changes".
    avos(&[
        "apply",
        "--configs",
        &configs,
        "--db",
        &place.db,
        "--layer",
        "web",
        "--yes",
    ]);
    let web = plan(&place, &configs, &["--layer", "web"]);
    assert_eq!(web.code, 0);
    assert!(!web.out.contains("No changes"), "{}", web.out);
}

#[test]
fn a_broken_sync_rule_points_into_the_file() {
    let place = Place::empty();
    let text = layer_file("web", "exp");
    place.apply(&place.configs(&[("web.yml", &text)]));
    let configs = place.configs(&[("web.yml", &text.replace("age: 0.5", "age: 0.4"))]);
    let run = plan(&place, &configs, &[]);
    assert_eq!(run.code, 1);
    let shown = run.out.replace(&configs, "configs");
    let finding: Vec<&str> = shown.lines().take_while(|line| !line.is_empty()).collect();
    insta::assert_snapshot!(finding.join("\n"), @r"
    error[ramp-down]: `traffic_percentage` of experiment `exp` can't shrink from 0.5 to 0.4
      --> configs/web.yml:10:25
       9 |     status: active
      10 |     traffic_percentage: 0.4
         |                         ^^^
    help: write `traffic_percentage: 0.5` or more; to stop it for a while, set `status: paused`; to continue with fewer units, set `status: completed` and create a new experiment
    ");
}

#[test]
fn an_unknown_layer_names_those_near_it() {
    let place = Place::at("v1");
    let run = plan(
        &place,
        &example("v1"),
        &["--layer", "homepage_herro", "--format", "json"],
    );
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    insta::assert_snapshot!(run.err, @r"
    error: there is no layer `homepage_herro` in the files or in the database
    help: did you mean `homepage_hero`?
    ");
    let configs = place.configs(&[("web.yml", "layer_id: [")]);
    let run = plan(&place, &configs, &["--layer", "web"]);
    assert_eq!(run.code, 1);
    insta::assert_snapshot!(run.err, @"
    error: layer `web` isn't in any file that can be read, and these can't be read: web.yml
    help: fix those files first: one of them may define the layer
    ");
}
