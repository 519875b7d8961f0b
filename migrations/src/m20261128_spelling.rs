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
    (
        "centre",
        &["name", "short_name", "policy_area", "description"],
    ),
    ("centre_status", &["note"]),
    ("person", &["name", "withdrawal_reason"]),
    ("person_role", &["title"]),
    (
        "local_authority",
        &[
            "name",
            "official_name",
            "country",
            "region",
            "authority_type",
            "withdrawal_reason",
        ],
    ),
    ("partner", &["name", "kind", "withdrawal_reason"]),
    ("programme", &["title", "summary", "withdrawal_reason"]),
    ("engagement", &["reference", "summary", "withdrawal_reason"]),
    ("term", &["name", "description", "withdrawal_reason"]),
    ("term_label", &["label"]),
    (
        "evidence_standard",
        &["name", "description", "withdrawal_reason"],
    ),
    ("collaboration", &["title", "summary", "withdrawal_reason"]),
    (
        "publication",
        &["title", "abstract_text", "venue", "withdrawal_reason"],
    ),
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
    (
        "feedback",
        &[
            "reference",
            "from_role",
            "text",
            "answer",
            "withdrawal_reason",
        ],
    ),
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
        let is_ascii = match self.backend {
            DbBackend::Postgres => format!("octet_length({column}) = char_length({column})"),
            _ => format!("LENGTH(CAST({column} AS BLOB)) = LENGTH({column})"),
        };
        let question = format!("SELECT DISTINCT {column} FROM {table} WHERE NOT ({is_ascii})");
        let rows = self
            .connection
            .query_all_raw(Statement::from_string(self.backend, question))
            .await?;
        for row in rows {
            let text: String = row.try_get_by_index(0)?;
            let composed: String = text.nfc().collect();
            if composed != text {
                self.replace(table, column, &text, &composed).await?;
            }
        }
        Ok(())
    }

    async fn replace(
        &self,
        table: &str,
        column: &str,
        text: &str,
        composed: &str,
    ) -> Result<(), DbErr> {
        let (one, other) = match self.backend {
            DbBackend::Postgres => ("$1", "$2"),
            _ => ("?", "?"),
        };
        let within = match (table, column) {
            ("engagement", "reference") => Some("centre_id"),
            ("finding", "reference") => Some("study_id"),
            ("rating" | "feedback", "reference") => Some("contributed_by"),
            ("standard_version", "code") => Some("standard_id"),
            ("standard_dimension", "code") => Some("version_id"),
            ("standard_level", "code") => Some("dimension_id"),
            _ => None,
        };
        let mut number = 1;
        loop {
            let composed = match number {
                1 => composed.to_owned(),
                number => format!("{composed} ({number})"),
            };
            // Those that can be had without a clash, then the others under the next name.
            let is_free = within.map_or_else(String::new, |within| {
                format!(
                    " AND NOT EXISTS (SELECT 1 FROM {table} AS other
                      WHERE other.{within} = {table}.{within} AND other.{column} = {one})"
                )
            });
            let sql =
                format!("UPDATE {table} SET {column} = {one} WHERE {column} = {other}{is_free}");
            let mut values = vec![Value::from(composed.as_str()), Value::from(text)];
            if within.is_some() && self.backend != DbBackend::Postgres {
                values.push(composed.as_str().into());
            }
            self.connection
                .execute_raw(Statement::from_sql_and_values(self.backend, sql, values))
                .await?;
            let left = format!("SELECT 1 FROM {table} WHERE {column} = {one} LIMIT 1");
            let left = Statement::from_sql_and_values(self.backend, left, [text.into()]);
            if self.connection.query_one_raw(left).await?.is_none() {
                return Ok(());
            }
            number += 1;
        }
    }
}
