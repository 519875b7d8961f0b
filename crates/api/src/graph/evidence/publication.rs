//! Publications.

use std::sync::Arc;

use async_graphql::{Context, Enum, Object};
use chrono::Datelike;
use macros::paged;
use service::Result;
use service::entity::{
    PublicationKind, RatedKind, possible_duplicate, publication, publication_author,
};
use service::evidence::citation::{self, Style};
use service::page::PageRequest;

use super::comparison::{RatingComparison, wrap_comparison};
use super::duplicates::PossibleDuplicate;
use super::rating::{RatingConnection, ratings_of};
use super::study::{Study, StudyConnection};
use crate::graph::connection::{Connection, Listed, Total, wrapped};
use crate::graph::date::{ApproximateDate, Date, approximate};
use crate::graph::enum_value::EnumValue;
use crate::graph::loaders;
use crate::graph::network::Person;
use crate::graph::shared::{Common, SharedThing, shared_thing};

/// A publication.
#[derive(Clone)]
pub(crate) struct Publication(pub(crate) Arc<publication::Model>);

shared_thing!(Publication);

/// A style of citation.
#[derive(Clone, Copy, Default, Enum, Eq, PartialEq)]
#[graphql(remote = "Style")]
pub(crate) enum CitationStyle {
    /// Authors, year, title, venue, DOI: as in the social sciences (after APA).
    #[default]
    Apa,
    /// The same in the Harvard style that UK universities teach.
    Harvard,
}

/// A document that reports research.
#[paged]
#[Object]
impl Publication {
    #[graphql(flatten)]
    async fn shared_fields(&self) -> Common {
        self.common()
    }

    /// Its name in bundles and addresses.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// Its title.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// Its abstract, where its licence lets us show it.
    #[graphql(name = "abstract")]
    async fn abstract_text(&self) -> Option<&str> {
        self.0.abstract_text.as_deref()
    }

    /// What kind of document it is.
    async fn kind(&self) -> EnumValue<PublicationKind> {
        EnumValue(self.0.kind)
    }

    /// Its authors, in their order.
    async fn authors(&self, ctx: &Context<'_>) -> Result<Vec<Author>> {
        let authors = loaders(ctx).publication_authors(self.0.id).await?;
        Ok(authors.iter().flat_map(|list| list.iter()).cloned().map(Author).collect())
    }

    /// Its digital object identifier, in lower case and without an address before it.
    async fn doi(&self) -> Option<&str> {
        self.0.doi.as_deref()
    }

    /// When it was published, when the day is known; see `published` and `year` for less.
    async fn published_on(&self) -> Option<Date> {
        let published = self.0.published.as_ref()?;
        (published.precision() == service::entity::DatePrecision::Day)
            .then(|| Date(published.first_day()))
    }

    /// When it was published, as precisely as is known.
    async fn published(&self) -> Option<ApproximateDate> {
        approximate(self.0.published.as_ref())
    }

    /// The year in which it was published.
    async fn year(&self) -> Option<i32> {
        self.0.year.or_else(|| self.0.published.as_ref().map(|date| date.first_day().year()))
    }

    /// The journal, series or publisher.
    async fn venue(&self) -> Option<&str> {
        self.0.venue.as_deref()
    }

    /// Its language, as a code of ISO 639.
    async fn language(&self) -> Option<&str> {
        self.0.language.as_deref()
    }

    /// Its licence, as an identifier of SPDX where there is one.
    async fn licence(&self) -> Option<&str> {
        self.0.licence.as_deref()
    }

    /// Where it can be read.
    async fn url(&self) -> Option<&str> {
        self.0.url.as_deref()
    }

    /// How to cite it, as plain text.
    async fn citation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "In which style; APA when nothing is said.")] style: Option<CitationStyle>,
    ) -> Result<String> {
        let authors = loaders(ctx).publication_authors(self.0.id).await?.unwrap_or_default();
        Ok(citation::text(&self.0, &authors, style.unwrap_or_default().into()))
    }

    /// The studies that it reports.
    async fn studies(&self, ctx: &Context<'_>, request: PageRequest) -> Result<StudyConnection> {
        let id = self.0.id;
        let page = loaders(ctx).publication_studies(id, request).await?;
        let total = Total::of(move |loaders| async move {
            Ok(loaders.publication_study_count(id).await?.unwrap_or_default())
        });
        Ok(StudyConnection::new(wrapped(&page, Study), total))
    }

    /// What may be the same publication, the most alike first: as far as you may see it, and nobody has
    /// decided.
    async fn possible_duplicates(&self, ctx: &Context<'_>) -> Result<Vec<PossibleDuplicate>> {
        let pairs = loaders(ctx).possible_duplicates(self.0.id).await?;
        let of_this =
            |pair: &possible_duplicate::Model| PossibleDuplicate::seen_from(self.0.id, pair);
        Ok(pairs.iter().flat_map(|list| list.iter()).map(of_this).collect())
    }

    /// What centres hold of it, each on its own standard, newest first: by the day on which they rated it, and of one day
    /// the last that was contributed.
    async fn ratings(&self, ctx: &Context<'_>, request: PageRequest) -> Result<RatingConnection> {
        ratings_of(ctx, RatedKind::Publication, self.0.id, request).await
    }

    /// The ratings that stand, side by side, and why those that differ do so.
    async fn rating_comparison(&self, ctx: &Context<'_>) -> Result<RatingComparison> {
        Ok(wrap_comparison(loaders(ctx).publication_comparison(self.0.id).await?))
    }
}

impl Listed for Publication {
    const CONNECTION: &'static str = "PublicationConnection";
    const EDGE: &'static str = "PublicationEdge";
    const PAGE: &'static str = "A page of publications.";
}

pub(crate) type PublicationConnection = Connection<Publication>;

/// An author of a publication.
struct Author(publication_author::Model);

/// An author of a publication.
#[Object]
impl Author {
    /// Their name as the publication gives it.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Their ORCID iD.
    async fn orcid(&self) -> Option<&str> {
        self.0.orcid.as_deref()
    }

    /// The person, when known to the network.
    async fn person(&self, ctx: &Context<'_>) -> Option<Person> {
        self.0.person_id.and_then(|id| Person::find(loaders(ctx), id))
    }
}
