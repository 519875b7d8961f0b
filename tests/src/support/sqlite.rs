//! SQLite databases: a file each, in a temporary folder of its own.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;
use tokio::sync::OnceCell;

use super::databases::migrate;

/// The migrated file, kept in memory: a static is never dropped, so a file would stay behind.
static TEMPLATE: OnceCell<Vec<u8>> = OnceCell::const_new();

/// A file, and the folder that goes with this value. The folder is its own because `-wal` and `-shm` files join it.
#[derive(Debug)]
pub(super) struct SqliteDatabase {
    folder: TempDir,
}

impl SqliteDatabase {
    pub(super) fn url(&self) -> String {
        format!("sqlite://{}?mode=rwc", self.file().display())
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("commonground.sqlite")
    }

    /// All of it, once it is closed.
    pub(super) fn read(&self) -> Vec<u8> {
        fs::read(self.file()).expect("the file of the database can be read")
    }
}

/// A copy of the template.
pub(super) async fn fresh() -> SqliteDatabase {
    copy(TEMPLATE.get_or_init(make_template).await)
}

/// A database with this content.
pub(super) fn copy(content: &[u8]) -> SqliteDatabase {
    let database = empty();
    fs::write(database.file(), content).expect("the template is copied");
    database
}

/// No file yet.
pub(super) fn empty() -> SqliteDatabase {
    SqliteDatabase { folder: tempfile::tempdir().expect("a temporary folder can be made") }
}

async fn make_template() -> Vec<u8> {
    let database = empty();
    // Nothing here turns the write-ahead log on, so that after closing the file is the whole database.
    migrate(&database.url()).await;
    database.read()
}
