//! Many rows of one table in few statements.

use sea_orm::sea_query::ArrayType;
use sea_orm::{
    ActiveModelTrait, ActiveValue, ConnectionTrait, DbBackend, EntityName, EntityTrait, IdenStatic,
    Iterable, Statement, Value,
};

use crate::error::{Error, Result};

/// How many rows go into one statement on PostgreSQL.
const ROWS: usize = 5_000;
/// How many parameters SQLite takes at once.
const PARAMETERS: usize = 32_000;

/// Inserts rows whose columns are all set. PostgreSQL gets a column as one array, so that the statement is the
/// same for any number of rows and is prepared once.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn insert<A>(connection: &impl ConnectionTrait, rows: Vec<A>) -> Result<()>
where
    A: ActiveModelTrait + Send,
{
    let columns: Vec<_> = <A::Entity as EntityTrait>::Column::iter().collect();
    if connection.get_database_backend() != DbBackend::Postgres {
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let some = rows.by_ref().take(PARAMETERS / columns.len());
            A::Entity::insert_many(some)
                .exec_without_returning(connection)
                .await?;
        }
        return Ok(());
    }
    let names: Vec<_> = columns.iter().map(IdenStatic::as_str).collect();
    let places: Vec<_> = (1..=columns.len())
        .map(|place| format!("${place}"))
        .collect();
    let sql = format!(
        "INSERT INTO {} ({}) SELECT * FROM UNNEST({})",
        A::Entity::default().table_name(),
        names.join(", "),
        places.join(", ")
    );
    for some in rows.chunks(ROWS) {
        let mut arrays: Vec<Vec<Value>> = vec![Vec::with_capacity(some.len()); columns.len()];
        for row in some {
            for (column, array) in columns.iter().zip(&mut arrays) {
                match row.get(*column) {
                    ActiveValue::Set(value) | ActiveValue::Unchanged(value) => array.push(value),
                    ActiveValue::NotSet => return Err(unset(column.as_str())),
                }
            }
        }
        let arrays = arrays.into_iter().map(|array| {
            let kind = array.first().map_or(ArrayType::String, Value::array_type);
            Value::Array(kind, Some(Box::new(array)))
        });
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, &sql, arrays);
        connection.execute_raw(statement).await?;
    }
    Ok(())
}

fn unset(column: &str) -> Error {
    Error::internal(std::io::Error::other(format!(
        "a row that is to be inserted has no {column}"
    )))
}
