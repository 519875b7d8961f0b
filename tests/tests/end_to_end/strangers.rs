//! No operation without a stranger at the door: each root field is tried by nobody, and by somebody whose token has no
//! scope that matters. A field without an entry fails, and so does an entry without its field.

use std::collections::BTreeSet;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::{Visibility, Vocabulary};
use serde_json::{Value, json};
use service::access::ScopeName;
use tests::on_both_databases;
use tests::support::app::{ALPHA, BETA, TestApp};
use tests::support::builders::Sharing;
use tests::support::streams::{StreamServer, cursor_of};

/// What somebody finds behind a field.
enum Found {
    /// This value of the field, as JSON: only what is public.
    Is(&'static str),
    /// A refusal with this code.
    Refused(&'static str),
}

use Found::{Is, Refused};

/// A root field and what a query for it gives to nobody and to a stranger. In the query, `<DRAFT>`, `<PUBLIC>` (studies),
/// `<PUBLICATION>`, `<HIDDEN>` (publications), `<FEEDBACK>` and `<TOKEN>` stand for global ids.
type Door = (&'static str, &'static str, Found, Found);

/// A field that gives both the same: what is public.
const fn open(field: &'static str, query: &'static str, value: &'static str) -> Door {
    (field, query, Is(value), Is(value))
}

const DOORS: &[Door] = &[
    // The network is everybody's.
    open(
        "Query.centre",
        r#"{ centre(slug: "alpha-centre") { slug studies { totalCount nodes { slug } } } }"#,
        r#"{"slug":"alpha-centre","studies":{"totalCount":1,"nodes":[{"slug":"public"}]}}"#,
    ),
    open(
        "Query.centres",
        "{ centres { totalCount nodes { slug } } }",
        r#"{"totalCount":2,"nodes":[{"slug":"alpha-centre"},{"slug":"beta-centre"}]}"#,
    ),
    open(
        "Query.evidenceStandard",
        r#"{ evidenceStandard(slug: "none") { slug } }"#,
        "null",
    ),
    open(
        "Query.evidenceStandards",
        "{ evidenceStandards { slug } }",
        "[]",
    ),
    open(
        "Query.localAuthorities",
        "{ localAuthorities { totalCount } }",
        r#"{"totalCount":0}"#,
    ),
    open(
        "Query.localAuthority",
        r#"{ localAuthority(gssCode: "E08000035") { name } }"#,
        "null",
    ),
    open(
        "Query.programme",
        r#"{ programme(slug: "none") { slug } }"#,
        "null",
    ),
    open(
        "Query.programmes",
        "{ programmes { totalCount } }",
        r#"{"totalCount":0}"#,
    ),
    // So are the vocabularies; the evidence behind a term is not.
    open(
        "Query.intervention",
        r#"{ intervention(slug: "tutoring") { studies { nodes { slug } } } }"#,
        r#"{"studies":{"nodes":[{"slug":"public"}]}}"#,
    ),
    open(
        "Query.interventions",
        "{ interventions { nodes { slug studies { totalCount } } } }",
        r#"{"nodes":[{"slug":"tutoring","studies":{"totalCount":1}}]}"#,
    ),
    open(
        "Query.outcome",
        r#"{ outcome(slug: "reading") { findings { totalCount nodes { reference } } } }"#,
        r#"{"findings":{"totalCount":1,"nodes":[{"reference":"public"}]}}"#,
    ),
    open(
        "Query.outcomes",
        "{ outcomes { nodes { slug findings { totalCount } } } }",
        r#"{"nodes":[{"slug":"reading","findings":{"totalCount":1}}]}"#,
    ),
    open(
        "Query.population",
        r#"{ population(slug: "children") { studies { totalCount } } }"#,
        r#"{"studies":{"totalCount":1}}"#,
    ),
    open(
        "Query.populations",
        "{ populations { nodes { slug studies { totalCount } } } }",
        r#"{"nodes":[{"slug":"children","studies":{"totalCount":1}}]}"#,
    ),
    // Of the evidence, what is public.
    open("Query.study", r#"{ study(slug: "draft") { id } }"#, "null"),
    open(
        "Query.studies",
        "{ studies(filter: {includeWithdrawn: true}) { totalCount nodes { slug } } }",
        r#"{"totalCount":1,"nodes":[{"slug":"public"}]}"#,
    ),
    open(
        "Query.publication",
        r#"{ publication(doi: "10.5555/draft") { id } }"#,
        "null",
    ),
    open(
        "Query.publications",
        "{ publications { totalCount nodes { slug studies { totalCount } } } }",
        r#"{"totalCount":1,"nodes":[{"slug":"public","studies":{"totalCount":1}}]}"#,
    ),
    open(
        "Query.possibleDuplicates",
        "{ possibleDuplicates { totalCount nodes { similarity } } }",
        r#"{"totalCount":0,"nodes":[]}"#,
    ),
    open(
        "Query.findings",
        "{ findings { totalCount nodes { reference } } }",
        r#"{"totalCount":1,"nodes":[{"reference":"public"}]}"#,
    ),
    open(
        "Query.collaboration",
        r#"{ collaboration(slug: "draft") { id } }"#,
        "null",
    ),
    open(
        "Query.collaborations",
        "{ collaborations { totalCount nodes { slug } } }",
        r#"{"totalCount":1,"nodes":[{"slug":"public"}]}"#,
    ),
    open(
        "Query.reportCard",
        r#"{ reportCard(from: "2019-01-01", to: "2019-12-31") {
            studiesLaunched { totalCount } collaborations { totalCount } byCentre { studiesLaunched }
            feedbackReceived { totalCount nodes { reference } } } }"#,
        r#"{"studiesLaunched":{"totalCount":0},"collaborations":{"totalCount":0},"byCentre":[],
            "feedbackReceived":{"totalCount":1,"nodes":[{"reference":"public"}]}}"#,
    ),
    open(
        "Query.changes",
        "{ changes(first: 100, kinds: [COLLABORATION, STUDY, PUBLICATION, FINDING, ACCESS_TOKEN, SIGNING_KEY]) { nodes { kind } } }",
        r#"{"nodes":[{"kind":"COLLABORATION"},{"kind":"STUDY"},{"kind":"PUBLICATION"},{"kind":"FINDING"}]}"#,
    ),
    // The same as it happens: all that they hear of what `furnish` makes. A cursor of its beginning is `<BEGINNING>`.
    open(
        "Subscription.changes",
        r#"subscription { changes(after: "<BEGINNING>", kinds: [COLLABORATION, STUDY, PUBLICATION, FINDING, ACCESS_TOKEN, SIGNING_KEY])
            { node { kind subject { __typename ... on Collaboration { slug } ... on Study { slug } } } } }"#,
        r#"[{"node":{"kind":"COLLABORATION","subject":{"__typename":"Collaboration","slug":"public"}}},
            {"node":{"kind":"STUDY","subject":{"__typename":"Study","slug":"public"}}},
            {"node":{"kind":"PUBLICATION","subject":{"__typename":"Publication"}}},
            {"node":{"kind":"FINDING","subject":{"__typename":"Finding"}}},
            {"node":{"kind":"STUDY","subject":{"__typename":"Study","slug":"end"}}}]"#,
    ),
    // A token's record is no node for anybody.
    open("Query.node", r#"{ node(id: "<DRAFT>") { id } }"#, "null"),
    open(
        "Query.nodes",
        r#"{ nodes(ids: ["<DRAFT>", "<PUBLIC>", "<TOKEN>"]) { __typename } }"#,
        r#"[null,{"__typename":"Study"},null]"#,
    ),
    (
        "Query.viewer",
        "{ viewer { centre { slug } tokenName scopes } }",
        Is(r#"{"centre":null,"tokenName":null,"scopes":[]}"#),
        Is(
            r#"{"centre":{"slug":"beta-centre"},"tokenName":"test","scopes":["young-people:statistics"]}"#,
        ),
    ),
    // So are the records of tokens, and the audit.
    (
        "Query.accessToken",
        r#"{ accessToken(id: "<TOKEN>") { name } }"#,
        Is("null"),
        Is("null"),
    ),
    (
        "Query.accessTokens",
        "{ accessTokens { nodes { name } } }",
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Query.accessTokenForecast",
        "{ accessTokenForecast { ending } }",
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Query.auditEvents",
        "{ auditEvents { nodes { action } } }",
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    // Whoever changes something says who they are, and may.
    (
        "Mutation.giveFeedback",
        r#"mutation { giveFeedback(input: {centre: "alpha-centre", fromRole: "x", text: "x"}) { feedback { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.answerFeedback",
        r#"mutation { answerFeedback(input: {id: "<FEEDBACK>", answer: "x", expectedVersion: 1}) { feedback { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.joinPublications",
        r#"mutation { joinPublications(input: {keep: "<PUBLICATION>", expectedVersionOfKept: 1, join: "<HIDDEN>",
            expectedVersionOfJoined: 1, reason: "x"}) { publication { id } } }"#,
        Refused("NOT_FOUND"),
        Refused("NOT_FOUND"),
    ),
    (
        "Mutation.declareDistinct",
        r#"mutation { declareDistinct(input: {one: "<PUBLICATION>", other: "<HIDDEN>", reason: "x"}) { one { id } } }"#,
        Refused("NOT_FOUND"),
        Refused("NOT_FOUND"),
    ),
    (
        "Mutation.approveAccessToken",
        r#"mutation { approveAccessToken(input: {id: "<TOKEN>"}) { accessToken { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.rotateAccessToken",
        r#"mutation { rotateAccessToken(input: {id: "<TOKEN>"}) { token } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.revokeAccessTokens",
        r#"mutation { revokeAccessTokens(input: {centre: "alpha-centre", reason: "x"}) { revoked } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.issueAccessToken",
        r#"mutation { issueAccessToken(input: {name: "x", centre: "alpha-centre", scopes: ["evidence:read"]}) { token } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.revokeAccessToken",
        r#"mutation { revokeAccessToken(input: {id: "<TOKEN>", reason: "x"}) { accessToken { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.addCentre",
        r#"mutation { addCentre(input: {name: "x", policyArea: "x"}) { centre { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.reviseCentre",
        r#"mutation { reviseCentre(input: {id: "<CENTRE>", expectedVersion: 1}) { centre { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.addPerson",
        r#"mutation { addPerson(input: {name: "x"}) { person { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.revisePerson",
        r#"mutation { revisePerson(input: {id: "<PERSON>", expectedVersion: 1}) { person { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.addLocalAuthority",
        r#"mutation { addLocalAuthority(input: {gssCode: "E08000035", name: "x", country: "x"}) { localAuthority { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.reviseLocalAuthority",
        r#"mutation { reviseLocalAuthority(input: {id: "<LOCALAUTHORITY>", expectedVersion: 1}) { localAuthority { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.addPartner",
        r#"mutation { addPartner(input: {name: "x"}) { partner { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.revisePartner",
        r#"mutation { revisePartner(input: {id: "<PARTNER>", expectedVersion: 1}) { partner { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.addProgramme",
        r#"mutation { addProgramme(input: {title: "x"}) { programme { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.reviseProgramme",
        r#"mutation { reviseProgramme(input: {id: "<PROGRAMME>", expectedVersion: 1}) { programme { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.addEngagement",
        r#"mutation { addEngagement(input: {localAuthority: "E08000035", kind: VISIT}) { engagement { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.reviseEngagement",
        r#"mutation { reviseEngagement(input: {id: "<ENGAGEMENT>", expectedVersion: 1}) { engagement { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.addIntervention",
        r#"mutation { addIntervention(input: {name: "x"}) { intervention { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.reviseIntervention",
        r#"mutation { reviseIntervention(input: {id: "<INTERVENTION>", expectedVersion: 1}) { intervention { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.addOutcome",
        r#"mutation { addOutcome(input: {name: "x"}) { outcome { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.reviseOutcome",
        r#"mutation { reviseOutcome(input: {id: "<OUTCOME>", expectedVersion: 1}) { outcome { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.addPopulation",
        r#"mutation { addPopulation(input: {name: "x"}) { population { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.revisePopulation",
        r#"mutation { revisePopulation(input: {id: "<POPULATION>", expectedVersion: 1}) { population { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.contributeStudy",
        r#"mutation { contributeStudy(input: {title: "x", design: PILOT, status: PLANNED}) { study { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.reviseStudy",
        r#"mutation { reviseStudy(input: {id: "<PUBLIC>", expectedVersion: 1}) { study { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.contributePublication",
        r#"mutation { contributePublication(input: {title: "x", kind: REPORT}) { publication { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.revisePublication",
        r#"mutation { revisePublication(input: {id: "<PUBLICATION>", expectedVersion: 1}) { publication { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.contributeFinding",
        r#"mutation { contributeFinding(input: {study: "public", outcome: "x", measure: FISHER_Z, estimate: 0.1}) { finding { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.contributeFindings",
        r#"mutation { contributeFindings(input: {findings: [{study: "public", outcome: "x", measure: FISHER_Z, estimate: 0.1}]}) { contributed } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.reviseFinding",
        r#"mutation { reviseFinding(input: {id: "<FINDING>", expectedVersion: 1}) { finding { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.rate",
        r#"mutation { rate(input: {subject: "<PUBLIC>", standard: "none", scores: []}) { rating { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.rateMany",
        r#"mutation { rateMany(input: {ratings: [{subject: "<PUBLIC>", standard: "none", scores: []}]}) { contributed } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.reviseRating",
        r#"mutation { reviseRating(input: {id: "<RATING>", expectedVersion: 1}) { rating { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.withdraw",
        r#"mutation { withdraw(input: {id: "<PUBLIC>", reason: "x", expectedVersion: 1}) { thing { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.beginCollaboration",
        r#"mutation { beginCollaboration(input: {title: "x", members: ["alpha-centre"]}) { collaboration { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
    (
        "Mutation.reviseCollaboration",
        r#"mutation { reviseCollaboration(input: {id: "<COLLABORATION>", expectedVersion: 1}) { collaboration { id } } }"#,
        Refused("UNAUTHENTICATED"),
        Refused("FORBIDDEN"),
    ),
];

/// The root fields that have no door yet. It is empty, and stays so.
const WITHOUT_A_DOOR: &[&str] = &[];

#[test]
fn each_root_field_of_the_published_schema_has_a_door_and_each_door_a_field() {
    let sdl =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../schema.graphql")).unwrap();
    let fields = root_fields(&sdl);
    let doors: BTreeSet<String> = DOORS
        .iter()
        .map(|(field, ..)| (*field).to_owned())
        .collect();
    assert_eq!(doors.len(), DOORS.len(), "a field has two doors");
    let excepted: BTreeSet<String> = WITHOUT_A_DOOR
        .iter()
        .map(|field| (*field).to_owned())
        .collect();
    assert!(
        excepted.is_empty(),
        "an exception was added: give the field a door"
    );

    let open: Vec<_> = fields.difference(&doors).collect();
    assert!(
        open.is_empty(),
        "no stranger has tried {open:?}: give each a door in DOORS"
    );
    let gone: Vec<_> = doors.difference(&fields).collect();
    assert!(
        gone.is_empty(),
        "{gone:?} is no field of the schema: take its door away"
    );
}

/// Each field of the root types, as `Query.study`.
fn root_fields(sdl: &str) -> BTreeSet<String> {
    let definitions = parse_schema(sdl).unwrap().definitions;
    let mut fields = BTreeSet::new();
    for definition in definitions {
        let TypeSystemDefinition::Type(definition) = definition else {
            continue;
        };
        let root = definition.node.name.node.to_string();
        if !["Query", "Mutation", "Subscription"].contains(&root.as_str()) {
            continue;
        }
        if let TypeKind::Object(object) = definition.node.kind {
            fields.extend(
                object
                    .fields
                    .iter()
                    .map(|field| format!("{root}.{}", field.node.name.node)),
            );
        }
    }
    assert!(fields.len() > 20, "the schema has no root fields?");
    fields
}

#[test]
fn the_walk_over_the_schema_finds_a_field_that_is_new() {
    let sdl =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../schema.graphql")).unwrap();
    let grown = format!(
        "{sdl}\nextend type Query {{ secrets: [String!]! }}\ntype Subscription {{ changed: Int! }}"
    );
    let fields = root_fields(&grown);
    assert!(fields.contains("Query.secrets") && fields.contains("Subscription.changed"));
}

/// The global ids that the queries name.
struct Ids {
    draft: String,
    public: String,
    feedback: String,
    publication: String,
    hidden: String,
    token: String,
}

async fn publication_id(app: &TestApp, slug: &str) -> String {
    let query = format!("{{ publication(doi: \"10.5555/{slug}\") {{ id }} }}");
    let answer = app.reader(ALPHA).await.ask(&query).await;
    answer.at("/publication/id").as_str().unwrap().to_owned()
}

async fn global_id(app: &TestApp, slug: &str) -> String {
    let query = format!("{{ study(slug: \"{slug}\") {{ id }} }}");
    let answer = app.reader(ALPHA).await.ask(&query).await;
    answer.at("/study/id").as_str().unwrap().to_owned()
}

/// Kinds of thing, with the tag that their global ids begin with: whoever may not revise them is told so whether there
/// is such a thing or not.
const KINDS: &[(&str, u8)] = &[
    ("CENTRE", 1),
    ("PERSON", 2),
    ("LOCALAUTHORITY", 3),
    ("ENGAGEMENT", 4),
    ("PROGRAMME", 5),
    ("PARTNER", 6),
    ("INTERVENTION", 8),
    ("OUTCOME", 9),
    ("POPULATION", 10),
    ("COLLABORATION", 11),
    ("PUBLICATION", 13),
    ("FINDING", 14),
    ("RATING", 15),
];

fn id_of_nothing(tag: u8) -> String {
    let mut bytes = [0; 17];
    bytes[0] = tag;
    URL_SAFE_NO_PAD.encode(bytes)
}

/// One public thing of each kind, and others that are not for strangers.
async fn furnish(app: &TestApp) -> Ids {
    let outcome = app.create_term(Vocabulary::Outcome, "reading", None).await;
    let intervention = app
        .create_term(Vocabulary::Intervention, "tutoring", None)
        .await;
    let population = app
        .create_term(Vocabulary::Population, "children", None)
        .await;
    let terms = [outcome, intervention, population];
    let network = Sharing::new(ALPHA, Visibility::Network);
    for (name, sharing) in [
        ("public", Sharing::public(ALPHA)),
        ("network", network.clone()),
        ("draft", Sharing::new(ALPHA, Visibility::Centre)),
        (
            "withdrawn",
            Sharing {
                withdrawn: true,
                ..network
            },
        ),
    ] {
        app.create_collaboration(name, &sharing, &[ALPHA]).await;
        let study = app.create_study_on(name, &sharing, None, &terms).await;
        app.create_publication(name, &sharing, &[study]).await;
        app.create_finding(name, &sharing, study, outcome).await;
        app.create_feedback(name, &sharing, Some(study)).await;
    }
    let received = r#"{ reportCard(from: "2019-01-01", to: "2019-12-31") { feedbackReceived(first: 1) { nodes { id } } } }"#;
    let received = app.nobody().ask(received).await;
    let issue = r#"mutation { issueAccessToken(input: {name: "x", centre: "alpha-centre", scopes: ["evidence:read"]})
        { accessToken { id } } }"#;
    let issued = app.administrator(ALPHA).await.ask(issue).await;
    Ids {
        draft: global_id(app, "draft").await,
        public: global_id(app, "public").await,
        feedback: received
            .at("/reportCard/feedbackReceived/nodes/0/id")
            .as_str()
            .unwrap()
            .to_owned(),
        publication: publication_id(app, "public").await,
        hidden: publication_id(app, "draft").await,
        token: issued
            .at("/issueAccessToken/accessToken/id")
            .as_str()
            .unwrap()
            .to_owned(),
    }
}

on_both_databases! {
    async fn nobody_and_strangers_find_behind_each_door_what_its_entry_says(app: TestApp) {
        let ids = furnish(&app).await;
        let nobody = app.nobody();
        let stranger = app.holder(BETA, &[ScopeName::YoungPeopleStatistics]).await;
        for (field, query, for_nobody, for_stranger) in DOORS {
            if field.starts_with("Subscription.") {
                continue;
            }
            let mut query = query.replace("<DRAFT>", &ids.draft).replace("<PUBLIC>", &ids.public).replace("<FEEDBACK>", &ids.feedback)
                .replace("<TOKEN>", &ids.token).replace("<PUBLICATION>", &ids.publication).replace("<HIDDEN>", &ids.hidden);
            for (kind, tag) in KINDS {
                query = query.replace(&format!("<{kind}>"), &id_of_nothing(*tag));
            }
            for (who, client, expected) in [("nobody", &nobody, for_nobody), ("a stranger", &stranger, for_stranger)] {
                let answer = client.ask(&query).await;
                let name = field.split_once('.').unwrap().1;
                match expected {
                    Is(value) => {
                        let value: Value = serde_json::from_str(value).unwrap();
                        assert_eq!(answer.data()[name], value, "{who} at {field}");
                    }
                    Refused(code) => {
                        assert_eq!(answer.code(), Some(*code), "{who} at {field}: {}", answer.body);
                        assert_eq!(answer.body["data"], json!(null), "{who} at {field}");
                    }
                }
            }
        }
    }

    async fn nobody_and_strangers_hear_what_the_entry_of_each_subscription_says(app: TestApp) {
        furnish(&app).await;
        app.create_study("end", &Sharing::public(ALPHA)).await;
        let server = StreamServer::start(&app.space).await;
        let (stranger, _) = app.token(BETA, &[ScopeName::YoungPeopleStatistics]).await;
        let beginning = cursor_of(0);
        let doors = DOORS.iter().filter(|(field, ..)| field.starts_with("Subscription."));
        for (field, query, for_nobody, for_stranger) in doors {
            let query = query.replace("<BEGINNING>", &beginning);
            for (token, expected) in [(None, for_nobody), (Some(stranger.as_str()), for_stranger)] {
                let values = match expected { Is(values) | Refused(values) => values };
                let values: Vec<Value> = serde_json::from_str(values).unwrap();
                let mut events = server.events(token, &query, json!({})).await;
                let name = field.split_once('.').unwrap().1;
                for value in values {
                    assert_eq!(events.result().await["data"][name], value, "{field}");
                }
            }
        }
    }

    async fn a_stranger_cannot_tell_a_hidden_token_from_one_that_never_was(app: TestApp) {
        let ids = furnish(&app).await;
        // A manager of the other centre may revoke, but not this, and is not told that it is there.
        let other = app.administrator(BETA).await;
        let revoke = |id: &str| {
            format!("mutation {{ revokeAccessToken(input: {{id: \"{id}\", reason: \"x\"}}) {{ accessToken {{ id }} }} }}")
        };
        let hidden = other.ask(&revoke(&ids.token)).await;
        assert_eq!(hidden.code(), Some("NOT_FOUND"));
        let mut never_was = ids.token.clone().into_bytes();
        // A letter in the middle of the encoded id, so that it is another well-formed id.
        never_was[12] = if never_was[12] == b'A' { b'B' } else { b'A' };
        let unknown = other.ask(&revoke(&String::from_utf8(never_was).unwrap())).await;
        assert_eq!(unknown.body, hidden.body);
    }
}
