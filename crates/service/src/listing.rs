//! Reads pages by key from the database: of one list, or of the same list of many parents at once.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use entity::moment::{self, FIRST_MOMENT, LAST_MOMENT};
use sea_orm::sea_query::{
    Asterisk, ColumnRef, Expr, ExprTrait, Func, IntoColumnRef, JoinType, Order, Query,
    SelectStatement, WindowStatement,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select, Value,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::access::scope;
use crate::error::{Code, Error, Result};
use crate::page::{self, Direction, Page, PageRequest};
use crate::store::Store;

/// One part of a sort key, as it stands in a cursor.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub enum KeyPart {
    #[serde(rename = "d")]
    Day(NaiveDate),
    #[serde(rename = "t")]
    Moment(DateTime<Utc>),
    #[serde(rename = "s")]
    Text(String),
    #[serde(rename = "n")]
    Number(i64),
    #[serde(rename = "i")]
    Id(Uuid),
}

impl KeyPart {
    /// Returns whether a row can have it: a moment outside the range has another place on each database.
    fn is_kept(&self) -> bool {
        match self {
            Self::Day(day) => moment::is_kept(*day),
            Self::Moment(at) => (FIRST_MOMENT..=LAST_MOMENT).contains(at),
            Self::Text(_) | Self::Number(_) | Self::Id(_) => true,
        }
    }
}

impl From<KeyPart> for Value {
    fn from(part: KeyPart) -> Self {
        match part {
            KeyPart::Day(day) => day.into(),
            KeyPart::Moment(moment) => moment.into(),
            KeyPart::Text(text) => text.into(),
            KeyPart::Number(number) => number.into(),
            KeyPart::Id(id) => id.into(),
        }
    }
}

/// Reads from a row what its cursor holds.
type Parts<M> = Box<dyn Fn(&M) -> Vec<KeyPart> + Send + Sync>;

/// The order of a list: by some columns that together are unique, all in one direction.
pub struct SortKey<M> {
    name: &'static str,
    columns: Vec<Expr>,
    descending: bool,
    parts: Parts<M>,
}

impl<M> SortKey<M> {
    /// Sorts by columns that no database may leave empty; `parts` reads the same from a row.
    /// Cursors carry the name, so that one of another order is refused.
    pub fn new<C: IntoColumnRef>(
        name: &'static str,
        columns: impl IntoIterator<Item = C>,
        descending: bool,
        parts: impl Fn(&M) -> Vec<KeyPart> + Send + Sync + 'static,
    ) -> Self {
        let columns = columns.into_iter().map(|column| Expr::col(column));
        Self::of_expressions(name, columns.collect(), descending, parts)
    }

    /// Sorts by expressions in place of columns, as where a column may be empty.
    pub fn of_expressions(
        name: &'static str,
        columns: Vec<Expr>,
        descending: bool,
        parts: impl Fn(&M) -> Vec<KeyPart> + Send + Sync + 'static,
    ) -> Self {
        Self { name, columns, descending, parts: Box::new(parts) }
    }

    /// Returns the cursor of a row.
    pub fn cursor(&self, row: &M) -> String {
        page::encode(&(self.name, self.descending, (self.parts)(row)))
    }

    /// Returns what a cursor of this list holds.
    ///
    /// # Errors
    /// `INVALID_CURSOR`.
    pub(crate) fn parts(&self, cursor: &str) -> Result<Vec<KeyPart>> {
        let (name, descending, parts): (String, bool, Vec<KeyPart>) = page::decode(cursor)?;
        if !parts.iter().all(KeyPart::is_kept) {
            return Err(page::not_a_cursor());
        }
        if name != self.name || descending != self.descending || parts.len() != self.columns.len() {
            return Err(Error::new(
                Code::InvalidCursor,
                "The cursor belongs to another list or another order. Start again from the first page.",
            ));
        }
        Ok(parts)
    }

    fn position(&self, cursor: &str) -> Result<Expr> {
        let parts = self.parts(cursor)?;
        Ok(Expr::tuple(parts.into_iter().map(|part| Expr::val(Value::from(part)))))
    }

    fn key(&self) -> Expr {
        Expr::tuple(self.columns.iter().cloned())
    }

    /// Returns the direction in which the database reads for a page.
    fn order(&self, direction: Direction) -> Order {
        match (self.descending, direction) {
            (false, Direction::Forward) | (true, Direction::Backward) => Order::Asc,
            (true, Direction::Forward) | (false, Direction::Backward) => Order::Desc,
        }
    }

    /// Keeps only what lies between the cursors of a request.
    fn between<E: EntityTrait>(
        &self,
        mut select: Select<E>,
        request: &PageRequest,
    ) -> Result<Select<E>> {
        if let Some(after) = &request.after {
            let position = self.position(after)?;
            select = select.filter(match self.descending {
                false => self.key().gt(position),
                true => self.key().lt(position),
            });
        }
        if let Some(before) = &request.before {
            let position = self.position(before)?;
            select = select.filter(match self.descending {
                false => self.key().lt(position),
                true => self.key().gt(position),
            });
        }
        Ok(select)
    }
}

/// The column that names the parent of each thing in a list.
#[derive(Clone, Debug)]
pub struct Parent {
    column: ColumnRef,
    /// Whether the things of one parent are found by an index.
    is_indexed: bool,
}

impl Parent {
    /// Creates a column of a query that is joined under a name, and whether indexes find the rows of one parent in
    /// it.
    pub fn of_subquery(query: &'static str, column: &'static str, is_indexed: bool) -> Self {
        Self { column: (query, column).into_column_ref(), is_indexed }
    }

    fn expr(&self) -> Expr {
        Expr::col(self.column.clone())
    }

    fn among(&self, backend: DbBackend, parents: &[Uuid]) -> Expr {
        scope::any_of(backend, self.expr(), parents.iter().copied())
    }
}

impl<C: ColumnTrait> From<C> for Parent {
    fn from(column: C) -> Self {
        Self { column: column.as_column_ref().into_column_ref(), is_indexed: true }
    }
}

/// Joins a table that links the list's things to their parents.
pub fn joined<E: EntityTrait, L: EntityTrait>(
    mut select: Select<E>,
    id: E::Column,
    link: L,
    reference: L::Column,
) -> Select<E> {
    let same = Expr::col(id.as_column_ref()).equals(reference.as_column_ref());
    QueryTrait::query(&mut select).inner_join(link, same);
    select
}

/// Reads one page of a list.
///
/// # Errors
/// `INVALID_CURSOR`.
pub async fn read<E>(
    store: &Store,
    select: Select<E>,
    sort: &SortKey<E::Model>,
    request: &PageRequest,
) -> Result<Page<E::Model>>
where
    E: EntityTrait,
{
    let mut select = sort.between(select, request)?;
    for column in &sort.columns {
        select = select.order_by(column.clone(), sort.order(request.direction));
    }
    let rows = select.limit(request.rows()).all(store.connection()).await?;
    Ok(Page::from_rows(request, rows, |row| sort.cursor(row)))
}

/// Counts a list.
pub async fn count<E: EntityTrait>(store: &Store, select: Select<E>) -> Result<u64> {
    let counted = select.select_only().expr_as(Expr::val(1).count(), "total").into_query();
    let row = store.connection().query_one(&counted).await?;
    Ok(row
        .map(|row| row.try_get::<i64>("", "total"))
        .transpose()?
        .unwrap_or_default()
        .unsigned_abs())
}

/// Reads the same page of the lists of many parents in one statement.
///
/// # Errors
/// `INVALID_CURSOR`.
pub async fn read_for_each<E: EntityTrait>(
    store: &Store,
    select: Select<E>,
    parent: impl Into<Parent>,
    parents: &[Uuid],
    sort: &SortKey<E::Model>,
    request: &PageRequest,
) -> Result<HashMap<Uuid, Page<E::Model>>> {
    let parent = parent.into();
    let select = sort.between(select, request)?;
    let order = sort.order(request.direction);
    let statement = match parents {
        [only] => pages_of_one(select, &parent, *only, sort, &order, request),
        // A page of each from the index, however long the lists. SQLite doesn't know the form.
        many if parent.is_indexed && store.backend() == DbBackend::Postgres => {
            pages_of_each(select, &parent, many, sort, &order, request)
        }
        many => {
            let select = select.filter(parent.among(store.backend(), many));
            pages_of_many(select, &parent, sort, &order, request)
        }
    };
    let mut lists: HashMap<Uuid, Vec<E::Model>> = HashMap::new();
    for row in store.connection().query_all(&statement).await? {
        let parent: Uuid = row.try_get("", PARENT)?;
        lists.entry(parent).or_default().push(E::Model::from_query_result(&row, "")?);
    }
    Ok(lists
        .into_iter()
        .map(|(parent, rows)| (parent, Page::from_rows(request, rows, |row| sort.cursor(row))))
        .collect())
}

const PARENT: &str = "parent_id";
const PLACE: &str = "place_in_list";
const EACH: &str = "each_parent";
const PAGE: &str = "page";

fn pages_of_one<E: EntityTrait>(
    select: Select<E>,
    parent: &Parent,
    only: Uuid,
    sort: &SortKey<E::Model>,
    order: &Order,
    request: &PageRequest,
) -> SelectStatement {
    let mut select = select.filter(parent.expr().eq(only));
    for column in &sort.columns {
        select = select.order_by(column.clone(), order.clone());
    }
    let mut statement = select.limit(request.rows()).into_query();
    statement.expr_as(parent.expr(), PARENT);
    statement
}

fn pages_of_each<E: EntityTrait>(
    select: Select<E>,
    parent: &Parent,
    parents: &[Uuid],
    sort: &SortKey<E::Model>,
    order: &Order,
    request: &PageRequest,
) -> SelectStatement {
    let mut window = WindowStatement::new();
    let mut select = select.filter(parent.expr().eq(Expr::col((EACH, EACH))));
    for column in &sort.columns {
        window.order_by_expr(column.clone(), order.clone());
        select = select.order_by(column.clone(), order.clone());
    }
    let mut page = select.limit(request.rows()).into_query();
    page.expr_as(parent.expr(), PARENT).expr_window_as(Expr::cust("ROW_NUMBER()"), window, PLACE);
    Query::select()
        .column((PAGE, Asterisk))
        .from_function(Func::cust("UNNEST").arg(parents.to_vec()), EACH)
        .join_lateral(JoinType::InnerJoin, page, PAGE, Expr::cust("TRUE"))
        .order_by(PLACE, Order::Asc)
        .to_owned()
}

fn pages_of_many<E: EntityTrait>(
    select: Select<E>,
    parent: &Parent,
    sort: &SortKey<E::Model>,
    order: &Order,
    request: &PageRequest,
) -> SelectStatement {
    let mut window = WindowStatement::partition_by(parent.column.clone());
    for column in &sort.columns {
        window.order_by_expr(column.clone(), order.clone());
    }
    let mut numbered = select.into_query();
    numbered.expr_as(parent.expr(), PARENT).expr_window_as(
        Expr::cust("ROW_NUMBER()"),
        window,
        PLACE,
    );
    let last = i64::try_from(request.rows()).unwrap_or(i64::MAX);
    Query::select()
        .column(Asterisk)
        .from_subquery(numbered, "numbered")
        .and_where(Expr::col(PLACE).lte(last))
        .order_by(PLACE, Order::Asc)
        .to_owned()
}

/// Counts the lists of many parents in one statement.
pub async fn count_for_each<E: EntityTrait>(
    store: &Store,
    select: Select<E>,
    parent: impl Into<Parent>,
    parents: &[Uuid],
) -> Result<HashMap<Uuid, u64>> {
    let parent = parent.into();
    let counted = select
        .filter(parent.among(store.backend(), parents))
        .select_only()
        .expr_as(parent.expr(), PARENT)
        .expr_as(Expr::val(1).count(), "total")
        .group_by(parent.expr())
        .into_query();
    let mut counts = HashMap::new();
    for row in store.connection().query_all(&counted).await? {
        let total: i64 = row.try_get("", "total")?;
        counts.insert(row.try_get("", PARENT)?, total.unsigned_abs());
    }
    Ok(counts)
}
