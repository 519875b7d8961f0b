//! Builders of things, which say only what a test is about.

use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    AccessTokenId, CentreId, ChangeKind, EffectMeasure, PublicationKind, StudyDesign, StudyRole,
    StudyStatus, TermId, Visibility, Vocabulary, centre, collaboration, collaboration_member,
    feedback, finding, publication, shared_with, study, study_centre, study_publication,
    study_term, term,
};
use serde_json::json;
use service::Viewer;
use service::access::token::{self, Revocation};
use service::spelling::sort_key;
use service::store::Subject;
use uuid::Uuid;

use super::app::TestApp;

/// How a shared thing is shared.
#[derive(Clone)]
pub struct Sharing {
    /// The slug of the centre that contributes it.
    pub by: &'static str,
    /// Who may see it.
    pub visibility: Visibility,
    /// Until when only the contributing centre sees it.
    pub embargoed_until: Option<DateTime<Utc>>,
    /// With which collaborations it is shared.
    pub with: Vec<entity::CollaborationId>,
    /// That it was withdrawn.
    pub withdrawn: bool,
}

impl Sharing {
    /// Everybody may see it.
    pub fn public(by: &'static str) -> Self {
        Self::new(by, Visibility::Public)
    }

    /// With a visibility.
    pub fn new(by: &'static str, visibility: Visibility) -> Self {
        Self { by, visibility, embargoed_until: None, with: Vec::new(), withdrawn: false }
    }
}

/// The row of a shared thing, of which nothing is known but what is said.
macro_rules! shared_row {
    ($app:expr, $sharing:expr, $table:ident { $($field:ident: $value:expr),* $(,)? }) => {{
        let now = $app.space.store().source().now();
        let row = json!({
            $((stringify!($field)): $value,)*
            "contributed_by": $app.centre_id($sharing.by).await,
            "visibility": $sharing.visibility,
            "embargoed_until": $sharing.embargoed_until,
            "version": 1,
            "created_at": now,
            "updated_at": now,
            "withdrawn_at": $sharing.withdrawn.then_some(now),
            "withdrawal_reason": $sharing.withdrawn.then_some("a mistake"),
        });
        serde_json::from_value::<$table::Model>(row).expect("a row")
    }};
}

/// Inserts a thing with its parts.
macro_rules! insert {
    ($app:expr, $kind:expr, $table:ident $row:expr $(, $parts:ident $rows:expr)*) => {{
        let row = $row;
        $app.space
            .store()
            .write(&Viewer::operator(), "test", move |write| {
                Box::pin(async move {
                    let subject = Subject::itself($kind, row.id);
                    write.insert::<$table::Entity>(&[(subject, row)]).await?;
                    $(
                        let rows = $rows.into_iter().map(|row| (subject.id, row)).collect();
                        write.replace::<$parts::Entity>(vec![], rows).await?;
                    )*
                    Ok(())
                })
            })
            .await
            .expect("a write");
    }};
}
pub(super) use insert;

impl TestApp {
    fn id<T: From<Uuid>>(&self) -> T {
        self.space.store().source().id()
    }

    /// The id of a centre.
    pub async fn centre_id(&self, slug: &str) -> CentreId {
        let directory = self.space.directory().await.expect("the directory");
        directory.centres.by_key(slug).expect("a centre").row.id
    }

    /// A centre.
    pub async fn create_centre(&self, slug: &str) -> CentreId {
        let id: CentreId = self.id();
        let row = centre::Model {
            id,
            slug: slug.to_owned(),
            name: slug.replace('-', " "),
            short_name: None,
            policy_area: "testing".to_owned(),
            description: None,
            founded: None,
            homepage: None,
            ror_id: None,
            successor: None,
        };
        insert!(self, ChangeKind::Centre, centre row);
        id
    }

    /// A term of a vocabulary.
    pub async fn create_term(
        &self,
        vocabulary: Vocabulary,
        slug: &str,
        broader: Option<TermId>,
    ) -> TermId {
        let id: TermId = self.id();
        let row = term::Model {
            id,
            vocabulary,
            slug: slug.to_owned(),
            name: slug.replace('-', " "),
            description: None,
            broader,
            owner: None,
            synonyms: json!([]),
            withdrawn_at: None,
            withdrawal_reason: None,
            superseded_by: None,
        };
        insert!(self, ChangeKind::from(vocabulary), term row);
        id
    }

    /// A study led by its contributor.
    pub async fn create_study(&self, slug: &str, sharing: &Sharing) -> entity::StudyId {
        self.create_study_on(slug, sharing, None, &[]).await
    }

    /// A study that began on a day and is about some terms.
    pub async fn create_study_on(
        &self,
        slug: &str,
        sharing: &Sharing,
        starts_on: Option<NaiveDate>,
        terms: &[TermId],
    ) -> entity::StudyId {
        let id: entity::StudyId = self.id();
        let sort_on = starts_on.unwrap_or_else(|| NaiveDate::from_ymd_opt(1, 1, 1).expect("a day"));
        let lead_centre = self.centre_id(sharing.by).await;
        let row = shared_row!(
            self,
            sharing,
            study {
                id: id,
                slug: slug.to_owned(),
                title: slug.replace('-', " "),
                title_key: sort_key(&slug.replace('-', " ")),
                design: StudyDesign::Randomised,
                status: StudyStatus::Reported,
                starts_on: starts_on,
                sort_on: sort_on,
                lead_centre: lead_centre,
            }
        );
        let centre = study_centre::Model {
            study_id: id,
            centre_id: lead_centre,
            role: StudyRole::Lead,
            sort_on,
        };
        let terms: Vec<_> = terms
            .iter()
            .map(|term_id| study_term::Model { study_id: id, term_id: *term_id })
            .collect();
        let shares = shares(id.0, sharing);
        insert!(self, ChangeKind::Study, study row, study_centre [centre], study_term terms, shared_with shares);
        id
    }

    /// A publication that reports some studies.
    pub async fn create_publication(
        &self,
        slug: &str,
        sharing: &Sharing,
        studies: &[entity::StudyId],
    ) -> entity::PublicationId {
        let id: entity::PublicationId = self.id();
        let row = shared_row!(
            self,
            sharing,
            publication {
                id: id,
                slug: slug.to_owned(),
                title: slug.replace('-', " "),
                title_key: sort_key(&slug.replace('-', " ")),
                kind: PublicationKind::Report,
                doi: Some(format!("10.5555/{slug}")),
                year: Some(2025),
                sort_on: NaiveDate::from_ymd_opt(2025, 1, 1).expect("a day"),
            }
        );
        let links: Vec<_> = studies
            .iter()
            .map(|study_id| study_publication::Model { study_id: *study_id, publication_id: id })
            .collect();
        let shares = shares(id.0, sharing);
        insert!(self, ChangeKind::Publication, publication row, study_publication links, shared_with shares);
        id
    }

    /// Says that a publication which is there reports a study.
    pub async fn link_publication(
        &self,
        study_id: entity::StudyId,
        publication_id: entity::PublicationId,
    ) {
        let link = study_publication::Model { study_id, publication_id };
        self.space
            .store()
            .write(&Viewer::operator(), "test", move |write| {
                Box::pin(async move {
                    let study = study_id.into();
                    write.touch(ChangeKind::Study, study_id, 1);
                    write.replace::<study_publication::Entity>(vec![], vec![(study, link)]).await
                })
            })
            .await
            .expect("a write");
    }

    /// A finding of a study.
    pub async fn create_finding(
        &self,
        reference: &str,
        sharing: &Sharing,
        study_id: entity::StudyId,
        outcome_id: TermId,
    ) -> entity::FindingId {
        self.create_reported_finding(reference, sharing, study_id, outcome_id, None).await
    }

    /// A finding of a study that a publication reports.
    pub async fn create_reported_finding(
        &self,
        reference: &str,
        sharing: &Sharing,
        study_id: entity::StudyId,
        outcome_id: TermId,
        publication_id: Option<entity::PublicationId>,
    ) -> entity::FindingId {
        let id: entity::FindingId = self.id();
        let row = shared_row!(
            self,
            sharing,
            finding {
                id: id,
                study_id: study_id,
                reference: reference.to_owned(),
                publication_id: publication_id,
                outcome_id: outcome_id,
                measure: EffectMeasure::StandardisedMeanDifference,
                estimate: 0.25,
                standard_error: Some(0.1),
            }
        );
        let shares = shares(id.0, sharing);
        insert!(self, ChangeKind::Finding, finding row, shared_with shares);
        id
    }

    /// A collaboration of some centres, which its members see if it is for members.
    pub async fn create_collaboration(
        &self,
        slug: &str,
        sharing: &Sharing,
        members: &[&str],
    ) -> entity::CollaborationId {
        let id: entity::CollaborationId = self.id();
        let row = shared_row!(
            self,
            sharing,
            collaboration { id: id, slug: slug.to_owned(), title: slug.replace('-', " ") }
        );
        let mut rows = Vec::new();
        for member in members {
            let centre_id = self.centre_id(member).await;
            rows.push(collaboration_member::Model { collaboration_id: id, centre_id });
        }
        let mut shares = shares(id.0, sharing);
        shares.push(shared_with::Model { thing_id: id.0, collaboration_id: id });
        insert!(self, ChangeKind::Collaboration, collaboration row, collaboration_member rows, shared_with shares);
        id
    }

    /// Feedback of March 2019 to a centre, about a study or about the centre itself.
    pub async fn create_feedback(
        &self,
        reference: &str,
        sharing: &Sharing,
        study_id: Option<entity::StudyId>,
    ) -> entity::FeedbackId {
        let id: entity::FeedbackId = self.id();
        let row = shared_row!(
            self,
            sharing,
            feedback {
                id: id,
                reference: reference.to_owned(),
                study_id: study_id,
                from_role: "practice leader".to_owned(),
                text: "It came too late.".to_owned(),
                received_on: NaiveDate::from_ymd_opt(2019, 3, 1).expect("a day"),
            }
        );
        let shares = shares(id.0, sharing);
        insert!(self, ChangeKind::Feedback, feedback row, shared_with shares);
        id
    }

    /// Revokes a token.
    pub async fn revoke(&self, id: AccessTokenId) {
        let revocation = Revocation { reason: "a test".to_owned(), including_issued: false };
        token::revoke(&self.as_operator(), id, revocation).await.expect("a revocation");
    }
}

fn shares(thing_id: Uuid, sharing: &Sharing) -> Vec<shared_with::Model> {
    let share =
        |id: &entity::CollaborationId| shared_with::Model { thing_id, collaboration_id: *id };
    sharing.with.iter().map(share).collect()
}
