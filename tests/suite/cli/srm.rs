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
    insta::assert_snapshot!(run.out, @r"
    arm  observed  expected    share  expected share
      1     1,340   1,326.7  67.34 %         66.67 %  ████████████████│
      2       650     663.3  32.66 %         33.33 %  ████████│

    chi-squared  p 0.526   χ² 0.4020, df 1
    sequential   p 1.000   ln Bayes factor -0.3326

    No mismatch: the 1,990 units split as expected (p 0.526 is not below 0.05).
    ");
    let run = avos(&["srm", "--observed", "9,0,1", "--expected", "1,1,0"]);
    assert_eq!(run.code, 1);
    insta::assert_snapshot!(run.out, @r"
    arm  observed  expected    share  expected share
      1         9       5.0  90.00 %         50.00 %  ████████████│█████████
      2         0       5.0   0.00 %         50.00 %              │
      3         1       0.0  10.00 %          0.00 %  │█

    chi-squared  p 0 ***  χ² -, df 1
    sequential   p 0      ln Bayes factor infinite

    SRM: an arm that should get nothing got some of the 10 units.
    ");
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
