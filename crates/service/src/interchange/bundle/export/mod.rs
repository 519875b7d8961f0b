//! Export: what a viewer may see, as a bundle.
//!
//! Files are sorted by their keys, byte by byte, so that the same evidence gives the same files on
//! every database. Everything is read page by page, as it stands at one moment.

mod files;
mod names;
mod sheet;

use std::io::Write as _;
use std::path::Path;

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use self::names::Names;
pub use self::sheet::Format;
use self::sheet::Sheet;
use super::format::{FORMAT, FORMAT_VERSION, TABLES, Table};
use crate::Viewer;
use crate::durable::{self, NewFile};
use crate::error::{Error, Result};
use crate::interchange::kinds::Kind;
use crate::record::patch::{Item, Patch};
use crate::record::{Draft, RowOf};
use crate::store::{ReadTransaction, Store};

/// How many things are read at once.
const PAGE: u64 = 500;

/// What an export wrote: each file that has rows, with their number.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Exported {
    /// The tables in the order of the format.
    pub tables: Vec<(&'static str, u64)>,
}

/// Writes what a viewer may see into a folder, which must be empty or not be there yet.
///
/// # Errors
/// `BAD_USER_INPUT` when the folder has something in it or cannot be written; when the database cannot be
/// read.
pub async fn export(
    store: &Store,
    viewer: &Viewer,
    folder: &Path,
    format: Format,
) -> Result<Exported> {
    prepare(folder)?;
    let snapshot = store.snapshot().await?;
    let mut exporter = Exporter {
        connection: &snapshot,
        viewer,
        now: store.source().now(),
        folder,
        format,
        names: Names::default(),
        written: Exported::default(),
    };
    files::write(&mut exporter).await?;
    let mut written = exporter.written;
    written.tables.sort_by_key(|(name, _)| TABLES.iter().position(|table| table.name == *name));
    let manifest = format!("{{\"format\": \"{FORMAT}\", \"version\": {FORMAT_VERSION}}}\n");
    let mut file = NewFile::begin(&folder.join("bundle.json")).map_err(unwritable)?;
    file.write_all(manifest.as_bytes()).map_err(unwritable)?;
    file.finish().map_err(unwritable)?;
    Ok(written)
}

fn prepare(folder: &Path) -> Result<()> {
    durable::make_folder(folder).map_err(unwritable)?;
    let is_empty = std::fs::read_dir(folder).map_err(unwritable)?.next().is_none();
    if !is_empty {
        return Err(Error::bad_input(
            "path",
            format!("{} is not empty. Give a folder that is not there yet.", folder.display()),
        ));
    }
    Ok(())
}

fn unwritable(failure: std::io::Error) -> Error {
    Error::bad_input("path", format!("The bundle cannot be written: {}.", failure.kind()))
}

/// Writes what a viewer may see, page by page.
struct Exporter<'e> {
    connection: &'e ReadTransaction,
    viewer: &'e Viewer,
    now: DateTime<Utc>,
    folder: &'e Path,
    format: Format,
    names: Names,
    written: Exported,
}

/// The file of a kind of thing, and those of its children.
struct Files {
    own: Sheet,
    children: Vec<Sheet>,
}

impl Exporter<'_> {
    fn files<K: Kind>(&self) -> Files {
        let sheet = |table: &'static Table| Sheet::new(self.folder, table, self.format);
        Files { own: sheet(K::TABLE), children: K::CHILDREN.iter().copied().map(sheet).collect() }
    }

    fn close(&mut self, files: Files) -> Result<()> {
        self.close_sheet(files.own)?;
        files.children.into_iter().try_for_each(|sheet| self.close_sheet(sheet))
    }

    fn close_sheet(&mut self, sheet: Sheet) -> Result<()> {
        let (table, rows) = sheet.close()?;
        if rows > 0 {
            self.written.tables.push((table.name, rows));
        }
        Ok(())
    }

    /// The next things after a key.
    async fn page<E: EntityTrait>(
        &self,
        select: Select<E>,
        key: E::Column,
        after: Option<&str>,
    ) -> Result<Vec<E::Model>>
    where
        E::Model: Send,
    {
        let select = match after {
            Some(after) => select.filter(key.gt(after)),
            None => select,
        };
        Ok(select.order_by_asc(key).limit(PAGE).all(self.connection).await?)
    }

    /// Writes things in their order, with their children.
    async fn write<K: Kind>(&mut self, files: &mut Files, rows: &[RowOf<K::Draft>]) -> Result<()> {
        let mut patches = self.say::<K>(rows).await?;
        for table in K::CHILDREN {
            let rows = patches.iter().flat_map(|patch| patch.rows(table));
            self.names.learn((self.connection, self.viewer, self.now), table, rows).await?;
        }
        for patch in &mut patches {
            let parent = K::named_by_children(patch);
            if !self.names.apply(K::TABLE, patch) {
                continue;
            }
            files.own.row(patch)?;
            for (sheet, table) in files.children.iter_mut().zip(K::CHILDREN) {
                let mut rows = patch.take_rows(table).unwrap_or_default();
                for row in &mut rows {
                    for (column, item) in table.parent.iter().zip(&parent) {
                        row.set_column(*column, vec![item.clone()]);
                    }
                }
                rows.retain_mut(|row| self.names.apply(table, row));
                sort(table, &mut rows);
                rows.iter().try_for_each(|row| sheet.row(row))?;
            }
        }
        Ok(())
    }

    /// Writes things that are few, sorted by their keys.
    async fn write_sorted<K: Kind>(&mut self, rows: &[RowOf<K::Draft>]) -> Result<()> {
        let mut files = self.files::<K>();
        let mut patches = self.say::<K>(rows).await?;
        patches.retain_mut(|patch| self.names.apply(K::TABLE, patch));
        sort(K::TABLE, &mut patches);
        patches.iter().try_for_each(|patch| files.own.row(patch))?;
        self.close(files)
    }

    /// What is to be said of things, and the names of what they refer to.
    async fn say<K: Kind>(&mut self, rows: &[RowOf<K::Draft>]) -> Result<Vec<Patch>> {
        let drafts = K::Draft::from_rows(self.connection, rows).await?;
        let patches: Vec<Patch> = drafts.iter().map(Patch::of).collect();
        self.names.learn((self.connection, self.viewer, self.now), K::TABLE, &patches).await?;
        Ok(patches)
    }
}

/// Sorts rows by their keys: numbers as numbers, all else as texts.
fn sort(table: &Table, rows: &mut [Patch]) {
    rows.sort_by_cached_key(|row| {
        let keys = table.columns().iter().filter(|column| column.is_key);
        let keys = keys.map(|column| match row.item(column.name) {
            Item::Whole(number) => (number, String::new()),
            other => (0, other.to_string()),
        });
        keys.collect::<Vec<_>>()
    });
}
