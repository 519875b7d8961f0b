//! The evidence, as it is and as it was: what is asked, and what is expected.

use serde_json::{Value, json};

use super::rule::{View, named, page, page_of};
use super::things::{AUTHORITIES, CENTRES, Kind, OUTCOMES, Thing};

/// Four fields, as no request may have more that ask of the past.
pub(super) const QUERY: &str = r#"query ($asOf: DateTime) {
    studies(first: 20, asOf: $asOf) {
        totalCount
        nodes {
            slug
            findings(first: 20) { totalCount nodes { reference } }
            publications(first: 10) { ...Publications }
            ratings(first: 20) { totalCount nodes { reference } }
            ratingComparison { ...Comparison }
            reliesOnWithdrawn { ...Relied }
            interventions { slug }
            outcomes { slug }
            populations { slug }
        }
    }
    publications(first: 20, asOf: $asOf) {
        totalCount
        nodes {
            slug
            studies(first: 10) { ...Studies }
            ratings(first: 20) { totalCount nodes { reference } }
            ratingComparison { ...Comparison }
            possibleDuplicates { publication { slug } }
        }
    }
    findings(first: 20, asOf: $asOf) {
        totalCount
        nodes { reference study { slug } publication { slug } reliesOnWithdrawn { ...Relied } }
    }
    intervention(slug: "mentoring", asOf: $asOf) {
        studies(first: 20) { ...Studies }
        ratings(first: 20) { totalCount nodes { reference } }
        ratingComparison { ...Comparison }
    }
}
fragment Studies on StudyConnection { totalCount nodes { slug } }
fragment Publications on PublicationConnection { totalCount nodes { slug } }
fragment Piece on PieceOfEvidence { ... on Study { slug } ... on Publication { slug } }
fragment Relied on ReliedUpon { how what { ...Piece } supersededBy { ...Piece } }
fragment Comparison on RatingComparison {
    notCompared
    ratings { reference }
    differences { one { reference } other { reference } summary reasons {
        kind sentence
        ... on DifferentEvidence { onlyOne { ...Evidence } onlyOther { ...Evidence } }
        ... on OlderThanNewEvidence { older { reference } newer { ...Evidence } }
    } }
}
fragment Evidence on EvidenceSet { hasMore studies { slug } publications { slug } }"#;

/// And what is about something by findings.
pub(super) const ABOUT: &str = r#"query ($asOf: DateTime) {
    aboutPeople: studies(first: 20, asOf: $asOf, filter: {populations: ["people"]}) { ...Studies }
    onReading: studies(first: 20, asOf: $asOf, filter: {outcomes: ["reading"]}) { ...Studies }
    onLiteracy: studies(first: 20, asOf: $asOf, filter: {outcomes: ["literacy"], includeNarrower: true, includeWithdrawn: true}) { ...Studies }
    writingByMentoring: studies(first: 20, asOf: $asOf, filter: {outcomes: ["writing"], interventions: ["mentoring"]}) { ...Studies }
}
fragment Studies on StudyConnection { totalCount nodes { slug } }"#;

/// Four more.
pub(super) const FILTERED: &str = r#"query ($asOf: DateTime) {
    allStudies: studies(first: 20, asOf: $asOf, filter: {includeWithdrawn: true}) { ...Studies }
    strong: studies(first: 20, asOf: $asOf, filter: {minimumStrength: HIGH}) { ...Studies }
    publicationsAboutPeople: publications(first: 20, asOf: $asOf, filter: {populations: ["people"]}) { ...Publications }
    allFindings: findings(first: 20, asOf: $asOf, filter: {includeWithdrawn: true, designs: [RANDOMISED]}) { totalCount nodes { reference } }
}
fragment Studies on StudyConnection { totalCount nodes { slug } }
fragment Publications on PublicationConnection { totalCount nodes { slug } }"#;

/// And some of which only the present can be asked.
pub(super) const PRESENT: &str = r#"{
    rated: studies(first: 20, filter: {rated: [{standard: "guide", levels: ["2"]}]}) { ...Studies }
    allPublications: publications(first: 20, filter: {includeWithdrawn: true}) { ...Publications }
    population(slug: "people") { studies(first: 20) { ...Studies } }
    outcomes { nodes {
        slug
        studies(first: 20) { ...Studies }
        exactly: studies(first: 20, filter: {includeNarrower: false}) { ...Studies }
        findings(first: 20) { totalCount nodes { reference } }
    } }
    centres { nodes { slug studies(first: 20) { ...Studies } } }
    programmes { nodes { slug studies(first: 20) { ...Studies } } }
    localAuthorities { nodes { gssCode studies(first: 20) { ...Studies } } }
    interventions { nodes { slug studies(first: 20) { ...Studies } ratings(first: 20) { totalCount nodes { reference } } } }
    collaborations(first: 20) { ...Collaborations }
    allCollaborations: collaborations(first: 20, filter: {includeWithdrawn: true}) { ...Collaborations }
}
fragment Studies on StudyConnection { totalCount nodes { slug } }
fragment Publications on PublicationConnection { totalCount nodes { slug } }
fragment Collaborations on CollaborationConnection { totalCount nodes { slug } }"#;

/// Publications that may be the same, by their numbers.
pub(super) type Pairs = Vec<(usize, usize)>;

impl<'w> View<'w> {
    pub(super) fn evidence(&self, pairs: &Pairs) -> Value {
        let about_people = self.listed(Kind::Study, |study| self.is_about_people(study));
        let studies = self.listed(Kind::Study, |_| true);
        let publications = self.listed(Kind::Publication, |_| true);
        let findings = self.listed(Kind::Finding, |_| true);
        json!({
            "studies": page_of(studies.into_iter().map(|study| self.study(study)).collect()),
            "publications": page_of(publications.into_iter().map(|publication| self.publication(publication, pairs)).collect()),
            "findings": page_of(findings.into_iter().map(|finding| self.finding(finding)).collect()),
            "intervention": {
                "studies": page(about_people),
                "ratings": page(self.ratings(None)),
                "ratingComparison": self.comparison(None),
            },
        })
    }

    pub(super) fn about(&self) -> Value {
        let on = |outcome| self.listed(Kind::Study, |study| self.measures(study, outcome));
        let mut on_literacy = self.seen(Kind::Study);
        on_literacy.retain(|study| self.measures(study, "literacy"));
        json!({
            "aboutPeople": page(self.listed(Kind::Study, |study| self.is_about_people(study))),
            "onReading": page(on("reading")),
            "onLiteracy": page(on_literacy),
            "writingByMentoring": page(self.listed(Kind::Study, |study| self.measures(study, "writing") && self.is_about_people(study))),
        })
    }

    pub(super) fn filtered(&self) -> Value {
        json!({
            "allStudies": page(self.seen(Kind::Study)),
            "strong": page(self.strong()),
            "publicationsAboutPeople": page(self.publications_about_people()),
            "allFindings": page(self.seen(Kind::Finding)),
        })
    }

    pub(super) fn present(&self) -> Value {
        let centres = CENTRES.iter().enumerate().map(|(number, slug)| {
            let theirs = self.listed(Kind::Study, |study| study.centres().contains(&number));
            json!({ "slug": slug, "studies": page(theirs) })
        });
        let authorities = AUTHORITIES.iter().map(|code| {
            let there = self.listed(Kind::Study, |study| study.authority() == *code);
            json!({ "gssCode": code, "studies": page(there) })
        });
        let outcomes = ["literacy", "reading", "writing"].into_iter().map(|outcome| {
            let studies = || self.listed(Kind::Study, |study| self.measures(study, outcome));
            let exactly = match outcome {
                "literacy" => Vec::new(),
                _ => studies(),
            };
            let findings = self.listed(Kind::Finding, |finding| {
                outcome == "literacy" || finding.outcome == outcome
            });
            json!({ "slug": outcome, "studies": page(studies()), "exactly": page(exactly), "findings": page(findings) })
        });
        json!({
            "rated": page(self.strong()),
            "allPublications": page(self.seen(Kind::Publication)),
            "population": { "studies": page(self.listed(Kind::Study, |study| self.is_about_people(study))) },
            "outcomes": { "nodes": outcomes.collect::<Vec<_>>() },
            "centres": { "nodes": centres.collect::<Vec<_>>() },
            "programmes": { "nodes": [{ "slug": "together", "studies": page(self.listed(Kind::Study, Thing::is_of_programme)) }] },
            "localAuthorities": { "nodes": authorities.collect::<Vec<_>>() },
            "interventions": { "nodes": [{
                "slug": "mentoring",
                "studies": page(self.listed(Kind::Study, |study| self.is_about_people(study))),
                "ratings": page(self.ratings(None)),
            }] },
            "collaborations": page(self.listed(Kind::Collaboration, |_| true)),
            "allCollaborations": page(self.seen(Kind::Collaboration)),
        })
    }

    fn study(&self, study: &Thing) -> Value {
        let reports = self.seen_among(Kind::Publication, &study.publications);
        json!({
            "name": study.name,
            "findings": page(self.listed(Kind::Finding, |finding| finding.of == Some(study.key()))),
            "publications": page(reports.into_iter().filter(|report| !report.withdrawn)),
            "ratings": page(self.ratings(Some(study.key()))),
            "ratingComparison": self.comparison(Some(study.key())),
            "reliesOnWithdrawn": self.relies_on_withdrawn(study),
            "interventions": if_so(self.is_about_people(study), "mentoring"),
            "populations": if_so(self.is_about_people(study), "people"),
            "outcomes": OUTCOMES.iter().flat_map(|outcome| if_so(self.measures(study, outcome), outcome)).collect::<Vec<_>>(),
        })
    }

    fn publication(&self, publication: &Thing, pairs: &Pairs) -> Value {
        let number = publication.number;
        let reported = self.listed(Kind::Study, |study| study.publications.contains(&number));
        let others = pairs.iter().filter_map(|(one, other)| match number {
            _ if number == *one => Some(*other),
            _ if number == *other => Some(*one),
            _ => None,
        });
        let others = others.map(|other| &self.of(Kind::Publication)[other]);
        let others = others.filter(|other| self.lists(other));
        json!({
            "name": publication.name,
            "studies": page(reported),
            "ratings": page(self.ratings(Some(publication.key()))),
            "ratingComparison": self.comparison(Some(publication.key())),
            "possibleDuplicates": others.map(|other| json!({ "publication": named(other) })).collect::<Vec<_>>(),
        })
    }

    fn finding(&self, finding: &Thing) -> Value {
        let study = finding.of.and_then(|study| self.things.find(study));
        let report = self.seen_among(Kind::Publication, &finding.publications);
        json!({
            "name": finding.name,
            "study": study.map(named),
            "publication": report.first().map(|report| named(report)),
            "reliesOnWithdrawn": self.relies_on_withdrawn(finding),
        })
    }

    /// With a strong rating that is seen.
    fn strong(&self) -> Vec<&'w Thing> {
        self.listed(Kind::Study, |study| {
            let ratings = self.ratings(Some(study.key()));
            ratings.iter().any(|rating| rating.level == 2)
        })
    }

    /// Through studies that are seen, withdrawn or not.
    fn publications_about_people(&self) -> Vec<&'w Thing> {
        self.listed(Kind::Publication, |publication| {
            let mut studies = self.seen(Kind::Study).into_iter();
            studies.any(|study| {
                self.is_about_people(study) && study.publications.contains(&publication.number)
            })
        })
    }
}

/// A term by its name, where something is about it.
fn if_so(is_about: bool, term: &str) -> Vec<Value> {
    let term = is_about.then(|| json!({ "name": term }));
    term.into_iter().collect()
}
