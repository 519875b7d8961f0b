//! Publications, with their authors.

use chrono::{DateTime, Utc};
use entity::{
    ChangeKind, CollaborationId, PartialDate, PersonId, PublicationId, PublicationKind,
    publication, publication_author, shared_with,
};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::undated;
use crate::error::Result;
use crate::evidence::duplicates;
use crate::record::columns::{Table, Target, Value, columns, sharing_of};
use crate::record::reading::{Child, Listed};
use crate::record::{
    Children, Draft, Fault, Part, Problems, RowOf, SharedDraft, Sharing, Slot, Subject, Wanted,
    Whole, identifier, keyed_by, parts_before, parts_of, quoted, shared_draft,
};
use crate::spelling::sort_key;
use crate::store::Write;

columns! {
    /// What a publication should be.
    pub struct PublicationDraft, PublicationFields PUBLICATION {
        /// Its key.
        slug: String [.key().holds(Value::Slug)],
        /// Its title.
        title: String,
        /// What kind of document it is.
        kind: PublicationKind,
        /// Its abstract.
        abstract_text: Option<String> [.named("abstract")],
        /// Its DOI, in normal form.
        doi: Option<String> [.holds(Value::Doi)],
        /// When it was published.
        published: Option<PartialDate> [.input("publishedOn")],
        /// The journal, series or publisher.
        venue: Option<String>,
        /// Its language, as a code of ISO 639.
        language: Option<String>,
        /// Its licence.
        licence: Option<String>,
        /// Where it can be read.
        url: Option<String>,
    }
    children {
        /// Its authors.
        authors: AuthorDraft,
    }
    groups {
        /// Who contributes it, and who may see it.
        sharing: Sharing<PublicationId>,
    }
}

/// The file of publications.
pub(crate) static PUBLICATIONS: Table = Table::new("publications", PublicationDraft::COLUMNS)
    .of(Target::Publication)
    .shared(Value::Same);

columns! {
    /// An author of a publication.
    pub struct AuthorDraft, AuthorFields AUTHOR within { publication: PublicationId, } {
        /// Their place among the authors, from 1.
        position: i32 [.key()],
        /// Their name as the publication gives it.
        name: String,
        /// Their ORCID iD.
        orcid: Option<String> [.holds(Value::Orcid)],
        /// The person, when known to the network.
        person: Option<PersonId>,
    }
}

/// The file of publications' authors.
pub(crate) static PUBLICATION_AUTHORS: Table =
    Table::new("publication_authors", AuthorDraft::COLUMNS).child(1).input("authors");

impl Listed for AuthorDraft {
    const TABLE: &'static Table = &PUBLICATION_AUTHORS;
}

impl Child for AuthorDraft {
    type Whole = PublicationDraft;
    type Part = publication_author::Entity;

    fn check(&self, problems: &mut Problems) {
        problems.at_least(AUTHOR.position.name(), Some(self.position), 1);
        problems.name(AUTHOR.name.name(), &self.name);
        problems.identifier(
            AUTHOR.orcid.name(),
            self.orcid.as_ref(),
            identifier::orcid,
            "0000-0002-1825-0097",
        );
    }

    fn row(&self, whole: Uuid) -> publication_author::Model {
        let Self { position, name, orcid, person: person_id } = self.clone();
        let publication_id = whole.into();
        publication_author::Model { publication_id, position, name, orcid, person_id }
    }

    fn from_row(row: publication_author::Model) -> Self {
        let publication_author::Model { publication_id: _, position, name, orcid, person_id } = row;
        Self { position, name, orcid, person: person_id }
    }
}

impl Draft for PublicationDraft {
    type Table = publication::Entity;
    type Key = String;
    type Parts = (publication_author::Entity, shared_with::Entity);

    keyed_by!(publication, slug, Slug);
    shared_draft!(publication, Publication, WriteEvidence);

    async fn from_rows(
        connection: &impl ConnectionTrait,
        rows: &[publication::Model],
    ) -> Result<Vec<Self>> {
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id.into()).collect();
        let (mut authors, mut with) = parts_before::<Self>(connection, &ids).await?;
        let draft = |row: &publication::Model| Self {
            slug: row.slug.clone(),
            title: row.title.clone(),
            kind: row.kind,
            abstract_text: row.abstract_text.clone(),
            doi: row.doi.clone(),
            published: row.published.clone(),
            venue: row.venue.clone(),
            language: row.language.clone(),
            licence: row.licence.clone(),
            url: row.url.clone(),
            authors: Children::from_rows(parts_of(&mut authors, row.id)),
            sharing: sharing_of!(row, parts_of(&mut with, row.id)),
        };
        Ok(rows.iter().map(draft).collect())
    }

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
        problems.slug(PUBLICATION.slug.name(), &self.slug);
        problems.name(PUBLICATION.title.name(), &self.title);
        problems.text(PUBLICATION.abstract_text.name(), self.abstract_text.as_ref());
        problems.identifier(
            PUBLICATION.doi.name(),
            self.doi.as_ref(),
            identifier::doi,
            "10.1002/cl2.1152",
        );
        problems.short(PUBLICATION.venue.name(), self.venue.as_ref());
        if let Some(language) = &self.language
            && !is_language(language)
        {
            problems.add(
                PUBLICATION.language.name(),
                Fault::NotAnIdentifier,
                format!("{} is not a code of ISO 639.", quoted(language)),
                "Give two or three lower-case letters, such as 'en' or 'cy'.",
            );
        }
        if let Some(licence) = &self.licence
            && spdx::license_id(licence).is_none()
        {
            problems.add(
                PUBLICATION.licence.name(),
                Fault::NotAnIdentifier,
                format!("{} is not an identifier of the SPDX licence list.", quoted(licence)),
                "Give one such as 'CC-BY-4.0' or 'OGL-UK-3.0'; leave it out where the document has none.",
            );
        }
        problems.address(PUBLICATION.url.name(), self.url.as_ref());
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
        draft.authors.wanted(|author| author.row(row.id.into()))
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
