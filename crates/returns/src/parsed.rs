//! What a return says, on its way from its reader to the database: no identifier is in it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::causes::Found;
use crate::identifier::KeyHash;

/// A child's sex, as a return tells it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Sex {
    /// Female.
    Female,
    /// Male.
    Male,
    /// Not known, not recorded, or not born yet.
    NotKnown,
}

/// How a child is in touch with social work.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SpellKind {
    /// In need: from referral to closure.
    InNeed,
    /// The subject of a child protection plan.
    ProtectionPlan,
    /// Looked after by a local authority.
    LookedAfter,
    /// In an agreed series of short breaks.
    ShortBreak,
    /// Having left care.
    CareLeaver,
    /// Missing, or away from the placement without authorisation.
    Missing,
}

/// A child of a return.
#[derive(Clone, Debug)]
pub struct Child {
    /// By what they are recognised, the surest first.
    pub hashes: Vec<KeyHash>,
    /// Year and month of birth, in months from the year 0; nothing for the unborn.
    pub birth_month: Option<i32>,
    /// Their sex.
    pub sex: Sex,
    /// The code of their ethnicity.
    pub ethnicity: &'static str,
}

/// A time in which a child was in touch with social work.
#[derive(Clone, Copy, Debug)]
pub struct Spell {
    /// The child's place in the return.
    pub child: u32,
    /// The line of the file that tells of it.
    pub line: u64,
    /// How the child was in touch.
    pub kind: SpellKind,
    /// The first day.
    pub started_on: NaiveDate,
    /// The last day; nothing while it goes on.
    pub ended_on: Option<NaiveDate>,
    /// The code of the need.
    pub category_of_need: Option<&'static str>,
    /// The code of the legal status.
    pub legal_status: Option<&'static str>,
    /// The code of the placement.
    pub placement: Option<&'static str>,
    /// The code of who provides the placement.
    pub provider: Option<&'static str>,
    /// The category of a protection plan.
    pub category_of_abuse: Option<&'static str>,
    /// The code of why it began.
    pub reason_started: Option<&'static str>,
    /// The code of why it ended.
    pub reason_ended: Option<&'static str>,
}

impl Spell {
    /// A time of a kind, of which no more is known.
    pub(crate) const fn new(
        child: u32,
        line: u64,
        kind: SpellKind,
        started_on: NaiveDate,
        ended_on: Option<NaiveDate>,
    ) -> Self {
        Self {
            child,
            line,
            kind,
            started_on,
            ended_on,
            category_of_need: None,
            legal_status: None,
            placement: None,
            provider: None,
            category_of_abuse: None,
            reason_started: None,
            reason_ended: None,
        }
    }
}

/// A row that was refused, or kept in doubt; or a column of which its table was. It never holds what stands in a row.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Problem {
    /// Whether it was refused; kept in doubt otherwise.
    pub is_refusal: bool,
    /// The table, such as `Episodes`.
    pub file: &'static str,
    /// The line of the file, from 1.
    pub line: u64,
    /// The column or element.
    pub column: Option<Cow<'static, str>>,
    /// The rule's code.
    pub rule: &'static str,
    /// The code, or the name of a column or element, that was probably meant.
    pub nearest: Option<Cow<'static, str>>,
    /// Of how many rows it is told.
    pub rows: u64,
}

impl Problem {
    /// Something that is kept all the same.
    pub fn doubt(
        file: &'static str,
        line: u64,
        column: Option<&'static str>,
        rule: &'static str,
    ) -> Self {
        Self {
            is_refusal: false,
            file,
            line,
            column: column.map(Cow::Borrowed),
            rule,
            nearest: None,
            rows: 1,
        }
    }

    /// Something for which it is refused.
    pub fn refusal(
        file: &'static str,
        line: u64,
        column: Option<&'static str>,
        rule: &'static str,
    ) -> Self {
        Self { is_refusal: true, ..Self::doubt(file, line, column, rule) }
    }

    /// The same, with the code that was probably meant.
    pub fn near(self, nearest: Option<&'static str>) -> Self {
        Self { nearest: nearest.map(Cow::Borrowed), ..self }
    }
}

/// How many rows there were, and what became of them.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Tally {
    /// Rows that were read; of a census, children, referrals and plans.
    pub read: u64,
    /// Rows that are kept.
    pub kept: u64,
    /// Rows that were checked and, being about what is not kept, forgotten.
    pub checked: u64,
    /// Rows that were refused.
    pub refused: u64,
    /// Rows that were kept or checked in doubt.
    pub doubtful: u64,
    /// The rows of each table that is kept, and how many of them were refused.
    pub tables: BTreeMap<&'static str, OfTable>,
    /// How many rows of each table were read; of a census, how many of each element have others within.
    pub read_of: BTreeMap<&'static str, u64>,
}

/// The rows of a table that is kept.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct OfTable {
    /// How many there were.
    pub rows: u64,
    /// How many of them were refused.
    pub refused: u64,
}

impl Tally {
    /// Of how many rows something could be told that is told of one.
    pub fn rows_like(&self, problem: &Problem) -> u64 {
        let column = problem.column.as_deref().unwrap_or_default();
        let table =
            super::cin_census::holder(column).filter(|_| problem.file == super::cin_census::FILE);
        self.read_of.get(table.unwrap_or(problem.file)).copied().unwrap_or(u64::MAX / 2)
    }

    /// Counts rows of a table that is kept.
    pub fn of_table(&mut self, table: &'static str, rows: u64, refused: u64) {
        let told = self.tables.entry(table).or_default();
        told.rows += rows;
        told.refused += refused;
    }
}

/// What is handed on at once.
#[derive(Debug, Default)]
pub struct Batch {
    /// Children, in the order of their places.
    pub children: Vec<Child>,
    /// Their times.
    pub spells: Vec<Spell>,
    /// Children who are unaccompanied asylum-seeking children at the end of the collection year.
    pub unaccompanied: Vec<u32>,
    /// Children who were adopted, and the day; also where the row that says so was refused.
    pub adopted: Vec<(u32, NaiveDate)>,
    /// What is wrong, in the order of the report: it comes last.
    pub problems: Vec<Problem>,
    /// The rows that are doubtful: table and line.
    pub doubted: Vec<(&'static str, u64)>,
    /// How many rows there were until now.
    pub tally: Tally,
}

impl Batch {
    fn len(&self) -> usize {
        self.children.len() + self.spells.len() + self.doubted.len()
    }
}

/// Takes what a reader finds, and hands it on in batches.
pub struct Outlet {
    batch: Batch,
    send: Box<dyn FnMut(Batch) -> bool + Send>,
    children: u32,
    found: Found,
}

/// How much is handed on at once.
const BATCH: usize = 5_000;

impl Outlet {
    /// An outlet; `send` says whether anybody still listens.
    pub fn new(send: impl FnMut(Batch) -> bool + Send + 'static) -> Self {
        Self { batch: Batch::default(), send: Box::new(send), children: 0, found: Found::default() }
    }

    /// Takes a child, and gives its place.
    pub(crate) fn child(&mut self, child: Child) -> u32 {
        self.batch.children.push(child);
        self.children += 1;
        self.children - 1
    }

    pub(crate) fn spell(&mut self, spell: Spell) {
        self.batch.spells.push(spell);
    }

    pub(crate) fn unaccompanied(&mut self, child: u32) {
        self.batch.unaccompanied.push(child);
    }

    pub(crate) fn adopted(&mut self, child: u32, on: NaiveDate) {
        self.batch.adopted.push((child, on));
    }

    pub(crate) fn problem(&mut self, problem: Problem) {
        if !problem.is_refusal {
            self.batch.doubted.push((problem.file, problem.line));
        }
        self.found.add(problem);
    }

    pub(crate) fn tally(&mut self) -> &mut Tally {
        &mut self.batch.tally
    }

    /// Hands on what there is, if it is enough; says whether anybody still listens.
    pub(crate) fn breathe(&mut self) -> bool {
        self.batch.len() < BATCH || self.flush()
    }

    /// Hands on what there is, and what is wrong with it.
    pub fn finish(&mut self) -> bool {
        let tally = self.batch.tally.clone();
        let found = std::mem::take(&mut self.found);
        self.batch.problems = found.arranged(|problem| tally.rows_like(problem));
        self.flush()
    }

    /// Hands on what there is.
    fn flush(&mut self) -> bool {
        let tally = self.batch.tally.clone();
        let batch = std::mem::take(&mut self.batch);
        self.batch.tally = tally;
        (self.send)(batch)
    }
}
