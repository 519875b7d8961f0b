//! What centres hold of evidence, why they differ, and what leans on what was withdrawn, as far as somebody sees it.

use serde_json::{Value, json};

use super::rule::{View, named};
use super::things::{Kind, Thing};

/// When every study was reported, and every publication published.
const REPORTED: &str = "2019-03-01";
const PUBLISHED: &str = "2019-09-01";

impl<'w> View<'w> {
    /// The ratings of a study, a publication or the intervention, newest first.
    pub(super) fn ratings(&self, of: Option<(Kind, usize)>) -> Vec<&'w Thing> {
        let mut ratings = self.listed(Kind::Rating, |rating| rating.of == of);
        ratings.sort_by_key(|rating| std::cmp::Reverse((rating.rated_on, rating.id)));
        ratings
    }

    pub(super) fn comparison(&self, of: Option<(Kind, usize)>) -> Value {
        let ratings = self.ratings(of);
        let mut differences = Vec::new();
        for (at, one) in ratings.iter().enumerate() {
            for other in &ratings[at + 1..] {
                if one.level != other.level {
                    differences.push(json!({
                        "one": named(one),
                        "other": named(other),
                        "reasons": self.reasons(one, other),
                    }));
                }
            }
        }
        json!({
            "notCompared": 0,
            "ratings": ratings.into_iter().map(named).collect::<Vec<_>>(),
            "differences": differences,
        })
    }

    fn reasons(&self, one: &Thing, other: &Thing) -> Vec<Value> {
        let mut reasons = Vec::new();
        if self.names_evidence(one) && self.names_evidence(other) {
            let (only_one, only_other) = (self.only(one, other), self.only(other, one));
            if is_any(&only_one) || is_any(&only_other) {
                reasons.push(json!({
                    "kind": "DIFFERENT_EVIDENCE",
                    "onlyOne": set(&only_one),
                    "onlyOther": set(&only_other),
                }));
            }
        }
        // The newer comes first.
        if one.rated_on > other.rated_on {
            let newer = self.newer_than(other);
            if is_any(&newer) {
                reasons.push(json!({
                    "kind": "OLDER_THAN_NEW_EVIDENCE",
                    "older": named(other),
                    "newer": set(&newer),
                }));
            }
        }
        if reasons.is_empty() {
            reasons.push(json!({ "kind": "NOT_RECORDED" }));
        }
        reasons
    }

    fn names_evidence(&self, rating: &Thing) -> bool {
        let studies = self.seen_among(Kind::Study, &rating.studies);
        let publications = self.seen_among(Kind::Publication, &rating.publications);
        !studies.is_empty() || !publications.is_empty()
    }

    fn reported_by(&self, publication: &Thing) -> Vec<&'w Thing> {
        let mut studies = self.seen(Kind::Study);
        studies.retain(|study| study.publications.contains(&publication.number));
        studies
    }

    /// The studies that a rating took into account, also by way of publications.
    fn known_to(&self, rating: &Thing) -> Vec<&'w Thing> {
        let publications = self.seen_among(Kind::Publication, &rating.publications);
        let mut studies = self.seen(Kind::Study);
        studies.retain(|study| {
            let is_reported = |report: &&Thing| study.publications.contains(&report.number);
            rating.studies.contains(&study.number) || publications.iter().any(is_reported)
        });
        studies
    }

    /// What the one took into account and the other did not.
    fn only(&self, one: &Thing, other: &Thing) -> Evidence<'w> {
        let known = self.known_to(other);
        let mut studies = self.known_to(one);
        studies.retain(|study| !known.contains(study));
        let mut publications = self.seen_among(Kind::Publication, &one.publications);
        publications.retain(|publication| {
            let reported = self.reported_by(publication);
            !other.publications.contains(&publication.number)
                && (reported.is_empty() || reported.iter().any(|study| !known.contains(study)))
        });
        (studies, publications)
    }

    fn newer_than(&self, rating: &Thing) -> Evidence<'w> {
        let stands = |thing: &Thing| thing.superseded_by.is_none();
        let known = self.known_to(rating);
        let mut studies = Vec::new();
        if rating.of.is_none() && rating.rated_on < REPORTED {
            studies =
                self.listed(Kind::Study, |study| self.is_about_people(study) && stands(study));
            studies.retain(|study| !known.contains(study));
        }
        let about: Vec<_> = match rating.of {
            None => self
                .seen(Kind::Study)
                .into_iter()
                .filter(|study| self.is_about_people(study))
                .collect(),
            Some((Kind::Study, number)) => self.seen_among(Kind::Study, &[number]),
            Some(_) => Vec::new(),
        };
        let mut publications = Vec::new();
        if rating.rated_on < PUBLISHED {
            publications = self.listed(Kind::Publication, |publication| {
                stands(publication)
                    && !rating.publications.contains(&publication.number)
                    && about.iter().any(|study| study.publications.contains(&publication.number))
            });
        }
        (studies, publications)
    }

    /// The closest way to lean on something comes first.
    pub(super) fn relies_on_withdrawn(&self, thing: &Thing) -> Vec<Value> {
        let rated_or_found = match thing.kind {
            Kind::Rating => "RATES",
            _ => "RESULT_OF",
        };
        let reported_or_considered = match thing.kind {
            Kind::Rating => "CONSIDERED",
            _ => "REPORTED_BY",
        };
        let mut keys: Vec<_> = thing.of.into_iter().map(|key| (rated_or_found, key)).collect();
        let studies = thing.studies.iter().map(|number| (Kind::Study, *number));
        let publications = thing.publications.iter().map(|number| (Kind::Publication, *number));
        keys.extend(studies.chain(publications).map(|key| (reported_or_considered, key)));
        let mut told = Vec::new();
        let mut relied = Vec::new();
        for (how, key) in keys {
            let what = self.things.find(key).filter(|what| self.sees(what));
            let what = what.filter(|what| what.withdrawn && !told.contains(&key));
            let Some(what) = what else { continue };
            told.push(key);
            let instead = what.superseded_by.and_then(|number| self.things.find((key.0, number)));
            let instead = instead.filter(|instead| self.sees(instead));
            relied.push(json!({
                "how": how,
                "what": named(what),
                "supersededBy": instead.map(named),
            }));
        }
        relied
    }
}

/// Studies and publications.
type Evidence<'w> = (Vec<&'w Thing>, Vec<&'w Thing>);

const fn is_any((studies, publications): &Evidence) -> bool {
    !studies.is_empty() || !publications.is_empty()
}

fn set((studies, publications): &Evidence) -> Value {
    json!({
        "hasMore": false,
        "studies": studies.iter().map(|study| named(study)).collect::<Vec<_>>(),
        "publications": publications.iter().map(|publication| named(publication)).collect::<Vec<_>>(),
    })
}
