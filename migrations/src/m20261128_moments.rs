//! Brings moments and days that were stored outside the years 0001 to 9999 into them, and moments of the embedded
//! database into the one form whose texts sort as the moments do.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::prelude::{DateTimeUtc, DateTimeWithTimeZone, Json};
use sea_orm_migration::sea_orm::{DbBackend, Statement};

/// Brings stored moments and days into the range that is kept.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const FIRST_MOMENT: &str = "0001-01-01T00:00:00+00:00";
const LAST_MOMENT: &str = "9999-12-31T23:59:59.999+00:00";
const FIRST_DAY: &str = "0001-01-01";
const LAST_DAY: &str = "9999-12-31";

/// What is shared, and so may have an embargo.
const SHARED: [&str; 6] =
    ["collaboration", "study", "publication", "finding", "rating", "feedback"];

/// Dates of reduced precision, which are texts on both databases.
const PARTIAL_DATES: [(&str, &[&str]); 9] = [
    ("centre", &["founded"]),
    ("centre_status", &["since", "until"]),
    ("person_role", &["since", "until"]),
    ("local_authority", &["established", "abolished"]),
    ("programme", &["started", "ended"]),
    ("engagement", &["started", "ended"]),
    ("standard_version", &["since", "until"]),
    ("collaboration", &["started", "ended"]),
    ("publication", &["published"]),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let database = Stored {
            connection: manager.get_connection(),
            backend: manager.get_database_backend(),
        };
        for (table, column, is_moment) in database.columns().await? {
            match (database.backend, is_moment) {
                (DbBackend::Postgres, true) => {
                    database.clamp(&table, &column, (FIRST_MOMENT, LAST_MOMENT)).await?;
                }
                (DbBackend::Postgres, false) => {
                    database.clamp(&table, &column, (FIRST_DAY, LAST_DAY)).await?;
                }
                (_, true) => database.rewrite_moments(&table, &column).await?,
                (_, false) => database.rewrite_days(&table, &column).await?,
            }
        }
        for (table, columns) in PARTIAL_DATES {
            for column in columns {
                let sql = format!(
                    r#"UPDATE "{table}" SET "{column}" = '0001' || SUBSTR("{column}", 5) WHERE "{column}" LIKE '0000%'"#
                );
                database.run(&sql).await?;
            }
        }
        database.rewrite_history().await?;
        for table in SHARED {
            database.note_embargoes(table).await?;
        }
        Ok(())
    }
}

struct Stored<'c, 'm> {
    connection: &'c SchemaManagerConnection<'m>,
    backend: DbBackend,
}

impl Stored<'_, '_> {
    async fn run(&self, sql: &str) -> Result<(), DbErr> {
        self.connection.execute_unprepared(sql).await?;
        Ok(())
    }

    async fn rows<const N: usize>(&self, sql: &str) -> Result<Vec<[String; N]>, DbErr> {
        let statement = Statement::from_string(self.backend, sql);
        let rows = self.connection.query_all_raw(statement).await?;
        let read = |row: &sea_orm_migration::sea_orm::QueryResult| {
            let mut cells = [const { String::new() }; N];
            for (at, cell) in cells.iter_mut().enumerate() {
                *cell = row.try_get_by_index(at)?;
            }
            Ok(cells)
        };
        rows.iter().map(read).collect()
    }

    /// Every column with moments or with days: its table, its name, and whether it holds moments.
    async fn columns(&self) -> Result<Vec<(String, String, bool)>, DbErr> {
        let (sql, moments) = match self.backend {
            DbBackend::Postgres => (
                "SELECT table_name::text, column_name::text, data_type::text FROM information_schema.columns
                 WHERE table_schema = current_schema() AND data_type IN ('timestamp with time zone', 'date')
                 ORDER BY 1, 2",
                "timestamp with time zone",
            ),
            _ => (
                "SELECT t.name, c.name, c.type FROM sqlite_master AS t JOIN pragma_table_info(t.name) AS c
                 WHERE t.type = 'table' AND c.type IN ('timestamp_with_timezone_text', 'date_text')
                 ORDER BY 1, 2",
                "timestamp_with_timezone_text",
            ),
        };
        let columns = self.rows(sql).await?;
        let columns =
            columns.into_iter().map(|[table, column, kind]| (table, column, kind == moments));
        Ok(columns.collect())
    }

    async fn clamp(&self, table: &str, column: &str, range: (&str, &str)) -> Result<(), DbErr> {
        let (first, last) = range;
        self.run(&format!(
            r#"UPDATE "{table}" SET "{column}" = LEAST(GREATEST("{column}", '{first}'), '{last}')
               WHERE "{column}" < '{first}' OR "{column}" > '{last}'"#
        ))
        .await
    }

    async fn rewrite_moments(&self, table: &str, column: &str) -> Result<(), DbErr> {
        const BEGINNING: &str =
            "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]";
        let forms = ["", ".[0-9][0-9][0-9]", ".[0-9][0-9][0-9][0-9][0-9][0-9]"]
            .map(|fraction| format!(r#""{column}" GLOB '{BEGINNING}{fraction}+00:00'"#))
            .join(" OR ");
        self.rewrite(
            table,
            column,
            &format!(
                r#"NOT ({forms}) OR "{column}" > '{LAST_MOMENT}' OR "{column}" < '{FIRST_MOMENT}'"#
            ),
            |text| Some(within_range(read_moment(text)?)),
        )
        .await
    }

    async fn rewrite_days(&self, table: &str, column: &str) -> Result<(), DbErr> {
        let form = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]";
        self.rewrite(
            table,
            column,
            &format!(r#""{column}" NOT GLOB '{form}' OR "{column}" < '{FIRST_DAY}'"#),
            |text| {
                let is_past = text.starts_with('-') || text.starts_with("0000");
                let day = if is_past { FIRST_DAY } else { LAST_DAY };
                text.starts_with(['-', '+', '0']).then(|| day.to_owned())
            },
        )
        .await
    }

    /// Writes the values of a column anew that are not in order. What can't be read is left as it is.
    async fn rewrite(
        &self,
        table: &str,
        column: &str,
        out_of_order: &str,
        mend: impl Fn(&str) -> Option<String>,
    ) -> Result<(), DbErr> {
        let found = self
            .rows(&format!(
                r#"SELECT CAST(rowid AS TEXT), CAST("{column}" AS TEXT) FROM "{table}"
                   WHERE "{column}" IS NOT NULL AND ({out_of_order})"#
            ))
            .await?;
        let sql =
            format!(r#"UPDATE "{table}" SET "{column}" = ? WHERE rowid = CAST(? AS INTEGER)"#);
        for [place, text] in found {
            let Some(mended) = mend(&text).filter(|mended| *mended != text) else {
                continue;
            };
            let values = [mended.into(), place.into()];
            let statement = Statement::from_sql_and_values(self.backend, sql.clone(), values);
            self.connection.execute_raw(statement).await?;
        }
        Ok(())
    }

    /// What things were before they were changed is kept as JSON, from which the past is put together again.
    async fn rewrite_history(&self) -> Result<(), DbErr> {
        // A year with a sign before it, within quotes.
        let found = self
            .rows(
                r#"SELECT CAST(sequence AS TEXT), CAST(before AS TEXT) FROM change
                   WHERE CAST(before AS TEXT) LIKE '%"+1%' OR CAST(before AS TEXT) LIKE '%"+2%'
                      OR CAST(before AS TEXT) LIKE '%"-%' OR CAST(before AS TEXT) LIKE '%"0000-%'
                      OR CAST(before AS TEXT) LIKE '%"9999-12-31T23:59:59.999%'"#,
            )
            .await?;
        for [sequence, before] in found {
            let Ok(mut state) = before.parse::<Json>() else {
                continue;
            };
            let was = state.clone();
            mend_state(&mut state);
            if state == was {
                continue;
            }
            let sql = match self.backend {
                DbBackend::Postgres => {
                    "UPDATE change SET before = CAST($1 AS jsonb) WHERE sequence = CAST($2 AS bigint)"
                }
                _ => "UPDATE change SET before = ? WHERE sequence = CAST(? AS INTEGER)",
            };
            let values = [state.to_string().into(), sequence.into()];
            let statement = Statement::from_sql_and_values(self.backend, sql, values);
            self.connection.execute_raw(statement).await?;
        }
        Ok(())
    }

    /// Keeps again which embargoes are to pass: those whose text sorted before the present were taken to have passed.
    async fn note_embargoes(&self, table: &str) -> Result<(), DbErr> {
        let kind = table.to_uppercase();
        self.run(&format!(
            "INSERT INTO embargo (thing_id, kind, until)
             SELECT id, '{kind}', embargoed_until FROM {table}
             WHERE embargoed_until = '{LAST_MOMENT}'
               AND NOT EXISTS (SELECT 1 FROM embargo WHERE embargo.thing_id = {table}.id)"
        ))
        .await
    }
}

fn read_moment(text: &str) -> Option<DateTimeUtc> {
    let with_zone = text.parse::<DateTimeWithTimeZone>();
    let moment = with_zone.map(|moment| moment.to_utc());
    // A text without an offset is in UTC, as SQLite's own functions write it.
    moment.or_else(|_| format!("{text}Z").parse()).ok()
}

/// The form in which moments are kept, of a moment in the range.
fn within_range(moment: DateTimeUtc) -> String {
    let micros = DateTimeUtc::from_timestamp_micros(moment.timestamp_micros()).unwrap_or(moment);
    let bound = |text: &str| text.parse::<DateTimeUtc>().unwrap_or(micros);
    micros.clamp(bound(FIRST_MOMENT), bound(LAST_MOMENT)).to_rfc3339()
}

/// Brings the moments and days of a state into the range, however deep they lie. Only a text that is nothing but a
/// moment or a day with a year outside of the range is changed.
fn mend_state(state: &mut Json) {
    match state {
        Json::Object(fields) => fields.values_mut().for_each(mend_state),
        Json::Array(items) => items.iter_mut().for_each(mend_state),
        Json::String(text) => {
            if let Ok(moment) = text.parse::<DateTimeUtc>() {
                let kept = within_range(moment).replace("+00:00", "Z");
                let is_outside = kept
                    .parse::<DateTimeUtc>()
                    .is_ok_and(|kept| kept.timestamp_micros() != moment.timestamp_micros());
                if is_outside {
                    *text = kept;
                }
            } else if is_day_outside(text) {
                let is_past = text.starts_with('-') || text.starts_with("0000");
                *text = if is_past { FIRST_DAY } else { LAST_DAY }.to_owned();
            }
        }
        _ => {}
    }
}

/// Whether a text is a day, or a date of reduced precision, of the year 0, or of one with a sign.
fn is_day_outside(text: &str) -> bool {
    let (signed, rest) = match text.strip_prefix(['+', '-']) {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut parts = rest.split('-');
    let year = parts.next().unwrap_or_default();
    let digits = |part: &str, len| part.len() == len && part.bytes().all(|b| b.is_ascii_digit());
    let year_is_outside = match signed {
        true => year.len() >= 4 && year.bytes().all(|byte| byte.is_ascii_digit()),
        false => year == "0000",
    };
    let others: Vec<&str> = parts.collect();
    year_is_outside && others.len() == 2 && others.iter().all(|part| digits(part, 2))
}
