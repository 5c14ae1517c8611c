//! Keeps a value that many frames need, until its inputs change.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// The last result of an expensive function of the model, with its inputs: it is computed again only for
/// other inputs.
#[derive(Debug)]
pub(in crate::console) struct Memo<K, V>(RefCell<Option<(K, Rc<V>)>>);

impl<K: PartialEq, V> Memo<K, V> {
    /// Returns the result for this key.
    pub(in crate::console) fn get(&self, key: K, make: impl FnOnce() -> V) -> Rc<V> {
        if let Some((known, value)) = &*self.0.borrow()
            && *known == key
        {
            return Rc::clone(value);
        }
        let value = Rc::new(make());
        *self.0.borrow_mut() = Some((key, Rc::clone(&value)));
        value
    }
}

/// A shared value as a part of a key: the same one, and not only an equal one.
#[derive(Debug)]
pub(in crate::console) struct Identity<T>(Arc<T>);

impl<T> Identity<T> {
    pub(in crate::console) fn of(value: &Arc<T>) -> Self {
        Self(Arc::clone(value))
    }
}

impl<T> PartialEq for Identity<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl<K, V> Default for Memo<K, V> {
    fn default() -> Self {
        Self(RefCell::new(None))
    }
}

/// A clone starts without a result.
impl<K, V> Clone for Memo<K, V> {
    fn clone(&self) -> Self {
        Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_made_once_for_each_key_in_a_row() {
        let memo = Memo::default();
        let made = RefCell::new(Vec::new());
        let mut get = |key: u32| {
            *memo.get(key, || {
                made.borrow_mut().push(key);
                key * 2
            })
        };
        assert_eq!([1, 1, 2, 1].map(&mut get), [2, 2, 4, 2]);
        assert_eq!(*made.borrow(), [1, 2, 1]);
    }
}
