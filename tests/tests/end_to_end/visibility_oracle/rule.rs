//! What may be seen, so plainly that it can be read, and the answers that follow from it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::Visibility;
use serde_json::{Value, json};

use super::world::{CENTRES, Thing, World};

/// Who asks: the centre for which they read evidence, if they may.
#[derive(Clone, Copy, Debug)]
pub(super) struct Who {
    pub(super) reads_for: Option<usize>,
}

/// The rule.
impl World {
    pub(super) fn sees(&self, who: Who, thing: &Thing) -> bool {
        self.may_see_itself(who, thing)
            && thing
                .study
                .is_none_or(|study| self.sees(who, &self.studies[study]))
    }

    fn may_see_itself(&self, who: Who, thing: &Thing) -> bool {
        if who.reads_for == Some(thing.by) {
            return true;
        }
        if thing.embargo.is_some_and(|until| until > self.now()) {
            return false;
        }
        match (thing.visibility, who.reads_for) {
            (Visibility::Public, _) | (Visibility::Network, Some(_)) => true,
            (Visibility::Collaboration, Some(centre)) => thing
                .with
                .iter()
                .any(|collaboration| self.members[*collaboration].contains(&centre)),
            (Visibility::Network | Visibility::Collaboration, None) | (Visibility::Centre, _) => {
                false
            }
        }
    }

    fn lists(&self, who: Who, thing: &Thing) -> bool {
        !thing.withdrawn && self.sees(who, thing)
    }
}

/// The answers that follow from the rule.
impl World {
    pub(super) fn all(&self) -> impl Iterator<Item = &Thing> {
        self.collaborations
            .iter()
            .chain(&self.studies)
            .chain(&self.publications)
            .chain(&self.findings)
            .chain(&self.feedback)
    }

    fn names<'t>(things: impl Iterator<Item = &'t Thing>) -> Value {
        page(things.map(|thing| json!({ "name": thing.name })).collect())
    }

    fn listed<'t>(
        &self,
        who: Who,
        things: &'t [Thing],
        passes: impl Fn(&Thing) -> bool,
    ) -> Vec<&'t Thing> {
        things
            .iter()
            .filter(|thing| self.lists(who, thing) && passes(thing))
            .collect()
    }

    pub(super) fn expected(&self, who: Who) -> Value {
        let listed = |things| Self::names(self.listed(who, things, |_| true).into_iter());
        let seen =
            |things: &[Thing]| Self::names(things.iter().filter(|thing| self.sees(who, thing)));
        let seen_ids = || {
            self.all()
                .filter(|thing| self.sees(who, thing))
                .map(|thing| json!({ "id": global_id(thing) }))
        };
        let by_id = self.all().map(|thing| match self.sees(who, thing) {
            true => json!({ "id": global_id(thing) }),
            false => Value::Null,
        });
        let about_people = self.listed(who, &self.studies, |study| study.is_about_people);
        let centres = CENTRES.iter().enumerate().map(|(number, slug)| {
            let led = self.listed(who, &self.studies, |study| study.by == number);
            json!({ "slug": slug, "studies": Self::names(led.into_iter()) })
        });
        json!({
            "studies": self.expected_studies(who),
            "allStudies": seen(&self.studies),
            "publications": self.expected_publications(who),
            "allPublications": seen(&self.publications),
            "publicationsAboutPeople": self.expected_publications_about_people(who),
            "findings": self.expected_findings(who),
            "allFindings": seen(&self.findings),
            "randomisedFindings": listed(&self.findings),
            "collaborations": listed(&self.collaborations),
            "allCollaborations": seen(&self.collaborations),
            "population": { "studies": Self::names(about_people.into_iter()) },
            "outcome": { "findings": listed(&self.findings) },
            "reportCard": { "feedbackReceived": listed(&self.feedback) },
            "centres": { "nodes": centres.collect::<Vec<_>>() },
            "changes": { "nodes": seen_ids().map(|subject| json!({ "subject": subject })).collect::<Vec<_>>() },
            "nodes": by_id.collect::<Vec<_>>(),
        })
    }

    fn expected_studies(&self, who: Who) -> Value {
        let nodes = self.studies.iter().enumerate().filter(|(_, study)| self.lists(who, study)).map(|(number, study)| {
            let findings = self.listed(who, &self.findings, |finding| finding.study == Some(number));
            let reports = study.publications.iter().map(|publication| &self.publications[*publication]);
            json!({
                "name": study.name,
                "findings": Self::names(findings.into_iter()),
                "publications": Self::names(reports.filter(|publication| self.lists(who, publication))),
            })
        });
        page(nodes.collect())
    }

    fn expected_publications(&self, who: Who) -> Value {
        let listed = self
            .publications
            .iter()
            .enumerate()
            .filter(|(_, publication)| self.lists(who, publication));
        let nodes = listed.map(|(number, publication)| {
            let studies = self.listed(who, &self.studies, |study| {
                study.publications.contains(&number)
            });
            json!({ "name": publication.name, "studies": Self::names(studies.into_iter()) })
        });
        page(nodes.collect())
    }

    /// Through studies that are seen, withdrawn or not.
    fn expected_publications_about_people(&self, who: Who) -> Value {
        let is_about = |number: usize| {
            let reported =
                |study: &Thing| study.is_about_people && study.publications.contains(&number);
            self.studies
                .iter()
                .any(|study| reported(study) && self.sees(who, study))
        };
        let all = self.publications.iter().enumerate();
        let found =
            all.filter(|(number, publication)| self.lists(who, publication) && is_about(*number));
        Self::names(found.map(|(_, publication)| publication))
    }

    fn expected_findings(&self, who: Who) -> Value {
        let nodes = self
            .listed(who, &self.findings, |_| true)
            .into_iter()
            .map(|finding| {
                let report = finding
                    .publications
                    .first()
                    .map(|publication| &self.publications[*publication]);
                let report = report.filter(|publication| self.sees(who, publication));
                json!({
                    "name": finding.name,
                    "study": { "name": self.studies[finding.study.unwrap()].name },
                    "publication": report.map(|publication| json!({ "name": publication.name })),
                })
            });
        page(nodes.collect())
    }
}

fn page(nodes: Vec<Value>) -> Value {
    json!({ "totalCount": nodes.len(), "nodes": nodes })
}

/// The global id as the graph makes it: the kind's tag and the id. Clients keep such ids, so it must stay.
pub(super) fn global_id(thing: &Thing) -> String {
    let mut bytes = vec![thing.tag];
    bytes.extend_from_slice(thing.id.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}
