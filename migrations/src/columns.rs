//! The columns and indexes that the migrations are made of.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

macro_rules! columns {
    ($($name:ident $kind:ident $null:ident;)*) => {$(
        pub(crate) fn $name(name: &'static str) -> ColumnDef {
            ColumnDef::new(name).$kind().$null().to_owned()
        }
    )*};
}

columns! {
    uuid uuid not_null;
    uuid_null uuid null;
    text text not_null;
    text_null text null;
    date date not_null;
    date_null date null;
    timestamp_with_time_zone timestamp_with_time_zone not_null;
    timestamp_with_time_zone_null timestamp_with_time_zone null;
    integer integer not_null;
    integer_null integer null;
    big_integer big_integer not_null;
    big_integer_null big_integer null;
    double double not_null;
    double_null double null;
    json json_binary not_null;
    json_null json_binary null;
    blob blob not_null;
    blob_null blob null;
    boolean boolean not_null;
    small_integer small_integer not_null;
}

/// Returns a text that is sorted by its bytes on both databases, so that pages and exports have one order.
pub(crate) fn key(manager: &SchemaManager, name: &'static str) -> ColumnDef {
    by_bytes(manager, text(name))
}

/// Returns the same, where there may be none.
pub(crate) fn key_null(manager: &SchemaManager, name: &'static str) -> ColumnDef {
    by_bytes(manager, text_null(name))
}

fn by_bytes(manager: &SchemaManager, mut column: ColumnDef) -> ColumnDef {
    if manager.get_database_backend() == DbBackend::Postgres {
        column.extra(r#"COLLATE "C""#);
    }
    column
}

/// Returns a foreign key named `fk_<table>_<column>`; the service turns the name into a field of the input.
pub(crate) fn references(
    table: &'static str,
    column: &'static str,
    target: &'static str,
) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(format!("fk_{table}_{column}"))
        .from(table, column)
        .to(target, "id")
        .to_owned()
}

/// Returns a unique index named `uq_<table>_<columns>`; the service turns the name into a field of the input.
pub(crate) fn unique(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    named("uq", table, columns).unique().to_owned()
}

/// Returns an index named `ix_<table>_<columns>`.
pub(crate) fn index(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    named("ix", table, columns)
}

fn named(prefix: &str, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(format!("{prefix}_{table}_{}", columns.join("_"))).table(table);
    for column in columns {
        index.col(*column);
    }
    index
}
