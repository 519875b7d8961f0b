//! The keys by which titles are sorted, of things that are there from before there were such, or that have them by
//! earlier rules: a migration emptied those.

use entity::{publication, study};
use sea_orm::sea_query::{CaseStatement, Expr};
use sea_orm::{ColumnTrait, Condition, FromQueryResult, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::Viewer;
use crate::access::scope;
use crate::error::Result;
use crate::space::Space;
use crate::spelling::sort_key;
use crate::store::ROWS_PER_STATEMENT;
use crate::store::tables::Derived;

#[derive(FromQueryResult)]
struct Titled {
    id: Uuid,
    title: String,
}

/// Makes the sort keys that are missing, so that lists by title have them all. Gives how many there were.
pub async fn complete_sort_keys(space: &Space) -> Result<usize> {
    use publication::Column as OfPublication;
    use study::Column as OfStudy;

    let studies = (OfStudy::Id, OfStudy::Title, OfStudy::TitleKey);
    let publications = (OfPublication::Id, OfPublication::Title, OfPublication::TitleKey);
    let studies = complete::<study::Entity>(space, studies).await?;
    Ok(studies + complete::<publication::Entity>(space, publications).await?)
}

async fn complete<E: Derived>(
    space: &Space,
    (id, title, key): (E::Column, E::Column, E::Column),
) -> Result<usize> {
    let store = space.store();
    let backend = store.backend();
    let mut done = 0;
    loop {
        let without: Vec<Titled> = scope::for_writing::<E>()
            .select_only()
            .column_as(id, "id")
            .column_as(title, "title")
            .filter(key.eq(""))
            .limit(ROWS_PER_STATEMENT as u64)
            .into_model()
            .all(store.connection())
            .await?;
        if without.is_empty() {
            return Ok(done);
        }
        done += without.len();
        store
            .write(&Viewer::operator(), "title.index", |write| {
                Box::pin(async move {
                    let ids: Vec<Uuid> = without.iter().map(|row| row.id).collect();
                    let keys = without.iter().fold(CaseStatement::new(), |keys, row| {
                        keys.case(id.eq(row.id), sort_key(&row.title))
                    });
                    let keys = Expr::Case(Box::new(keys.finally(Expr::col(key))));
                    let which =
                        Condition::all().add(key.eq("")).add(scope::among(backend, id, ids));
                    write.derive::<E>([(key, keys)], which).await?;
                    Ok(())
                })
            })
            .await?;
    }
}
