//! The files that columns stand in.

use std::sync::OnceLock;

use super::Column;
use super::groups::{shared_columns, withdrawal_columns};
use super::value::{Target, Value};

/// A file of rows, or a list in an input.
#[derive(Debug)]
pub struct Table {
    /// The file's name without its ending.
    pub name: &'static str,
    /// What an input calls the rows, if they are a part of something.
    pub(crate) input: &'static str,
    /// What its rows are, if others may refer to them.
    pub(crate) of: Option<Target>,
    own: &'static [Column],
    besides: Besides,
    /// For child tables: the columns that name the parent.
    pub parent: &'static [Column],
    /// Its own columns and those that it has besides.
    all: OnceLock<Vec<Column>>,
}

/// The columns that a file has besides its own.
#[derive(Clone, Copy, Debug)]
enum Besides {
    /// None.
    Nothing,
    /// Those of all shared things; where `superseded_by` leads.
    Shared(Value),
    /// Those of things of the network that can be withdrawn; where `superseded_by` leads, if something can take their
    /// place.
    Withdrawal(Option<Value>),
}

impl Table {
    /// A file of rows that nothing refers to.
    pub(crate) const fn new(name: &'static str, own: &'static [Column]) -> Self {
        Self {
            name,
            input: name,
            of: None,
            own,
            besides: Besides::Nothing,
            parent: &[],
            all: OnceLock::new(),
        }
    }

    /// Its rows are things that others may refer to.
    pub(crate) const fn of(mut self, of: Target) -> Self {
        self.of = Some(of);
        self
    }

    /// Its first columns name the row of another file to which its rows belong.
    pub(crate) const fn child(mut self, parents: usize) -> Self {
        self.parent = self.own.split_at(parents).0;
        self
    }

    /// What its rows are called where they are a list in an input.
    pub(crate) const fn input(mut self, input: &'static str) -> Self {
        self.input = input;
        self
    }

    /// Its rows can be withdrawn, and nothing takes their place.
    pub(crate) const fn withdrawn(mut self) -> Self {
        self.besides = Besides::Withdrawal(None);
        self
    }

    /// Its rows can be withdrawn, and another can take their place.
    pub(crate) const fn superseded(mut self) -> Self {
        self.besides = Besides::Withdrawal(Some(Value::Same));
        self
    }

    /// Its rows are shared things.
    pub(crate) const fn shared(mut self, superseded_by: Value) -> Self {
        self.besides = Besides::Shared(superseded_by);
        self
    }

    /// Its columns in order.
    pub fn columns(&self) -> &[Column] {
        self.all.get_or_init(|| {
            let besides = match self.besides {
                Besides::Nothing => Vec::new(),
                Besides::Shared(superseded_by) => shared_columns(superseded_by),
                Besides::Withdrawal(superseded_by) => withdrawal_columns(superseded_by),
            };
            let is_own = |name| self.own.iter().any(|own| own.name == name);
            let besides = besides.into_iter().filter(|column| !is_own(column.name));
            let all = self.own.iter().copied().chain(besides);
            all.map(|column| column.of_table(self.of)).collect()
        })
    }

    /// The column of a name.
    pub(crate) fn column(&self, name: &str) -> Option<Column> {
        self.columns().iter().copied().find(|column| column.name == name)
    }

    /// Those of its columns that may refer to another row of the same file.
    pub(crate) fn columns_of_itself(&self) -> impl Iterator<Item = Column> {
        self.columns().iter().copied().filter(|column| match column.value {
            Value::One(of) | Value::Many(of) | Value::Within(of, _) => self.of == Some(of),
            _ => false,
        })
    }

    /// Its own columns, without those that many files have.
    #[must_use]
    pub const fn own_columns(&self) -> &'static [Column] {
        self.own
    }
}
