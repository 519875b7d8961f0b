//! What the lists in a filter mean, everywhere alike.

use sea_orm::Condition;
use sea_orm::sea_query::{Expr, IntoCondition};

/// The values that one field of a filter admits: every value when nothing was said, any of those that were named
/// otherwise. An empty list names none, so that it admits nothing: whoever works a list out and comes out with
/// none must not get everything.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct AnyOf<T>(Option<Vec<T>>);

impl<T> AnyOf<T> {
    /// Returns one value and no other.
    pub fn only(value: T) -> Self {
        Self(Some(vec![value]))
    }

    /// Returns those that were named; every value when the list is empty, as it is where an option can be repeated
    /// and was not given.
    #[must_use]
    pub fn given(values: Vec<T>) -> Self {
        Self((!values.is_empty()).then_some(values))
    }

    /// Returns the values that were named; nothing when every value is admitted.
    #[must_use]
    pub fn named(&self) -> Option<&[T]> {
        self.0.as_deref()
    }

    /// Returns whether a value is admitted.
    pub fn admits(&self, value: &T) -> bool
    where
        T: PartialEq,
    {
        self.named().is_none_or(|named| named.contains(value))
    }

    /// Returns the same with each value as something else.
    pub fn map<U>(self, to: impl FnMut(T) -> U) -> AnyOf<U> {
        AnyOf(self.0.map(|named| named.into_iter().map(to).collect()))
    }

    /// Returns the same with each value as something else.
    ///
    /// # Errors
    /// The first of `to`.
    pub fn try_map<U, E>(self, to: impl FnMut(T) -> Result<U, E>) -> Result<AnyOf<U>, E> {
        let named = self.0.map(|named| named.into_iter().map(to).collect::<Result<_, E>>());
        named.transpose().map(AnyOf)
    }
}

impl<T> Default for AnyOf<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> From<Option<Vec<T>>> for AnyOf<T> {
    fn from(named: Option<Vec<T>>) -> Self {
        Self(named)
    }
}

/// Returns what holds for any of the values that were named; for none, nothing holds, though the library's condition
/// of no parts holds always.
pub(crate) fn any<T, C: IntoCondition>(named: &[T], mut holds: impl FnMut(&T) -> C) -> Condition {
    let nothing = Condition::any().add(Expr::val(false));
    named.iter().fold(nothing, |any, value| any.add(holds(value).into_condition()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_said_admits_every_value_and_an_empty_list_none() {
        assert!(AnyOf::from(None).admits(&1));
        assert!(!AnyOf::from(Some(Vec::new())).admits(&1));
        assert!(AnyOf::only(1).admits(&1) && !AnyOf::only(1).admits(&2));
    }

    #[test]
    fn an_option_that_was_not_given_admits_every_value() {
        assert_eq!(AnyOf::<u8>::given(Vec::new()), AnyOf::default());
        assert_eq!(AnyOf::given(vec![1]), AnyOf::only(1));
    }

    #[test]
    fn an_empty_list_stays_empty_as_something_else() {
        let none = AnyOf::from(Some(Vec::<u8>::new()));
        assert_eq!(none.clone().map(u16::from), AnyOf::from(Some(Vec::new())));
        assert_eq!(none.try_map(|_| Err::<u8, ()>(())), Ok(AnyOf::from(Some(Vec::new()))));
    }
}
