//! What is told of the whole network: the report card, and the publications that may be the same.

use serde_json::{Value, json};

use super::evidence::Pairs;
use super::rule::{View, named, page, page_of};
use super::things::{CENTRES, Kind, Thing};

pub(super) const QUERY: &str = r#"{
    possibleDuplicates(first: 50) { totalCount nodes { of { slug } publication { slug } } }
    reportCard(from: "2019-01-01", to: "2019-12-31") {
        feedbackReceived(first: 20) { totalCount nodes { reference } }
        feedbackAnswered(first: 20) { totalCount nodes { reference } }
        studiesReported(first: 20) { totalCount nodes { study { slug } } }
        studiesStopped(first: 20) { totalCount nodes { study { slug } } }
        stopReasons { studies }
        byCentre { centre { slug } studiesReported studiesStopped }
        collaborations(first: 20) { totalCount nodes { slug } }
        collaboratingCentres(first: 20) { nodes { slug } }
        localAuthorities(first: 20) { nodes { gssCode } }
    }
    ofGamma: reportCard(from: "2019-01-01", to: "2019-12-31", centre: "gamma-centre") {
        feedbackReceived(first: 20) { totalCount nodes { reference } }
        studiesReported(first: 20) { totalCount nodes { study { slug } } }
        collaborations(first: 20) { totalCount nodes { slug } }
    }
}"#;

const GAMMA: usize = 2;

impl View<'_> {
    pub(super) fn network(&self, pairs: &Pairs) -> Value {
        let studies = self.listed(Kind::Study, |_| true);
        let stopped = self.listed(Kind::Study, Thing::was_stopped);
        let feedback = page(self.listed(Kind::Feedback, |_| true));
        let collaborations = self.listed(Kind::Collaboration, |_| true);
        let centres = |test: &dyn Fn(usize) -> bool| -> Vec<Value> {
            let such = (0..CENTRES.len()).filter(|centre| test(*centre));
            such.map(|centre| json!({ "slug": CENTRES[centre] })).collect()
        };
        let work_together = |centre: usize| {
            let companies =
                collaborations.iter().map(|collaboration| collaboration.members.clone());
            let mut companies = companies.chain(studies.iter().map(|study| study.centres()));
            companies.any(|company| company.len() > 1 && company.contains(&centre))
        };
        let lines = (0..CENTRES.len()).filter_map(|centre| {
            let count = |studies: &[&Thing]| {
                studies.iter().filter(|study| study.centres().contains(&centre)).count()
            };
            (count(&studies) > 0).then(|| {
                json!({
                    "centre": { "slug": CENTRES[centre] },
                    "studiesReported": count(&studies),
                    "studiesStopped": count(&stopped),
                })
            })
        });
        let mut authorities: Vec<_> = studies.iter().map(|study| study.authority()).collect();
        authorities.sort();
        authorities.dedup();
        let authorities: Vec<_> =
            authorities.iter().map(|code| json!({ "gssCode": code })).collect();
        let reasons: Vec<_> = Some(stopped.len())
            .filter(|count| *count > 0)
            .into_iter()
            .map(|count| json!({ "studies": count }))
            .collect();
        json!({
            "possibleDuplicates": self.possible_duplicates(pairs),
            "reportCard": {
                "feedbackReceived": feedback,
                "feedbackAnswered": feedback,
                "studiesReported": arrivals(&studies),
                "studiesStopped": arrivals(&stopped),
                "stopReasons": reasons,
                "byCentre": lines.collect::<Vec<_>>(),
                "collaborations": page(collaborations.iter().copied()),
                "collaboratingCentres": { "nodes": centres(&work_together) },
                "localAuthorities": { "nodes": authorities },
            },
            "ofGamma": {
                "feedbackReceived": page(self.listed(Kind::Feedback, |feedback| feedback.by == GAMMA)),
                "studiesReported": arrivals(&self.listed(Kind::Study, |study| study.centres().contains(&GAMMA))),
                "collaborations": page(self.listed(Kind::Collaboration, |collaboration| collaboration.members.contains(&GAMMA))),
            },
        })
    }

    fn possible_duplicates(&self, pairs: &Pairs) -> Value {
        let publications = self.of(Kind::Publication);
        let pairs = pairs.iter().map(|(one, other)| (&publications[*one], &publications[*other]));
        let told = pairs.filter(|(one, other)| {
            let is_own = [one, other].iter().any(|own| self.who.centre == Some(own.by));
            self.lists(one) && self.lists(other) && (is_own || self.who.reviews)
        });
        let told =
            told.map(|(one, other)| json!({ "of": named(one), "publication": named(other) }));
        page_of(told.collect())
    }
}

fn arrivals(studies: &[&Thing]) -> Value {
    page_of(studies.iter().map(|study| json!({ "study": named(study) })).collect())
}
