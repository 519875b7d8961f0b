//! Columns: what may be said of a thing. Each is declared once, with the field of the draft that it fills.
//!
//! From the declaration (`columns!`) follow the header of a bundle's file and what is read from and written to it, the
//! table in its documentation, and where an input has the same field.

mod declare;
mod groups;
mod held;
mod table;
mod value;

use std::marker::PhantomData;

pub(crate) use declare::columns;
pub use groups::{SHARING, SharingFields, shared_columns, withdrawal_columns};
pub(crate) use groups::{WITHDRAWAL, sharing_of};
pub(crate) use held::{FieldType, Scalar};
pub use table::Table;
pub use value::{Target, Value};

use super::patch::Patch;
use super::reading::Reading;

/// A column of a file, which is a field of an input.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What stands in it.
    pub value: Value,
    /// Whether it must be filled.
    pub is_required: bool,
    /// Whether a row is recognised by it.
    pub is_key: bool,
    /// Where an input has it, if it is called otherwise there.
    input: Option<&'static str>,
}

impl Column {
    /// The column of a field that holds values of a type.
    pub(crate) const fn of<T: FieldType>(name: &'static str) -> Self {
        Self { name, value: T::VALUE, is_required: T::IS_REQUIRED, is_key: false, input: None }
    }

    /// A row is recognised by it.
    pub(crate) const fn key(self) -> Self {
        Self { is_key: true, ..self }
    }

    /// It must be filled, though it is a list.
    pub(crate) const fn required(self) -> Self {
        Self { is_required: true, ..self }
    }

    /// It has another name than the field.
    pub(crate) const fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    /// An input has it elsewhere.
    pub(crate) const fn input(self, path: &'static str) -> Self {
        Self { input: Some(path), ..self }
    }

    /// What stands in it, where that doesn't follow from the field's type.
    pub(crate) const fn holds(self, value: Value) -> Self {
        Self { value, ..self }
    }

    /// The same in a table whose rows are these things.
    fn of_table(self, of: Option<Target>) -> Self {
        match (self.value, of) {
            (Value::Same, Some(of)) => self.holds(Value::One(of)),
            _ => self,
        }
    }

    /// The field of an input.
    pub(crate) fn in_input(&self) -> &'static str {
        self.input.unwrap_or(self.name)
    }
}

/// A column, with the type of the draft's field.
#[derive(Debug)]
pub struct Field<T> {
    pub(crate) column: Column,
    held: PhantomData<fn() -> T>,
}

impl<T> Clone for Field<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Field<T> {}

impl<T> Field<T> {
    pub(crate) const fn new(column: Column) -> Self {
        Self { column, held: PhantomData }
    }

    /// The name of its column.
    pub(crate) const fn name(self) -> &'static str {
        self.column.name
    }
}

/// What consists of the values of columns.
pub(crate) trait Columns: Sized {
    /// What a patch says. Problems are noted in the reading, where something sound stands in for what is wrong.
    fn read(from: &mut Reading<'_>) -> Self;
    /// Says all that it is.
    fn write(&self, patch: &mut Patch);
}
