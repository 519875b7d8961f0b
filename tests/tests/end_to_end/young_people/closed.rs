//! What an agreement doesn't open is closed wherever the graph could tell it: every field, filter and argument of the
//! person's types, as the schema has them, under agreements of one field and of two.

use std::collections::BTreeSet;

use entity::PersonField;
use serde_json::json;
use service::young_people::people::Path;
use tests::support::app::ALPHA;
use tests::support::app::TestApp;
use tests::support::builders::Sharing;
use tests::support::on_both_databases;

use super::agreements::{PROPOSE, approve, steward_of};
use super::*;

/// What everybody with the scope for evidence sees: no types of the person.
const SHARED: [&str; 2] = ["Study", "LocalAuthority"];

/// The field of `where` for each dimension of counts, and something to give it.
fn conditions() -> [(&'static str, &'static str, Value); 9] {
    [
        ("localAuthorities", "LOCAL_AUTHORITY", json!([CAMDEN])),
        ("regions", "REGION", json!(["London"])),
        ("populations", "POPULATION", json!(["LOOKED_AFTER"])),
        ("ageBands", "AGE_BAND", json!(["FROM_10_TO_15"])),
        ("sexes", "SEX", json!(["MALE"])),
        ("ethnicGroups", "ETHNIC_GROUP", json!(["WHITE"])),
        ("legalStatuses", "LEGAL_STATUS", json!(["FULL_CARE_ORDER"])),
        ("placementTypes", "PLACEMENT_TYPE", json!(["FOSTER_OTHER"])),
        ("categoriesOfNeed", "CATEGORY_OF_NEED", json!(["ABUSE_OR_NEGLECT"])),
    ]
}

/// A type of the schema.
async fn introspect(client: &Client, name: &str) -> Value {
    let kind = "kind name ofType { kind name ofType { kind name ofType { kind name } } }";
    let ask = format!(
        "{{ __type(name: \"{name}\") {{ fields {{ name args {{ name type {{ {kind} }} }} type {{ {kind} }} }} inputFields {{ name type {{ {kind} }} }} enumValues {{ name }} }} }}"
    );
    client.ask(&ask).await.at("/__type").clone()
}

fn names(list: &Value) -> Vec<String> {
    let list = list.as_array().into_iter().flatten();
    list.map(|one| one["name"].as_str().unwrap().to_owned()).collect()
}

/// The name and kind of the innermost type.
fn innermost(mut of: &Value) -> (&str, &str) {
    while !of["ofType"].is_null() {
        of = &of["ofType"];
    }
    (of["name"].as_str().unwrap(), of["kind"].as_str().unwrap())
}

/// A way from a person to something that is told: what to select, where it is in the answer, and what is passed.
#[derive(Clone, Default)]
struct Way {
    open: String,
    close: String,
    steps: Vec<String>,
    passed: Vec<String>,
}

/// All ways through the person's types.
async fn ways(client: &Client) -> Vec<Way> {
    let (mut found, mut begun) = (Vec::new(), vec![("YoungPerson".to_owned(), Way::default())]);
    while let Some((of, way)) = begun.pop() {
        let described = introspect(client, &of).await;
        for field in described["fields"].as_array().unwrap() {
            let name = field["name"].as_str().unwrap();
            assert_eq!(field["args"], json!([]), "{of}.{name} has arguments that no path is for");
            let mut next = way.clone();
            next.steps.push(name.to_owned());
            next.passed.push(format!("{of}.{name}"));
            next.open = format!("{} {name}", way.open);
            match innermost(&field["type"]) {
                (shared, "OBJECT") if SHARED.contains(&shared) => next.open += " { id }",
                (other, "OBJECT") => {
                    next.open += " {";
                    next.close += " }";
                    begun.push((other.to_owned(), next));
                    continue;
                }
                _ => {}
            }
            found.push(next);
        }
    }
    found
}

fn needs(path: &str) -> BTreeSet<PersonField> {
    let known: Option<Path> = path.parse().ok();
    assert!(known.is_some(), "{path} has no entry in the table of paths");
    known.into_iter().flat_map(|known| known.needs().iter().copied()).collect()
}

/// What stands at the end of a way in a person.
fn told<'a>(at: &'a Value, steps: &[String]) -> Vec<&'a Value> {
    match (at, steps) {
        (Value::Array(all), _) => all.iter().flat_map(|one| told(one, steps)).collect(),
        (one, []) => vec![one],
        (one, [step, rest @ ..]) => told(&one[step], rest),
    }
}

struct Recipient {
    app: TestApp,
    reader: Client,
    stewards: [Client; 2],
    study: Value,
}

impl Recipient {
    async fn new(app: TestApp) -> Self {
        with_authorities(&app).await;
        load(&app, CAMDEN, 2024, many(1, 4)).await;
        load(&app, LEEDS, 2024, many(50, 4)).await;
        app.create_study("trial", &Sharing::public(ALPHA)).await;
        let scopes = [ScopeName::YoungPeopleRead, ScopeName::EvidenceRead];
        let reader = app.holder(ALPHA, &scopes).await;
        let study = reader.ask("{ study(slug: \"trial\") { id } }").await;
        Self {
            stewards: [steward_of(&app, CAMDEN).await, steward_of(&app, LEEDS).await],
            study: study.at("/study/id").clone(),
            reader,
            app,
        }
    }

    /// An agreement in force that opens some fields.
    async fn agreement(&self, fields: &BTreeSet<PersonField>) -> String {
        let mut input = super::agreements::agreement(&self.app);
        input["controllers"] = json!([CAMDEN, LEEDS]);
        input["fields"] = fields.iter().map(|field| field.as_str()).collect();
        let made = self.reader.ask_with(PROPOSE, json!({ "input": input })).await;
        let id = made.at("/proposeDataSharingAgreement/agreement/id").as_str().unwrap().to_owned();
        for (steward, version) in self.stewards.iter().zip(1..) {
            approve(steward, &id, version).await.data();
        }
        id
    }

    async fn people(
        &self,
        id: &str,
        filter: Value,
        selection: &str,
    ) -> tests::support::client::Answer {
        let ask = format!(
            "query ($id: ID!, $filter: YoungPersonFilter) {{ youngPeople {{ people(agreement: $id, filter: $filter) {{ nodes {{ {selection} }} pageInfo {{ endCursor }} }} }} }}"
        );
        self.reader.ask_with(&ask, json!({ "id": id, "filter": filter })).await
    }

    async fn record(&self, id: &str, site: Option<&str>) -> Option<String> {
        let first = self.people(id, Value::Null, "pseudonym").await;
        let pseudonym = first.at("/youngPeople/people/nodes/0/pseudonym");
        let mut input = json!({ "agreement": id, "pseudonym": pseudonym, "study": self.study, "arm": "intervention", "enrolledOn": "2024-01-15" });
        if let Some(site) = site {
            input["site"] = json!(site);
        }
        let ask = "mutation ($input: RecordParticipationInput!) { recordParticipation(input: $input) { person { pseudonym } } }";
        let answer = self.reader.ask_with(ask, json!({ "input": input })).await;
        answer.code().map(ToOwned::to_owned)
    }

    /// Every way to what is told answers if its fields are open, and tells nothing otherwise.
    async fn follow(&self, id: &str, open: &BTreeSet<PersonField>, ways: &[Way]) {
        for way in ways {
            let selection = format!("{}{}", way.open, way.close);
            let answer = self.people(id, Value::Null, &selection).await;
            let nodes = answer.body.pointer("/data/youngPeople/people/nodes").expect("nodes");
            let is_open = way.passed.iter().all(|path| needs(path).is_subset(open));
            if is_open {
                assert_eq!(answer.body["errors"], Value::Null, "{selection} under {open:?}");
                continue;
            }
            assert!(
                told(nodes, &way.steps).iter().all(|told| told.is_null()),
                "{selection} under {open:?}: {nodes}"
            );
            let errors = answer.body["errors"].as_array().expect("errors");
            assert!(
                errors.iter().all(|error| error["extensions"]["code"] == "NOT_IN_AGREEMENT"),
                "{selection}"
            );
        }
    }

    /// Filters, arguments and conditions by a closed field are refused, whatever they name.
    async fn split(&self, id: &str, open: &BTreeSet<PersonField>) {
        let expected = |path: &str| (!needs(path).is_subset(open)).then_some("NOT_IN_AGREEMENT");
        for (field, values) in [
            ("localAuthorities", vec![json!([CAMDEN]), json!([CAMDEN, LEEDS]), json!([])]),
            ("participatesIn", vec![self.study.clone()]),
        ] {
            for value in values {
                let split = self.people(id, json!({ field: value }), "pseudonym").await;
                assert_eq!(
                    split.code(),
                    expected(&format!("YoungPersonFilter.{field}")),
                    "{field} {value} under {open:?}"
                );
                assert!(
                    split.code().is_none() || !split.body.to_string().contains("endCursor\":\"")
                );
            }
        }
        assert_eq!(
            self.record(id, None).await.as_deref(),
            expected("RecordParticipationInput.arm")
        );
        assert_eq!(
            self.record(id, Some(CAMDEN)).await.as_deref(),
            expected("RecordParticipationInput.site")
        );
        let ask = "query ($id: ID!, $input: StatisticsInput!) { youngPeople { agreement(id: $id) { statistics(input: $input) { cells { keys count } } } } }";
        for (field, dimension, value) in conditions() {
            let by = json!({ "by": [dimension], "asAt": "2024-03-31" });
            let among = json!({ "by": [], "where": { field: value }, "asAt": "2024-03-31" });
            for input in [by, among] {
                let answer = self.reader.ask_with(ask, json!({ "id": id, "input": input })).await;
                let code = answer.code().filter(|code| *code == "NOT_IN_AGREEMENT");
                assert_eq!(
                    code,
                    expected(&format!("StatisticsDimension.{dimension}")),
                    "{input} under {open:?}"
                );
            }
        }
    }
}

#[on_both_databases]
async fn every_argument_that_is_about_a_person_has_its_path(app: TestApp) {
    let client = app.holder(ALPHA, &[ScopeName::YoungPeopleRead]).await;
    let paging: BTreeSet<_> = ["first", "after", "last", "before"].into();
    let queries = introspect(&client, "YoungPeople").await;
    for (query, known) in
        [("people", ["agreement", "filter"]), ("person", ["agreement", "pseudonym"])]
    {
        let field = queries["fields"]
            .as_array()
            .unwrap()
            .iter()
            .find(|field| field["name"] == query)
            .unwrap();
        let arguments = names(&field["args"]);
        let mut unknown = arguments
            .iter()
            .filter(|name| !paging.contains(name.as_str()) && !known.contains(&name.as_str()));
        assert_eq!(unknown.next(), None, "an argument of {query} that no test is for");
    }
    for input in ["YoungPersonFilter", "RecordParticipationInput"] {
        let fields = names(&introspect(&client, input).await["inputFields"]);
        fields.iter().for_each(|field| drop(needs(&format!("{input}.{field}"))));
    }
    let dimensions = names(&introspect(&client, "StatisticsDimension").await["enumValues"]);
    dimensions
        .iter()
        .for_each(|dimension| drop(needs(&format!("StatisticsDimension.{dimension}"))));
    let wheres: BTreeSet<_> =
        names(&introspect(&client, "StatisticsWhere").await["inputFields"]).into_iter().collect();
    assert_eq!(wheres, conditions().map(|(field, ..)| field.to_owned()).into());
}

#[on_both_databases]
async fn a_field_that_is_closed_is_closed_everywhere(app: TestApp) {
    let recipient = Recipient::new(app).await;
    let ways = ways(&recipient.reader).await;
    assert!(ways.len() > 20, "{}", ways.len());
    for field in PersonField::ALL.iter().copied() {
        let alone = BTreeSet::from([field]);
        let id = recipient.agreement(&alone).await;
        recipient.split(&id, &alone).await;
        recipient.follow(&id, &alone, &ways).await;
        // What is told within times and participations is reached with these only.
        for around in [PersonField::Episodes, PersonField::Participation] {
            let both = BTreeSet::from([field, around]);
            let id = recipient.agreement(&both).await;
            if both.contains(&PersonField::Participation) {
                assert_eq!(recipient.record(&id, None).await, None);
            }
            recipient.follow(&id, &both, &ways).await;
        }
    }
}

#[on_both_databases]
async fn times_that_differ_in_closed_fields_only_are_one(app: TestApp) {
    let recipient = Recipient::new(app).await;
    // Two placements that began on one day, and the same day told by both authorities.
    let files = |placements: &[&str]| {
        let rows: String = placements
            .iter()
            .map(|place| format!("C00001,10/06/2019,S,C2,N1,{place},PR1,,,,,,\n"))
            .collect();
        vec![header_of("C00001,1,14/05/2012,WBRI,A123456789001,,\n"), episodes_of(&rows)]
    };
    load(&recipient.app, CAMDEN, 2024, files(&["U4"])).await;
    load(&recipient.app, LEEDS, 2024, files(&["U4"])).await;
    let id = recipient.agreement(&[PersonField::Episodes, PersonField::Sex].into()).await;
    let read = recipient.people(&id, Value::Null, "episodes { startedOn endedOn kind }").await;
    for person in read.at("/youngPeople/people/nodes").as_array().unwrap() {
        assert_eq!(person["episodes"].as_array().unwrap().len(), 1, "{person}");
    }
}
