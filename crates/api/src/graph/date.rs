//! The `Date` scalar, and dates that a source gives only to the month or the year.

use std::borrow::Cow;

use async_graphql::registry::Registry;
use async_graphql::{
    InputType, InputValueError, InputValueResult, Object, Scalar, ScalarType, Value,
};
use chrono::{DateTime, NaiveDate, Utc};
use service::entity::moment::{day, moment};
use service::entity::{DatePrecision, PartialDate};

use super::enum_value::EnumValue;

/// A calendar day as in ISO 8601, such as `2019-07-15`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Date(pub(crate) NaiveDate);

/// A calendar day as in ISO 8601, such as `2019-07-15`.
#[Scalar(name = "Date", specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339#section-5.6")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => day(text).map(Self).ok_or_else(|| {
                InputValueError::custom(format!("`{text}` is not a day such as 2019-07-15"))
            }),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A moment that a client sends, as in RFC 3339. To clients it is the scalar `DateTime`, which answers are written in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment(pub(crate) DateTime<Utc>);

impl InputType for Moment {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        <DateTime<Utc> as InputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <DateTime<Utc> as InputType>::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        match value.unwrap_or_default() {
            Value::String(text) => moment(&text)
                .map(Self)
                .map_err(|wrong| InputValueError::custom(format!("`{text}` is {wrong}"))),
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> Value {
        InputType::to_value(&self.0)
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

/// A date as its source gives it: to the day, to the month, or only to the year.
pub(crate) struct ApproximateDate(pub(crate) PartialDate);

/// A date as its source gives it: to the day, to the month, or only to the year.
#[Object]
impl ApproximateDate {
    /// The date as the source gives it: `2019`, `2019-07` or `2019-07-15`.
    async fn text(&self) -> &str {
        self.0.as_str()
    }

    /// The first day that it can mean.
    async fn earliest(&self) -> Date {
        Date(self.0.first_day())
    }

    /// The year.
    async fn year(&self) -> i32 {
        self.0.year()
    }

    /// How much of the date is known.
    async fn precision(&self) -> EnumValue<DatePrecision> {
        EnumValue(self.0.precision())
    }
}

/// Returns an optional date of a row, for the graph.
pub(crate) fn approximate(date: Option<&PartialDate>) -> Option<ApproximateDate> {
    date.cloned().map(ApproximateDate)
}
