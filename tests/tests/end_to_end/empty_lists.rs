//! An empty list in a filter admits nothing, wherever there is one: whoever works a list out and comes out with none
//! must not get everything.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, InputValueDefinition, Type, TypeKind, TypeSystemDefinition,
};
use serde_json::{Value, json};
use service::access::ScopeName;
use tests::support::app::{ALPHA, TestApp};
use tests::support::builders::Sharing;
use tests::support::client::{Answer, Client};
use tests::support::on_both_databases;

use super::nested_lists::grow;
use super::young_people::agreements::{agreement, all_approve, parties};
use super::young_people::{CAMDEN, load, many};

/// Lists that restrict nothing, each with why.
const NO_FILTERS: &[(&str, &str, &str)] = &[
    ("StatisticsInput", "by", "by no dimension the table is one number"),
    ("StatisticsInput", "shareOf", "of no dimension there are no shares"),
    ("ReleaseInput", "by", "one to three are needed, as the refusal says"),
];

/// Fields with a list that are tried elsewhere, each with why.
const ELSEWHERE: &[(&str, &str)] = &[(
    "Subscription.changes",
    "it never tells anything then; what it admits is what the query admits",
)];

/// What an empty list is answered with.
enum Then {
    /// A list without anything, at this place.
    Nothing(&'static str),
    /// A refusal: a count of nobody is no count.
    Refusal,
}
use Then::{Nothing, Refusal};

impl Then {
    /// Whether an empty list of this name was answered so.
    fn is_answered_by(&self, answer: &Answer, name: &str) -> bool {
        match self {
            Nothing(place) => {
                let told = answer.body["data"].pointer(place).unwrap_or(&Value::Null);
                let total = told.get("totalCount").unwrap_or(&Value::Null);
                answer.code().is_none()
                    && told.get("nodes").unwrap_or(told) == &json!([])
                    && (total.is_null() || total == 0)
            }
            Refusal => {
                let field = answer.body.pointer("/errors/0/extensions/field");
                answer.code() == Some("BAD_USER_INPUT")
                    && field.and_then(Value::as_str).is_some_and(|field| field.ends_with(name))
            }
        }
    }
}

/// Who asks.
#[derive(Clone, Copy)]
enum Who {
    Nobody,
    Manager,
    Analyst,
    Steward,
    Reader,
}

/// Each field that takes a list: who asks it, how, and what an empty one gives. `<LIST>` is where the list is put,
/// without which the answer tells something.
const FIELDS: &[(&str, Who, &str, Then)] = &[
    (
        "Query.studies",
        Who::Nobody,
        "{ studies(filter: {<LIST>}) { totalCount nodes { id } } }",
        Nothing("/studies"),
    ),
    (
        "Query.publications",
        Who::Nobody,
        "{ publications(filter: {<LIST>}) { totalCount nodes { id } } }",
        Nothing("/publications"),
    ),
    (
        "Query.findings",
        Who::Nobody,
        "{ findings(filter: {<LIST>}) { totalCount nodes { id } } }",
        Nothing("/findings"),
    ),
    (
        "Query.collaborations",
        Who::Nobody,
        "{ collaborations(filter: {<LIST>}) { totalCount nodes { id } } }",
        Nothing("/collaborations"),
    ),
    (
        "Query.centres",
        Who::Nobody,
        "{ centres(filter: {<LIST>}) { totalCount nodes { id } } }",
        Nothing("/centres"),
    ),
    (
        "Query.localAuthorities",
        Who::Nobody,
        "{ localAuthorities(filter: {<LIST>}) { totalCount nodes { id } } }",
        Nothing("/localAuthorities"),
    ),
    ("Query.nodes", Who::Nobody, "{ nodes(<LIST>) { id } }", Nothing("/nodes")),
    (
        "Query.changes",
        Who::Nobody,
        "{ changes(<LIST>) { nodes { cursor: at } } }",
        Nothing("/changes"),
    ),
    (
        "Query.accessTokens",
        Who::Manager,
        "{ accessTokens(filter: {<LIST>}) { totalCount nodes { id } } }",
        Nothing("/accessTokens"),
    ),
    (
        "Query.auditEvents",
        Who::Manager,
        "{ auditEvents(filter: {<LIST>}) { totalCount nodes { at } } }",
        Nothing("/auditEvents"),
    ),
    (
        "Centre.studies",
        Who::Nobody,
        "{ centre(slug: \"alpha-centre\") { studies(filter: {<LIST>}) { totalCount nodes { id } } } }",
        Nothing("/centre/studies"),
    ),
    (
        "Programme.studies",
        Who::Nobody,
        "{ programme(slug: \"first\") { studies(filter: {<LIST>}) { totalCount nodes { id } } } }",
        Nothing("/programme/studies"),
    ),
    (
        "LocalAuthority.studies",
        Who::Nobody,
        "{ localAuthority(gssCode: \"E06000001\") { studies(filter: {<LIST>}) { totalCount nodes { id } } } }",
        Nothing("/localAuthority/studies"),
    ),
    (
        "Intervention.studies",
        Who::Nobody,
        "{ intervention(slug: \"help\") { studies(filter: {<LIST>}) { totalCount nodes { id } } } }",
        Nothing("/intervention/studies"),
    ),
    (
        "Intervention.findings",
        Who::Nobody,
        "{ intervention(slug: \"help\") { findings(filter: {<LIST>}) { totalCount nodes { id } } } }",
        Nothing("/intervention/findings"),
    ),
    (
        "Outcome.studies",
        Who::Nobody,
        "{ outcome(slug: \"learning\") { studies(filter: {<LIST>}) { totalCount nodes { id } } } }",
        Nothing("/outcome/studies"),
    ),
    (
        "Outcome.findings",
        Who::Nobody,
        "{ outcome(slug: \"learning\") { findings(filter: {<LIST>}) { totalCount nodes { id } } } }",
        Nothing("/outcome/findings"),
    ),
    (
        "Population.studies",
        Who::Nobody,
        "{ population(slug: \"people\") { studies(filter: {<LIST>}) { totalCount nodes { id } } } }",
        Nothing("/population/studies"),
    ),
    (
        "Population.findings",
        Who::Nobody,
        "{ population(slug: \"people\") { findings(filter: {<LIST>}) { totalCount nodes { id } } } }",
        Nothing("/population/findings"),
    ),
    (
        "Population.youngPeople",
        Who::Analyst,
        "{ population(slug: \"looked-after-children\") { youngPeople(asAt: \"2024-03-31\", where: {<LIST>}) { count } } }",
        Refusal,
    ),
    (
        "ReportCard.studiesStopped",
        Who::Nobody,
        "{ reportCard(from: \"2020-01-01\", to: \"2020-12-31\") { studiesStopped(<LIST>) { totalCount nodes { on } } } }",
        Nothing("/reportCard/studiesStopped"),
    ),
    (
        "YoungPeople.people",
        Who::Reader,
        "{ youngPeople { people(agreement: \"<AGREEMENT>\", filter: {<LIST>}) { nodes { pseudonym } } } }",
        Nothing("/youngPeople/people"),
    ),
    (
        "YoungPeople.statistics",
        Who::Analyst,
        "{ youngPeople { statistics(input: {by: [], asAt: \"2024-03-31\", <LIST>}) { cells { count } } } }",
        Refusal,
    ),
    (
        "YoungPeople.release",
        Who::Steward,
        "{ youngPeople { release(input: {by: [SEX], asAt: \"2024-03-31\", <LIST>}) { cells { count } } } }",
        Refusal,
    ),
    (
        "DataSharingAgreement.statistics",
        Who::Reader,
        "{ youngPeople { agreement(id: \"<AGREEMENT>\") { statistics(input: {by: [POPULATION], asAt: \"2024-03-31\", <LIST>}) { cells { count } } } } }",
        Refusal,
    ),
];

/// A list as it is put into a document, such as `where: {sexes: []}`, and the name of its field.
type List = (String, String);

/// What the schema says.
struct Schema {
    inputs: BTreeMap<String, (String, Vec<InputValueDefinition>)>,
    /// The fields with arguments of everything but mutations.
    fields: Vec<(String, Vec<InputValueDefinition>)>,
}

impl Schema {
    fn read() -> Self {
        let mut schema = Self { inputs: BTreeMap::new(), fields: Vec::new() };
        for definition in parse_schema(api::sdl()).unwrap().definitions {
            let TypeSystemDefinition::Type(definition) = definition else {
                continue;
            };
            let name = definition.node.name.node.to_string();
            let fields = match definition.node.kind {
                TypeKind::Object(object) if name != "Mutation" => object.fields,
                TypeKind::InputObject(input) => {
                    let description = definition.node.description.map(|text| text.node);
                    let fields = input.fields.into_iter().map(|field| field.node).collect();
                    schema.inputs.insert(name, (description.unwrap_or_default(), fields));
                    continue;
                }
                _ => continue,
            };
            for field in fields {
                let arguments = field.node.arguments.into_iter().map(|one| one.node);
                let name = format!("{name}.{}", field.node.name.node);
                schema.fields.push((name, arguments.collect()));
            }
        }
        schema
    }

    /// The empty lists that can be put into a field's arguments, by the field.
    fn lists(&self) -> BTreeMap<&str, Vec<List>> {
        let mut all = BTreeMap::new();
        for (field, arguments) in &self.fields {
            let mut lists = Vec::new();
            for argument in arguments {
                let ty = &argument.ty.node;
                match self.inputs.contains_key(word(ty)) {
                    true => {
                        assert!(!is_list(ty), "{field}: a list of inputs is new here");
                        lists.extend(self.within(word(ty)));
                    }
                    false if is_list(ty) => lists.push(empty(argument)),
                    false => {}
                }
            }
            if !lists.is_empty() {
                all.insert(field.as_str(), lists);
            }
        }
        all
    }

    /// The empty lists within an input.
    fn within(&self, input: &str) -> Vec<List> {
        let mut lists = Vec::new();
        for field in &self.inputs[input].1 {
            let (name, ty) = (field.name.node.as_str(), &field.ty.node);
            if NO_FILTERS.iter().any(|(of, known, _)| (*of, *known) == (input, name)) {
                continue;
            }
            if is_list(ty) {
                lists.push(empty(field));
            }
            if self.inputs.contains_key(word(ty)) {
                for (list, of) in self.within(word(ty)) {
                    let inner = match word(ty) {
                        "RatingLevelFilter" => format!("{{standard: \"ladder\", {list}}}"),
                        _ => format!("{{{list}}}"),
                    };
                    let inner = match is_list(ty) {
                        true => format!("[{inner}]"),
                        false => inner,
                    };
                    lists.push((format!("{name}: {inner}"), of));
                }
            }
        }
        lists
    }
}

fn empty(field: &InputValueDefinition) -> List {
    let name = field.name.node.to_string();
    (format!("{name}: []"), name)
}

fn is_list(ty: &Type) -> bool {
    matches!(ty.base, BaseType::List(_))
}

fn word(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(item) => word(item),
    }
}

/// Something that each field tells when nothing is restricted, and who asks for it.
async fn furnish(app: &TestApp) -> (impl Fn(Who) -> Client, String) {
    grow(app).await;
    app.import_files(&[
        ("standards.csv", "slug,name\nladder,A ladder\n"),
        ("standard_versions.csv", "standard,version,position\nladder,1,1\n"),
        ("standard_dimensions.csv", "standard,version,dimension,name,position\nladder,1,security,Security,1\n"),
        ("standard_levels.csv", "standard,version,dimension,level,ordinal,label,strength\nladder,1,security,low,1,Low,LOW\n"),
        ("populations.csv", "slug,name\nlooked-after-children,Looked-after children\n"),
    ])
    .await;
    let study = app.create_study("told", &Sharing::public(ALPHA)).await;
    app.create_publication("told", &Sharing::public(ALPHA), &[study]).await;
    app.create_collaboration("together", &Sharing::public(ALPHA), &[ALPHA]).await;
    let stopped = r#"mutation { contributeStudy(input: {title: "Stopped", design: RANDOMISED, status: STOPPED, visibility: PUBLIC,
        statusHistory: [{status: STOPPED, on: "2020-06-01", reason: "Too few", stopReason: RECRUITMENT}]}) { study { id } } }"#;
    let finding = r#"mutation { contributeFinding(input: {study: "stopped", intervention: "help", outcome: "learning", population: "people",
        measure: FISHER_Z, estimate: 0.1, visibility: PUBLIC}) { finding { id } } }"#;
    let contributor = app.contributor(ALPHA).await;
    contributor.ask(stopped).await.data();
    contributor.ask(finding).await.data();
    let parties = parties(app).await;
    load(app, CAMDEN, 2024, many(1, 40)).await;
    let mut input = agreement(app);
    input["fields"] = json!(["LOCAL_AUTHORITY"]);
    let agreement = all_approve(&parties, &input).await;
    let managing = [ScopeName::TokensManage, ScopeName::AuditRead];
    let manager = app.holder(ALPHA, &managing).await;
    let analyst = app.holder(ALPHA, &[ScopeName::YoungPeopleStatistics]).await;
    let nobody = app.nobody();
    let who = move |who| match who {
        Who::Nobody => nobody.clone(),
        Who::Manager => manager.clone(),
        Who::Analyst => analyst.clone(),
        Who::Steward => parties.steward.clone(),
        Who::Reader => parties.reader.clone(),
    };
    (who, agreement)
}

#[on_both_databases]
async fn an_empty_list_admits_nothing_in_every_filter(app: TestApp) {
    let (client, agreement) = furnish(&app).await;
    let schema = Schema::read();
    let lists = schema.lists();
    let mut untried: BTreeSet<_> = lists.keys().copied().collect();
    for (field, _) in ELSEWHERE {
        assert!(untried.remove(field), "{field}");
    }
    let mut wrong = Vec::new();
    for (field, who, document, then) in FIELDS {
        assert!(untried.remove(field), "{field} takes no list");
        let document = document.replace("<AGREEMENT>", &agreement);
        let client = client(*who);
        if *field != "Query.nodes" {
            let all = client
                .ask(
                    &document
                        .replace("{<LIST>}", "{}")
                        .replace("(<LIST>)", "")
                        .replace(", <LIST>", ""),
                )
                .await;
            if all.code().is_some() || !tells_something(&all.body["data"]) {
                wrong.push(format!("{field} tells nothing at all: {}", all.body));
            }
        }
        for (list, name) in &lists[field] {
            let answer = client.ask(&document.replace("<LIST>", list)).await;
            if !then.is_answered_by(&answer, name) {
                wrong.push(format!("{field} {list}: {}", answer.body));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(untried.is_empty(), "an empty list is not tried in {untried:?}");
}

#[on_both_databases]
async fn a_list_of_null_restricts_nothing(app: TestApp) {
    grow(&app).await;
    let all = "{ findings { totalCount } studies { totalCount } centres { totalCount } changes { nodes { at } } }";
    let null = "{ findings(filter: {studies: null, outcomes: null}) { totalCount } studies(filter: {designs: null}) { totalCount }
        centres(filter: {networkStatuses: null}) { totalCount } changes(kinds: null) { nodes { at } } }";
    let nobody = app.nobody();
    assert_eq!(nobody.ask(null).await.data(), nobody.ask(all).await.data());
}

#[on_both_databases]
async fn what_a_filter_says_of_the_parents_own_kind_holds_beside_them(app: TestApp) {
    grow(&app).await;
    let query = "{ centres { nodes { slug studies(filter: {centres: [\"beta-centre\"]}) { totalCount } } } one: centre(slug: \"alpha-centre\") { studies(filter: {centres: [\"beta-centre\"]}) { totalCount } } studies(filter: {centres: [\"beta-centre\"]}) { totalCount } }";
    let answer = app.nobody().ask(query).await;
    let of_beta = answer.at("/studies/totalCount").clone();
    assert_ne!(of_beta, json!(0));
    for node in answer.at("/centres/nodes").as_array().unwrap() {
        let expected = if node["slug"] == "beta-centre" { of_beta.clone() } else { json!(0) };
        assert_eq!(node["studies"]["totalCount"], expected, "{node}");
    }
    assert_eq!(answer.at("/one/studies/totalCount"), &json!(0));
}

#[test]
fn every_filter_says_what_an_empty_list_means() {
    let schema = Schema::read();
    let mut silent = Vec::new();
    for (name, (description, fields)) in &schema.inputs {
        let is_filter = name.ends_with("Filter") || name.ends_with("Where");
        if is_filter
            && fields.iter().any(|field| is_list(&field.ty.node))
            && !description.replace('\n', " ").contains("an empty one")
        {
            silent.push(name);
        }
    }
    assert!(silent.is_empty(), "{silent:?}");
}

/// Whether there is a thing, or a number, somewhere in an answer.
fn tells_something(data: &Value) -> bool {
    match data {
        Value::Object(fields) => fields.values().any(tells_something),
        Value::Array(items) => items.iter().any(tells_something),
        Value::String(_) => true,
        Value::Number(number) => number.as_u64() != Some(0),
        Value::Null | Value::Bool(_) => false,
    }
}
