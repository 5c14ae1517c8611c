//! What the panels say, at several sizes.

use avos::console::model::{DiffDetail, Model, Panel, RowKey, Sampled, Source};
use avos::console::panels::{content, selected_problem};
use avos::console::proposal::Proposal;
use avos::console::theme::Symbols;
use insta::assert_snapshot;

use super::support::{broken, in_agreement, model_of_nothing, shown, unusual, walk_through};
use crate::support::console::{model, startup};
use crate::support::example;

#[test]
fn the_walk_through_in_a_column_of_a_wide_screen() {
    assert_snapshot!(shown(&walk_through(), &Panel::ALL, 58, 12), @"
    == Attention [3 items]
     ⚠ checkout_payment_v1    pause: 50% leave          Enter
     ⚠ hero_button_colors_v1  complete: 10% leave, 50%… Enter
     ~ hero_button_colors_v2  create: 50% switch in     Enter
    == Layers [2 layers · % with drafts · by attention]
     checkout_flow  █████████████········╎╎╎╎╎  50%        Δ1
              plan  ║║║║║║║║║║║║║········╎╎╎╎╎
       ■ checkout_payment_v1  25 active → paused   · free  15
       ╎ cap 80%
       50% held, all active   50 slots

     homepage_hero  ████████████████████████··  90% → 80%  Δ2
              plan  █████████████···████████··
       ■ hero_button_colors_v1  60 → 0 active → completed
       ■ hero_layout_v1  30   ■ hero_button_colors_v2  0 → 50
       · free  10 → 20
       90% held, all active   100 slots
    == Problems [none]
     ✓ 2 files, 2 layers, 4 experiments
    == Changes [3 changes]
     checkout_flow
       stays 0%  joins 0%  leaves 50%  switches 0%
     ~ pause     checkout_payment_v1
                 active → paused, keeps 25 slots

     homepage_hero
       stays 30%  joins 0%  leaves 10%  switches 50%
     − complete  hero_button_colors_v1  frees 60 slots
     + create    hero_button_colors_v2  ⚠ 50 slots (0–49)
       ⚠ `hero_button_colors_v2` takes 50 slots of
         `hero_button_colors_v1`, and their units with them
    == Diff [changed · +14 −2]
     checkout_flow                                      +1 −1
       … 12 unchanged lines
         traffic_allocation:
           card_first: 0.7
           wallet_first: 0.3
     −   status: active
     +   status: paused
         splitter_type: hash
         traffic_percentage: 0.5

     homepage_hero                                     +13 −1
       … 12 unchanged lines
         traffic_allocation:
           blue: 0.5
           green: 0.5
     −   status: active
     +   status: completed
         splitter_type: hash
         traffic_percentage: 0.6
       - experiment_id: hero_layout_v1
       … 10 unchanged lines
         status: active
         splitter_type: hash
         traffic_percentage: 0.3
     + - experiment_id: hero_button_colors_v2
     +   layer_id: homepage_hero
     +   name: Hero Button Colors v2
     +   variants:
     +   - blue
     +   - red
     +   traffic_allocation:
     +     blue: 0.5
     +     red: 0.5
     +   status: active
     +   splitter_type: hash
     +   traffic_percentage: 0.5
    == Distribution [simulated · after plan]
     hero_layout_v1               χ² 0.34   p 0.844   n 3,069
       layout_a  █████████████████████│  34.4%     34%  1,056
       layout_b  ████████████████████│   33.0%     33%  1,014
       layout_c  ███████████████████▉│   32.6%     33%    999
     hero_button_colors_v2        χ² 0.32   p 0.570   n 4,964
       blue      █████████████████████│  50.4%     50%  2,502
       red       ████████████████████▋│  49.6%     50%  2,462
    ");
}

#[test]
fn the_walk_through_where_it_is_narrow() {
    assert_snapshot!(shown(&walk_through(), &Panel::ALL, 38, 12), @"
    == Attention [3 items]
     ⚠ checkout_payment_v1          Enter
       pause: 50% leave
     ⚠ hero_but…colors_v1  complet… Enter
     ~ hero_but…colors_v2  create:… Enter
    == Layers [2 layers · by attention]
     chec…flow  █████···╎╎  50%        Δ1
     home…hero  █████████·  90% → 80%  Δ2
    == Problems [none]
     ✓ 2 files, 2 layers, 4 experiments
    == Changes [3 changes]
     checkout_flow
       stays 0%  joins 0%  leaves 50%
       switches 0%
     ~ pause     checkout_payment_v1
                 active → paused, keeps
                 25 slots

     homepage_hero
       stays 30%  joins 0%  leaves 10%
       switches 50%
     − complete  hero_button_colors_v1
                 frees 60 slots
     + create    hero_button_colors_v2
                 ⚠ 50 slots (0–49)
       ⚠ `hero_button_colors_v2` takes 50
         slots of
         `hero_button_colors_v1`, and
         their units with them
    == Diff [changed · +14 −2]
     checkout_flow                  +1 −1
       … 12 unchanged lines
         traffic_allocation:
           card_first: 0.7
           wallet_first: 0.3
     −   status: active
     +   status: paused
         splitter_type: hash
         traffic_percentage: 0.5

     homepage_hero                 +13 −1
       … 12 unchanged lines
         traffic_allocation:
           blue: 0.5
           green: 0.5
     −   status: active
     +   status: completed
         splitter_type: hash
         traffic_percentage: 0.6
       - experiment_id: hero_layout_v1
       … 10 unchanged lines
         status: active
         splitter_type: hash
         traffic_percentage: 0.3
     + - experiment_id: hero_button_colo…
     +   layer_id: homepage_hero
     +   name: Hero Button Colors v2
     +   variants:
     +   - blue
     +   - red
     +   traffic_allocation:
     +     blue: 0.5
     +     red: 0.5
     +   status: active
     +   splitter_type: hash
     +   traffic_percentage: 0.5
    == Distribution [simulated]
     hero_layout_v1
              χ² 0.34   p 0.844   n 3,069
       layout_a  ████████│  34.4%     34%
       layout_b  ███████▋│  33.0%     33%
       layout_c  ███████▋│  32.6%     33%
     hero_button_colors_v2
              χ² 0.32   p 0.570   n 4,964
       blue      ████████│  50.4%     50%
       red       ███████▉│  49.6%     50%
    ");
}

#[test]
fn the_walk_through_where_it_is_wide() {
    let panels = [Panel::Layers, Panel::Changes, Panel::Distribution];
    assert_snapshot!(shown(&walk_through(), &panels, 98, 12), @"
    == Layers [2 layers · % with drafts · by attention]
     checkout_flow  █████████████████████████████████····················╎╎╎╎╎╎╎╎╎╎╎╎╎  50%        Δ1
              plan  ║║║║║║║║║║║║║║║║║║║║║║║║║║║║║║║║║····················╎╎╎╎╎╎╎╎╎╎╎╎╎
       ■ checkout_payment_v1  25 active → paused   · free  15   ╎ cap 80%
       50% held, all active   50 slots

     homepage_hero  ████████████████████████████████████████████████████████████······  90% → 80%  Δ2
              plan  █████████████████████████████████·······████████████████████······
       ■ hero_button_colors_v1  60 → 0 active → completed   ■ hero_layout_v1  30
       ■ hero_button_colors_v2  0 → 50   · free  10 → 20
       90% held, all active   100 slots
    == Changes [3 changes: units leave in 2 layers, switch in 1]
     checkout_flow                                        stays 0%  joins 0%  leaves 50%  switches 0%
     ~ pause     checkout_payment_v1    active → paused, keeps 25 slots

     homepage_hero                                      stays 30%  joins 0%  leaves 10%  switches 50%
     − complete  hero_button_colors_v1  frees 60 slots
     + create    hero_button_colors_v2  ⚠ 50 slots (0–49)
       ⚠ `hero_button_colors_v2` takes 50 slots of `hero_button_colors_v1`, and their units with them
    == Distribution [simulated · 10,000 units · after plan]
     hero_layout_v1  homepage_hero                                        χ² 0.34   p 0.844   n 3,069
       layout_a  ██████████████████████████████████████████████████████████│   34.4%     34%  1,056
       layout_b  ████████████████████████████████████████████████████████▋│    33.0%     33%  1,014
       layout_c  ███████████████████████████████████████████████████████▉ │    32.6%     33%    999
     hero_button_colors_v2  homepage_hero                                 χ² 0.32   p 0.570   n 4,964
       blue      ███████████████████████████████████████████████████████████│  50.4%     50%  2,502
       red       ██████████████████████████████████████████████████████████ │  49.6%     50%  2,462
    ");
}

#[test]
fn a_low_panel_has_a_line_for_each_layer() {
    let model = walk_through();
    for height in [10, 8, 6] {
        let lines = content(&model, Panel::Layers, 58, height).total();
        assert!(lines <= usize::from(height), "{lines} of {height}");
    }
    assert_snapshot!(shown(&model, &[Panel::Layers], 58, 7), @"
    == Layers [2 layers · % with drafts · by attention]
     checkout_flow  █████████████········╎╎╎╎╎  50%        Δ1
     homepage_hero  ████████████████████████··  90% → 80%  Δ2
    ");
    assert_snapshot!(shown(&model, &[Panel::Layers], 58, 5), @"
    == Layers [2 layers · % with drafts · by attention]
     checkout_flow  █████████████········╎╎╎╎╎  50%        Δ1
     homepage_hero  ████████████████████████··  90% → 80%  Δ2
    ");
}

#[test]
fn agreement_is_said() {
    let panels = [Panel::Layers, Panel::Problems, Panel::Changes, Panel::Diff];
    assert_snapshot!(shown(&in_agreement(), &panels, 58, 12), @"
    == Layers [2 layers · % with drafts · by attention]
     homepage_hero  █████████████████████████████████···  90%
       ■ hero_button_colors_v1  60   ■ hero_layout_v1  30
       · free  10
       90% held, all active   100 slots

     checkout_flow  ██████████████████···········╎╎╎╎╎╎╎  50%
       ■ checkout_payment_v1  25   · free  15   ╎ cap 80%
       50% held, all active   50 slots
    == Problems [none]
     ✓ 2 files, 2 layers, 3 experiments
    == Changes [No changes]
     ✓ No changes: files and database agree
    == Diff []
     no differences: database and files agree
    ");
}

#[test]
fn a_new_layer_is_marked() {
    let model = model(&example("v1"), None, (120, 30));
    assert_snapshot!(shown(&model, &[Panel::Layers, Panel::Changes], 58, 12), @"
    == Layers [2 layers · % with drafts · by attention]
     checkout_flow  █████████████·······╎╎╎╎╎  50%  Δ2  + new
       ■ checkout_payment_v1  25   · free  15   ╎ cap 80%
       50% held, all active   50 slots

     homepage_hero  ███████████████████████··  90%  Δ3  + new
       ■ hero_button_colors_v1  60   ■ hero_layout_v1  30
       · free  10
       90% held, all active   100 slots
    == Changes [5 changes: nobody leaves or switches]
     checkout_flow
       stays 0%  joins 50%  leaves 0%  switches 0%
     + create layer  checkout_flow
                     50 slots, sha256, cap 80%
     + create        checkout_payment_v1    25 slots (0–24)

     homepage_hero
       stays 0%  joins 90%  leaves 0%  switches 0%
     + create layer  homepage_hero  100 slots, sha256
     + create        hero_button_colors_v1  60 slots (0–59)
     + create        hero_layout_v1  30 slots (60–89)
    ");
}

#[test]
fn errors_are_said_where_they_matter() {
    let panels = [Panel::Layers, Panel::Changes];
    assert_snapshot!(shown(&broken(), &panels, 58, 12), @"
    == Layers [9 layers · % with drafts · by attention]
     allocations   see Problems                    ✗ 5 errors
     capacity      see Problems                    ✗ 2 errors
     dates         see Problems                    ✗ 2 errors
     duplicates    see Problems                    ✗ 3 errors
     keys          see Problems                    ✗ 4 errors
     layer_values  see Problems                    ✗ 4 errors
     percentages   see Problems                    ✗ 2 errors
     splitters     see Problems                    ✗ 3 errors
     warnings      ░░░██░░··············  33%  Δ4  + new
    == Changes [4 changes · refused]
     ✗ refused: a file with errors could define any layer:
       see Problems

     warnings      stays 0%  joins 0%  leaves 0%  switches 0%
     + create layer  warnings    100 slots, sha256
     + create        half_slots  13 slots (0–12), draft
     + create        over        10 slots (13–22)
     + create        idle        10 slots (23–32), draft

     allocations                      ✗ refused: see Problems
     capacity                         ✗ refused: see Problems
     dates                            ✗ refused: see Problems
     duplicates                       ✗ refused: see Problems
     keys                             ✗ refused: see Problems
     layer_values                     ✗ refused: see Problems
     percentages                      ✗ refused: see Problems
     splitters                        ✗ refused: see Problems
    ");
}

#[test]
fn the_selected_problem_explains_itself() {
    let mut model = broken();
    *model.filter_mut() = "allocations.yml".to_owned();
    let key = RowKey("allocations.yml:23:44:allocation-value".to_owned());
    model.panel_mut(Panel::Problems).selected = Some(key);
    assert_snapshot!(shown(&model, &[Panel::Problems], 58, 20), @"
    == Problems [5 of 31 · 26 errors · 5 warnings]
     ✗ sum › traffic_allocation  doesn't sum to 1: 0.5 + 0.4…
     ✗ keys › traffic_allocation.gren  is not among the vari…
     ✗ values › traffic_allocation.green
       the share of `green` is -0.2, not a number from 0 to 1
       allocations.yml:23:44  allocation-value
       22 |     variants: [blue, green]
       23 |     traffic_allocation: {blue: 1.2, green: -0.2}…
          |                                            ^^^^
       24 |     traffic_percentage: 0.1
       help: shares are from 0 to 1 and sum to 1: write
             {blue: 0.857143, green: 0.142857}
     ✗ names › variants[2]  duplicate variant `blue`
     ✗ numbers › variants[1]  expected text, found the numbe…
    ");
    assert_snapshot!(shown(&model, &[Panel::Problems], 38, 6), @"
    == Problems [5 of 31 · 26 errors · 5 warnings]
     ✗ sum › traffic_allocation  doesn't…
     ✗ keys › traffic_allocation.gren  i…
     ✗ values › traffic_allocation.green
       the share of `green` is -0.2, not
       a number from 0 to 1
       allocations.yml:23:44  allocation…
       help: shares are from 0 to 1 and
             sum to 1: write {blue:
             0.857143, green: 0.142857}
     ✗ names › variants[2]  duplicate va…
     ✗ numbers › variants[1]  expected t…
    ");
    let selected = selected_problem(&model).map(|problem| problem.diagnostic.rule.code);
    assert_eq!(selected, Some("allocation-value"));
    // What the filter hides can't be the selected one.
    *model.filter_mut() = "dates.yml".to_owned();
    let selected = selected_problem(&model).map(|problem| &*problem.diagnostic.span.file);
    assert_eq!(selected, Some("dates.yml"));
}

#[test]
fn unusual_names_and_every_kind_of_change_keep_their_columns() {
    let mut model = unusual();
    let panels = [Panel::Layers, Panel::Changes, Panel::Distribution];
    assert_snapshot!(shown(&model, &panels, 58, 20), @r"
    == Layers [1 layer · % with drafts · by attention]
     首页  ███████╱╱╱███████░···············  55% → 55.1%  Δ7
     plan  █████████████╱╱╱╱██··············
       ■ цвет_кнопки  200 → 300 +100 reserved
       ■ 价格测试  100   ■ old  100 → 0 active → completed
       ■ q́uiz  50 draft → active   ■ new\u{1b}[1m  0 → 1
       · free  450 → 449
       55% held: 40% active, 5% draft, 10% reserved
       1,000 slots
    == Changes [7 changes: 10% leave]
     首页     stays 20%  joins 15.1%  leaves 10%  switches 0%
     − complete       old  frees 100 slots, winner 乙
     ~ reserve        цвет_кнопки
                      ⚠ 30% → 40%, 300 → 400 slots held
     ~ ramp up        цвет_кнопки
                      ⚠ 20% → 30%, 200 → 300 slots
       ⚠ `цвет_кнопки` takes 100 slots of `old`, and their
         units with them
     ~ edit priority  价格测试      0 → 3
     ~ edit start     q́uiz          2026-01-01 → 2026-02-01
     ~ activate       q́uiz  draft → active, 50 slots
     + create         new\u{1b}[1m  1 slot (550)
    == Distribution [simulated · after plan]
     цвет_кнопки  首页            χ² 0.35   p 0.555   n 2,944
       a   ███████████████████████████│  50.5%     50%  1,488
       乙  ██████████████████████████▍│  49.5%     50%  1,456
     价格测试  首页             not sticky: no test   n 1,034
       a   █████████████████████████ │   48.1%     50%    497
       乙  ██████████████████████████│   51.9%     50%    537
     q́uiz  首页                     χ² 3.29   p 0.070   n 486
       a   ██████████████████████▉  │    45.9%     50%    223
       乙  █████████████████████████│█   54.1%     50%    263
     new\u{1b}[1m[US]  首页     χ² 1.00   p 0.344 exact   n 4
       a   ██████████████████████▌    │  75.0%     90%      3
       乙  ███│███▌                      25.0%     10%      1
     new\u{1b}[1m[DE]  首页     χ² 4.00   p 0.125 exact   n 4
       a                 │                0.0%     50%      0
       乙  ██████████████│████████████  100.0%     50%      4
    ");
    model.startup.symbols = &Symbols::ASCII;
    assert_snapshot!(shown(&model, &[Panel::Layers, Panel::Distribution], 58, 20), @r"
    == Layers [1 layer ; % with drafts ; by attention]
     首页  ######////######oo..............  55% -> 55.1%  d7
     plan  #############///##..............
       @ цвет_кнопки  200 -> 300 +100 reserved
       @ 价格测试  100   @ old  100 -> 0 active -> completed
       @ q́uiz  50 draft -> active   @ new\u{1b}[1m  0 -> 1
       . free  450 -> 449
       55% held: 40% active, 5% draft, 10% reserved
       1,000 slots
    == Distribution [simulated ; after plan]
     цвет_кнопки  首页          chi2 0.35   p 0.555   n 2,944
       a   ###########################|  50.5%     50%  1,488
       乙  ##########################-|  49.5%     50%  1,456
     价格测试  首页             not sticky: no test   n 1,034
       a   ######################### |   48.1%     50%    497
       乙  ##########################|   51.9%     50%    537
     q́uiz  首页                   chi2 3.29   p 0.070   n 486
       a   ######################=  |    45.9%     50%    223
       乙  #########################|#   54.1%     50%    263
     new\u{1b}[1m[US]  首页   chi2 1.00   p 0.344 exact   n 4
       a   ######################-    |  75.0%     90%      3
       乙  ###|###-                      25.0%     10%      1
     new\u{1b}[1m[DE]  首页   chi2 4.00   p 0.125 exact   n 4
       a                 |                0.0%     50%      0
       乙  ##############|############  100.0%     50%      4
    ");
}

#[test]
fn the_diff_folds() {
    let mut model = walk_through();
    model.diff_detail = DiffDetail::Summary;
    assert_snapshot!(shown(&model, &[Panel::Diff], 58, 12), @r"
    == Diff [summary · +14 −2]
     checkout_flow                                      +1 −1
     homepage_hero                                     +13 −1
    ");
    model.diff_detail = DiffDetail::Everything;
    let all = shown(&model, &[Panel::Diff], 58, 12);
    assert!(
        !all.contains('…') && all.contains(" layer_salt: checkout_salt_2025\n"),
        "{all}"
    );
}

#[test]
fn the_distribution_shows_the_chosen_state() {
    let mut model = walk_through();
    model.source = Source::Sample(Sampled::Database);
    *model.filter_mut() = "BUTTON".to_owned();
    assert_snapshot!(shown(&model, &[Panel::Distribution], 78, 12), @"
    == Distribution [1 of 3 · simulated · 10,000 units · database]
     hero_button_colors_v1  homepage_hero             χ² 0.51   p 0.475   n 5,929
       blue   ███████████████████████████████████████████▎│  49.5%     50%  2,937
       green  ████████████████████████████████████████████│  50.5%     50%  2,992
    ");
}

#[test]
fn the_filter_says_what_it_left() {
    let mut model = walk_through();
    *model.filter_mut() = "checkout".to_owned();
    let panels = [Panel::Layers, Panel::Changes];
    assert_snapshot!(shown(&model, &panels, 58, 12), @"
    == Layers [1 of 2 · % with drafts · by attention]
     checkout_flow  ████████████████··········╎╎╎╎╎╎  50%  Δ1
              plan  ║║║║║║║║║║║║║║║║··········╎╎╎╎╎╎
       ■ checkout_payment_v1  25 active → paused   · free  15
       ╎ cap 80%
       50% held, all active   50 slots
    == Changes [1 of 3 changes]
     checkout_flow
       stays 0%  joins 0%  leaves 50%  switches 0%
     ~ pause  checkout_payment_v1
              active → paused, keeps 25 slots
    ");
    *model.filter_mut() = "nowhere".to_owned();
    let panels = [Panel::Layers, Panel::Changes, Panel::Distribution];
    assert_snapshot!(shown(&model, &panels, 58, 12), @"
    == Layers [0 of 2]
     no layers match the filter
    == Changes [0 of 3 changes]
     no changes match the filter
    == Distribution [0 of 2 · simulated · after plan]
     no experiments match the filter
    ");
}

#[test]
fn empty_panels_say_what_would_be_there() {
    let model = Model::new(startup(Proposal::Configs("configs".into())), (120, 30));
    assert_snapshot!(shown(&model, &Panel::ALL, 58, 12), @"
    == Attention []
     reading…
    == Layers []
     reading…
    == Problems []
     reading…
    == Changes []
     reading…
    == Diff []
     reading…
    == Distribution []
     reading…
    ");
    let missing = model_of_nothing();
    assert_snapshot!(shown(&missing, &Panel::ALL, 58, 12), @"
    == Attention [✗ 1]
     ✗ files  the configs directory /nowhere/configs d… Enter
    == Layers [0 layers]
     no layer can be read: see Problems
    == Problems [1 error]
     ✗ the configs directory /nowhere/configs doesn't exist
       give the directory that holds the layer files
       (`--configs DIR`), or create it
    == Changes []
     nothing can be planned: see Problems
    == Diff []
     nothing can be compared: see Problems
    == Distribution []
     no state to sample: see Problems
    ");
}
