//! How much of a return may be lost before somebody must say that it is meant: a file whose ids are spelt in another
//! way than the header's, a filter that was left on, or another authority's return would take the place of a good one.

use entity::{LoadedReturnId, child_record, loaded_return};
use returns::{Problem, Tally, describe_cause};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter};

use crate::access::scope;
use crate::error::{Code, Error, Result};
use crate::store::Write;

/// Whether so many are more than may be lost without being told to: half of all.
const fn are_most(some: u64, all: u64) -> bool {
    some * 2 > all
}

/// Refuses a return of which most rows were refused, in any table that is kept.
///
/// # Errors
/// `RETURN_NEEDS_CONFIRMATION`.
pub(super) fn of_rows(tally: &Tally, cause: Option<&Problem>) -> Result<()> {
    let tables = tally.tables.iter();
    let lost = tables.filter(|(_, table)| are_most(table.refused, table.rows));
    let lost: Vec<String> = lost
        .map(|(name, table)| format!("{} of the {} rows of {name}", table.refused, table.rows))
        .collect();
    let cause = cause.map_or_else(String::new, |cause| format!("{} ", describe_cause(cause)));
    match lost.is_empty() {
        true => Ok(()),
        false => Err(needs_confirmation(&format!("{cause}{} were refused", lost.join(" and ")))),
    }
}

/// Refuses a return that lacks most children of the one that it would replace.
///
/// # Errors
/// `RETURN_NEEDS_CONFIRMATION`.
pub(super) async fn of_children(
    write: &Write,
    new: LoadedReturnId,
    earlier: &loaded_return::Model,
) -> Result<()> {
    let other = Alias::new("other");
    let is_there = Query::select()
        .expr(Expr::val(1))
        .from_as(child_record::Entity, other.clone())
        .and_where(
            Expr::col((other.clone(), child_record::Column::YoungPersonId))
                .equals((child_record::Entity, child_record::Column::YoungPersonId)),
        )
        .and_where(Expr::col((other, child_record::Column::ReturnId)).eq(uuid::Uuid::from(new)))
        .to_owned();
    let of_earlier = || {
        scope::for_writing::<child_record::Entity>()
            .filter(child_record::Column::ReturnId.eq(earlier.id))
    };
    let all = of_earlier().count(write.connection()).await?;
    let missing =
        of_earlier().filter(Expr::exists(is_there).not()).count(write.connection()).await?;
    match are_most(missing, all) {
        false => Ok(()),
        true => Err(needs_confirmation(&format!(
            "Of the {all} children of the return that is in use {missing} are not in this one"
        ))),
    }
}

fn needs_confirmation(what: &str) -> Error {
    Error {
        field: Some("acceptLosses".to_owned()),
        ..Error::new(
            Code::ReturnNeedsConfirmation,
            format!(
                "{what}, so the return didn't come into use; what was in use before stays. Check whether it is the right return, and whole, and mend what its report tells. If it is meant so, load it once more with --accept-losses, over HTTP with acceptLosses=true."
            ),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(tables: &[(&'static str, u64, u64)]) -> bool {
        let mut tally = Tally::default();
        for (table, rows, refused) in tables {
            tally.of_table(table, *rows, *refused);
        }
        of_rows(&tally, None).is_err()
    }

    #[test]
    fn more_than_half_of_the_rows_of_any_table_must_be_meant_to_be_lost() {
        assert!(!refused(&[]));
        assert!(!refused(&[("Header", 10, 5), ("Episodes", 0, 0)]));
        assert!(refused(&[("Header", 10, 6)]));
        assert!(refused(&[("Header", 1_000, 0), ("Episodes", 3, 2)]));
        assert!(refused(&[("Header", 1_000, 0), ("UASC", 1, 1)]));
    }
}
