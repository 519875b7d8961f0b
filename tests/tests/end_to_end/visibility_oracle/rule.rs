//! What may be seen, so plainly that it can be read.

use chrono::{DateTime, Utc};
use entity::Visibility;
use serde_json::{Value, json};

use super::things::{Kind, Thing, Things};

/// Who asks: a centre, if any, and what the token allows.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Who {
    pub(super) centre: Option<usize>,
    /// Whether evidence is read for the centre.
    pub(super) reads: bool,
    /// Whether publications are reviewed for the network.
    pub(super) reviews: bool,
}

impl Who {
    fn reads_for(self) -> Option<usize> {
        self.centre.filter(|_| self.reads)
    }
}

/// All that there is at a time, and who looks at it.
#[derive(Clone, Copy)]
pub(super) struct View<'w> {
    pub(super) who: Who,
    pub(super) things: &'w Things,
    /// The collaborations whose members count.
    pub(super) collaborations: &'w [Thing],
    pub(super) at: DateTime<Utc>,
}

/// The rule.
impl<'w> View<'w> {
    pub(super) fn sees(&self, thing: &Thing) -> bool {
        let needed = thing.of.and_then(|key| self.things.find(key));
        self.sees_itself(thing) && needed.is_none_or(|needed| self.sees_itself(needed))
    }

    /// Whether it may be seen where what it is nothing without is seen.
    pub(super) fn sees_itself(&self, thing: &Thing) -> bool {
        let reads_for = self.who.reads_for();
        if reads_for == Some(thing.by) {
            return true;
        }
        if thing.embargo.is_some_and(|until| until > self.at) {
            return false;
        }
        match (thing.visibility, reads_for) {
            (Visibility::Public, _) | (Visibility::Network, Some(_)) => true,
            (Visibility::Collaboration, Some(centre)) => {
                let shared_with = |other: &Thing| {
                    thing.key() == other.key() || thing.with.contains(&other.number)
                };
                let mut with = self.collaborations.iter().filter(|other| shared_with(other));
                with.any(|collaboration| collaboration.members.contains(&centre))
            }
            (Visibility::Network | Visibility::Collaboration, None) | (Visibility::Centre, _) => {
                false
            }
        }
    }

    pub(super) fn lists(&self, thing: &Thing) -> bool {
        !thing.withdrawn && self.sees(thing)
    }
}

/// What follows from it for the lists.
impl<'w> View<'w> {
    pub(super) fn of(&self, kind: Kind) -> &'w [Thing] {
        self.things.of(kind)
    }

    /// Those of a kind that are listed.
    pub(super) fn listed(&self, kind: Kind, passes: impl Fn(&Thing) -> bool) -> Vec<&'w Thing> {
        let all = self.of(kind).iter();
        all.filter(|thing| self.lists(thing) && passes(thing)).collect()
    }

    /// Those of a kind that are seen, also withdrawn ones.
    pub(super) fn seen(&self, kind: Kind) -> Vec<&'w Thing> {
        let all = self.of(kind).iter();
        all.filter(|thing| self.sees(thing)).collect()
    }

    /// The things of a kind with these numbers that are seen.
    pub(super) fn seen_among(&self, kind: Kind, numbers: &[usize]) -> Vec<&'w Thing> {
        let mut seen = self.seen(kind);
        seen.retain(|thing| numbers.contains(&thing.number));
        seen
    }
}

/// What studies are about: what they say, and what those of their findings are about that are listed.
impl View<'_> {
    pub(super) fn is_about_people(&self, study: &Thing) -> bool {
        study.is_about_people || self.has_finding(study, |finding| finding.is_about_people)
    }

    pub(super) fn measures(&self, study: &Thing, outcome: &str) -> bool {
        self.has_finding(study, |finding| outcome == "literacy" || outcome == finding.outcome)
    }

    fn has_finding(&self, study: &Thing, passes: impl Fn(&Thing) -> bool) -> bool {
        let mut findings = self.of(Kind::Finding).iter();
        findings.any(|finding| {
            let is_listed = !finding.withdrawn && self.sees_itself(finding);
            finding.of == Some(study.key()) && is_listed && passes(finding)
        })
    }
}

/// A thing by its name.
pub(super) fn named(thing: &Thing) -> Value {
    json!({ "name": thing.name })
}

/// The page that holds all of them.
pub(super) fn page<'t>(things: impl IntoIterator<Item = &'t Thing>) -> Value {
    page_of(things.into_iter().map(named).collect())
}

pub(super) fn page_of(nodes: Vec<Value>) -> Value {
    json!({ "totalCount": nodes.len(), "nodes": nodes })
}
