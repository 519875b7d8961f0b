//! Worlds furnished by chance, the same at each run.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{CollaborationId, PublicationId, StudyId, Visibility, Vocabulary};
use tests::support::app::{ALPHA, BETA, TestApp};
use tests::support::builders::Sharing;
use tests::support::databases::DatabaseKind;
use uuid::Uuid;

pub(super) const CENTRES: [&str; 3] = [ALPHA, BETA, "gamma-centre"];

/// What the centres have put into the space.
pub(super) struct World {
    pub(super) app: TestApp,
    pub(super) chance: Chance,
    pub(super) members: Vec<Vec<usize>>,
    pub(super) collaborations: Vec<Thing>,
    pub(super) studies: Vec<Thing>,
    pub(super) publications: Vec<Thing>,
    pub(super) findings: Vec<Thing>,
    pub(super) feedback: Vec<Thing>,
}

/// A shared thing, as the rule knows it.
pub(super) struct Thing {
    pub(super) name: String,
    /// What its global id says of its kind.
    pub(super) tag: u8,
    pub(super) id: Uuid,
    pub(super) by: usize,
    pub(super) visibility: Visibility,
    pub(super) embargo: Option<DateTime<Utc>>,
    pub(super) withdrawn: bool,
    /// With which collaborations it is shared.
    pub(super) with: Vec<usize>,
    /// Of a finding, its study; of feedback, the study that it is about, if it is about one.
    pub(super) study: Option<usize>,
    /// Of a finding, the publication that reports it; of a study, the publications.
    pub(super) publications: Vec<usize>,
    /// Of a study, whether it is about people.
    pub(super) is_about_people: bool,
}

impl World {
    pub(super) async fn new(kind: DatabaseKind, seed: u64) -> Self {
        let app = TestApp::start(kind).await;
        app.create_centre(CENTRES[2]).await;
        let chance = Chance(seed);
        let (members, things) = (Vec::new(), Vec::new);
        let mut world = Self {
            app,
            chance,
            members,
            collaborations: things(),
            studies: things(),
            publications: things(),
            findings: things(),
            feedback: things(),
        };
        world.furnish().await;
        world
    }

    /// The present time of the space.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.app.space.store().source().now()
    }

    async fn furnish(&mut self) {
        let people = self
            .app
            .create_term(Vocabulary::Population, "people", None)
            .await;
        let outcome = self
            .app
            .create_term(Vocabulary::Outcome, "reading", None)
            .await;
        let mut ids: Vec<CollaborationId> = Vec::new();
        for number in 0..3 {
            let (mut thing, sharing) = self.thing(11, "collaboration", number, &ids);
            let mut members = self.chance.some_below(CENTRES.len());
            members.push(self.chance.below(CENTRES.len()));
            members.sort_unstable();
            members.dedup();
            let slugs: Vec<_> = members.iter().map(|centre| CENTRES[*centre]).collect();
            let id = self
                .app
                .create_collaboration(&thing.name, &sharing, &slugs)
                .await;
            ids.push(id);
            thing.id = id.0;
            thing.with.push(number);
            self.members.push(members);
            self.collaborations.push(thing);
        }
        let mut studies: Vec<StudyId> = Vec::new();
        for number in 0..8 {
            let (mut thing, sharing) = self.thing(12, "study", number, &ids);
            thing.is_about_people = self.chance.one_in(2);
            let terms = if thing.is_about_people {
                vec![people]
            } else {
                Vec::new()
            };
            let id = self
                .app
                .create_study_on(&thing.name, &sharing, None, &terms)
                .await;
            thing.id = id.0;
            studies.push(id);
            self.studies.push(thing);
        }
        let mut publications: Vec<PublicationId> = Vec::new();
        for number in 0..6 {
            let (mut thing, sharing) = self.thing(13, "publication", number, &ids);
            let reported = self.chance.some_below(studies.len());
            let linked: Vec<_> = reported.iter().map(|study| studies[*study]).collect();
            let id = self
                .app
                .create_publication(&thing.name, &sharing, &linked)
                .await;
            for study in reported {
                self.studies[study].publications.push(number);
            }
            thing.id = id.0;
            publications.push(id);
            self.publications.push(thing);
        }
        for number in 0..16 {
            let (mut thing, sharing) = self.thing(14, "finding", number, &ids);
            let study = self.chance.below(studies.len());
            let report = self
                .chance
                .one_in(2)
                .then(|| self.chance.below(publications.len()));
            let publication = report.map(|report| publications[report]);
            let create = self.app.create_reported_finding(
                &thing.name,
                &sharing,
                studies[study],
                outcome,
                publication,
            );
            thing.id = create.await.0;
            thing.study = Some(study);
            thing.publications.extend(report);
            self.findings.push(thing);
        }
        for number in 0..8 {
            let (mut thing, sharing) = self.thing(17, "feedback", number, &ids);
            let about = self.chance.one_in(2);
            thing.study = about.then(|| self.chance.below(studies.len()));
            let study = thing.study.map(|study| studies[study]);
            let create = self.app.create_feedback(&thing.name, &sharing, study);
            thing.id = create.await.0;
            self.feedback.push(thing);
        }
    }

    /// A thing that is shared in some way, with some of the collaborations that there are.
    fn thing(
        &mut self,
        tag: u8,
        kind: &str,
        number: usize,
        collaborations: &[CollaborationId],
    ) -> (Thing, Sharing) {
        let visibilities = [
            Visibility::Public,
            Visibility::Network,
            Visibility::Collaboration,
            Visibility::Centre,
        ];
        let thing = Thing {
            name: format!("{kind}-{number}"),
            tag,
            id: Uuid::nil(),
            by: self.chance.below(CENTRES.len()),
            visibility: visibilities[self.chance.below(visibilities.len())],
            embargo: match self.chance.below(8) {
                0 | 1 => Some(self.now() + TimeDelta::days(1)),
                2 => Some(self.now() - TimeDelta::days(1)),
                3 => Some(self.now()),
                _ => None,
            },
            withdrawn: self.chance.one_in(5),
            with: self.chance.some_below(collaborations.len()),
            study: None,
            publications: Vec::new(),
            is_about_people: false,
        };
        let sharing = Sharing {
            by: CENTRES[thing.by],
            visibility: thing.visibility,
            embargoed_until: thing.embargo,
            with: thing
                .with
                .iter()
                .map(|collaboration| collaborations[*collaboration])
                .collect(),
            withdrawn: thing.withdrawn,
        };
        (thing, sharing)
    }
}

/// Chance that is the same at each run (SplitMix64).
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((bits ^ (bits >> 31)) >> 33).unwrap() % limit
    }

    fn one_in(&mut self, limit: usize) -> bool {
        self.below(limit) == 0
    }

    /// Some of the numbers below a limit.
    pub(super) fn some_below(&mut self, limit: usize) -> Vec<usize> {
        (0..limit).filter(|_| self.one_in(2)).collect()
    }
}
