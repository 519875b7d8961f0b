//! Reading: how what a patch says becomes a draft, and what is wrong with it.

use std::collections::HashMap;

use entity::{RatedKind, Vocabulary};
use sea_orm::EntityTrait;
use uuid::Uuid;

use super::columns::{Column, Columns, Field, FieldType, Table, Target, Value};
use super::parts::{Children, Part};
use super::patch::{Item, Patch};
use super::references::{Key, Known};
use super::{Whole, wording};
use crate::problem::{Problem, Problems};

/// A row of a list or of a file.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// Its line in the file, or its place in the list.
    pub(crate) line: u64,
    /// Where it begins in the file.
    pub(crate) offset: u64,
    /// What it says.
    pub(crate) patch: Patch,
}

/// The child rows of one parent.
#[derive(Clone, Debug, Default)]
pub(crate) struct ChildRows {
    pub(crate) rows: Vec<Row>,
    /// The file or list.
    pub(crate) file: String,
    /// Their places in the index of the file.
    pub(crate) places: Vec<usize>,
    /// Whether every row could be read: else the parent may have more children than are known.
    pub(crate) is_whole: bool,
    /// Whether these are all that there shall be, also if there are none.
    pub(crate) are_all: bool,
}

impl ChildRows {
    /// All the child rows that a parent shall have.
    pub(crate) fn exactly(table: &Table, patches: Vec<Patch>) -> Self {
        let rows = (0..).zip(patches).map(|(line, patch)| Row { line, offset: 0, patch });
        Self {
            rows: rows.collect(),
            file: table.input.to_owned(),
            places: Vec::new(),
            is_whole: true,
            are_all: true,
        }
    }
}

/// What stands in a list of an input, or in a file of its own, and belongs to something else.
pub trait Listed {
    /// Its list.
    const TABLE: &'static Table;
}

/// The draft of a child, which is a row of a table of parts.
pub(crate) trait Child: Listed + Columns + Clone + Send + Sync + 'static {
    /// What it is a part of.
    type Whole: Whole;
    /// Its table.
    type Part: Part<Self::Whole>;

    /// What is wrong with it.
    fn check(&self, problems: &mut Problems);
    /// Its row.
    fn row(&self, whole: Uuid) -> <Self::Part as EntityTrait>::Model;
    /// What a row is.
    fn from_row(row: <Self::Part as EntityTrait>::Model) -> Self;
}

/// A problem of a child row.
#[derive(Debug)]
pub(crate) struct OfChild {
    pub(crate) table: &'static Table,
    /// The file or list.
    pub(crate) file: String,
    /// The line, or the place in the list.
    pub(crate) line: u64,
    pub(crate) problem: Problem,
}

/// What is found where children are read.
#[derive(Debug, Default)]
pub(crate) struct OfChildren {
    /// What is wrong with them.
    pub(crate) problems: Vec<OfChild>,
    /// How many of each table are sound, and how many are not.
    pub(crate) counts: Vec<(&'static str, u64, u64)>,
}

/// What a patch says, with what its references stand for.
#[derive(Debug)]
pub(crate) struct Reading<'a> {
    table: &'static Table,
    patch: &'a Patch,
    known: &'a Known,
    children: &'a [(&'static Table, ChildRows)],
    /// What is wrong with it.
    pub(crate) problems: Problems,
    /// What is found of its children.
    pub(crate) of_children: OfChildren,
}

impl<'a> Reading<'a> {
    pub(crate) fn new(table: &'static Table, patch: &'a Patch, known: &'a Known) -> Self {
        Self {
            table,
            patch,
            known,
            children: &[],
            problems: Problems::default(),
            of_children: OfChildren::default(),
        }
    }

    /// The same with the rows of its children.
    pub(crate) fn with(self, children: &'a [(&'static Table, ChildRows)]) -> Self {
        Self { children, ..self }
    }

    /// The value of a field. What is wrong is noted, and something sound stands in for it.
    pub(crate) fn take<T: FieldType>(&mut self, field: Field<T>) -> T {
        // Where a reference leads may differ between the files that have the same field.
        let column = self.table.column(field.name()).unwrap_or(field.column);
        T::read(self, column)
    }

    pub(super) fn one(&self, column: Column) -> Option<&'a Item> {
        self.patch.items(column.name).first()
    }

    pub(super) fn all(&self, column: Column) -> &'a [Item] {
        self.patch.items(column.name)
    }

    /// What an item refers to; nothing known is noted.
    pub(super) fn referred(&mut self, item: &Item, column: Column) -> Option<Uuid> {
        match self.reference(item, column) {
            Some((target, key)) => {
                let id = self.known.id(target, &key);
                if id.is_none() {
                    self.problems.push(wording::unknown_reference(column.name, target, item));
                }
                id
            }
            None => {
                if matches!(column.value, Value::Scores) {
                    self.problems.push(wording::not_a_score(column.name, item.text()));
                }
                None
            }
        }
    }

    /// What a column names, if that is one thing and known; what is wrong is noted.
    pub(crate) fn names(&mut self, column: Column) -> Option<Uuid> {
        match self.one(column) {
            // A vocabulary, within which something else is named.
            Some(item) if matches!(column.value, Value::Word(_)) => {
                if let Item::Text(text) = item {
                    let words = Vocabulary::WORDS;
                    self.problems.push(wording::unknown_word(column.name, text, words));
                }
                None
            }
            Some(item) => self.referred(item, column),
            None => {
                self.problems.push(wording::required(column.name));
                None
            }
        }
    }

    /// The vocabulary whose terms stand in the file.
    pub(crate) fn vocabulary(&self) -> Vocabulary {
        let of = self.table.of.and_then(Target::vocabulary);
        of.unwrap_or(Vocabulary::Intervention)
    }

    /// The kind of thing and the key that an item of a column names.
    fn reference(&self, item: &Item, column: Column) -> Option<(Target, Key)> {
        let word = |name: &str| self.patch.item(name).to_string();
        let target = match column.value {
            Value::One(target) | Value::Many(target) | Value::Within(target, _) => target,
            Value::Term => word("vocabulary").parse::<Vocabulary>().ok()?.into(),
            Value::Subject => word("subject_kind").parse::<RatedKind>().ok()?.into(),
            Value::Scores => Target::Level,
            _ => return None,
        };
        let within: &[&str] = match column.value {
            Value::Within(_, others) => others,
            Value::Scores => &["standard", "version"],
            _ => &[],
        };
        let whole = within.iter().map(|name| self.patch.item(name));
        let own = match item {
            Item::Score { dimension, level } => {
                vec![Item::Text(dimension.clone()), Item::Text(level.clone())]
            }
            Item::Text(_) if matches!(column.value, Value::Scores) => return None,
            item => vec![item.clone()],
        };
        Some((target, Key::of(whole.chain(own))?))
    }

    /// What a column refers to.
    pub(crate) fn references_of(&self, column: Column) -> Vec<(Target, Key)> {
        let items = self.patch.items(column.name).iter();
        items.filter_map(|item| self.reference(item, column)).collect()
    }

    /// Everything that the row refers to.
    pub(crate) fn references(&self) -> Vec<(Target, Key)> {
        let columns = self.table.columns().iter();
        columns.flat_map(|column| self.references_of(*column)).collect()
    }

    /// The children of one kind. A row that is refused takes nothing away: what it might have replaced stays.
    pub(crate) fn children<C: Child>(&mut self) -> Children<C> {
        let table = C::TABLE;
        let Some((_, children)) = self.children.iter().find(|(of, _)| of.name == table.name) else {
            return Children::AsTheyAre;
        };
        if children.rows.is_empty() && !children.are_all {
            return Children::AsTheyAre;
        }
        let mut drafts = Vec::new();
        let mut keys = HashMap::new();
        let mut refused = 0;
        for row in &children.rows {
            let mut reading = Reading::new(table, &row.patch, self.known);
            let draft = C::read(&mut reading);
            let mut problems = reading.problems;
            if let Some(line) = keys.insert(own_key(table, &row.patch), row.line) {
                problems.push(wording::same_key(line));
            }
            if problems.is_empty() {
                draft.check(&mut problems);
            }
            if problems.is_empty() {
                drafts.push(draft);
                continue;
            }
            refused += 1;
            let file = &children.file;
            let of_child = |problem| OfChild { table, file: file.clone(), line: row.line, problem };
            self.of_children.problems.extend(problems.into_vec().into_iter().map(of_child));
        }
        let sound = children.rows.len() as u64 - refused;
        self.of_children.counts.push((table.name, sound, refused));
        if refused == 0 && children.is_whole {
            Children::Exactly(drafts)
        } else {
            Children::AtLeast(drafts)
        }
    }
}

/// By what a row is recognised within its file.
pub(crate) fn own_key(table: &Table, patch: &Patch) -> Key {
    let keys = table.columns().iter().filter(|column| column.is_key);
    Key::of(keys.map(|column| patch.item(column.name))).unwrap_or_default()
}
