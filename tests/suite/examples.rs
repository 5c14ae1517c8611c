//! The examples that tell a story: they run to their end and say what they should.

#[cfg(feature = "store")]
#[path = "../../examples/service_workflow.rs"]
#[expect(dead_code, reason = "its `main` is the example's")]
mod service_workflow;
#[cfg(feature = "store")]
#[path = "../../examples/srm.rs"]
#[expect(dead_code, reason = "its `main` is the example's")]
mod srm;
#[path = "../../examples/synthetic_split_check.rs"]
#[expect(dead_code, reason = "its `main` is the example's")]
mod synthetic_split_check;

fn text(out: Vec<u8>) -> String {
    String::from_utf8(out).expect("text")
}

#[cfg(feature = "store")]
#[test]
fn a_service_serves_v1_and_then_v2() {
    let mut out = Vec::new();
    service_workflow::run(&mut out).expect("a story without an error");
    insta::assert_snapshot!(text(out), @r"
    Applied 5 changes
    user_1 in checkout_flow: slot 14, card_first (assigned)
    user_1 in homepage_hero: slot 9, blue (assigned)

    Unit `user_1` in layer `homepage_hero` at 2026-01-01T00:00:00Z

    Slot 9 of 100: the first 32 digits of the hash modulo the layer's slots.
    $ printf 's\000homepage_salt_2025\000user_1' | sha256sum
    083d589f8ae1937f0b95f9fb1fe8b881a24808270b6321a4a3692341843a16f0  -
    $ echo 'n=100; ibase=16; 083D589F8AE1937F0B95F9FB1FE8B881 % n' | bc
    9

    Holder: experiment `hero_button_colors_v1`, which is active on slots 0 to 59.

    Experiment: `Hero Button Colors v1`, active, splits by hash.

    Point: the first 32 digits of the hash divided by 2^128.
    $ printf 'v\000hero_button_colors_v1\000\000user_1' | sha256sum
    05d238c4ca947c36649047646003e4074e4e2ac38a95bfe5c9b20f4eb39f6adf  -
    $ echo 'scale=20; n=2^128; ibase=16; 05D238C4CA947C36649047646003E407 / n' | bc
    .02273897938228403321
    As a 64-bit float that is 0.022738979382284034.

    Variants:
    > `blue` from 0 up to 0.5
      `green` from 0.5 up to 1

    Answer: variant `blue` (assigned)

    Preview of homepage_hero with 10000 units:
      hero_button_colors_v1:blue 2937
      hero_button_colors_v1:green 2992
      hero_layout_v1:layout_a 1056
      hero_layout_v1:layout_b 1014
      hero_layout_v1:layout_c 999

    The log of what they got:
      checkout_payment_v1:card_first units 1, answers 1
      hero_button_colors_v1:blue units 2937, answers 2938
      hero_button_colors_v1:green units 2992, answers 2992
      hero_layout_v1:layout_a units 1056, answers 1056
      hero_layout_v1:layout_b units 1014, answers 1014
      hero_layout_v1:layout_c units 999, answers 999
      not_assigned: answers 1002

    v2 would do to units, in per cent of their layer:
      checkout_flow: 0 keep, 0 join, 50 leave, 0 switch
      homepage_hero: 30 keep, 0 join, 10 leave, 50 switch
    Applied 3 changes
    Another state: true
      user_1: hero_button_colors_v1:blue → hero_button_colors_v2:blue
      user_5: hero_button_colors_v1:green → hero_button_colors_v2:red
      user_6: hero_button_colors_v1:blue → hero_button_colors_v2:blue
    Of 10000 units in homepage_hero, 3069 keep their variant, 965 left, 4964 switched.
    ");
}

#[test]
fn a_ramp_keeps_who_has_a_variant() {
    let mut out = Vec::new();
    synthetic_split_check::run(&mut out).expect("a split as it should be");
    insta::assert_snapshot!(text(out), @r#"
    5000 units, traffic from 0.3 to 0.5 of 0.6 reserved
    stay    1545   30.9%, expected 30%
    join     990   19.8%, expected 20%
    lose       0  nobody may lose or change a variant
    control   1282 units, expected 1267.5
    one_page  1253 units, expected 1267.5
    Do they split as they should? p = 0.565: nothing says that they don't
    "#);
}

#[cfg(feature = "store")]
#[test]
fn counts_and_a_log_are_tested() {
    let mut out = Vec::new();
    srm::run(&mut out).expect("a verdict");
    insta::assert_snapshot!(text(out), @r#"
    5000 against 5200 units
      chi-squared  0.0477
      exact        not needed
      sequential   0.7268
    1 against 8 units
      chi-squared  0.0196
      exact        0.0391
      sequential   0.9470

    one_page in the log
      control   614 units of a share of 0.5
      one_page  299 units of a share of 0.5
      sequential p, corrected as split 1: 5.7e-21
      began about 12:30:00
      SRM: alarm since 12:39:42, seen after 697 units
      silent-arm: no exposures of variant `one_page` since 12:29:57, while the other arms got 313 units (p 6.0e-95)
    "#);
}
