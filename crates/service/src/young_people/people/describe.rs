//! Puts together what an agreement shows of some people.

use std::collections::{BTreeMap, HashMap};

use entity::{
    LoadedReturnId, LocalAuthorityId, Sex, YoungPersonId, agreement_pseudonym, child_record,
    episode, loaded_return, study_participation,
};
use sea_orm::{ColumnTrait, QueryFilter};

use super::paths::{Opened, Path};
use super::read::condition;
use super::{Episode, Participation, YoungPerson};
use crate::access::scope;
use crate::error::Result;
use crate::space::Space;
use crate::young_people::agreement::Agreement;

/// Returns what an agreement shows of some people.
pub(super) async fn rows(
    space: &Space,
    agreement: &Agreement,
    returns: &[loaded_return::Model],
    people: &[agreement_pseudonym::Model],
) -> Result<HashMap<YoungPersonId, YoungPerson>> {
    let connection = space.store().connection();
    let backend = space.store().backend();
    let ids: Vec<_> = people.iter().map(|row| row.young_person_id).collect();
    let among = |column| scope::among(backend, column, ids.iter().copied().map(uuid::Uuid::from));
    let of_return: HashMap<_, _> = returns.iter().map(|row| (row.id, row)).collect();
    let return_ids: Vec<_> = returns.iter().map(|row| row.id).collect();

    let records = scope::under_agreement::<child_record::Entity>()
        .filter(child_record::Column::ReturnId.is_in(return_ids.iter().copied()))
        .filter(scope::among(
            backend,
            child_record::Column::YoungPersonId,
            ids.iter().copied().map(uuid::Uuid::from),
        ))
        .all(connection)
        .await?;
    let episodes = scope::under_agreement::<episode::Entity>()
        .filter(condition(agreement, &return_ids))
        .filter(among(episode::Column::YoungPersonId))
        .all(connection)
        .await?;
    let participations = scope::under_agreement::<study_participation::Entity>()
        .filter(study_participation::Column::AgreementId.eq(agreement.id()))
        .filter(scope::among(
            backend,
            study_participation::Column::YoungPersonId,
            ids.iter().copied().map(uuid::Uuid::from),
        ))
        .all(connection)
        .await?;

    let opened = Opened::new(agreement.fields());
    let mut found: HashMap<YoungPersonId, YoungPerson> = people
        .iter()
        .map(|row| {
            let person = YoungPerson {
                agreement: agreement.id(),
                pseudonym: row.pseudonym.clone(),
                opened: opened.clone(),
                birth_month: None,
                sex: Sex::NotKnown,
                ethnicity: "NOBT".to_owned(),
                authorities: Vec::new(),
                episodes: Vec::new(),
                participations: Vec::new(),
            };
            (row.young_person_id, person)
        })
        .collect();
    describe(&mut found, records, &of_return);
    add_episodes(&mut found, episodes, &of_return, &opened);
    for row in participations {
        if let Some(person) = found.get_mut(&row.young_person_id) {
            person.participations.push(Participation {
                opened: opened.clone(),
                study: row.study_id,
                arm: row.arm,
                site: row.site_id,
                enrolled_on: row.enrolled_on,
            });
        }
    }
    Ok(found)
}

type Returns<'a> = HashMap<LoadedReturnId, &'a loaded_return::Model>;

/// Describes people: the latest return says who somebody is.
fn describe(
    found: &mut HashMap<YoungPersonId, YoungPerson>,
    mut records: Vec<child_record::Model>,
    returns: &Returns<'_>,
) {
    records.sort_by_key(|record| returns.get(&record.return_id).map(|row| (row.year, row.id)));
    for record in records {
        let Some(person) = found.get_mut(&record.young_person_id) else {
            continue;
        };
        person.birth_month = record.birth_month.or(person.birth_month);
        person.sex = record.sex;
        person.ethnicity = record.ethnicity;
    }
}

/// Adds the episodes. One that goes on over several collections is in several returns: the latest is right. Episodes
/// that differ in nothing but what is closed are one.
fn add_episodes(
    found: &mut HashMap<YoungPersonId, YoungPerson>,
    mut episodes: Vec<episode::Model>,
    returns: &Returns<'_>,
    opened: &Opened,
) {
    episodes.sort_by_key(|time| {
        (returns.get(&time.return_id).map(|row| (row.year, row.id)), time.ordinal)
    });
    let mut latest = BTreeMap::new();
    for time in episodes {
        let Some(row) = returns.get(&time.return_id) else {
            continue;
        };
        let place = row.local_authority_id;
        if let Some(person) = found.get_mut(&time.young_person_id)
            && !person.authorities.contains(&place)
        {
            person.authorities.push(place);
        }
        let repeated = (time.young_person_id, time.started_on, time.kind);
        latest.insert((repeated, told_again(&time, place, opened)), (place, time));
    }
    for (_, (place, time)) in latest {
        if let Some(person) = found.get_mut(&time.young_person_id) {
            person.episodes.push(Episode {
                kind: time.kind,
                local_authority: place,
                started_on: time.started_on,
                ended_on: time.ended_on,
                opened: opened.clone(),
                legal_status: time.legal_status,
                placement: time.placement,
                provider: time.provider,
                need: time.category_of_need,
                category_of_abuse: time.category_of_abuse,
                reason_started: time.reason_started,
                reason_ended: time.reason_ended,
            });
        }
    }
}

/// Returns what tells apart two episodes of one kind that began on one day, as far as it is open.
fn told_again(
    time: &episode::Model,
    place: LocalAuthorityId,
    opened: &Opened,
) -> (Option<LocalAuthorityId>, Option<String>, Option<String>) {
    let legal_status = time.legal_status.clone();
    let placement = time.placement.clone();
    (
        Some(place).filter(|_| opened.opens(Path::EpisodeAuthority)),
        legal_status.filter(|_| opened.opens(Path::LegalStatus)),
        placement.filter(|_| opened.opens(Path::Placement)),
    )
}
