//! No operation without a stranger at the door: each root field is tried by nobody, and by somebody whose token has no
//! scope that matters. A field without an entry fails, and so does an entry without its field.

mod doors;

use std::collections::BTreeSet;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::{Visibility, Vocabulary};
use serde_json::{Value, json};
use service::access::ScopeName;
use tests::support::app::{ALPHA, BETA, TestApp};
use tests::support::builders::Sharing;
use tests::support::on_both_databases;
use tests::support::streams::{StreamServer, cursor_of};

use self::doors::DOORS;
use self::doors::Found::{Is, Refused};

/// The root fields that have no door yet. It is empty, and stays so.
const WITHOUT_A_DOOR: &[&str] = &[];

#[test]
fn each_root_field_of_the_published_schema_has_a_door_and_each_door_a_field() {
    let sdl =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../schema.graphql")).unwrap();
    let fields = root_fields(&sdl);
    let doors: BTreeSet<String> = DOORS.iter().map(|(field, ..)| (*field).to_owned()).collect();
    assert_eq!(doors.len(), DOORS.len(), "a field has two doors");
    let excepted: BTreeSet<String> =
        WITHOUT_A_DOOR.iter().map(|field| (*field).to_owned()).collect();
    assert!(excepted.is_empty(), "an exception was added: give the field a door");

    let open: Vec<_> = fields.difference(&doors).collect();
    assert!(open.is_empty(), "no stranger has tried {open:?}: give each a door in DOORS");
    let gone: Vec<_> = doors.difference(&fields).collect();
    assert!(gone.is_empty(), "{gone:?} is no field of the schema: take its door away");
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
                object.fields.iter().map(|field| format!("{root}.{}", field.node.name.node)),
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
    ("STANDARD", 7),
    ("INTERVENTION", 8),
    ("OUTCOME", 9),
    ("POPULATION", 10),
    ("COLLABORATION", 11),
    ("PUBLICATION", 13),
    ("FINDING", 14),
    ("RATING", 15),
    ("READING", 18),
];

fn id_of_nothing(tag: u8) -> String {
    let mut bytes = [0; 17];
    bytes[0] = tag;
    URL_SAFE_NO_PAD.encode(bytes)
}

/// One public thing of each kind, and others that are not for strangers.
async fn furnish(app: &TestApp) -> Ids {
    let outcome = app.create_term(Vocabulary::Outcome, "reading", None).await;
    let intervention = app.create_term(Vocabulary::Intervention, "tutoring", None).await;
    let population = app.create_term(Vocabulary::Population, "children", None).await;
    let terms = [outcome, intervention, population];
    let network = Sharing::new(ALPHA, Visibility::Network);
    for (name, sharing) in [
        ("public", Sharing::public(ALPHA)),
        ("network", network.clone()),
        ("draft", Sharing::new(ALPHA, Visibility::Centre)),
        ("withdrawn", Sharing { withdrawn: true, ..network }),
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
        token: issued.at("/issueAccessToken/accessToken/id").as_str().unwrap().to_owned(),
    }
}

/// Whether there is nothing in an answer but null.
fn tells_nothing(data: &Value) -> bool {
    data.as_object().map_or(data.is_null(), |fields| fields.values().all(tells_nothing))
}

#[on_both_databases]
async fn nobody_and_strangers_find_behind_each_door_what_its_entry_says(app: TestApp) {
    let ids = furnish(&app).await;
    let nobody = app.nobody();
    let stranger = app.holder(BETA, &[ScopeName::YoungPeopleStatistics]).await;
    for (field, query, for_nobody, for_stranger) in DOORS {
        if field.starts_with("Subscription.") {
            continue;
        }
        let mut query = query
            .replace("<DRAFT>", &ids.draft)
            .replace("<PUBLIC>", &ids.public)
            .replace("<FEEDBACK>", &ids.feedback)
            .replace("<TOKEN>", &ids.token)
            .replace("<PUBLICATION>", &ids.publication)
            .replace("<HIDDEN>", &ids.hidden);
        for (kind, tag) in KINDS {
            query = query.replace(&format!("<{kind}>"), &id_of_nothing(*tag));
        }
        for (who, client, expected) in
            [("nobody", &nobody, for_nobody), ("a stranger", &stranger, for_stranger)]
        {
            let answer = client.ask(&query).await;
            let name = field.split_once('.').unwrap().1;
            match expected {
                Is(value) => {
                    let value: Value = serde_json::from_str(value).unwrap();
                    assert_eq!(answer.data()[name], value, "{who} at {field}");
                }
                Refused(code) => {
                    assert_eq!(answer.code(), Some(*code), "{who} at {field}: {}", answer.body);
                    assert!(
                        tells_nothing(&answer.body["data"]),
                        "{who} at {field}: {}",
                        answer.body
                    );
                }
            }
        }
    }
}

#[on_both_databases]
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
            let mut events = server.events(token, &query, json!({})).await;
            let name = field.split_once('.').unwrap().1;
            let values: Vec<Value> = match expected {
                Is(values) => serde_json::from_str(values).unwrap(),
                Refused(code) => {
                    let refused = events.result().await;
                    assert_eq!(
                        refused["errors"][0]["extensions"]["code"], *code,
                        "{field}: {refused}"
                    );
                    continue;
                }
            };
            for value in values {
                assert_eq!(events.result().await["data"][name], value, "{field}");
            }
        }
    }
}

#[on_both_databases]
async fn a_stranger_cannot_tell_a_hidden_token_from_one_that_never_was(app: TestApp) {
    let ids = furnish(&app).await;
    // A manager of the other centre may revoke, but not this, and is not told that it is there.
    let other = app.administrator(BETA).await;
    let revoke = |id: &str| {
        format!(
            "mutation {{ revokeAccessToken(input: {{id: \"{id}\", reason: \"x\"}}) {{ accessToken {{ id }} }} }}"
        )
    };
    let hidden = other.ask(&revoke(&ids.token)).await;
    assert_eq!(hidden.code(), Some("NOT_FOUND"));
    let mut never_was = ids.token.clone().into_bytes();
    // A letter in the middle of the encoded id, so that it is another well-formed id.
    never_was[12] = if never_was[12] == b'A' { b'B' } else { b'A' };
    let unknown = other.ask(&revoke(&String::from_utf8(never_was).unwrap())).await;
    assert_eq!(unknown.body, hidden.body);
}
