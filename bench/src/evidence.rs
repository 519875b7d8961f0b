//! One study with all that belongs to it: its documents, findings, ratings, sites and terms.

use chrono::{Datelike as _, Days, NaiveDate};
use service::spelling::sort_key;
use uuid::Uuid;

use crate::mix;
use crate::network::{Log, Network, Pool, person_name, strength};
use crate::random::{Ids, Random, Topic, contributed_at};
use crate::rows::{
    Batch, Encoder, Finding, Publication, PublicationAuthor, Rating, RatingScore, Shared, Study,
    StudyCentre, StudyPartner, StudyPublication, StudySite, StudyStatusChange, StudyTerm,
};
use crate::shape::{Words, slug};

/// Writes studies.
pub(crate) struct Evidence {
    seed: u64,
    ids: Ids,
    words: Words,
    network: Network,
}

/// What the things of one study have in common while they are made.
struct Common {
    number: u64,
    study: Uuid,
    publication: Uuid,
    shared: Shared,
    starts: Option<NaiveDate>,
    interventions: Vec<Uuid>,
    outcomes: Vec<Uuid>,
    populations: Vec<Uuid>,
}

impl Evidence {
    /// Makes the network that the studies belong to, and adds its rows to the batch.
    pub(crate) fn new<E: Encoder>(seed: u64, batch: &mut Batch<E>, log: &mut Log) -> Self {
        let words = Words::new(seed);
        let network = Network::new(seed, &words, batch, log);
        Self { seed, ids: Ids::new(seed), words, network }
    }

    /// Adds the study with this number, from 1.
    pub(crate) fn add<E: Encoder>(&self, number: u64, batch: &mut Batch<E>, log: &mut Log) {
        let random = &mut Random::new(self.seed, Topic::Study, number);
        let centre = self.network.centres.pick(random);
        let common = Common {
            number,
            study: self.study_id(number),
            publication: self.ids.id(Topic::Publication, number, contributed_at(number)),
            shared: mix::shared(random, centre, contributed_at(number)),
            starts: mix::starts(random),
            interventions: self.several(&self.network.interventions, random, 1, 2),
            outcomes: self.several(&self.network.outcomes, random, 1, 4),
            populations: self.several(&self.network.populations, random, 1, 2),
        };
        self.study(&common, random, batch);
        log_created(log, batch, "STUDY", common.study, &common.shared);
        self.publication(&common, batch);
        log_created(log, batch, "PUBLICATION", common.publication, &common.shared);
        for place in 0..mix::findings(random) {
            self.finding(&common, place, batch, log);
        }
        for place in 0..mix::ratings(random) {
            self.rating(&common, place, batch, log);
        }
    }

    fn study_id(&self, number: u64) -> Uuid {
        self.ids.id(Topic::Study, number, contributed_at(number))
    }

    fn several(&self, pool: &Pool, random: &mut Random, least: i32, most: i32) -> Vec<Uuid> {
        let wanted = random.between(least, most) as usize;
        pool.several(random, wanted)
    }

    fn study<E: Encoder>(&self, common: &Common, random: &mut Random, batch: &mut Batch<E>) {
        let length = random.between(7, 15);
        let title = self.words.title(random, length);
        let design = mix::design(random);
        let status = mix::status(random);
        let ends = match common.starts {
            Some(starts) if random.per_mille(850) => {
                starts.checked_add_days(Days::new(random.between(90, 1500) as u64))
            }
            _ => None,
        };
        let sort_on = common.starts.or(ends).unwrap_or_else(the_year_1);
        let length = random.between(25, 60);
        let registered = random.per_mille(300);
        let mut shared = common.shared.clone();
        if shared.withdrawn_at.is_some() && common.number > 1 {
            shared.superseded_by = Some(self.study_id(common.number - 1));
        }
        batch.study.add(&Study {
            id: common.study,
            slug: slug(&title, common.number),
            title_key: sort_key(&title),
            title,
            summary: Some(self.words.prose(random, length)),
            design,
            status,
            starts_on: common.starts,
            ends_on: ends,
            sort_on,
            registry: registered.then_some("ISRCTN"),
            registration_id: registered.then(|| format!("BENCH{:08}", common.number)),
            lead_centre: shared.contributed_by,
            programme_id: random.per_mille(150).then(|| self.network.programmes.pick(random)),
            shared,
        });
        if let Some(on) = common.starts {
            for (after, status) in [(0, "IN_DELIVERY"), (400, status)] {
                batch.study_status_change.add(&StudyStatusChange {
                    study_id: common.study,
                    on: on + Days::new(after),
                    status,
                });
            }
        }
        self.links(common, random, design, sort_on, batch);
    }

    fn links<E: Encoder>(
        &self,
        common: &Common,
        random: &mut Random,
        design: &str,
        sort_on: NaiveDate,
        batch: &mut Batch<E>,
    ) {
        let study_id = common.study;
        let lead = common.shared.contributed_by;
        let mut centres = vec![lead];
        centres.extend(self.several(&self.network.centres, random, 0, 1));
        centres.dedup();
        for centre_id in centres {
            batch.study_centre.add(&StudyCentre {
                study_id,
                centre_id,
                role: if centre_id == lead { "LEAD" } else { "COLLABORATOR" },
                sort_on,
            });
        }
        let authorities = self.several(&self.network.authorities, random, 0, 3);
        for (place, local_authority_id) in authorities.into_iter().enumerate() {
            batch.study_site.add(&StudySite {
                study_id,
                local_authority_id,
                step: (design == "STEPPED_WEDGE").then_some(place as i32 + 1),
                starts_on: common.starts,
            });
        }
        for partner_id in self.several(&self.network.partners, random, 0, 1) {
            batch.study_partner.add(&StudyPartner { study_id, partner_id });
        }
        let terms = [&common.interventions, &common.outcomes, &common.populations];
        for term_id in terms.into_iter().flatten().copied() {
            batch.study_term.add(&StudyTerm { study_id, term_id });
        }
    }

    fn publication<E: Encoder>(&self, common: &Common, batch: &mut Batch<E>) {
        let random = &mut Random::new(self.seed, Topic::Publication, common.number);
        let length = random.between(8, 16);
        let title = self.words.title(random, length);
        let year = common.starts.map(|starts| starts.year() + 2);
        let published = year.map(|year| format!("{year}-{:02}", random.between(1, 12)));
        let length = random.between(110, 230);
        batch.publication.add(&Publication {
            id: common.publication,
            slug: slug(&title, common.number),
            title_key: sort_key(&title),
            title,
            kind: mix::kind(random),
            abstract_text: Some(self.words.prose(random, length)),
            doi: random.per_mille(800).then(|| format!("10.5555/bench.{}", common.number)),
            sort_on: published
                .as_ref()
                .and_then(|month| format!("{month}-01").parse().ok())
                .unwrap_or_else(the_year_1),
            published,
            year,
            venue: Some(self.words.title(random, 3)),
            language: Some("en"),
            licence: random.per_mille(500).then_some("CC-BY-4.0"),
            shared: common.shared.clone(),
        });
        batch
            .study_publication
            .add(&StudyPublication { study_id: common.study, publication_id: common.publication });
        for position in 0..mix::authors(random) {
            batch.publication_author.add(&PublicationAuthor {
                publication_id: common.publication,
                position: position + 1,
                name: person_name(&self.words, random),
                person_id: random.per_mille(50).then(|| self.network.people.pick(random)),
            });
        }
    }

    fn finding<E: Encoder>(
        &self,
        common: &Common,
        place: u64,
        batch: &mut Batch<E>,
        log: &mut Log,
    ) {
        let number = common.number * 100 + place;
        let random = &mut Random::new(self.seed, Topic::Finding, number);
        let id = self.ids.id(Topic::Finding, number, common.shared.created_at);
        let (intervention, comparison) = (random.between(12, 600), random.between(12, 600));
        let inverse = 1.0 / f64::from(intervention) + 1.0 / f64::from(comparison);
        let standard_error = round(inverse.sqrt());
        let estimate = round(0.12 + 0.2 * random.normal() + standard_error * random.normal());
        let known = random.per_mille(900);
        batch.finding.add(&Finding {
            id,
            study_id: common.study,
            reference: format!("f{}", place + 1),
            publication_id: Some(common.publication),
            intervention_id: Some(random.pick(&common.interventions)),
            comparator: Some("services as usual"),
            outcome_id: random.pick(&common.outcomes),
            population_id: Some(random.pick(&common.populations)),
            measure: mix::measure(random),
            estimate,
            standard_error: known.then_some(standard_error),
            interval_level: known.then_some(0.95),
            interval_lower: known.then(|| round(estimate - 1.96 * standard_error)),
            interval_upper: known.then(|| round(estimate + 1.96 * standard_error)),
            participants_intervention: Some(intervention),
            participants_comparison: Some(comparison),
            participants_total: Some(intervention + comparison),
            clusters: random.per_mille(200).then(|| random.between(6, 80)),
            time_point: Some(mix::time_point(random)),
            subgroup: random.per_mille(150).then(|| mix::subgroup(random)),
            risk_of_bias: Some(mix::risk_of_bias(random)),
            shared: common.shared.clone(),
        });
        log_created(log, batch, "FINDING", id, &common.shared);
    }

    fn rating<E: Encoder>(&self, common: &Common, place: u64, batch: &mut Batch<E>, log: &mut Log) {
        let number = common.number * 100 + place;
        let random = &mut Random::new(self.seed, Topic::Rating, number);
        let id = self.ids.id(Topic::Rating, number, common.shared.created_at);
        let standard = &self.network.standards[random.below(self.network.standards.len())];
        let levels: Vec<_> = standard.dimensions.iter().map(|levels| random.pick(levels)).collect();
        let weakest = levels.iter().filter_map(|(_, rank)| *rank).min();
        let shared = Shared { contributed_by: standard.owner, ..common.shared.clone() };
        batch.rating.add(&Rating {
            id,
            reference: format!("r{number}"),
            version_id: standard.version,
            study_id: Some(common.study),
            intervention_id: None,
            strength: weakest.map(strength),
            strength_rank: weakest.unwrap_or(0) as i32,
            rationale: Some(self.words.prose(random, 15)),
            rated_on: common.starts.map(|starts| starts + Days::new(900)),
            shared: shared.clone(),
        });
        for (level_id, _) in levels {
            batch.rating_score.add(&RatingScore { rating_id: id, level_id });
        }
        log_created(log, batch, "RATING", id, &shared);
    }
}

fn log_created<E: Encoder>(
    log: &mut Log,
    batch: &mut Batch<E>,
    kind: &'static str,
    id: Uuid,
    shared: &Shared,
) {
    log.created(batch, kind, id, Some(shared.contributed_by), shared.created_at);
}

/// Returns where things without a date stand.
fn the_year_1() -> NaiveDate {
    NaiveDate::from_ymd_opt(1, 1, 1).unwrap_or_default()
}

fn round(number: f64) -> f64 {
    (number * 10_000.0).round() / 10_000.0
}
