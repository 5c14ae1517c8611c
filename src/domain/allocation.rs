//! The share of an experiment's units that each variant gets.

use std::collections::HashSet;

use super::{Fraction, VariantName, decimal_sum, exceeds_by};

/// How far from 1 the fractions of an allocation may sum.
pub const ALLOCATION_SUM_TOLERANCE: f64 = 1e-6;

/// How much farther from 1 the sum in a database may be: another program added binary fractions.
const BINARY_TOLERANCE: f64 = 1e-12;

/// One variant with its share.
#[derive(Clone, Debug)]
pub struct Arm {
    /// The variant's name.
    pub variant: VariantName,
    /// Its share of the experiment's units.
    pub fraction: Fraction,
}

/// The arms of an experiment in the order of its `variants`; their fractions sum to 1.
///
/// The order matters: a unit's variant is found by walking the arms.
#[derive(Clone, Debug)]
pub struct Allocation(Vec<Arm>);

impl Allocation {
    /// Returns an allocation over the arms, in this order.
    pub fn new(arms: Vec<Arm>) -> Result<Self, AllocationError> {
        if arms.is_empty() {
            return Err(AllocationError::Empty);
        }
        let mut names = HashSet::with_capacity(arms.len());
        if let Some(again) = arms.iter().find(|arm| !names.insert(&arm.variant)) {
            return Err(AllocationError::Duplicate(again.variant.clone()));
        }
        let sum = decimal_sum(arms.iter().map(|arm| arm.fraction.value()));
        let tolerance = ALLOCATION_SUM_TOLERANCE + BINARY_TOLERANCE;
        if exceeds_by(sum, 1.0, tolerance) || exceeds_by(1.0, sum, tolerance) {
            return Err(AllocationError::Sum(sum));
        }
        Ok(Self(arms))
    }

    /// The arms, in the order of the experiment's variants.
    #[must_use]
    pub fn arms(&self) -> &[Arm] {
        &self.0
    }

    /// The names of the variants, in order.
    #[must_use]
    pub fn variants(&self) -> impl ExactSizeIterator<Item = &VariantName> {
        self.0.iter().map(|arm| &arm.variant)
    }

    /// Whether both have the same variants in the same order.
    #[must_use]
    pub fn has_variants_of(&self, other: &Self) -> bool {
        self.variants().eq(other.variants())
    }

    /// Whether both give each variant the same share, whatever the order.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.0.len() == other.0.len()
            && self.0.iter().all(|arm| {
                other.0.iter().any(|theirs| {
                    theirs.variant == arm.variant && theirs.fraction.is_same(arm.fraction)
                })
            })
    }

    /// Returns the variant that gets everything, if one does.
    #[must_use]
    pub fn winner(&self) -> Option<&VariantName> {
        let winner = self
            .0
            .iter()
            .find(|arm| arm.fraction.is_same(Fraction::ONE))?;
        self.0
            .iter()
            .all(|arm| arm.variant == winner.variant || arm.fraction.is_same(Fraction::ZERO))
            .then_some(&winner.variant)
    }
}

/// Reasons arms aren't a valid allocation.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AllocationError {
    /// There are no arms.
    #[error("there are no variants")]
    Empty,
    /// Two arms have the same variant.
    #[error("duplicate variant `{0}`")]
    Duplicate(VariantName),
    /// The fractions don't sum to 1.
    #[error("shares must sum to 1, found {0}")]
    Sum(f64),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_at_the_edge_is_right_in_every_order() {
        let shares = [0.287_859, 0.212_787, 0.499_355];
        let arms = |order: [usize; 3]| {
            let arm = |at: usize| Arm {
                variant: VariantName::from(["a", "b", "c"][at]),
                fraction: Fraction::new(shares[at]).expect("a share"),
            };
            Allocation::new(order.map(arm).into())
        };
        for order in [[0, 1, 2], [2, 1, 0]] {
            assert!(arms(order).is_ok(), "{order:?}");
        }
        let over = Arm {
            variant: VariantName::from("a"),
            fraction: Fraction::new(0.999_998).expect("a share"),
        };
        assert!(Allocation::new(vec![over]).is_err());
    }
}
