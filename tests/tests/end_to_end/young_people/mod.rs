//! Young people: returns loaded, counted, read under agreement, linked to the evidence, and forgotten.

pub(super) mod agreements;
mod as_xml;
pub(crate) mod by_id;
mod census;
mod closed;
mod columns;
mod comparing;
mod counting;
mod csv_tables;
mod doubting;
mod erasing;
mod forgotten;
mod identifiers;
mod linking;
mod loading;
mod losses;
mod recognising;
mod releasing;
mod reorganised;
mod spreadsheets;
mod steward_hour;
mod surfaces;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use entity::{LocalAuthorityId, ReturnKind, SocialWorkPopulation, loaded_return};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::Value;
use service::Viewer;
use service::access::ScopeName;
use service::young_people::returns::{self, NewReturn, ReturnFile};
use tests::support::app::TestApp;
use tests::support::client::Client;

/// The authority of most tests.
pub(super) const CAMDEN: &str = "E09000007";
/// Another.
const LEEDS: &str = "E08000035";

/// Where returns of it are sent.
const OVER_HTTP: &str = "/imports/ssda903?authority=E09000007&year=2024";

const HEADER: &str = "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n";
const EPISODES: &str = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n";

/// Files of a return: name and content.
pub(super) type Files = Vec<(&'static str, Vec<u8>)>;

/// The header table of some rows.
fn header_of(rows: &str) -> (&'static str, Vec<u8>) {
    ("header.csv", format!("{HEADER}{rows}").into_bytes())
}

/// The episodes table of some rows.
fn episodes_of(rows: &str) -> (&'static str, Vec<u8>) {
    ("episodes.csv", format!("{EPISODES}{rows}").into_bytes())
}

/// So many children who are looked after, alike but for their ids: boys and girls in turn, born in 2012, under a full
/// care order, with foster carers.
pub(super) fn many(first: usize, count: usize) -> Files {
    let mut header = String::new();
    let mut episodes = String::new();
    for child in first..first + count {
        let sex = 1 + child % 2;
        header.push_str(&format!("C{child:05},{sex},14/05/2012,WBRI,UN3,,\n"));
        episodes.push_str(&format!("C{child:05},10/06/2019,S,C2,N1,U4,PR1,,,,,,\n"));
    }
    vec![header_of(&header), episodes_of(&episodes)]
}

/// Loads an SSDA903 return as the operator, whatever is lost by it.
pub(super) async fn load(
    app: &TestApp,
    authority: &str,
    year: i32,
    files: Files,
) -> loaded_return::Model {
    let new = NewReturn {
        kind: ReturnKind::Ssda903,
        authority: Some(authority.to_owned()),
        year: Some(year),
        accept_losses: true,
    };
    load_as(app, &Viewer::operator(), new, files).await.expect("a return")
}

/// Loads a census as the operator, whatever is lost by it.
async fn load_census(
    app: &TestApp,
    authority: &str,
    year: i32,
    children: &str,
) -> loaded_return::Model {
    let new = NewReturn {
        kind: ReturnKind::CinCensus,
        authority: Some(authority.to_owned()),
        year: Some(year),
        accept_losses: true,
    };
    let files = vec![("census.xml", census(year, children).into_bytes())];
    load_as(app, &Viewer::operator(), new, files).await.expect("a census")
}

async fn load_as(
    app: &TestApp,
    viewer: &Viewer,
    new: NewReturn,
    files: Files,
) -> service::Result<loaded_return::Model> {
    let files = files.into_iter().map(|(name, content)| {
        Ok(ReturnFile { name: name.to_owned(), content: Box::new(std::io::Cursor::new(content)) })
    });
    returns::load(&app.as_viewer(viewer), new, Box::new(files))
        .await
        .map_err(|refusal| refusal.error)
}

/// A census of some children.
fn census(year: i32, children: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>{year}</Year><ReferenceDate>{year}-03-31</ReferenceDate></CollectionDetails><Source><LEA>202</LEA></Source></Header>\n<Children>\n{children}</Children></Message>"
    )
}

/// A child of a census with one referral that goes on, and perhaps a plan.
fn in_need(id: &str, upn: &str, born: &str, with_plan: bool) -> String {
    let plan = match with_plan {
        false => "",
        true => {
            "<ChildProtectionPlans><CPPstartDate>2023-06-02</CPPstartDate><InitialCategoryOfAbuse>NEG</InitialCategoryOfAbuse><LatestCategoryOfAbuse>EMO</LatestCategoryOfAbuse><NumberOfPreviousCPP>0</NumberOfPreviousCPP></ChildProtectionPlans>"
        }
    };
    format!(
        "<Child><ChildIdentifiers><LAchildID>{id}</LAchildID>{upn}<PersonBirthDate>{born}</PersonBirthDate><Sex>F</Sex></ChildIdentifiers><ChildCharacteristics><Ethnicity>BCRB</Ethnicity></ChildCharacteristics><CINdetails><CINreferralDate>2023-05-01</CINreferralDate><ReferralSource>1A</ReferralSource><PrimaryNeedCode>N1</PrimaryNeedCode><ReferralNFA>0</ReferralNFA>{plan}</CINdetails></Child>\n"
    )
}

/// The problems of a return: rule, file, line and whether it was a refusal.
async fn problems(app: &TestApp, id: entity::LoadedReturnId) -> Vec<(String, String, i64, bool)> {
    let request = service::page::PageRequest::first(100);
    let page = returns::problems(&app.as_operator(), id, &request).await.expect("problems");
    let rows = page.items.into_iter().map(|(_, row)| row);
    rows.map(|row| (row.rule, row.file, row.line, row.is_refusal)).collect()
}

/// Sends files to an address as a form.
async fn send(client: &Client, address: &str, files: &Files) -> (StatusCode, Value) {
    let mut body = Vec::new();
    for (name, content) in files {
        body.extend(
            format!("--limit\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n")
                .into_bytes(),
        );
        body.extend(content);
        body.extend(b"\r\n");
    }
    body.extend(b"--limit--\r\n");
    send_body(client, address, body).await
}

async fn send_body(client: &Client, address: &str, body: Vec<u8>) -> (StatusCode, Value) {
    let request = Request::builder()
        .method(Method::POST)
        .uri(address)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=limit")
        .body(Body::from(body))
        .expect("a request");
    let response = client.send(request).await;
    let status = response.status();
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("a body");
    (status, serde_json::from_slice(&bytes).expect("JSON"))
}

/// The authorities of the tests.
async fn with_authorities(app: &TestApp) -> (LocalAuthorityId, LocalAuthorityId) {
    (app.create_local_authority(CAMDEN).await, app.create_local_authority(LEEDS).await)
}

/// Somebody who may load returns.
async fn steward(app: &TestApp, centre: &str) -> Client {
    app.holder(centre, &[ScopeName::YoungPeopleContribute]).await
}

/// Somebody who may ask for counts.
async fn analyst(app: &TestApp, centre: &str) -> Client {
    app.holder(centre, &[ScopeName::YoungPeopleStatistics, ScopeName::EvidenceRead]).await
}

/// How many stand in a population on some reference day.
#[expect(
    clippy::disallowed_methods,
    reason = "a test looks at what is kept, not at what somebody sees"
)]
async fn standing_in(app: &TestApp, population: SocialWorkPopulation) -> u64 {
    entity::standing::Entity::find()
        .filter(entity::standing::Column::Population.eq(population))
        .count(app.space.store().connection())
        .await
        .expect("a count")
}

/// How many persons are known.
#[expect(
    clippy::disallowed_methods,
    reason = "a test looks at what is kept, not at what somebody sees"
)]
async fn persons(app: &TestApp) -> u64 {
    entity::young_person::Entity::find()
        .count(app.space.store().connection())
        .await
        .expect("a count")
}
