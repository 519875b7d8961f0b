//! Moving what leans on a joined publication to the one that was kept: the studies that it reports, the
//! findings and ratings that name it or took it into account. Each is a revision of what is moved.

use entity::{
    ChangeKind, ChangeOperation, PublicationId, considered_publication, finding, rating, study,
    study_publication,
};
use sea_orm::sea_query::{Expr, ExprTrait, LockType, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::access::scope;
use crate::error::{Error, Result};
use crate::record::delta;
use crate::store::Write;

/// Moves everything.
pub(super) async fn to_the_kept(
    write: &mut Write,
    joined: PublicationId,
    kept: PublicationId,
) -> Result<()> {
    studies(write, joined, kept).await?;
    findings(write, joined, kept).await?;
    ratings(write, joined, kept).await?;
    considered(write, joined, kept).await
}

/// Things that name a publication in a column of their own.
macro_rules! moves {
    ($name:ident, $table:ident, $kind:ident) => {
        #[expect(
            clippy::disallowed_methods,
            reason = "the change of each thing that is moved is told right here"
        )]
        async fn $name(
            write: &mut Write,
            joined: PublicationId,
            kept: PublicationId,
        ) -> Result<()> {
            use $table::Column::{Id, PublicationId as OfPublication, UpdatedAt, Version};

            let before = scope::for_writing::<$table::Entity>()
                .filter(OfPublication.eq(joined))
                .order_by_asc(Id)
                .lock(LockType::NoKeyUpdate)
                .all(write.connection())
                .await?;
            let now = write.source().now();
            $table::Entity::update_many()
                .col_expr(OfPublication, Expr::val(kept))
                .col_expr(Version, Expr::col(Version).add(1))
                .col_expr(UpdatedAt, Expr::val(now))
                .filter(OfPublication.eq(joined))
                .exec(write.connection())
                .await?;
            for row in before {
                let after = $table::Model {
                    publication_id: Some(kept),
                    version: row.version + 1,
                    updated_at: now,
                    ..row.clone()
                };
                let none = Map::new();
                let way_back =
                    delta::way_back(&delta::state(&row, &none)?, &delta::state(&after, &none)?);
                let (kind, operation) = (ChangeKind::$kind, ChangeOperation::Updated);
                write.updated(kind, row.id, operation, after.version, &way_back)?;
            }
            Ok(())
        }
    };
}

moves!(findings, finding, Finding);
moves!(ratings, rating, Rating);

/// Things that name a publication in a list.
macro_rules! moves_links {
    ($name:ident, $links:ident, $whole:ident, $whole_id:ident $whole_column:ident, $kind:ident, $list:literal) => {
        #[expect(
            clippy::disallowed_methods,
            reason = "the change of each thing whose link is moved is told right here"
        )]
        async fn $name(
            write: &mut Write,
            joined: PublicationId,
            kept: PublicationId,
        ) -> Result<()> {
            use $links::Column::{PublicationId as OfPublication, $whole_column as OfWhole};

            let links = scope::for_writing::<$links::Entity>()
                .filter(OfPublication.eq(joined))
                .all(write.connection())
                .await?;
            if links.is_empty() {
                return Ok(());
            }
            let link_to = |whole| $links::Model { $whole_id: whole, publication_id: kept };
            let backend = write.connection().get_database_backend();
            let ids: Vec<Uuid> = links.iter().map(|link| link.$whole_id.into()).collect();
            let before = scope::for_writing::<$whole::Entity>()
                .filter(scope::among(backend, $whole::Column::Id, ids.clone()))
                .order_by_asc($whole::Column::Id)
                .lock(LockType::NoKeyUpdate)
                .all(write.connection())
                .await?;
            let reported = scope::for_writing::<$links::Entity>()
                .filter(scope::among(backend, OfWhole, ids.clone()))
                .all(write.connection())
                .await?;

            let now = write.source().now();
            $whole::Entity::update_many()
                .col_expr($whole::Column::Version, Expr::col($whole::Column::Version).add(1))
                .col_expr($whole::Column::UpdatedAt, Expr::val(now))
                .filter(scope::among(backend, $whole::Column::Id, ids))
                .exec(write.connection())
                .await?;
            $links::Entity::delete_many()
                .filter(OfPublication.eq(joined))
                .exec(write.connection())
                .await?;
            let moved = links.iter().map(|link| link_to(link.$whole_id).into_active_model());
            $links::Entity::insert_many(moved)
                .on_conflict(OnConflict::new().do_nothing().to_owned())
                .exec_without_returning(write.connection())
                .await?;

            for row in before {
                let after =
                    $whole::Model { version: row.version + 1, updated_at: now, ..row.clone() };
                let were: Vec<_> =
                    reported.iter().filter(|link| link.$whole_id == row.id).collect();
                let mut are: Vec<_> = were
                    .iter()
                    .map(|link| (*link).clone())
                    .filter(|link| ![joined, kept].contains(&link.publication_id))
                    .collect();
                are.push(link_to(row.id));
                let way_back = delta::way_back(
                    &delta::state(&row, &listed($list, &were)?)?,
                    &delta::state(&after, &listed($list, &are)?)?,
                );
                let operation = ChangeOperation::Updated;
                write.updated(ChangeKind::$kind, row.id, operation, after.version, &way_back)?;
            }
            Ok(())
        }
    };
}

moves_links!(studies, study_publication, study, study_id StudyId, Study, "publications");
moves_links!(considered, considered_publication, rating, rating_id RatingId, Rating, "considered_publications");

fn listed(list: &str, links: &impl serde::Serialize) -> Result<Map<String, Value>> {
    let links = serde_json::to_value(links).map_err(Error::internal)?;
    Ok(Map::from_iter([(list.to_owned(), links)]))
}
