//! Moving what leans on a joined publication to the one that was kept: the studies that it reports, the
//! findings and ratings that name it. Each is a revision of what is moved.

use entity::{
    ChangeKind, ChangeOperation, PublicationId, StudyId, finding, rating, study, study_publication,
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
    ratings(write, joined, kept).await
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

#[expect(
    clippy::disallowed_methods,
    reason = "the change of each study whose link is moved is told right here"
)]
async fn studies(write: &mut Write, joined: PublicationId, kept: PublicationId) -> Result<()> {
    use study_publication::Column::{PublicationId as OfPublication, StudyId as OfStudy};

    let links = scope::for_writing::<study_publication::Entity>()
        .filter(OfPublication.eq(joined))
        .all(write.connection())
        .await?;
    if links.is_empty() {
        return Ok(());
    }
    let backend = write.connection().get_database_backend();
    let ids: Vec<Uuid> = links.iter().map(|link| link.study_id.into()).collect();
    let before = scope::for_writing::<study::Entity>()
        .filter(scope::among(backend, study::Column::Id, ids.clone()))
        .order_by_asc(study::Column::Id)
        .lock(LockType::NoKeyUpdate)
        .all(write.connection())
        .await?;
    let reported = scope::for_writing::<study_publication::Entity>()
        .filter(scope::among(backend, OfStudy, ids.clone()))
        .all(write.connection())
        .await?;

    let now = write.source().now();
    study::Entity::update_many()
        .col_expr(
            study::Column::Version,
            Expr::col(study::Column::Version).add(1),
        )
        .col_expr(study::Column::UpdatedAt, Expr::val(now))
        .filter(scope::among(backend, study::Column::Id, ids))
        .exec(write.connection())
        .await?;
    study_publication::Entity::delete_many()
        .filter(OfPublication.eq(joined))
        .exec(write.connection())
        .await?;
    let moved = links
        .iter()
        .map(|link| link_to(link.study_id, kept).into_active_model());
    study_publication::Entity::insert_many(moved)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(write.connection())
        .await?;

    for row in before {
        let after = study::Model {
            version: row.version + 1,
            updated_at: now,
            ..row.clone()
        };
        let were: Vec<_> = reported
            .iter()
            .filter(|link| link.study_id == row.id)
            .collect();
        let mut are: Vec<_> = were
            .iter()
            .map(|link| (*link).clone())
            .filter(|link| ![joined, kept].contains(&link.publication_id))
            .collect();
        are.push(link_to(row.id, kept));
        let way_back = delta::way_back(
            &delta::state(&row, &reports(&were)?)?,
            &delta::state(&after, &reports(&are)?)?,
        );
        let operation = ChangeOperation::Updated;
        write.updated(
            ChangeKind::Study,
            row.id,
            operation,
            after.version,
            &way_back,
        )?;
    }
    Ok(())
}

fn link_to(study_id: StudyId, publication_id: PublicationId) -> study_publication::Model {
    study_publication::Model {
        study_id,
        publication_id,
    }
}

fn reports(links: &impl serde::Serialize) -> Result<Map<String, Value>> {
    let links = serde_json::to_value(links).map_err(Error::internal)?;
    Ok(Map::from_iter([("publications".to_owned(), links)]))
}
