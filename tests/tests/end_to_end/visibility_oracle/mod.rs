//! Visibility against an oracle: random graphs that change by chance and random viewers, and every answer compared
//! with what a plain, slow rule says may be seen. The rule is [`View::sees`]; it shares nothing with the code that it
//! judges.

mod bundle;
mod evidence;
mod feed;
mod lookups;
mod network;
mod parts;
mod ratings;
mod rule;
mod things;
mod world;

use chrono::{DateTime, TimeDelta, Utc};
use entity::possible_duplicate;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use tests::support::client::Client;
use tests::support::databases::DatabaseKind;

pub(super) use bundle::import_network;
use evidence::Pairs;
use rule::{View, Who};
use things::{Kind, Thing, Things};
use world::{BETWEEN_WRITES, World};

/// Fields in which names may stand, but whose words are no matter here.
const TEXTS: [&str; 4] = ["sentence", "summary", "before", "after"];
/// The most root fields that a query may have.
const ROOT_FIELDS: usize = 20;
/// The most of them that may ask of the past.
const FIELDS_OF_THE_PAST: usize = 4;

impl World {
    /// Asks for everything as everybody, and tells how much was seen and how much was not.
    async fn agrees_with_the_rule(&mut self, seed: u64) -> (usize, usize) {
        let pairs = self.pairs().await;
        let (mut shown, mut hidden) = (0, 0);
        for (who, client) in self.viewers().await {
            let what = format!("seed {seed}, {who:?}");
            let view = self.view(who);
            self.evidence_agrees(&view, &pairs, &client, None, &what).await;
            self.present_agrees(&view, &pairs, &client, &what).await;
            self.feed_agrees(&view, &client, &what).await;
            let seen = self.present().all().filter(|thing| view.sees(thing));
            let seen = seen.count();
            shown += seen;
            hidden += self.present().all().count() - seen;
        }
        self.parts_agree(seed).await;
        (shown, hidden)
    }

    /// Asks for the evidence as everybody, each as it was at another moment.
    async fn past_agrees_with_the_rule(&mut self, seed: u64) {
        let pairs = self.pairs().await;
        for (who, client) in self.viewers().await {
            let moment = self.moment();
            let things = self.as_it_was(moment);
            let view = View { things: &things, at: moment, ..self.view(who) };
            let what = format!("seed {seed}, {who:?}, as of {moment}");
            self.evidence_agrees(&view, &pairs, &client, Some(moment), &what).await;
        }
    }

    fn view(&self, who: Who) -> View<'_> {
        View {
            who,
            things: self.present(),
            collaborations: self.present().of(Kind::Collaboration),
            at: self.now(),
        }
    }

    /// A moment between two writes.
    fn moment(&mut self) -> DateTime<Utc> {
        let write = self.chance.below(self.states.len());
        self.states[write].0 + BETWEEN_WRITES
    }

    /// Collaborations and their members are as they are now.
    fn as_it_was(&self, moment: DateTime<Utc>) -> Things {
        let mut things = self.state_at(moment).clone();
        *things.of_mut(Kind::Collaboration) = self.present().of(Kind::Collaboration).to_vec();
        things
    }

    async fn evidence_agrees(
        &self,
        view: &View<'_>,
        pairs: &Pairs,
        client: &Client,
        as_of: Option<DateTime<Utc>>,
        what: &str,
    ) {
        let ids: Vec<_> = self.present().all().map(Thing::global_id).collect();
        let variables = json!({ "asOf": as_of });
        let answer = client.ask_with(evidence::QUERY, variables.clone()).await;
        assert_same(view, answer.data(), view.evidence(pairs), what);
        let answer = client.ask_with(evidence::ABOUT, variables.clone()).await;
        assert_same(view, answer.data(), view.about(), what);
        let answer = client.ask_with(evidence::FILTERED, variables).await;
        assert_same(view, answer.data(), view.filtered(), what);
        let answer = client.ask_with(lookups::QUERY, json!({ "asOf": as_of, "ids": ids })).await;
        assert_same(view, answer.data(), self.nodes(view), what);
        let (argument, most) = match as_of {
            None => (String::new(), ROOT_FIELDS),
            Some(at) => (format!(", asOf: \"{}\"", at.to_rfc3339()), FIELDS_OF_THE_PAST),
        };
        let lookups = view.things.all().flat_map(|thing| {
            let node = format!("node(id: \"{}\"{argument}) {{ id }}", thing.global_id());
            let sees = view.sees(thing);
            let expected = sees.then(|| thing.global_id());
            let by_name = lookups::by_name(thing, &argument);
            let fields = [Some(node), by_name].into_iter().flatten();
            fields.map(move |field| (field, expected.clone()))
        });
        let lookups: Vec<_> = lookups.collect();
        // Of the past a few are enough.
        let some = if as_of.is_some() { most } else { lookups.len() };
        let begin = usize::try_from(view.at.timestamp()).unwrap() % (lookups.len() - some + 1);
        for some in lookups[begin..begin + some].chunks(most) {
            let fields = some.iter().enumerate();
            let fields: Vec<_> = fields.map(|(at, (field, _))| format!("f{at}: {field}")).collect();
            let answer = client.ask(&format!("{{ {} }}", fields.join(" "))).await;
            for (at, (field, expected)) in some.iter().enumerate() {
                let found = answer.at(&format!("/f{at}/id"));
                assert_eq!(*found, json!(expected), "{what}: {field}");
            }
        }
    }

    async fn present_agrees(&self, view: &View<'_>, pairs: &Pairs, client: &Client, what: &str) {
        let answer = client.ask(evidence::PRESENT).await;
        assert_same(view, answer.data(), view.present(), what);
        let answer = client.ask(network::QUERY).await;
        assert_same(view, answer.data(), view.network(pairs), what);
    }

    /// The publications that were proposed as the same; whoever sees them.
    #[expect(clippy::disallowed_methods, reason = "which pairs there are is told to nobody")]
    async fn pairs(&self) -> Pairs {
        let connection = self.app.space.store().connection();
        let rows = possible_duplicate::Entity::find().all(connection).await.unwrap();
        let number = |id: entity::PublicationId| {
            let mut publications = self.present().of(Kind::Publication).iter();
            publications.position(|publication| publication.id == id.0).unwrap()
        };
        rows.iter().map(|row| (number(row.one_id), number(row.other_id))).collect()
    }
}

/// Compares field by field, so that a failure tells which, and looks for names of what is unseen anywhere.
fn assert_same(view: &View, answer: &Value, expected: Value, what: &str) {
    let (given, expected) = (sorted(answer.clone()), sorted(expected));
    for (field, expected) in expected.as_object().unwrap() {
        let differs = || differing(&given[field], expected);
        assert!(given[field] == *expected, "{what}: {field}: {}", differs());
    }
    let text = answer.to_string();
    for thing in view.things.all().filter(|thing| !view.sees(thing)) {
        let (name, id) = (&thing.name, thing.global_id());
        let is_told = mentions(&text, name) || text.contains(&id);
        assert!(!is_told, "{what}: {name} is mentioned in {text}");
    }
}

/// Whether a name stands in a text, and not as the beginning of another.
fn mentions(text: &str, name: &str) -> bool {
    let mut rests = text.match_indices(name).map(|(at, _)| &text[at + name.len()..]);
    rests.any(|rest| !rest.starts_with(|next: char| next.is_ascii_digit()))
}

/// The innermost values that differ.
fn differing(given: &Value, expected: &Value) -> String {
    let differences = match (given, expected) {
        (Value::Object(given), Value::Object(expected)) if given.keys().eq(expected.keys()) => {
            let fields = given.iter().filter(|(name, value)| **value != expected[*name]);
            let inner = |(name, value): (&String, &Value)| {
                format!(".{name}{}", differing(value, &expected[name]))
            };
            fields.map(inner).collect()
        }
        (Value::Array(given), Value::Array(expected)) => {
            let too_much = given.iter().filter(|item| !expected.contains(item));
            let missing = expected.iter().filter(|item| !given.contains(item));
            let too_much = too_much.map(|item| format!(" has {item}"));
            too_much.chain(missing.map(|item| format!(" lacks {item}"))).collect()
        }
        _ => vec![format!(" is {given}, not {expected}")],
    };
    differences.join(";")
}

/// The same with its lists in one order, as which things are in them is what counts here, and with slugs and references
/// for names; without texts.
fn sorted(value: Value) -> Value {
    match value {
        Value::Array(items) => {
            let mut items: Vec<_> = items.into_iter().map(sorted).collect();
            items.sort_by_key(Value::to_string);
            items.into()
        }
        Value::Object(fields) => fields
            .into_iter()
            .filter(|(name, _)| !TEXTS.contains(&name.as_str()))
            .map(|(name, value)| match name.as_str() {
                // Whether anything changed, not what.
                "changes" => (name, (value != json!([]) && value != json!(false)).into()),
                "slug" | "reference" => ("name".to_owned(), value),
                _ => (name, sorted(value)),
            })
            .collect(),
        other => other,
    }
}

async fn everybody_sees_what_the_rule_says(kind: DatabaseKind, seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let mut world = World::new(kind, seed).await;
        let (shown, hidden) = world.agrees_with_the_rule(seed).await;
        assert!(
            shown > 40 && hidden > 40,
            "seed {seed} tries too little: {shown} shown, {hidden} hidden"
        );
        world.past_agrees_with_the_rule(seed).await;
        world.app.clock.advance(TimeDelta::days(2));
        service::embargo::tell_of_passed(world.app.space.store()).await.unwrap();
        let (later, _) = world.agrees_with_the_rule(seed).await;
        assert!(later > 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_sees_what_the_rule_says_on_sqlite() {
    everybody_sees_what_the_rule_says(DatabaseKind::Sqlite, 1..6).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_sees_what_the_rule_says_on_postgres() {
    everybody_sees_what_the_rule_says(DatabaseKind::Postgres, 9..11).await;
}
