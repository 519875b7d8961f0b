//! SQLite: rows as inserts of many rows, without waiting for the disk.

use std::str::FromStr as _;

use anyhow::{Context as _, Result};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteSynchronous};
use sea_orm::sqlx::{self, AssertSqlSafe, Connection as _, Executor as _, Row as _};
use sea_orm::sqlx::{ConnectOptions as _, SqliteConnection};
use uuid::Uuid;

use crate::fill::Space;
use crate::rows::{Encoder, Table};

/// Rows a statement: more gain nothing.
const ROWS: usize = 50;

/// A value that waits to be bound.
pub(crate) enum Cell {
    Null,
    Text(String),
    Uuid(Uuid),
    Integer(i64),
    Double(f64),
    Date(NaiveDate),
    Time(DateTime<Utc>),
}

/// Values in the order of the columns, one row after the other. The driver writes them in the form that the server,
/// which uses the same driver, reads.
#[derive(Default)]
pub(crate) struct Cells(Vec<Cell>);

impl Encoder for Cells {
    fn row(&mut self, columns: usize) {
        self.0.reserve(columns);
    }

    fn null(&mut self) {
        self.0.push(Cell::Null);
    }

    fn text(&mut self, value: &str) {
        self.0.push(Cell::Text(value.to_owned()));
    }

    fn json(&mut self, value: &str) {
        self.text(value);
    }

    fn uuid(&mut self, value: Uuid) {
        self.0.push(Cell::Uuid(value));
    }

    fn integer(&mut self, value: i32) {
        self.big_integer(i64::from(value));
    }

    fn big_integer(&mut self, value: i64) {
        self.0.push(Cell::Integer(value));
    }

    fn double(&mut self, value: f64) {
        self.0.push(Cell::Double(value));
    }

    fn date(&mut self, value: NaiveDate) {
        self.0.push(Cell::Date(value));
    }

    fn time(&mut self, value: DateTime<Utc>) {
        self.0.push(Cell::Time(value));
    }
}

/// A space in SQLite.
pub(crate) struct Sqlite(SqliteConnection);

impl Sqlite {
    pub(crate) async fn open(url: &str) -> Result<Self> {
        let connection = SqliteConnectOptions::from_str(url)?
            .synchronous(SqliteSynchronous::Off)
            .foreign_keys(false)
            .pragma("cache_size", "-262144")
            .pragma("wal_autocheckpoint", "20000")
            .connect()
            .await
            .context("cannot open the SQLite database")?;
        Ok(Self(connection))
    }
}

impl Space for Sqlite {
    type Encoder = Cells;

    async fn indexes(&mut self) -> Result<Vec<(String, String)>> {
        let sql = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL";
        Ok(sqlx::query_as(sql).fetch_all(&mut self.0).await?)
    }

    async fn number(&mut self, sql: &'static str) -> Result<i64> {
        Ok(self.0.fetch_one(sql).await?.try_get(0)?)
    }

    async fn execute(&mut self, sql: String) -> Result<()> {
        self.0.execute(AssertSqlSafe(sql)).await?;
        Ok(())
    }

    async fn write(&mut self, tables: Vec<Table<Cells>>) -> Result<()> {
        let mut transaction = self.0.begin().await?;
        for table in tables {
            let columns = table.columns.len();
            let mut cells = table.rows.0.into_iter();
            while cells.len() > 0 {
                let rows = (cells.len() / columns).min(ROWS);
                let mut insert =
                    sqlx::query(AssertSqlSafe(statement(table.name, &table.columns, rows)));
                for cell in cells.by_ref().take(rows * columns) {
                    insert = match cell {
                        Cell::Null => insert.bind(None::<String>),
                        Cell::Text(text) => insert.bind(text),
                        Cell::Uuid(uuid) => insert.bind(uuid),
                        Cell::Integer(integer) => insert.bind(integer),
                        Cell::Double(double) => insert.bind(double),
                        Cell::Date(date) => insert.bind(date),
                        Cell::Time(time) => insert.bind(time),
                    };
                }
                insert
                    .execute(&mut *transaction)
                    .await
                    .with_context(|| format!("filling the table {}", table.name))?;
            }
        }
        Ok(transaction.commit().await?)
    }

    async fn settle(&mut self) -> Result<()> {
        self.execute("ANALYZE".to_owned()).await?;
        self.execute("PRAGMA wal_checkpoint(TRUNCATE)".to_owned()).await
    }

    async fn bytes(&mut self) -> Result<i64> {
        let pages = self.number("PRAGMA page_count").await?;
        Ok(pages * self.number("PRAGMA page_size").await?)
    }
}

fn statement(table: &str, columns: &[&str], rows: usize) -> String {
    let row = format!("({})", vec!["?"; columns.len()].join(","));
    format!(
        r#"INSERT INTO "{table}" ("{}") VALUES {}"#,
        columns.join(r#"", ""#),
        vec![row; rows].join(",")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_has_a_place_for_each_value() {
        assert_eq!(
            statement("study_status_change", &["study_id", "on"], 2),
            r#"INSERT INTO "study_status_change" ("study_id", "on") VALUES (?,?),(?,?)"#
        );
    }
}
