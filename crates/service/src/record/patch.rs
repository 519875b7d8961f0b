//! Patches: what somebody says of a thing, field by field. What is not said stays as it is.
//!
//! The inputs of the graph and the rows of a bundle both become patches, and a thing that is there is one that says
//! everything; `reading` makes a draft of one.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, NaiveDate, SecondsFormat, Timelike, Utc};
use entity::{DimensionId, LevelId, PartialDate, StandardVersionId};
use serde::Serialize;
use uuid::Uuid;

use super::columns::{Column, Columns, Field, FieldType, Scalar, Table, Target, Value};
use super::identifier;
use super::parts::Children;
use super::reading::{Child, Listed};
use crate::spelling::{composed, slug};

/// A value of a field, or one of a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Item {
    /// A text: also the name of a thing, and whatever can't be read as what stands in its column.
    Text(String),
    /// A thing by its id.
    Id(Uuid),
    /// A level on a dimension of a rating's standard.
    Score {
        /// The key of the dimension.
        dimension: String,
        /// The code of the level.
        level: String,
    },
    /// A word of a closed vocabulary.
    Word(&'static str),
    /// A whole number.
    Whole(i32),
    /// A number.
    Number(f64),
    /// A day.
    Date(NaiveDate),
    /// A day, a month or a year.
    PartialDate(PartialDate),
    /// A time.
    Time(DateTime<Utc>),
}

/// As it is written: numbers in plain digits, times to the microsecond only where there are any.
impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Id(id) => id.fmt(f),
            Self::Score { dimension, level } => write!(f, "{dimension}={level}"),
            Self::Word(word) => f.write_str(word),
            Self::Whole(number) => number.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Date(day) => day.fmt(f),
            Self::PartialDate(date) => date.fmt(f),
            Self::Time(time) => {
                let precision = match time.nanosecond() {
                    0 => SecondsFormat::Secs,
                    _ => SecondsFormat::Micros,
                };
                f.write_str(&time.to_rfc3339_opts(precision, true))
            }
        }
    }
}

impl Default for Item {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

impl Item {
    /// The id of a thing.
    pub(crate) const fn id(&self) -> Option<Uuid> {
        match self {
            Self::Id(id) => Some(*id),
            _ => None,
        }
    }

    /// The text; of anything else an empty one.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            _ => "",
        }
    }

    /// In the spelling in which it is kept and looked for, whatever a keyboard made of it: in Unicode's form NFC,
    /// references as what they name is spelt.
    fn kept(self, value: Value) -> Self {
        let composed = |text: String| composed(&text).into_owned();
        match self {
            Self::Text(text) => Self::Text(match value {
                Value::One(Target::LocalAuthority) | Value::Many(Target::LocalAuthority) => {
                    identifier::gss_code(&text).unwrap_or_else(|| slug(&text))
                }
                Value::One(_) | Value::Many(_) | Value::Same | Value::Term | Value::Subject => {
                    slug(&text)
                }
                _ => composed(text),
            }),
            Self::Score { dimension, level } => {
                Self::Score { dimension: composed(dimension), level: composed(level) }
            }
            other => other,
        }
    }
}

/// What somebody says of a thing.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Patch {
    /// The values of each field of which something is said; none if it is emptied.
    values: BTreeMap<&'static str, Vec<Item>>,
    /// The rows of each list of parts of which something is said.
    rows: BTreeMap<&'static str, Vec<Self>>,
}

impl Patch {
    /// All that a draft says.
    pub(crate) fn of(draft: &impl Columns) -> Self {
        let mut patch = Self::default();
        draft.write(&mut patch);
        patch
    }

    /// Says what a field shall hold.
    pub fn set<T>(&mut self, field: Field<T>, value: impl ValueFor<T>) {
        self.set_column(field.column, value.items());
    }

    /// Says that a field shall hold nothing.
    pub fn clear<T>(&mut self, field: Field<T>) {
        self.set_column(field.column, Vec::new());
    }

    /// Says which rows a list shall have, and that it shall have no others.
    pub fn set_rows<L: Listed>(&mut self, rows: Vec<Self>) {
        self.rows.insert(L::TABLE.name, rows);
    }

    /// Says what stands in a column. A single empty text is nothing.
    pub(crate) fn set_column(&mut self, column: Column, items: Vec<Item>) {
        let is_nothing = |item: &Item| matches!(item, Item::Text(text) if text.is_empty());
        let items = match items.as_slice() {
            [only] if is_nothing(only) && !column.value.is_list() => Vec::new(),
            _ => items.into_iter().map(|item| item.kept(column.value)).collect(),
        };
        self.values.insert(column.name, items);
    }

    /// Says what a field of a draft holds.
    pub(crate) fn put<T: FieldType>(&mut self, field: Field<T>, value: &T) {
        self.values.insert(field.name(), value.items());
    }

    /// Says which children a draft has.
    pub(crate) fn put_children<C: Child>(&mut self, children: &Children<C>) {
        let rows = children.named().iter().map(Self::of).collect();
        self.rows.insert(C::TABLE.name, rows);
    }

    /// What is said of a column.
    pub(crate) fn items(&self, column: &str) -> &[Item] {
        self.values.get(column).map_or(&[], Vec::as_slice)
    }

    /// What is said of a column of one value; an empty text if nothing is.
    pub(crate) fn item(&self, column: &str) -> Item {
        self.items(column).first().cloned().unwrap_or_default()
    }

    /// The text that is said of a column; an empty one if none is.
    pub(crate) fn text(&self, column: &str) -> &str {
        self.items(column).first().map_or("", Item::text)
    }

    /// Whether a column is filled.
    pub(crate) fn has(&self, column: &str) -> bool {
        !self.items(column).is_empty()
    }

    /// Whether nothing is filled.
    pub(crate) fn is_blank(&self) -> bool {
        self.values.values().all(Vec::is_empty)
    }

    /// What is said of the rows of a list.
    pub(crate) fn rows(&self, table: &Table) -> &[Self] {
        self.rows.get(table.name).map_or(&[], Vec::as_slice)
    }

    /// Takes out what is said of the rows of a list; nothing, if nothing is.
    pub(crate) fn take_rows(&mut self, table: &Table) -> Option<Vec<Self>> {
        self.rows.remove(table.name)
    }

    /// Takes from another what is not said of the thing itself.
    pub(crate) fn complete(&mut self, other: &Self) {
        for (column, items) in &other.values {
            self.values.entry(column).or_insert_with(|| items.clone());
        }
    }

    /// The things that it names by their ids.
    pub(crate) fn ids(&self) -> impl Iterator<Item = Uuid> {
        self.values.values().flatten().filter_map(Item::id)
    }

    /// Gives what is said of each column another form.
    pub(crate) fn rewrite(&mut self, mut form: impl FnMut(&'static str, &mut Vec<Item>)) {
        self.values.iter_mut().for_each(|(column, items)| form(column, items));
    }

    /// How much memory its values take.
    pub(crate) fn bytes(&self) -> usize {
        let of_items = self.values.values().flatten().map(|item| {
            let texts = match item {
                Item::Text(text) => text.len(),
                Item::Score { dimension, level } => dimension.len() + level.len(),
                _ => 0,
            };
            texts + size_of::<Item>()
        });
        size_of::<Self>() + of_items.sum::<usize>()
    }
}

/// A value that may be said in a field which holds a `T`.
pub trait ValueFor<T> {
    /// As items.
    fn items(self) -> Vec<Item>;
}

/// A thing by its id, or by its name among what its field refers to (slug, GSS code …).
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Reference {
    /// By its id.
    Id(Uuid),
    /// By its name.
    Named(String),
}

/// A level on a dimension of the rating's standard.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Score {
    /// The key of the dimension.
    pub dimension: String,
    /// The code of the level.
    pub level: String,
}

impl<T: Scalar, S: ValueFor<T>> ValueFor<Option<T>> for S {
    fn items(self) -> Vec<Item> {
        ValueFor::<T>::items(self)
    }
}

impl<T: Scalar, S: ValueFor<T>> ValueFor<Vec<T>> for Vec<S> {
    fn items(self) -> Vec<Item> {
        self.into_iter().flat_map(ValueFor::<T>::items).collect()
    }
}

impl<T: Scalar> ValueFor<T> for T {
    fn items(self) -> Vec<Item> {
        vec![self.item()]
    }
}

/// Inputs have it as a text.
impl ValueFor<PartialDate> for String {
    fn items(self) -> Vec<Item> {
        vec![self.parse().map_or(Item::Text(self), Item::PartialDate)]
    }
}

impl<T: Scalar + From<Uuid>> ValueFor<T> for Reference {
    fn items(self) -> Vec<Item> {
        vec![match self {
            Self::Id(id) => Item::Id(id),
            Self::Named(name) => Item::Text(name),
        }]
    }
}

/// What has a name only within something else: an input never names it by an id.
trait NamedWithin: Scalar {}

impl NamedWithin for StandardVersionId {}
impl NamedWithin for DimensionId {}
impl NamedWithin for LevelId {}

impl<T: NamedWithin> ValueFor<T> for String {
    fn items(self) -> Vec<Item> {
        vec![Item::Text(self)]
    }
}

impl ValueFor<LevelId> for Score {
    fn items(self) -> Vec<Item> {
        let Self { dimension, level } = self;
        vec![Item::Score { dimension, level }]
    }
}
