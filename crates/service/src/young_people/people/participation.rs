//! That a young person takes part in a study, so that a trial's participants can be followed through later returns.

use chrono::NaiveDate;
use entity::{AgreementId, ChangeKind, StudyId, study, study_participation};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, QueryFilter};

use super::paths::Path;
use super::{YoungPerson, read};
use crate::access::scope;
use crate::error::{Error, Result};
use crate::request::RequestContext;

/// A participation that is recorded.
#[derive(Clone, Debug)]
pub struct NewParticipation {
    /// The agreement under which the person is known.
    pub agreement: AgreementId,
    /// What they are called under it.
    pub pseudonym: String,
    pub study: StudyId,
    /// The arm to which they belong.
    pub arm: String,
    /// The GSS code of the site.
    pub site: Option<String>,
    pub enrolled_on: NaiveDate,
}

/// Records that somebody takes part in a study, in place of what was recorded of the same person and study.
///
/// # Errors
/// `NOT_FOUND`; `FORBIDDEN`; `AGREEMENT_NOT_IN_FORCE`; `NOT_IN_AGREEMENT` when it doesn't open participations, or a
/// site and not the authorities; `BAD_USER_INPUT`.
pub async fn participate(context: &RequestContext, new: NewParticipation) -> Result<YoungPerson> {
    let mut paths = vec![(Path::RecordOf, "agreement")];
    paths.extend(new.site.is_some().then_some((Path::RecordSite, "site")));
    let what = "a participation";
    let (agreement, returns) = read::opened(context, new.agreement, what, &paths).await?;
    let person = read::found(context.space(), &agreement, &returns, &new.pseudonym).await?;
    let person = person.ok_or_else(|| Error::not_found("young person under this agreement"))?;
    if new.arm.trim().is_empty() {
        return Err(Error::bad_input("arm", "Name the arm, such as `intervention`."));
    }
    let directory = context.directory().await?;
    let site = match &new.site {
        None => None,
        Some(code) => {
            let site = directory.local_authorities.by_key(code);
            let site = site.ok_or_else(|| {
                Error::bad_input("site", "There is no such local authority. Give its GSS code.")
            })?;
            Some(site.id)
        }
    };
    let now = context.now();
    let study = scope::shared::<study::Entity>(context.viewer(), now)
        .filter(study::Column::Id.eq(new.study))
        .one(context.store().connection())
        .await?
        .ok_or_else(|| Error::not_found("study"))?;
    let row = study_participation::ActiveModel {
        agreement_id: Set(new.agreement),
        young_person_id: Set(person.young_person_id),
        study_id: Set(study.id),
        arm: Set(new.arm.trim().to_owned()),
        site_id: Set(site),
        enrolled_on: Set(new.enrolled_on),
    };
    let (id, version) = (new.agreement, agreement.row.version);
    context
        .store()
        .write(context.viewer(), "participation.record", move |write| {
            Box::pin(async move {
                use study_participation::Column::{
                    AgreementId, Arm, EnrolledOn, SiteId, StudyId, YoungPersonId,
                };
                let replacing = OnConflict::columns([AgreementId, YoungPersonId, StudyId])
                    .update_columns([Arm, SiteId, EnrolledOn])
                    .to_owned();
                write.add_or::<study_participation::Entity>(vec![row], replacing).await?;
                write.touch(ChangeKind::DataSharingAgreement, id, version);
                Ok(())
            })
        })
        .await?;
    let person = read::person(context, id, &new.pseudonym).await?;
    person.ok_or_else(|| Error::not_found("young person under this agreement"))
}
