//! Builders of programmes and local authorities, and of studies' places in them.

use entity::{ChangeKind, LocalAuthorityId, ProgrammeId, StudyId};
use entity::{local_authority, programme, study, study_site};
use sea_orm::ActiveValue::{Set, Unchanged};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use service::Viewer;
use uuid::Uuid;

use super::app::{ALPHA, TestApp};

macro_rules! create {
    ($app:expr, $kind:ident, $table:ident $row:expr) => {{
        let row = $row;
        $app.space
            .store()
            .write(&Viewer::operator(), "test", move |write| {
                Box::pin(async move {
                    let id = row.id;
                    $table::Entity::insert(row.into_active_model())
                        .exec_without_returning(write.connection())
                        .await?;
                    write.created(ChangeKind::$kind, id);
                    Ok(())
                })
            })
            .await
            .expect("a write");
    }};
}

impl TestApp {
    /// A programme.
    pub async fn create_programme(&self, slug: &str) -> ProgrammeId {
        let id = ProgrammeId::from(self.space.store().source().id::<Uuid>());
        let lead_centre = self.centre_id(ALPHA).await;
        let row = programme::Model {
            id,
            slug: slug.to_owned(),
            title: slug.replace('-', " "),
            summary: None,
            lead_centre,
            started: None,
            ended: None,
            homepage: None,
            studies_stated: None,
            partners_stated: None,
            local_authorities_stated: None,
            withdrawn_at: None,
            withdrawal_reason: None,
            superseded_by: None,
        };
        create!(self, Programme, programme row);
        id
    }

    /// A local authority.
    pub async fn create_local_authority(&self, gss_code: &str) -> LocalAuthorityId {
        let id = LocalAuthorityId::from(self.space.store().source().id::<Uuid>());
        let row = local_authority::Model {
            id,
            gss_code: gss_code.to_owned(),
            name: gss_code.to_owned(),
            official_name: None,
            country: "England".to_owned(),
            region: None,
            authority_type: None,
            dfe_number: None,
            established: None,
            abolished: None,
            withdrawn_at: None,
            withdrawal_reason: None,
            superseded_by: None,
        };
        create!(self, LocalAuthority, local_authority row);
        id
    }

    /// Puts a study into a programme and gives it sites in local authorities.
    pub async fn place_study(
        &self,
        study_id: StudyId,
        programme: ProgrammeId,
        authorities: &[LocalAuthorityId],
    ) {
        let sites: Vec<_> = authorities
            .iter()
            .map(|id| study_site::Model {
                study_id,
                local_authority_id: *id,
                step: None,
                starts_on: None,
            })
            .collect();
        self.space
            .store()
            .write(&Viewer::operator(), "test", move |write| {
                Box::pin(async move {
                    let placed = study::ActiveModel {
                        id: Unchanged(study_id),
                        programme_id: Set(Some(programme)),
                        ..Default::default()
                    };
                    placed.update(write.connection()).await?;
                    for site in sites {
                        study_site::Entity::insert(site.into_active_model())
                            .exec_without_returning(write.connection())
                            .await?;
                    }
                    Ok(())
                })
            })
            .await
            .expect("a write");
    }
}
