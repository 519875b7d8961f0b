//! Export: what a viewer may see, as a bundle.
//!
//! Files are sorted by their keys, byte by byte, so that the same evidence gives the same files on
//! every database. Everything is read page by page, as it stands at one moment.

pub(super) mod evidence;
pub(super) mod feedback;
mod names;
pub(super) mod network;
mod shared;
mod sheet;
pub(super) mod standards;
pub(super) mod studies;

use std::collections::HashMap;
use std::io::Write as _;
use std::path::Path;

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, EntityTrait, Iterable, PrimaryKeyToColumn, QueryFilter, QueryOrder, QuerySelect,
    Select,
};
use uuid::Uuid;

use self::names::Names;
pub use self::sheet::Format;
use self::sheet::{Closed, Sheet};
use super::cell::Cell;
use super::entry::Entered;
use super::format::{FORMAT, FORMAT_VERSION, TABLES, Table};
use crate::Viewer;
use crate::durable::{self, NewFile};
use crate::error::{Error, Result};
use crate::store::{ReadTransaction, Store, Write};

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
        folder: Some(folder),
        format,
        only: None,
        names: Names::default(),
        written: Exported::default(),
        kept: HashMap::new(),
    };
    network::write(&mut exporter).await?;
    evidence::write(&mut exporter).await?;
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

/// The rows of one thing and of its children, by their files; everything that it refers to is named by its id, whoever
/// may see it.
pub(super) async fn one<K: Entered>(write: &Write, id: Uuid) -> Result<Kept> {
    let operator = Viewer::operator();
    let mut exporter = Exporter {
        connection: write.connection(),
        viewer: &operator,
        now: write.source().now(),
        folder: None,
        format: Format::Plain,
        only: Some(id),
        names: Names::ids(),
        written: Exported::default(),
        kept: HashMap::new(),
    };
    K::export(&mut exporter).await?;
    Ok(exporter.kept)
}

/// Rows that were kept, by the names of their files.
pub(super) type Kept = HashMap<&'static str, Vec<Vec<Cell>>>;

/// Writes what a viewer may see, page by page.
pub(super) struct Exporter<'e> {
    connection: &'e ReadTransaction,
    viewer: &'e Viewer,
    now: DateTime<Utc>,
    /// Where files go; nowhere, if rows are kept.
    folder: Option<&'e Path>,
    format: Format,
    /// The one thing that is to be written, of those that have pages.
    only: Option<Uuid>,
    names: Names,
    written: Exported,
    kept: Kept,
}

impl Exporter<'_> {
    fn sheet(&self, table: &'static Table) -> Sheet {
        Sheet::new(self.folder, table, self.format)
    }

    fn close(&mut self, sheet: Sheet) -> Result<()> {
        let Closed { table, rows, kept } = sheet.close()?;
        if rows > 0 {
            self.written.tables.push((table.name, rows));
        }
        if !kept.is_empty() {
            self.kept.insert(table.name, kept);
        }
        Ok(())
    }

    /// Begins the book of names anew when it has grown long; those of centres always stand in it.
    async fn renew_names(&mut self) -> Result<()> {
        if self.names.turn_the_page() {
            self.centres().await?;
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
        let select = self.only_one(select);
        Ok(select.order_by_asc(key).limit(PAGE).all(self.connection).await?)
    }

    /// Leaves of a select what is to be written.
    fn only_one<E: EntityTrait>(&self, select: Select<E>) -> Select<E> {
        match (self.only, E::PrimaryKey::iter().next()) {
            (Some(only), Some(key)) => select.filter(key.into_column().eq(only)),
            _ => select,
        }
    }
}
