//! Worlds furnished by chance, and what becomes of them by chance.

use std::collections::HashMap;
use std::sync::Arc;

use api::{Rates, Settings};
use chrono::{DateTime, TimeDelta, Utc};
use entity::{Visibility, collaboration, feedback, finding, publication, rating, study};
use sea_orm::EntityTrait;
use service::access::ScopeName;
use tests::support::app::TestApp;
use tests::support::chance::Chance;
use tests::support::client::Client;
use tests::support::databases::DatabaseKind;
use uuid::Uuid;

use super::bundle;
use super::rule::Who;
use super::things::{CENTRES, Kind, OUTCOMES, Thing, Things};

/// How often something is changed after all was put in.
const EDITS: usize = 12;
/// How long after a write the space is looked at.
pub(super) const BETWEEN_WRITES: TimeDelta = TimeDelta::seconds(30);

/// What the centres have put into the space, and how it came to be so.
pub(super) struct World {
    pub(super) app: TestApp,
    pub(super) chance: Chance,
    /// All that there was after each write, with the time of the write.
    pub(super) states: Vec<(DateTime<Utc>, Things)>,
    router: axum::Router,
}

impl World {
    pub(super) async fn new(kind: DatabaseKind, seed: u64) -> Self {
        let app = TestApp::start(kind).await;
        app.create_centre(CENTRES[2]).await;
        bundle::import_network(&app).await;
        // Everything is asked as everybody, which is more than anybody may ask in an hour.
        let unbounded = Rates { requests_per_second: 0, points_per_hour: 0 };
        let settings =
            Settings { token_rates: unbounded, anonymous_rates: unbounded, ..Settings::default() };
        let mut world = Self {
            router: api::router(Arc::clone(&app.space), settings),
            app,
            chance: Chance(seed),
            states: Vec::new(),
        };
        world.app.clock.advance(TimeDelta::minutes(1));
        world.furnish().await;
        for _ in 0..EDITS {
            world.app.clock.advance(TimeDelta::minutes(1));
            world.edit().await;
        }
        world.app.clock.advance(BETWEEN_WRITES);
        world
    }

    /// The present time of the space.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.app.clock_now()
    }

    /// All that there is.
    pub(super) fn present(&self) -> &Things {
        &self.states.last().unwrap().1
    }

    /// Nobody, a reader of each centre, and two whose scopes are left to chance.
    pub(super) async fn viewers(&mut self) -> Vec<(Who, Client)> {
        let mut viewers = vec![(Who::default(), Client::new(self.router.clone(), None))];
        for centre in 0..CENTRES.len() {
            viewers.push(self.viewer(centre, &[ScopeName::EvidenceRead]).await);
        }
        for _ in 0..2 {
            let centre = self.chance.below(CENTRES.len());
            let some = self.chance.some_below(ScopeName::ALL.len());
            let mut scopes: Vec<_> = some.iter().map(|number| ScopeName::ALL[*number]).collect();
            scopes.push(ScopeName::YoungPeopleStatistics);
            viewers.push(self.viewer(centre, &scopes).await);
        }
        viewers
    }

    async fn viewer(&self, centre: usize, scopes: &[ScopeName]) -> (Who, Client) {
        let who = Who {
            centre: Some(centre),
            reads: scopes.contains(&ScopeName::EvidenceRead),
            reviews: scopes.contains(&ScopeName::EvidenceReview),
        };
        let (token, _) = self.app.token(CENTRES[centre], scopes).await;
        (who, Client::new(self.router.clone(), Some(token)))
    }

    async fn furnish(&mut self) {
        let mut things = Things::default();
        for kind in Kind::ALL {
            for number in 0..kind.count() {
                let thing = self.thing(kind, number);
                things.of_mut(kind).push(thing);
            }
        }
        bundle::import_all(&self.app, &things).await;
        let ids = self.ids().await;
        for kind in Kind::ALL {
            for thing in things.of_mut(kind) {
                thing.id = ids[&thing.name];
            }
        }
        self.states.push((self.now(), things));
    }

    /// Some things of one kind are revised at once.
    async fn edit(&mut self) {
        // What a study is about follows its findings, so these are revised more often than others.
        let kind = match self.chance.one_in(3) {
            true => Kind::Finding,
            false => self.chance.one_of(&Kind::ALL),
        };
        let mut things = self.present().clone();
        let mut revised = Vec::new();
        for number in self.chance.few_below(kind.count()) {
            let was = things.of(kind)[number].clone();
            let is = self.revision(&was);
            if is != was {
                let is = Thing { version: was.version + 1, ..is };
                revised.push(is.clone());
                things.of_mut(kind)[number] = is;
            }
        }
        bundle::import_again(&self.app, &revised, &things).await;
        self.states.push((self.now(), things));
    }

    fn thing(&mut self, kind: Kind, number: usize) -> Thing {
        let of = match kind {
            Kind::Finding => Some((Kind::Study, self.chance.below(Kind::Study.count()))),
            Kind::Feedback | Kind::Rating => {
                let study = (Kind::Study, self.chance.below(Kind::Study.count()));
                let publication = (Kind::Publication, self.chance.below(Kind::Publication.count()));
                match self.chance.below(3) {
                    0 => None,
                    1 if kind == Kind::Rating => Some(publication),
                    _ => Some(study),
                }
            }
            Kind::Collaboration | Kind::Publication | Kind::Study => None,
        };
        let mut thing = Thing {
            kind,
            number,
            name: format!("{kind:?}-{number}").to_lowercase(),
            id: Uuid::nil(),
            version: 1,
            by: self.chance.below(CENTRES.len()),
            visibility: Visibility::Public,
            embargo: None,
            withdrawn: false,
            superseded_by: None,
            with: Vec::new(),
            members: Vec::new(),
            of,
            publications: Vec::new(),
            studies: Vec::new(),
            is_about_people: false,
            outcome: "reading",
            level: 1,
            rated_on: self.chance.one_of(&["2018-06-01", "2019-06-01", "2026-01-01"]),
        };
        self.link(&mut thing);
        self.share(&mut thing);
        thing
    }

    /// What a thing could be next: shared in another way, or linked in another way.
    fn revision(&mut self, was: &Thing) -> Thing {
        let mut is = was.clone();
        if self.chance.one_in(3) {
            self.link(&mut is);
        }
        if is == *was {
            self.share(&mut is);
        }
        is
    }

    fn link(&mut self, thing: &mut Thing) {
        match thing.kind {
            Kind::Collaboration => thing.members = self.chance.few_below(CENTRES.len()),
            Kind::Study => {
                thing.is_about_people = self.chance.one_in(2);
                thing.publications = self.chance.some_below(Kind::Publication.count());
            }
            Kind::Finding => {
                thing.is_about_people = self.chance.one_in(3);
                thing.outcome = self.chance.one_of(&OUTCOMES);
                let report = self.chance.below(Kind::Publication.count());
                thing.publications = if self.chance.one_in(2) { vec![report] } else { Vec::new() };
            }
            Kind::Rating => {
                thing.level = 1 + self.chance.below(2);
                thing.publications = self.chance.few_below(Kind::Publication.count());
                thing.studies = self.chance.few_below(Kind::Study.count());
            }
            Kind::Publication | Kind::Feedback => {}
        }
    }

    fn share(&mut self, thing: &mut Thing) {
        let now = self.now();
        thing.visibility = self.chance.one_of(&[
            Visibility::Public,
            Visibility::Network,
            Visibility::Collaboration,
            Visibility::Centre,
        ]);
        let embargoes = [
            now + TimeDelta::days(1),
            now + TimeDelta::seconds(100),
            now + BETWEEN_WRITES,
            now - TimeDelta::days(1),
        ];
        let embargo = self.chance.one_of(&embargoes);
        thing.embargo = self.chance.one_in(3).then_some(embargo);
        thing.withdrawn = self.chance.one_in(5);
        let has_place = matches!(thing.kind, Kind::Study | Kind::Publication) && thing.number > 0;
        thing.superseded_by = (thing.withdrawn && has_place && self.chance.one_in(2))
            .then(|| self.chance.below(thing.number));
        // A collaboration is shared with its own members, whatever it says.
        if thing.kind != Kind::Collaboration {
            thing.with = self.chance.few_below(Kind::Collaboration.count());
        }
    }

    #[expect(clippy::disallowed_methods, reason = "the ids of all things are told to nobody else")]
    async fn ids(&self) -> HashMap<String, Uuid> {
        let connection = self.app.space.store().connection();
        let mut ids = HashMap::new();
        let rows = collaboration::Entity::find().all(connection).await.unwrap();
        ids.extend(rows.into_iter().map(|row| (row.slug, row.id.into())));
        let rows = publication::Entity::find().all(connection).await.unwrap();
        ids.extend(rows.into_iter().map(|row| (row.slug, row.id.into())));
        let rows = study::Entity::find().all(connection).await.unwrap();
        ids.extend(rows.into_iter().map(|row| (row.slug, row.id.into())));
        let rows = finding::Entity::find().all(connection).await.unwrap();
        ids.extend(rows.into_iter().map(|row| (row.reference, row.id.into())));
        let rows = rating::Entity::find().all(connection).await.unwrap();
        ids.extend(rows.into_iter().map(|row| (row.reference, row.id.into())));
        let rows = feedback::Entity::find().all(connection).await.unwrap();
        ids.extend(rows.into_iter().map(|row| (row.reference, row.id.into())));
        ids
    }
}
