//! Many rows of one table in few statements.

use sea_orm::sea_query::ArrayType;
use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, ConnectionTrait, DbBackend, EntityName,
    EntityTrait, IdenStatic, Iterable, Statement, Value,
};

use crate::error::{Error, Result};

/// How many rows go into one statement on PostgreSQL.
const ROWS: usize = 5_000;
/// How many parameters SQLite takes at once.
const PARAMETERS: usize = 32_000;

/// Inserts rows whose columns are all set. PostgreSQL gets a column as one array, so that the statement is the
/// same for any number of rows and is prepared once.
///
/// The library binds no array with nothing in it, so columns that may be empty go as texts, in which the empty one
/// stands for nothing: a text column that may be empty must not hold the empty text.
///
/// # Errors
/// When the database refuses.
#[expect(clippy::disallowed_methods, reason = "the verbs of the store insert with this")]
pub(crate) async fn insert<A>(connection: &impl ConnectionTrait, rows: Vec<A>) -> Result<()>
where
    A: ActiveModelTrait + Send,
{
    let columns: Vec<_> = <A::Entity as EntityTrait>::Column::iter().collect();
    if connection.get_database_backend() != DbBackend::Postgres {
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let some = rows.by_ref().take(PARAMETERS / columns.len());
            A::Entity::insert_many(some).exec_without_returning(connection).await?;
        }
        return Ok(());
    }
    let names: Vec<_> = columns.iter().map(IdenStatic::as_str).collect();
    let mut rows = rows.into_iter();
    while rows.len() > 0 {
        let count = Ord::min(ROWS, rows.len());
        let mut arrays: Vec<Vec<Value>> = Vec::new();
        arrays.resize_with(columns.len(), || Vec::with_capacity(count));
        for mut row in rows.by_ref().take(count) {
            for (column, array) in columns.iter().zip(&mut arrays) {
                match row.take(*column) {
                    ActiveValue::Set(value) | ActiveValue::Unchanged(value) => array.push(value),
                    ActiveValue::NotSet => return Err(unset(column.as_str())),
                }
            }
        }
        let mut selected = Vec::with_capacity(columns.len());
        let mut places = Vec::with_capacity(columns.len());
        let mut bound = Vec::with_capacity(columns.len());
        for (at, (column, array)) in columns.iter().zip(arrays).enumerate() {
            let kind = array.first().map_or(ArrayType::String, Value::array_type);
            let place = at + 1;
            if column.def().is_null() {
                let sql = sql_type(&kind)?;
                selected.push(format!("NULLIF(c{place}, '')::{sql}"));
                places.push(format!("${place}::text[]"));
                let texts = array.into_iter().map(text).collect::<Result<Vec<_>>>()?;
                bound.push(Value::Array(ArrayType::String, Some(Box::new(texts))));
            } else {
                selected.push(format!("c{place}"));
                places.push(format!("${place}"));
                bound.push(Value::Array(kind, Some(Box::new(array))));
            }
        }
        let aliases: Vec<_> = (1..=columns.len()).map(|place| format!("c{place}")).collect();
        let sql = format!(
            "INSERT INTO {} ({}) SELECT {} FROM UNNEST({}) AS t({})",
            A::Entity::default().table_name(),
            names.join(", "),
            selected.join(", "),
            places.join(", "),
            aliases.join(", ")
        );
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, &sql, bound);
        connection.execute_raw(statement).await?;
    }
    Ok(())
}

/// A value as a text, nothing as the empty one.
fn text(value: Value) -> Result<Value> {
    let text = match value {
        Value::String(text) => text.unwrap_or_default(),
        Value::ChronoDate(day) => day.map_or_else(String::new, |day| day.to_string()),
        Value::Int(number) => number.map_or_else(String::new, |number| number.to_string()),
        Value::Uuid(id) => id.map_or_else(String::new, |id| id.to_string()),
        Value::ChronoDateTimeUtc(at) => at.map_or_else(String::new, |at| at.to_rfc3339()),
        _ => return Err(unknown()),
    };
    Ok(Value::from(text))
}

fn sql_type(kind: &ArrayType) -> Result<&'static str> {
    match kind {
        ArrayType::String => Ok("text"),
        ArrayType::ChronoDate => Ok("date"),
        ArrayType::Int => Ok("integer"),
        ArrayType::Uuid => Ok("uuid"),
        ArrayType::ChronoDateTimeUtc => Ok("timestamptz"),
        _ => Err(unknown()),
    }
}

fn unknown() -> Error {
    Error::internal(std::io::Error::other(
        "a column that may be empty is of a kind that is not inserted in bulk",
    ))
}

fn unset(column: &str) -> Error {
    Error::internal(std::io::Error::other(format!("a row that is to be inserted has no {column}")))
}
