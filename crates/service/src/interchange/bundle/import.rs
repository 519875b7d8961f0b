//! Import: every row of a bundle becomes a draft, and every batch of drafts one transaction.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::ops::ControlFlow;

use super::batch::{self, Member, RowOutcome};
use super::family::Index;
use super::format::Table;
use super::report::{Located, Progress, Report};
use super::rows::Rows;
use super::source::Bundle;
use super::waiting::Waiting;
use crate::Viewer;
use crate::error::Result;
use crate::evidence::record::{AuthorDraft, SiteDraft, StatusChangeDraft};
use crate::interchange::kinds::{self, Kind};
use crate::network::record::{LabelDraft, RoleDraft, StatusDraft};
use crate::record::reading::{Child, OfChild, OfChildren, Row, own_key};
use crate::record::references::Key;
use crate::record::wording::same_key;
use crate::record::{Fault, Outcome, Problem};
use crate::store::{Store, Write};

/// How many rows are written at once.
const BATCH: usize = 500;
/// What the audit calls an import.
const ACTION: &str = "import.bundle";

/// Is told how far an import has come.
pub type Observer<'o> = Box<dyn FnMut(&Progress) -> ControlFlow<()> + Send + 'o>;

/// How to import.
pub struct Options<'o> {
    /// Write nothing at all if any row is wrong.
    pub strict: bool,
    /// Told after every batch; stops the import by answering so.
    pub progress: Observer<'o>,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self { strict: false, progress: Box::new(|_| ControlFlow::Continue(())) }
    }
}

impl std::fmt::Debug for Options<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options").field("strict", &self.strict).finish_non_exhaustive()
    }
}

/// Imports a bundle.
///
/// # Errors
/// When the database or a file cannot be read or written. Batches that were written before stay, and
/// importing again completes them; what is wrong with single rows is in the report, and no error.
pub async fn import(
    store: &Store,
    viewer: &Viewer,
    bundle: Bundle,
    options: Options<'_>,
) -> Result<Report> {
    let whole = if options.strict { Some(store.begin_write(viewer).await?) } else { None };
    let mut import = Import {
        store,
        viewer,
        bundle,
        options,
        whole,
        indexes: BTreeMap::new(),
        report: Report::default(),
    };
    let problems = std::mem::take(&mut import.bundle.problems);
    problems.into_iter().for_each(|problem| import.report.problem(problem));
    import.report.warnings = std::mem::take(&mut import.bundle.warnings);
    import.all().await?;

    let Import { whole, mut report, .. } = import;
    report.sort();
    report.is_written = true;
    if let Some(write) = whole {
        report.is_written = report.problem_count == 0 && !report.is_interrupted;
        if report.is_written {
            store.finish(write, ACTION).await?;
        }
    }
    Ok(report)
}

struct Import<'i, 'o> {
    store: &'i Store,
    viewer: &'i Viewer,
    bundle: Bundle,
    options: Options<'o>,
    /// The one write of a strict import.
    whole: Option<Write>,
    /// The child files that are being read with their parents.
    indexes: BTreeMap<&'static str, Index>,
    report: Report,
}

impl Import<'_, '_> {
    async fn all(&mut self) -> Result<()> {
        self.table::<kinds::Centres>().await?;
        self.orphans::<StatusDraft>().await?;
        self.table::<kinds::People>().await?;
        self.orphans::<RoleDraft>().await?;
        self.table::<kinds::LocalAuthorities>().await?;
        self.table::<kinds::Partners>().await?;
        self.table::<kinds::Programmes>().await?;
        self.table::<kinds::Engagements>().await?;
        self.table::<kinds::Interventions>().await?;
        self.table::<kinds::Outcomes>().await?;
        self.table::<kinds::Populations>().await?;
        self.orphans::<LabelDraft>().await?;
        self.table::<kinds::Standards>().await?;
        self.table::<kinds::Versions>().await?;
        self.table::<kinds::Dimensions>().await?;
        self.table::<kinds::Levels>().await?;
        self.table::<kinds::Crosswalk>().await?;
        self.table::<kinds::Collaborations>().await?;
        self.table::<kinds::Publications>().await?;
        self.orphans::<AuthorDraft>().await?;
        self.table::<kinds::Studies>().await?;
        self.orphans::<StatusChangeDraft>().await?;
        self.orphans::<SiteDraft>().await?;
        self.table::<kinds::Findings>().await?;
        self.table::<kinds::Ratings>().await?;
        self.table::<kinds::Feedback>().await
    }

    /// A file with the children of its rows.
    async fn table<K: Kind>(&mut self) -> Result<()> {
        for child in K::CHILDREN {
            self.index(child)?;
        }
        let Some(mut rows) = self.open(K::TABLE)? else {
            return Ok(());
        };
        let hasher = RandomState::new();
        // A few bytes a row, to know keys that come twice; the keys themselves may be long.
        let mut seen: HashMap<u64, u32> = HashMap::new();
        let mut waiting = Waiting::default();
        let mut read = 0;
        while !self.report.is_interrupted {
            let batch = self.read_batch::<K>(&mut rows, &hasher, &mut seen, &mut read)?;
            let is_last = batch.len() < BATCH && rows.is_at_end()?;
            let waits = self.write::<K>(&rows.file, batch, true).await?;
            self.put_aside::<K>(&rows.file, &mut waiting, waits);
            self.tell(&rows, read);
            if is_last {
                break;
            }
        }
        self.settle::<K>(&rows.file, waiting.rows).await?;
        self.warn_of_columns(K::TABLE, &rows.file, &rows.left_out());
        self.report.warnings.extend(rows.of_short());
        Ok(())
    }

    /// Says which columns were not there to keep what they held.
    fn warn_of_columns(&mut self, table: &'static Table, file: &str, left_out: &[&'static str]) {
        let revised = self.report.table(table.name).updated;
        if revised > 0 && !left_out.is_empty() {
            self.report.warnings.push(Located::of_left_out(file, left_out, revised));
        }
    }

    fn open(&mut self, table: &'static Table) -> Result<Option<Rows>> {
        if self.report.is_interrupted {
            return Ok(None);
        }
        let Some(opened) = self.bundle.read(table)? else {
            return Ok(None);
        };
        self.report.table(table.name);
        match Rows::open(opened, table, self.bundle.row_bytes())? {
            Ok(rows) => Ok(Some(rows)),
            Err(problems) => {
                problems.into_iter().for_each(|problem| self.report.problem(problem));
                Ok(None)
            }
        }
    }

    fn index(&mut self, table: &'static Table) -> Result<()> {
        if !self.indexes.contains_key(table.name)
            && !self.report.tables.iter().any(|read| read.table == table.name)
            && let Some(rows) = self.open(table)?
        {
            let index = Index::build(table, rows, &mut self.report)?;
            self.indexes.insert(table.name, index);
        }
        Ok(())
    }

    fn read_batch<K: Kind>(
        &mut self,
        rows: &mut Rows,
        hasher: &RandomState,
        seen: &mut HashMap<u64, u32>,
        read: &mut u64,
    ) -> Result<Vec<Row>> {
        let mut batch = Vec::with_capacity(BATCH);
        while batch.len() < BATCH {
            let Some(row) = rows.next()? else { break };
            *read += 1;
            self.report.table(K::TABLE.name).read += 1;
            match row {
                Err((line, problem)) => self.refuse::<K>(&rows.file, line, vec![problem]),
                Ok(row) => {
                    let line = u32::try_from(row.line).unwrap_or(u32::MAX);
                    match seen.entry(hasher.hash_one(own_key(K::TABLE, &row.patch))) {
                        Entry::Occupied(first) => {
                            let problem = same_key((*first.get()).into());
                            self.refuse::<K>(&rows.file, row.line, vec![problem]);
                        }
                        Entry::Vacant(place) => {
                            place.insert(line);
                            batch.push(row);
                        }
                    }
                }
            }
        }
        Ok(batch)
    }

    /// Writes rows with their children in one transaction; gives back those that wait for another
    /// row of the file.
    async fn write<K: Kind>(
        &mut self,
        file: &str,
        rows: Vec<Row>,
        may_wait: bool,
    ) -> Result<Vec<Row>> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let members =
            rows.into_iter().map(|row| self.with_children::<K>(row)).collect::<Result<Vec<_>>>()?;
        let mut write = match self.whole.take() {
            Some(write) => write,
            None => self.store.begin_write(self.viewer).await?,
        };
        let entered =
            batch::record_members::<K>(&mut write, self.viewer, &members, may_wait).await?;
        self.close(write).await?;
        let mut waiting = Vec::new();
        for (member, entered) in members.into_iter().zip(entered) {
            match entered {
                RowOutcome::Waits => waiting.push(member.row),
                RowOutcome::Refused(problems) => self.refuse::<K>(file, member.row.line, problems),
                RowOutcome::Recorded(recorded, of_children) => {
                    self.report.table(K::TABLE.name).count(recorded.outcome, 1);
                    self.count_children(recorded.outcome, of_children);
                    for (table, children) in &member.children {
                        if let Some(index) = self.indexes.get_mut(table.name) {
                            index.take(children);
                        }
                    }
                }
            }
        }
        Ok(waiting)
    }

    async fn close(&mut self, write: Write) -> Result<()> {
        if self.options.strict {
            self.whole = Some(write);
            return Ok(());
        }
        self.store.finish(write, ACTION).await
    }

    fn with_children<K: Kind>(&mut self, row: Row) -> Result<Member> {
        let name = Key::of(K::named_by_children(&row.patch)).unwrap_or_default();
        let mut children = Vec::new();
        for table in K::CHILDREN {
            if let Some(index) = self.indexes.get_mut(table.name) {
                children.push((*table, index.rows_of(&name)?));
            }
        }
        Ok(Member { row, children })
    }

    fn count_children(&mut self, outcome: Outcome, of_children: OfChildren) {
        for (table, sound, refused) in of_children.counts {
            let table = self.report.table(table);
            table.count(outcome, sound);
            table.refused += refused;
        }
        for OfChild { file, line, problem, .. } in of_children.problems {
            self.report.problem(Located::new(&file, line, problem));
        }
    }

    fn refuse<K: Kind>(&mut self, file: &str, line: u64, problems: Vec<Problem>) {
        self.refuse_row(K::TABLE, file, line, problems);
    }

    fn refuse_row(&mut self, table: &'static Table, file: &str, line: u64, problems: Vec<Problem>) {
        self.report.table(table.name).refused += 1;
        for problem in problems {
            self.report.problem(Located::new(file, line, problem));
        }
    }

    fn tell(&mut self, rows: &Rows, read: u64) {
        let progress = Progress {
            file: rows.file.clone(),
            rows: read,
            bytes: rows.bytes(),
            of_bytes: rows.of_bytes,
        };
        if (self.options.progress)(&progress).is_break() {
            self.report.is_interrupted = true;
        }
    }

    fn put_aside<K: Kind>(&mut self, file: &str, waiting: &mut Waiting, rows: Vec<Row>) {
        for row in rows {
            let line = row.line;
            if !waiting.add(row) {
                let problem = Problem {
                    field: K::TABLE.columns_of_itself().next().map(|column| column.name),
                    fault: Fault::UnknownReference,
                    reason: "It refers to a row further down, and too many rows do.".into(),
                    remedy: "Sort the file so that what is referred to comes first.".into(),
                };
                self.refuse::<K>(file, line, vec![problem]);
            }
        }
    }

    /// Writes rows that waited for others of their file, those first that others wait for.
    async fn settle<K: Kind>(&mut self, file: &str, mut waiting: Vec<Row>) -> Result<()> {
        while !waiting.is_empty() && !self.report.is_interrupted {
            let keys: HashSet<Key> =
                waiting.iter().map(|row| own_key(K::TABLE, &row.patch)).collect();
            let (blocked, ready): (Vec<Row>, Vec<Row>) =
                waiting.into_iter().partition(|row| batch::waits_for::<K>(row, &keys));
            if ready.is_empty() {
                for row in &blocked {
                    self.refuse::<K>(file, row.line, vec![batch::circle::<K>()]);
                }
                return Ok(());
            }
            let mut ready = ready.into_iter();
            loop {
                let some: Vec<Row> = ready.by_ref().take(BATCH).collect();
                if some.is_empty() {
                    break;
                }
                self.write::<K>(file, some, false).await?;
            }
            waiting = blocked;
        }
        Ok(())
    }

    /// Child rows whose parents are not in the bundle, but may be in the space.
    async fn orphans<C: Child>(&mut self) -> Result<()> {
        let table = C::TABLE;
        self.index(table)?;
        let Some(mut index) = self.indexes.remove(table.name) else {
            return Ok(());
        };
        let mut place = 0;
        while !self.report.is_interrupted {
            let (parents, next) = index.parents_left(place, BATCH)?;
            place = next;
            if parents.is_empty() {
                break;
            }
            let children =
                parents.iter().map(|parent| index.rows_of(parent)).collect::<Result<Vec<_>>>()?;
            let mut write = match self.whole.take() {
                Some(write) => write,
                None => self.store.begin_write(self.viewer).await?,
            };
            let entered = batch::amend_parents::<C>(&mut write, self.viewer, &children).await?;
            self.close(write).await?;
            for (children, entered) in children.into_iter().zip(entered) {
                match entered {
                    RowOutcome::Recorded(recorded, of_children) => {
                        self.count_children(recorded.outcome, of_children)
                    }
                    RowOutcome::Refused(problems) => {
                        for row in &children.rows {
                            self.refuse_row(table, &children.file, row.line, problems.clone());
                        }
                    }
                    RowOutcome::Waits => {}
                }
            }
        }
        self.warn_of_columns(table, index.file(), &index.left_out());
        self.report.warnings.extend(index.of_short());
        Ok(())
    }
}
