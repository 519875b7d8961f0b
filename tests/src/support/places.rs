//! Builders of programmes and local authorities, and of studies' places in them.

use entity::{ChangeKind, LocalAuthorityId, ProgrammeId, StudyId};
use entity::{local_authority, programme, study, study_site};
use sea_orm::{ColumnTrait, QueryFilter};
use service::Viewer;
use service::access::scope;
use service::store::{Revision, Subject};
use uuid::Uuid;

use super::app::{ALPHA, TestApp};
use super::builders::insert;

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
        insert!(self, ChangeKind::Programme, programme row);
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
        insert!(self, ChangeKind::LocalAuthority, local_authority row);
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
                    let before = scope::for_writing::<study::Entity>()
                        .filter(study::Column::Id.eq(study_id))
                        .one(write.connection())
                        .await?
                        .expect("the study is there");
                    let after = study::Model { programme_id: Some(programme), ..before.clone() };
                    let subject = Subject::itself(ChangeKind::Study, study_id);
                    write.revise::<study::Entity>(&[Revision::of(subject, before, after)]).await?;
                    let sites = sites.into_iter().map(|site| (subject.id, site)).collect();
                    write.replace::<study_site::Entity>(vec![], sites).await
                })
            })
            .await
            .expect("a write");
    }
}
