//! Publications, with their authors.

use chrono::{DateTime, Utc};
use entity::{
    ChangeKind, CollaborationId, PartialDate, PersonId, PublicationId, PublicationKind,
    publication, publication_author, shared_with,
};
use uuid::Uuid;

use super::undated;
use crate::error::Result;
use crate::evidence::duplicates;
use crate::record::{
    Children, Draft, Fault, Part, Problems, RowOf, SharedDraft, Sharing, Slot, Subject, Wanted,
    Whole, identifier, keyed_by, quoted, shared_draft,
};
use crate::spelling::sort_key;
use crate::store::Write;

/// What a publication should be.
#[derive(Clone, Debug)]
pub struct PublicationDraft {
    /// Its key.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// What kind of document it is.
    pub kind: PublicationKind,
    /// Its abstract.
    pub abstract_text: Option<String>,
    /// Its DOI, in normal form.
    pub doi: Option<String>,
    /// When it was published.
    pub published: Option<PartialDate>,
    /// The journal, series or publisher.
    pub venue: Option<String>,
    /// Its language, as a code of ISO 639.
    pub language: Option<String>,
    /// Its licence.
    pub licence: Option<String>,
    /// Where it can be read.
    pub url: Option<String>,
    /// Its authors.
    pub authors: Children<AuthorDraft>,
    /// Who contributes it, and who may see it.
    pub sharing: Sharing<PublicationId>,
}

/// An author of a publication.
#[derive(Clone, Debug)]
pub struct AuthorDraft {
    /// Their place among the authors, from 1.
    pub position: i32,
    /// Their name as the publication gives it.
    pub name: String,
    /// Their ORCID iD.
    pub orcid: Option<String>,
    /// The person, when known to the network.
    pub person: Option<PersonId>,
}

impl AuthorDraft {
    /// What is wrong with it.
    pub fn check(&self, problems: &mut Problems) {
        problems.at_least("position", Some(self.position), 1);
        problems.name("name", &self.name);
        problems.identifier("orcid", self.orcid.as_ref(), identifier::orcid, "0000-0002-1825-0097");
    }

    pub(crate) fn row(&self, publication_id: PublicationId) -> publication_author::Model {
        let Self { position, name, orcid, person } = self.clone();
        publication_author::Model { publication_id, position, name, orcid, person_id: person }
    }
}

impl Draft for PublicationDraft {
    type Table = publication::Entity;
    type Key = String;
    type Parts = (publication_author::Entity, shared_with::Entity);

    keyed_by!(publication, slug, Slug);
    shared_draft!(publication, Publication, WriteEvidence);

    fn row(
        &self,
        id: Uuid,
        before: Option<&publication::Model>,
        now: DateTime<Utc>,
    ) -> publication::Model {
        let draft = self.clone();
        publication::Model {
            id: id.into(),
            title_key: sort_key(&draft.title),
            slug: draft.slug,
            title: draft.title,
            kind: draft.kind,
            abstract_text: draft.abstract_text,
            doi: draft.doi,
            year: draft.published.as_ref().map(PartialDate::year),
            sort_on: draft.published.as_ref().map_or_else(undated, PartialDate::first_day),
            published: draft.published,
            venue: draft.venue,
            language: draft.language,
            licence: draft.licence,
            url: draft.url,
            contributed_by: draft.sharing.contributed_by,
            visibility: draft.sharing.visibility,
            embargoed_until: draft.sharing.embargoed_until,
            version: before.map_or(1, |before| before.version),
            created_at: before.map_or(now, |before| before.created_at),
            updated_at: before.map_or(now, |before| before.updated_at),
            withdrawn_at: draft.sharing.withdrawn_at,
            withdrawal_reason: draft.sharing.withdrawal_reason,
            superseded_by: draft.sharing.superseded_by,
        }
    }

    fn put_in_the_past(row: &mut publication::Model) {
        row.title_key = sort_key(&row.title);
    }

    fn check(&self, problems: &mut Problems) {
        problems.slug("slug", &self.slug);
        problems.name("title", &self.title);
        problems.text("abstract", self.abstract_text.as_ref());
        problems.identifier("doi", self.doi.as_ref(), identifier::doi, "10.1002/cl2.1152");
        problems.short("venue", self.venue.as_ref());
        if let Some(language) = &self.language
            && !is_language(language)
        {
            problems.add(
                "language",
                Fault::NotAnIdentifier,
                format!("{} is not a code of ISO 639.", quoted(language)),
                "Give two or three lower-case letters, such as 'en' or 'cy'.",
            );
        }
        if let Some(licence) = &self.licence
            && spdx::license_id(licence).is_none()
        {
            problems.add(
                "licence",
                Fault::NotAnIdentifier,
                format!("{} is not an identifier of the SPDX licence list.", quoted(licence)),
                "Give one such as 'CC-BY-4.0' or 'OGL-UK-3.0'; leave it out where the document has none.",
            );
        }
        problems.address("url", self.url.as_ref());
        self.authors.check(problems, AuthorDraft::check);
        self.sharing.check(problems, true);
    }

    /// What was joined stays so: a copy that was made before doesn't take it apart.
    async fn prepare(write: &Write, slots: &mut [Slot<Self>]) -> Result<()> {
        let before: Vec<&publication::Model> =
            slots.iter().filter_map(|slot| slot.before.as_ref()).collect();
        let joined = duplicates::joined_among(write, &before).await?;
        for slot in slots {
            let Some(row) = slot.before.as_ref().filter(|row| joined.contains(&row.id)) else {
                continue;
            };
            let sharing = &mut slot.draft.sharing;
            sharing.withdrawn_at = row.withdrawn_at;
            sharing.withdrawal_reason = row.withdrawal_reason.clone();
            sharing.superseded_by = row.superseded_by;
        }
        Ok(())
    }

    async fn follow_up(write: &Write, rows: &[publication::Model]) -> Result<()> {
        duplicates::refresh(write, rows).await
    }
}

impl SharedDraft for PublicationDraft {
    fn shared_with(&self, _row: &RowOf<Self>) -> Vec<CollaborationId> {
        self.sharing.shared_with.clone()
    }
}

impl Whole for PublicationDraft {
    fn subject_of(row: &publication::Model) -> Subject {
        Subject::itself(ChangeKind::Publication, row.id)
    }
}

impl Part<PublicationDraft> for publication_author::Entity {
    const NAME: &'static str = "authors";

    fn whole(row: &publication_author::Model) -> Uuid {
        row.publication_id.into()
    }

    fn wanted(
        draft: &PublicationDraft,
        row: &publication::Model,
    ) -> Option<Wanted<publication_author::Model>> {
        draft.authors.wanted(|author| author.row(row.id))
    }

    fn replaces(new: &publication_author::Model, old: &publication_author::Model) -> bool {
        new.position == old.position
    }
}

/// Whether a text is a code of a language: of two letters if there is one (ISO 639-1), else of three (ISO 639-3).
fn is_language(code: &str) -> bool {
    let language = match code.len() {
        2 => isolang::Language::from_639_1(code),
        3 => isolang::Language::from_639_3(code),
        _ => None,
    };
    language.is_some()
}
