//! With how many cases properties are tried.

use proptest::prelude::ProptestConfig;

/// Tries a property with so many cases. A case that fails is printed, and nothing is written beside the tests.
pub(crate) fn with_cases(cases: u32) -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(cases)
    }
}
