//! Brings texts into Unicode's form NFC, in which they are compared letter by letter, and has the keys by which titles
//! are sorted made anew: the service makes those that are empty.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{DbBackend, Statement};
use unicode_normalization::UnicodeNormalization;

/// Brings texts into Unicode's form NFC, and has the sort keys of titles made anew.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The texts of the network and its evidence, but for those that can only be ASCII.
const TEXTS: [(&str, &[&str]); 18] = [
    ("centre", &["name", "short_name", "policy_area", "description"]),
    ("centre_status", &["note"]),
    ("person", &["name", "withdrawal_reason"]),
    ("person_role", &["title"]),
    (
        "local_authority",
        &["name", "official_name", "country", "region", "authority_type", "withdrawal_reason"],
    ),
    ("partner", &["name", "kind", "withdrawal_reason"]),
    ("programme", &["title", "summary", "withdrawal_reason"]),
    ("engagement", &["reference", "summary", "withdrawal_reason"]),
    ("term", &["name", "description", "withdrawal_reason"]),
    ("term_label", &["label"]),
    ("evidence_standard", &["name", "description", "withdrawal_reason"]),
    ("collaboration", &["title", "summary", "withdrawal_reason"]),
    ("publication", &["title", "abstract_text", "venue", "withdrawal_reason"]),
    ("publication_author", &["name"]),
    ("study", &["title", "summary", "withdrawal_reason"]),
    (
        "finding",
        &[
            "reference",
            "comparator",
            "outcome_detail",
            "time_point",
            "subgroup",
            "withdrawal_reason",
        ],
    ),
    ("rating", &["reference", "rationale", "withdrawal_reason"]),
    ("feedback", &["reference", "from_role", "text", "answer", "withdrawal_reason"]),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let database = Stored {
            connection: manager.get_connection(),
            backend: manager.get_database_backend(),
        };
        for (table, columns) in TEXTS {
            for column in columns {
                database.compose(table, column).await?;
            }
        }
        for (table, column) in [
            ("standard_version", "code"),
            ("standard_dimension", "code"),
            ("standard_level", "code"),
        ] {
            database.compose(table, column).await?;
        }
        for table in ["study", "publication"] {
            let empty = format!("UPDATE {table} SET title_key = ''");
            manager.get_connection().execute_unprepared(&empty).await?;
        }
        Ok(())
    }
}

struct Stored<'c, 'm> {
    connection: &'c SchemaManagerConnection<'m>,
    backend: DbBackend,
}

impl Stored<'_, '_> {
    /// Composes the texts of a column. Where a reference is then another's, it gets a number.
    async fn compose(&self, table: &str, column: &str) -> Result<(), DbErr> {
        // Rows are told by their place, as not all tables have an id, and none has an index of such texts.
        let (place, is_ascii) = match self.backend {
            DbBackend::Postgres => {
                ("ctid::text", format!("octet_length({column}) = char_length({column})"))
            }
            _ => (
                "CAST(rowid AS TEXT)",
                format!("LENGTH(CAST({column} AS BLOB)) = LENGTH({column})"),
            ),
        };
        let question = format!("SELECT {place}, {column} FROM {table} WHERE NOT ({is_ascii})");
        let rows =
            self.connection.query_all_raw(Statement::from_string(self.backend, question)).await?;
        for row in rows {
            let (place, text): (String, String) =
                (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
            let composed: String = text.nfc().collect();
            if composed != text {
                self.replace(table, column, &place, &composed).await?;
            }
        }
        Ok(())
    }

    async fn replace(
        &self,
        table: &str,
        column: &str,
        place: &str,
        composed: &str,
    ) -> Result<(), DbErr> {
        let (text, there) = match self.backend {
            DbBackend::Postgres => ("$1", "ctid = CAST($2 AS tid)"),
            _ => ("?1", "rowid = CAST(?2 AS INTEGER)"),
        };
        let is_free = unique_within(table, column).map_or_else(String::new, |whole| {
            format!(
                " AND NOT EXISTS (SELECT 1 FROM {table} AS other
                  WHERE other.{whole} = {table}.{whole} AND other.{column} = {text})"
            )
        });
        let sql = format!("UPDATE {table} SET {column} = {text} WHERE {table}.{there}{is_free}");
        let mut number = 1;
        loop {
            let composed = match number {
                1 => composed.to_owned(),
                number => format!("{composed} ({number})"),
            };
            let values = [composed.into(), place.into()];
            let statement = Statement::from_sql_and_values(self.backend, sql.clone(), values);
            if self.connection.execute_raw(statement).await?.rows_affected() > 0 {
                return Ok(());
            }
            number += 1;
        }
    }
}

/// The column of the whole within which a text is unique, if it is.
fn unique_within(table: &str, column: &str) -> Option<&'static str> {
    match (table, column) {
        ("engagement", "reference") => Some("centre_id"),
        ("finding", "reference") => Some("study_id"),
        ("rating" | "feedback", "reference") => Some("contributed_by"),
        ("standard_version", "code") => Some("standard_id"),
        ("standard_dimension", "code") => Some("version_id"),
        ("standard_level", "code") => Some("dimension_id"),
        _ => None,
    }
}
