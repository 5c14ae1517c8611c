//! `avos srm`.

use serde_json::json;

use super::support::{avos, keys};

#[test]
fn a_test_is_written_as_the_contract_says() {
    let run = avos(&["srm", "--observed", "5000,5200", "--format", "json"]);
    assert_eq!((run.code, run.err.as_str()), (1, ""));
    let document = run.json();
    let all = [
        "chi2_stat",
        "decided_by",
        "degrees_of_freedom",
        "exact_method",
        "exact_p_value",
        "expected_counts",
        "expected_proportions",
        "format_version",
        "observed_counts",
        "p_value",
        "reject_null",
        "sequential",
        "severity",
        "total_sample_size",
    ];
    assert_eq!(keys(&document), all);
    assert_eq!(
        keys(&document["sequential"]),
        ["ln_bayes_factor", "p_value"]
    );
    assert_eq!(document["reject_null"], true);
    assert_eq!(document["severity"], "*");
    assert_eq!(document["exact_p_value"], json!(null));
    assert_eq!(document["expected_counts"], json!([5100.0, 5100.0]));
    let lenient = [
        "srm",
        "--observed",
        "5000,5200",
        "--alpha",
        "0.01",
        "--format",
        "json",
    ];
    let lenient = avos(&lenient);
    assert_eq!(lenient.code, 0);
    assert_eq!(lenient.json()["reject_null"], false);
}

#[test]
fn a_test_reads_well() {
    let run = avos(&["srm", "--observed", "1340,650", "--expected", "2,1"]);
    assert_eq!(run.code, 0);
    insta::assert_snapshot!(run.out, @"
    arm  observed  expected   share  expected share
      1     1,340   1,326.7  67.34%          66.67%  ████████████████│
      2       650     663.3  32.66%          33.33%  ███████▉│

    chi-squared  p 0.526  χ² 0.40, df 1
    sequential   p 1.000  ln Bayes factor -0.3326

    No mismatch: the 1,990 units split as expected (p 0.526 isn't below 0.05).
    ");
    let run = avos(&["srm", "--observed", "9,0,1", "--expected", "1,1,0"]);
    assert_eq!(run.code, 1);
    insta::assert_snapshot!(run.out, @"
    arm  observed  expected   share  expected share
      1         9       5.0  90.00%          50.00%  ████████████│████████▋
      2         0       5.0   0.00%          50.00%              │
      3         1       0.0  10.00%           0.00%  │█▍

    chi-squared  p 0 ***  χ² infinite, df 1
    sequential   p 0      ln Bayes factor infinite

    SRM: an arm that should get no units got some of the 10.
    ");
}

#[test]
fn a_blank_may_follow_a_comma() {
    let expected = avos(&["srm", "--observed", "700,310", "--expected", "0.7,0.3"]);
    for arguments in [
        &["--observed", "700, 310", "--expected", "0.7, 0.3"][..],
        &["--observed", "700,", "310", "--expected", "0.7,", "0.3"],
        &["--expected", "0.7,", "0.3", "--observed", "700,", "310"],
    ] {
        let run = avos(&[&["srm"], arguments].concat());
        assert_eq!((run.code, &run.out), (0, &expected.out), "{run:?}");
    }
}

/// A simulated p-value is at least 1 in 100,001.
#[test]
fn what_no_simulation_can_resolve_is_decided_by_the_sequential_test() {
    let impossible = ["srm", "--observed", "1000000,0,4000"];
    let weights = ["--expected", "0.998,0.000001,0.001999", "--alpha"];
    let run = |alpha: &str| avos(&[&impossible[..], &weights, &[alpha]].concat());
    for alpha in ["0.05", "0.00001", "0.000001", "1e-12", "1e-200"] {
        assert_eq!(run(alpha).code, 1, "{alpha}");
    }
    insta::assert_snapshot!(run("0.000001").out, @"
    arm   observed     expected   share  expected share
      1  1,000,000  1,001,992.0  99.60%          99.80%  ███████████████████████▉│
      2          0          1.0   0.00%           0.00%  │
      3      4,000      2,007.0   0.40%           0.20%  │

    chi-squared  p 0 ***   χ² 1984.07, df 2
    exact        p 1.0e-5  estimated from simulated outcomes
    sequential   p 0       ln Bayes factor 763.1171

    SRM: the 1,004,000 units don't split as expected (sequential p 0 is below 0.000001).
    The sequential test decides: no simulated p-value can be below this alpha.
    ");
    let fair = [
        "srm",
        "--observed",
        "998000,2,1998",
        "--expected",
        "0.998,0.000001,0.001999",
    ];
    let fair = avos(&[&fair[..], &["--alpha", "0.000001"]].concat());
    assert_eq!(fair.code, 0);
    let verdict = "No mismatch: the 1,000,000 units split as expected (sequential p 1.000 isn't below \
                   0.000001).\nThe sequential test decides: no simulated p-value can be below this \
                   alpha.\n";
    assert!(fair.out.ends_with(verdict), "{}", fair.out);
}

#[test]
fn what_cannot_mismatch_is_not_called_tested() {
    for (observed, verdict) in [
        ("5", "Nothing was tested: a single arm gets every unit.\n"),
        ("0,0", "Nothing was tested: there are no units.\n"),
    ] {
        let run = avos(&["srm", "--observed", observed]);
        assert_eq!(run.code, 0, "{run:?}");
        assert!(run.out.ends_with(verdict), "{run:?}");
    }
}

#[test]
fn a_slip_on_the_command_line_is_no_mismatch() {
    for arguments in [
        &["--observed", "1,2", "--expected", "1"][..],
        &["--observed", "1,2", "--expected", "-1,2"],
        &["--observed", "1,2", "--expected", "0,0"],
        &["--observed", "1,2", "--expected", "NaN,1"],
        &["--observed", "1,-2"],
        &["--observed", "1,x"],
        &["--observed", "007,9"],
        &["--observed", "9,463,7,681"],
        &["--observed", "5000, 5200", "--expected", "1, y"],
        &["--observed", ""],
        &["--observed", "1,2", "--alpha", "1"],
        &["--observed", "1,2", "--alpha", "-1"],
        &[],
    ] {
        let run = avos(&[&["srm"], arguments].concat());
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{arguments:?}");
        assert!(run.err.starts_with("error: "), "{arguments:?}: {}", run.err);
        assert!(run.err.contains("\nhelp: "), "{arguments:?}: {}", run.err);
    }
}
