//! Publications that may be the same: proposed, joined, declared different; and DOIs that several have.

mod deciding;
mod dois;
mod joining;
mod proposing;

use entity::PublicationKind;
use service::access::ScopeName;
use service::evidence::record::{AuthorDraft, PublicationDraft};
use service::record::{self, Answer, Children};
use service::{Result, Viewer};
use tests::support::app::TestApp;
use tests::support::builders::Sharing;
use tests::support::client::Client;

/// A report that two centres may both have, each in its own words.
pub(crate) fn report(slug: &str) -> Paper {
    Paper {
        slug: slug.to_owned(),
        title: "Family Safeguarding Hertfordshire: an evaluation".to_owned(),
        year: 2017,
        authors: vec!["Forrester, Donald", "Lynch, Amy"],
        doi: None,
    }
}

/// Another report, that is like no other.
pub(crate) fn another(slug: &str, title: &str) -> Paper {
    Paper { title: title.to_owned(), authors: vec!["Sanders, Michael"], ..report(slug) }
}

/// What a centre says of a publication.
#[derive(Clone)]
pub(crate) struct Paper {
    pub(crate) slug: String,
    pub(crate) title: String,
    pub(crate) year: i32,
    pub(crate) authors: Vec<&'static str>,
    pub(crate) doi: Option<&'static str>,
}

impl Paper {
    pub(crate) fn with_doi(self, doi: &'static str) -> Self {
        Self { doi: Some(doi), ..self }
    }
}

/// Contributes a publication, or revises it, as an import does. Gives its global id.
pub(crate) async fn contribute(app: &TestApp, sharing: &Sharing, paper: &Paper) -> String {
    let answer = try_contribute(app, sharing, paper).await.unwrap();
    assert!(answer.is_ok(), "{answer:?}");
    id_of(app, &paper.slug).await
}

/// The same, when it may be refused.
pub(crate) async fn try_contribute(
    app: &TestApp,
    sharing: &Sharing,
    paper: &Paper,
) -> Result<Answer> {
    let author = |(place, name): (usize, &&str)| AuthorDraft {
        position: i32::try_from(place).unwrap() + 1,
        name: (*name).to_owned(),
        orcid: None,
        person: None,
    };
    let draft = PublicationDraft {
        slug: paper.slug.clone(),
        title: paper.title.clone(),
        kind: PublicationKind::Report,
        abstract_text: None,
        doi: paper.doi.map(str::to_owned),
        published: paper.year.to_string().parse().ok(),
        venue: None,
        language: None,
        licence: None,
        url: None,
        authors: Children::Exactly(paper.authors.iter().enumerate().map(author).collect()),
        sharing: record::Sharing {
            contributed_by: app.centre_id(sharing.by).await,
            visibility: sharing.visibility,
            shared_with: sharing.with.clone(),
            embargoed_until: sharing.embargoed_until,
            withdrawn_at: None,
            withdrawal_reason: None,
            superseded_by: None,
        },
    };
    let operator = Viewer::operator();
    let work = app.space.store().write(&operator, "test", |write| {
        Box::pin(async move { record::record(write, &Viewer::operator(), vec![draft]).await })
    });
    Ok(work.await?.remove(0))
}

/// The global id of a publication, whoever may see it.
async fn id_of(app: &TestApp, slug: &str) -> String {
    use sea_orm::{ConnectionTrait, Statement};

    let connection = app.space.store().connection();
    let backend = connection.get_database_backend();
    let sql = format!("SELECT id FROM publication WHERE slug = '{slug}'");
    let row =
        connection.query_one_raw(Statement::from_string(backend, sql)).await.unwrap().unwrap();
    let id: uuid::Uuid = row.try_get("", "id").unwrap();
    global_id(id)
}

/// A publication's global id.
fn global_id(id: uuid::Uuid) -> String {
    use base64::Engine;

    let mut bytes = vec![13];
    bytes.extend(id.as_bytes());
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

/// Somebody who decides for the network.
pub(crate) async fn reviewer(app: &TestApp, centre: &str) -> Client {
    use ScopeName::{EvidenceRead, EvidenceReview};
    app.holder(centre, &[EvidenceRead, EvidenceReview]).await
}

/// The document that joins two publications, each at version 1.
pub(crate) fn join(keep: &str, join: &str) -> String {
    join_at((keep, 1), (join, 1))
}

/// The same, at other versions.
pub(crate) fn join_at((keep, version): (&str, i32), (join, other): (&str, i32)) -> String {
    format!(
        r#"mutation {{ joinPublications(input: {{keep: "{keep}", expectedVersionOfKept: {version},
            join: "{join}", expectedVersionOfJoined: {other}, reason: "the same report"}}) {{
            publication {{ id slug version doi studies {{ nodes {{ slug version }} }} }}
            joined {{ slug version withdrawal {{ reason }} }} }} }}"#
    )
}

/// The document that declares two publications different.
pub(crate) fn declare(one: &str, other: &str) -> String {
    format!(
        r#"mutation {{ declareDistinct(input: {{one: "{one}", other: "{other}", reason: "two years"}}) {{
            one {{ slug }} other {{ slug }} }} }}"#
    )
}

/// The slugs of what may be the same as a publication.
pub(crate) async fn proposed(client: &Client, id: &str) -> Vec<String> {
    let query = format!(
        "{{ node(id: \"{id}\") {{ ... on Publication {{ possibleDuplicates {{ publication {{ slug }} }} }} }} }}"
    );
    let answer = client.ask(&query).await;
    let pairs = answer.at("/node/possibleDuplicates").as_array().cloned();
    pairs
        .unwrap_or_default()
        .iter()
        .map(|pair| pair["publication"]["slug"].as_str().unwrap().to_owned())
        .collect()
}

/// How many pairs concern somebody, and the slugs of the first page.
pub(crate) async fn concerning(client: &Client) -> (u64, Vec<[String; 2]>) {
    let query = "{ possibleDuplicates { totalCount nodes { of { slug } publication { slug } } } }";
    let answer = client.ask(query).await;
    let slug =
        |pair: &serde_json::Value, side: &str| pair[side]["slug"].as_str().unwrap().to_owned();
    let pairs = answer.at("/possibleDuplicates/nodes").as_array().unwrap();
    (
        answer.at("/possibleDuplicates/totalCount").as_u64().unwrap(),
        pairs.iter().map(|pair| [slug(pair, "of"), slug(pair, "publication")]).collect(),
    )
}
