//! PostgreSQL: rows as the binary form of `COPY`.

use anyhow::{Context as _, Result};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sea_orm::sqlx::{
    AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _, query_as,
};
use uuid::Uuid;

use crate::fill::Space;
use crate::rows::{Encoder, Table};

/// The signature, no flags, no extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
const TRAILER: &[u8] = &(-1_i16).to_be_bytes();

/// Rows in the binary form.
#[derive(Default)]
pub(crate) struct Binary(Vec<u8>);

impl Binary {
    fn field(&mut self, bytes: &[u8]) {
        self.0.extend((bytes.len() as i32).to_be_bytes());
        self.0.extend(bytes);
    }
}

impl Encoder for Binary {
    fn row(&mut self, columns: usize) {
        self.0.extend((columns as i16).to_be_bytes());
    }

    fn null(&mut self) {
        self.0.extend((-1_i32).to_be_bytes());
    }

    fn text(&mut self, value: &str) {
        self.field(value.as_bytes());
    }

    fn json(&mut self, value: &str) {
        self.0.extend((value.len() as i32 + 1).to_be_bytes());
        self.0.push(1); // the version of the form of jsonb
        self.0.extend(value.as_bytes());
    }

    fn uuid(&mut self, value: Uuid) {
        self.field(value.as_bytes());
    }

    fn integer(&mut self, value: i32) {
        self.field(&value.to_be_bytes());
    }

    fn big_integer(&mut self, value: i64) {
        self.field(&value.to_be_bytes());
    }

    fn double(&mut self, value: f64) {
        self.field(&value.to_be_bytes());
    }

    fn date(&mut self, value: NaiveDate) {
        let days = value.signed_duration_since(epoch().date_naive()).num_days();
        self.field(&(days as i32).to_be_bytes());
    }

    fn time(&mut self, value: DateTime<Utc>) {
        let microseconds = (value - epoch()).num_microseconds().unwrap_or(i64::MAX);
        self.field(&microseconds.to_be_bytes());
    }
}

/// PostgreSQL counts from the first day of 2000.
fn epoch() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(10_957)
}

/// A space in PostgreSQL.
pub(crate) struct Postgres(PgConnection);

impl Postgres {
    pub(crate) async fn open(url: &str) -> Result<Self> {
        let mut connection =
            PgConnection::connect(url).await.context("cannot connect to PostgreSQL")?;
        connection
            .execute("SET synchronous_commit = off; SET maintenance_work_mem = '512MB'")
            .await?;
        let unchecked = connection.execute("SET session_replication_role = replica").await;
        if unchecked.is_err() {
            println!(
                "This role may not leave out the check of foreign keys: filling takes longer."
            );
        }
        Ok(Self(connection))
    }
}

impl Space for Postgres {
    type Encoder = Binary;

    async fn indexes(&mut self) -> Result<Vec<(String, String)>> {
        let sql = "SELECT c.relname::text, pg_get_indexdef(c.oid) FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid \
            WHERE c.relnamespace = current_schema()::regnamespace \
            AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = c.oid AND k.conrelid = i.indrelid)";
        Ok(query_as(sql).fetch_all(&mut self.0).await?)
    }

    async fn number(&mut self, sql: &'static str) -> Result<i64> {
        Ok(self.0.fetch_one(sql).await?.try_get(0)?)
    }

    async fn execute(&mut self, sql: String) -> Result<()> {
        self.0.execute(AssertSqlSafe(sql)).await?;
        Ok(())
    }

    async fn write(&mut self, tables: Vec<Table<Binary>>) -> Result<()> {
        let mut transaction = self.0.begin().await?;
        for mut table in tables {
            let statement = format!(
                r#"COPY "{}" ("{}") FROM STDIN (FORMAT BINARY)"#,
                table.name,
                table.columns.join(r#"", ""#)
            );
            table.rows.0.extend(TRAILER);
            let mut copy = transaction.copy_in_raw(&statement).await?;
            copy.send(HEADER).await?;
            copy.send(table.rows.0).await?;
            copy.finish().await.with_context(|| format!("filling the table {}", table.name))?;
        }
        Ok(transaction.commit().await?)
    }

    async fn settle(&mut self) -> Result<()> {
        self.execute("VACUUM (ANALYZE)".to_owned()).await?;
        self.execute("CHECKPOINT".to_owned()).await.or_else(|_| {
            println!("This role may not ask for a checkpoint: wait a little before you measure.");
            Ok(())
        })
    }

    async fn bytes(&mut self) -> Result<i64> {
        self.number("SELECT pg_database_size(current_database())").await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_in_the_binary_form() {
        let mut rows = Binary::default();
        rows.row(3);
        rows.text("ab");
        rows.null();
        rows.date(NaiveDate::from_ymd_opt(2000, 1, 2).unwrap());
        let expected = [
            &[0, 3][..],
            &[0, 0, 0, 2, b'a', b'b'],
            &[255, 255, 255, 255],
            &[0, 0, 0, 4, 0, 0, 0, 1],
        ];
        assert_eq!(rows.0, expected.concat());
        assert_eq!(epoch().to_rfc3339(), "2000-01-01T00:00:00+00:00");
    }
}
