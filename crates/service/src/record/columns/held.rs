//! How the types of drafts' fields are read from columns, and said in them.

use std::str::FromStr;

use chrono::{DateTime, NaiveDate, Utc};
use entity::moment::{NotAMoment, moment};
use entity::{
    CentreId, CollaborationId, CrosswalkId, CrosswalkRelation, DimensionId, EffectMeasure,
    EngagementId, EngagementKind, EvidenceStrength, FeedbackId, FindingId, LevelId,
    LocalAuthorityId, NetworkStatus, PartialDate, PartnerId, PersonId, ProgrammeId, PublicationId,
    PublicationKind, RatedKind, RatingId, RiskOfBias, StandardId, StandardVersionId, StopReason,
    StudyDesign, StudyId, StudyStatus, TermId, Visibility, Vocabulary,
};
use uuid::Uuid;

use super::Column;
use super::value::{Target, Value};
use crate::clock::not_before;
use crate::record::patch::Item;
use crate::record::reading::Reading;
use crate::record::{Fault, identifier, quoted, wording};

/// A type of a draft's field.
pub(crate) trait FieldType: Sized {
    /// What stands in its column.
    const VALUE: Value;
    /// Whether its column must be filled.
    const IS_REQUIRED: bool;

    /// What a patch says in a column.
    fn read(from: &mut Reading<'_>, column: Column) -> Self;
    /// Says it.
    fn items(&self) -> Vec<Item>;
}

/// A type of one value.
pub(crate) trait Scalar: Sized {
    /// What stands in its column.
    const VALUE: Value;

    /// What an item says; if it is wrong, that is noted.
    fn of_item(item: &Item, from: &mut Reading<'_>, column: Column) -> Option<Self>;
    /// A value that is sound, to stand in for one that is wrong.
    fn sound() -> Self;
    /// Says it.
    fn item(&self) -> Item;
}

impl<T: Scalar> FieldType for T {
    const VALUE: Value = T::VALUE;
    const IS_REQUIRED: bool = true;

    fn read(from: &mut Reading<'_>, column: Column) -> Self {
        match from.one(column) {
            Some(item) => T::of_item(item, from, column).unwrap_or_else(T::sound),
            None => {
                from.problems.push(wording::required(column.name));
                T::sound()
            }
        }
    }

    fn items(&self) -> Vec<Item> {
        vec![self.item()]
    }
}

impl<T: Scalar> FieldType for Option<T> {
    const VALUE: Value = T::VALUE;
    const IS_REQUIRED: bool = false;

    fn read(from: &mut Reading<'_>, column: Column) -> Self {
        from.one(column).and_then(|item| T::of_item(item, from, column))
    }

    fn items(&self) -> Vec<Item> {
        self.iter().map(T::item).collect()
    }
}

impl<T: Scalar> FieldType for Vec<T> {
    const VALUE: Value = T::VALUE.listed();
    const IS_REQUIRED: bool = false;

    fn read(from: &mut Reading<'_>, column: Column) -> Self {
        let items = from.all(column);
        if items.is_empty() && column.is_required {
            from.problems.push(wording::required(column.name));
        }
        items.iter().filter_map(|item| T::of_item(item, from, column)).collect()
    }

    fn items(&self) -> Vec<Item> {
        self.iter().map(T::item).collect()
    }
}

/// Notes that an item is not what stands in its column.
fn wrong(
    from: &mut Reading<'_>,
    column: Column,
    item: &Item,
    (fault, what, remedy): (Fault, &str, &'static str),
) {
    let reason = format!("{} is not {what}.", quoted(&item.to_string()));
    from.problems.add(column.name, fault, reason, remedy);
}

impl Scalar for String {
    const VALUE: Value = Value::Text;

    fn of_item(item: &Item, from: &mut Reading<'_>, column: Column) -> Option<Self> {
        let text = item.to_string();
        let (normal, example): (fn(&str) -> Option<Self>, _) = match column.value {
            Value::Doi => (identifier::doi, "10.1002/cl2.1152"),
            Value::Orcid => (identifier::orcid, "0000-0002-1825-0097"),
            Value::Ror => (identifier::ror, "https://ror.org/00f2yqf98"),
            // Recording checks it, with what it checks in all drafts.
            Value::GssCode => return Some(identifier::gss_code(&text).unwrap_or(text)),
            _ => return Some(text),
        };
        let found = normal(&text);
        if found.is_none() {
            from.problems.not_an_identifier(column.name, &text, example);
        }
        found
    }

    fn sound() -> Self {
        "sound".to_owned()
    }

    fn item(&self) -> Item {
        Item::Text(self.clone())
    }
}

impl Scalar for NaiveDate {
    const VALUE: Value = Value::Date;

    fn of_item(item: &Item, from: &mut Reading<'_>, column: Column) -> Option<Self> {
        if let Item::Date(day) = item {
            return Some(*day);
        }
        let remedy = "Write it as 2019-07-15, from 0001-01-01 to 9999-12-31; a spreadsheet may have rewritten it.";
        wrong(from, column, item, (Fault::NotADate, "a date", remedy));
        None
    }

    fn sound() -> Self {
        Self::default()
    }

    fn item(&self) -> Item {
        Item::Date(*self)
    }
}

impl Scalar for PartialDate {
    const VALUE: Value = Value::PartialDate;

    fn of_item(item: &Item, from: &mut Reading<'_>, column: Column) -> Option<Self> {
        let read = match item {
            Item::PartialDate(date) => Some(date.clone()),
            // Inputs have no type of their own for it.
            item => Self::from_str(&item.to_string()).ok(),
        };
        if read.is_none() {
            let remedy =
                "Write it as 2019, 2019-07 or 2019-07-15; a spreadsheet may have rewritten it.";
            wrong(from, column, item, (Fault::NotADate, "a date", remedy));
        }
        read
    }

    fn sound() -> Self {
        Self::default()
    }

    fn item(&self) -> Item {
        Item::PartialDate(self.clone())
    }
}

impl Scalar for DateTime<Utc> {
    const VALUE: Value = Value::Time;

    fn of_item(item: &Item, from: &mut Reading<'_>, column: Column) -> Option<Self> {
        if let Item::Time(time) = item {
            // Rounded up: an embargo never ends earlier than said.
            return Some(not_before(*time));
        }
        let problem = match moment(&item.to_string()) {
            Err(NotAMoment::OutOfRange) => (
                Fault::OutOfRange,
                "in the years 0001 to 9999 in UTC, with its offset applied",
                "For a time that never comes write 9999-12-31T00:00:00Z.",
            ),
            _ => (Fault::NotATime, "a time of RFC 3339", "Write it as 2027-01-31T00:00:00Z."),
        };
        wrong(from, column, item, problem);
        None
    }

    fn sound() -> Self {
        Self::default()
    }

    fn item(&self) -> Item {
        Item::Time(*self)
    }
}

impl Scalar for f64 {
    const VALUE: Value = Value::Number;

    fn of_item(item: &Item, from: &mut Reading<'_>, column: Column) -> Option<Self> {
        match item {
            // Minus nought is nought, which is how one database keeps it.
            Item::Number(number) if number.is_finite() => return Some(*number + 0.0),
            _ => {}
        }
        let remedy = "Write it with a decimal point and without separators, such as 0.25.";
        wrong(from, column, item, (Fault::NotANumber, "a finite number", remedy));
        None
    }

    fn sound() -> Self {
        1.0
    }

    fn item(&self) -> Item {
        Item::Number(*self)
    }
}

impl Scalar for i32 {
    const VALUE: Value = Value::Whole;

    fn of_item(item: &Item, from: &mut Reading<'_>, column: Column) -> Option<Self> {
        if let Item::Whole(number) = item {
            return Some(*number);
        }
        let remedy = "Write it with digits only and without separators, such as 42.";
        let problem = (Fault::NotAWholeNumber, "a whole number that can be kept", remedy);
        wrong(from, column, item, problem);
        None
    }

    fn sound() -> Self {
        1
    }

    fn item(&self) -> Item {
        Item::Whole(*self)
    }
}

macro_rules! words {
    ($($vocabulary:ident),*) => {$(
        impl Scalar for $vocabulary {
            const VALUE: Value = Value::Word(Self::WORDS);

            fn of_item(item: &Item, from: &mut Reading<'_>, column: Column) -> Option<Self> {
                let text = item.to_string();
                let word = text.parse().ok();
                if word.is_none() {
                    from.problems.push(wording::unknown_word(column.name, &text, Self::WORDS));
                }
                word
            }

            fn sound() -> Self {
                Self::ALL[0]
            }

            fn item(&self) -> Item {
                Item::Word(self.as_str())
            }
        }
    )*};
}

words!(
    CrosswalkRelation,
    EffectMeasure,
    EngagementKind,
    EvidenceStrength,
    NetworkStatus,
    PublicationKind,
    RatedKind,
    RiskOfBias,
    StopReason,
    StudyDesign,
    StudyStatus,
    Visibility,
    Vocabulary
);

macro_rules! references {
    ($($id:ty => $value:expr),* $(,)?) => {$(
        impl Scalar for $id {
            const VALUE: Value = $value;

            fn of_item(item: &Item, from: &mut Reading<'_>, column: Column) -> Option<Self> {
                from.referred(item, column).map(Self::from)
            }

            fn sound() -> Self {
                Self::from(Uuid::nil())
            }

            fn item(&self) -> Item {
                Item::Id(Uuid::from(*self))
            }
        }
    )*};
}

references! {
    CentreId => Value::One(Target::Centre),
    PersonId => Value::One(Target::Person),
    LocalAuthorityId => Value::One(Target::LocalAuthority),
    PartnerId => Value::One(Target::Partner),
    ProgrammeId => Value::One(Target::Programme),
    // Which vocabulary it is of stands with the column.
    TermId => Value::Same,
    StandardId => Value::One(Target::Standard),
    StandardVersionId => Value::One(Target::Version),
    DimensionId => Value::One(Target::Dimension),
    LevelId => Value::One(Target::Level),
    CollaborationId => Value::One(Target::Collaboration),
    PublicationId => Value::One(Target::Publication),
    StudyId => Value::One(Target::Study),
    FindingId => Value::One(Target::Finding),
    RatingId => Value::One(Target::Rating),
    FeedbackId => Value::One(Target::Feedback),
    EngagementId => Value::Same,
    CrosswalkId => Value::Same,
    Uuid => Value::Subject,
}
