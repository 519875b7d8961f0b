//! Whole numbers in the graph.
//!
//! GraphQL's `Int` ends at 2,147,483,647, and the library writes whatever number it is given. So numbers of the service
//! that are not `i32` go through [`Int`], which refuses what it can't hold, and those that grow with time alone through
//! [`BigInt`].

use std::borrow::Cow;

use async_graphql::parser::types::Field;
use async_graphql::{
    ContextSelectionSet, InputValueError, InputValueResult, OutputType, Positioned, Scalar,
    ScalarType, ServerResult, Value, registry,
};
use service::Error;

/// A whole number that may be beyond what an `Int` holds, as a text of decimal digits, such as `"4294967296"`. Compare
/// it as a number, never as a text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct BigInt(pub(crate) i64);

/// A whole number that may be beyond what an `Int` holds, as a text of decimal digits, such as `"4294967296"`. Compare
/// it as a number, never as a text.
#[Scalar]
impl ScalarType for BigInt {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => text.parse().map(Self).map_err(|_| {
                InputValueError::custom("Write it as decimal digits, such as \"4294967296\"")
            }),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A number of the service as an `Int` of the graph.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Int<N>(pub(crate) N);

/// Returns a number of which there are at least so many: also where there are more than an `Int` holds.
pub(crate) fn at_least(number: u64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

impl<N> Int<N>
where
    N: Copy + TryInto<i32>,
{
    fn coerced(self) -> Result<i32, Error> {
        let beyond = |_| std::io::Error::other("a number is beyond what an Int holds");
        self.0.try_into().map_err(beyond).map_err(Error::internal)
    }
}

impl<N> OutputType for Int<N>
where
    N: Copy + TryInto<i32> + Send + Sync,
{
    fn type_name() -> Cow<'static, str> {
        <i32 as OutputType>::type_name()
    }

    fn create_type_info(registry: &mut registry::Registry) -> String {
        <i32 as OutputType>::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        OutputType::resolve(&self.coerced(), ctx, field).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_beyond_an_int_is_refused_and_never_another_number() {
        assert_eq!(Int(2_147_483_647_u64).coerced().unwrap(), i32::MAX);
        assert!(Int(2_147_483_648_u64).coerced().is_err());
        assert!(Int(i64::MIN).coerced().is_err());
        assert!(Int(usize::MAX).coerced().is_err());
    }

    #[test]
    fn a_big_number_is_a_text_of_digits() {
        for number in [0, -1, 2_147_483_648, i64::MAX] {
            let value = BigInt(number).to_value();
            assert_eq!(value, Value::String(number.to_string()));
            assert_eq!(BigInt::parse(value).unwrap(), BigInt(number));
        }
        assert!(BigInt::parse(Value::from(7)).is_err());
    }
}
