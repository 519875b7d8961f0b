//! Things by their ids and by their names, with their histories.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::rule::{View, named, page};
use super::things::{CENTRES, Kind, Thing, Things};
use super::world::World;

pub(super) const QUERY: &str = "query ($ids: [ID!]!, $asOf: DateTime) {
    nodes(ids: $ids, asOf: $asOf) {
        id
        ... on Shared { history(first: 20) { totalCount nodes { version changes { field before after } } } }
        ... on Rating {
            subject { __typename ... on Study { slug } ... on Publication { slug } ... on Intervention { slug } }
            scores { level { code } }
            consideredStudies(first: 10) { totalCount nodes { slug } }
            consideredPublications(first: 10) { totalCount nodes { slug } }
            reliesOnWithdrawn { how what { ...Piece } supersededBy { ...Piece } }
        }
        ... on Feedback { about { ... on Study { slug } ... on Centre { slug } } }
    }
}
fragment Piece on PieceOfEvidence { ... on Study { slug } ... on Publication { slug } }";

/// A field that finds a thing by its name, where it has one.
pub(super) fn by_name(thing: &Thing, as_of: &str) -> Option<String> {
    let name = &thing.name;
    match thing.kind {
        Kind::Collaboration if as_of.is_empty() => {
            Some(format!("collaboration(slug: \"{name}\") {{ id }}"))
        }
        Kind::Study => Some(format!("study(slug: \"{name}\"{as_of}) {{ id }}")),
        Kind::Publication => {
            let doi = thing.doi()?;
            Some(format!("publication(doi: \"{doi}\"{as_of}) {{ id }}"))
        }
        Kind::Collaboration | Kind::Finding | Kind::Rating | Kind::Feedback => None,
    }
}

impl World {
    /// What each id stands for, to somebody who asks at a time of the space as it was then.
    pub(super) fn nodes(&self, view: &View) -> Value {
        let all = self.present().all();
        let nodes = all.map(|thing| {
            let is = view.things.find(thing.key()).filter(|is| view.sees(is));
            is.map_or(Value::Null, |is| self.node(view, is))
        });
        json!({ "nodes": nodes.collect::<Vec<_>>() })
    }

    fn node(&self, view: &View, thing: &Thing) -> Value {
        let mut node = json!({ "id": thing.global_id(), "history": self.history(view, thing) });
        if thing.kind == Kind::Rating {
            let subject = thing.of.and_then(|of| view.things.find(of));
            let typename = thing.of.map(|(kind, _)| format!("{kind:?}"));
            node["subject"] = json!({
                "__typename": typename.as_deref().unwrap_or("Intervention"),
                "name": subject.map_or("mentoring", |subject| &subject.name),
            });
            node["scores"] = json!([{ "level": { "code": thing.level.to_string() } }]);
            node["consideredStudies"] = page(view.seen_among(Kind::Study, &thing.studies));
            node["consideredPublications"] =
                page(view.seen_among(Kind::Publication, &thing.publications));
            node["reliesOnWithdrawn"] = view.relies_on_withdrawn(thing).into();
        }
        if thing.kind == Kind::Feedback {
            let study = thing.of.and_then(|of| view.things.find(of));
            node["about"] = match study {
                Some(study) => named(study),
                None => json!({ "name": CENTRES[thing.by] }),
            };
        }
        node
    }

    /// The versions that could be seen when their time ended, and what changed from one that could to the next. Of a
    /// collaboration, which is always as it is now, all of them.
    fn history(&self, view: &View, thing: &Thing) -> Value {
        let is_known = |at: DateTime<Utc>| at <= view.at || thing.kind == Kind::Collaboration;
        let begun: Vec<_> = self
            .states
            .iter()
            .filter(|(at, _)| is_known(*at))
            .filter_map(|(at, things)| Some((*at, things.find(thing.key())?.version)))
            .collect();
        let mut versions: Vec<(DateTime<Utc>, usize)> = begun;
        versions.dedup_by_key(|(_, version)| *version);
        let mut nodes = Vec::new();
        let mut saw_the_last = false;
        for (at, (since, version)) in versions.iter().enumerate() {
            let next = versions.get(at + 1);
            let end = next.map_or(view.at, |(next, _)| *next - TimeDelta::microseconds(1));
            let end = Ord::max(end, *since);
            let then = View { things: self.state_at(end), at: end, ..*view };
            let sees = then.things.find(thing.key()).is_some_and(|was| then.sees(was));
            if sees {
                let has_changes = saw_the_last;
                nodes.push(json!({ "version": version, "changes": has_changes }));
            }
            saw_the_last = sees;
        }
        json!({ "totalCount": nodes.len(), "nodes": nodes })
    }

    /// All that there was at a time.
    pub(super) fn state_at(&self, at: DateTime<Utc>) -> &Things {
        let mut begun = self.states.iter().rev().filter(|(since, _)| *since <= at);
        &begun.next().unwrap_or(&self.states[0]).1
    }
}
