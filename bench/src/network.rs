//! The small tables that all studies share: centres, people, authorities, programmes, vocabularies and standards.

use uuid::Uuid;

use crate::random::{Ids, Random, Topic, epoch};
use crate::rows::{
    Batch, Centre, CentreStatus, Change, Encoder, EvidenceStandard, Json, LocalAuthority, Partner,
    Person, Programme, StandardDimension, StandardLevel, StandardVersion, Term,
};
use crate::shape::{Words, Zipf, slug};

const CENTRES: u64 = 20;
const PEOPLE: u64 = 400;
const PARTNERS: u64 = 80;
const AUTHORITIES: u64 = 152;
const PROGRAMMES: u64 = 60;
const INTERVENTIONS: u64 = 300;
const OUTCOMES: u64 = 200;
const POPULATIONS: u64 = 40;
const STANDARDS: u64 = 18;

const REGIONS: &[&str] = &[
    "East Midlands",
    "East of England",
    "London",
    "North East",
    "North West",
    "South East",
    "South West",
    "West Midlands",
    "Yorkshire and The Humber",
];
const STRENGTHS: &[&str] = &["INSUFFICIENT", "LOW", "MODERATE", "HIGH", "VERY_HIGH"];

/// Things of one kind, the first of them the most used.
pub(crate) struct Pool {
    pub(crate) ids: Vec<Uuid>,
    zipf: Zipf,
}

impl Pool {
    fn new(ids: Vec<Uuid>) -> Self {
        let zipf = Zipf::new(ids.len());
        Self { ids, zipf }
    }

    pub(crate) fn pick(&self, random: &mut Random) -> Uuid {
        self.ids[self.zipf.pick(random)]
    }

    /// Chooses several different ones.
    pub(crate) fn several(&self, random: &mut Random, wanted: usize) -> Vec<Uuid> {
        let mut several = Vec::with_capacity(wanted);
        for _ in 0..wanted {
            let one = self.pick(random);
            if !several.contains(&one) {
                several.push(one);
            }
        }
        several
    }
}

/// A standard, as far as a rating needs it: the levels of each dimension, with their strength as a number.
pub(crate) struct Standard {
    pub(crate) owner: Uuid,
    pub(crate) version: Uuid,
    pub(crate) dimensions: Vec<Vec<(Uuid, Option<usize>)>>,
}

/// The small tables.
pub(crate) struct Network {
    pub(crate) centres: Pool,
    pub(crate) people: Pool,
    pub(crate) partners: Pool,
    pub(crate) authorities: Pool,
    pub(crate) programmes: Pool,
    pub(crate) interventions: Pool,
    pub(crate) outcomes: Pool,
    pub(crate) populations: Pool,
    pub(crate) standards: Vec<Standard>,
}

/// Counts the changes up.
pub(crate) struct Log {
    pub(crate) sequence: i64,
}

impl Log {
    /// Records that a thing came to be.
    pub(crate) fn created<E: Encoder>(
        &mut self,
        batch: &mut Batch<E>,
        kind: &'static str,
        subject_id: Uuid,
        centre_id: Option<Uuid>,
        at: chrono::DateTime<chrono::Utc>,
    ) {
        self.sequence += 1;
        batch.change.add(&Change {
            sequence: self.sequence,
            kind,
            subject_id,
            operation: "CREATED",
            version: 1,
            centre_id,
            at,
        });
    }
}

impl Network {
    /// Makes the small tables and adds their rows to the batch.
    pub(crate) fn new<E: Encoder>(
        seed: u64,
        words: &Words,
        batch: &mut Batch<E>,
        log: &mut Log,
    ) -> Self {
        let mut maker = Maker {
            words,
            ids: Ids::new(seed),
            random: Random::new(seed, Topic::Network, 0),
            batch,
            log,
        };
        let centres = Pool::new(maker.each(CENTRES, Maker::centre));
        let term = |maker: &mut Maker<'_, E>, vocabulary, first, count| {
            let mut tree: Vec<Uuid> = Vec::new();
            for number in first..first + count {
                let id = maker.term(vocabulary, number, &tree, &centres);
                tree.push(id);
            }
            Pool::new(tree)
        };
        let outcomes = INTERVENTIONS;
        let populations = INTERVENTIONS + OUTCOMES;
        Self {
            people: Pool::new(maker.each(PEOPLE, Maker::person)),
            partners: Pool::new(maker.each(PARTNERS, Maker::partner)),
            authorities: Pool::new(maker.each(AUTHORITIES, Maker::authority)),
            programmes: Pool::new(
                maker.each(PROGRAMMES, |maker, number| maker.programme(number, &centres)),
            ),
            interventions: term(&mut maker, "INTERVENTION", 0, INTERVENTIONS),
            outcomes: term(&mut maker, "OUTCOME", outcomes, OUTCOMES),
            populations: term(&mut maker, "POPULATION", populations, POPULATIONS),
            standards: (0..STANDARDS).map(|number| maker.standard(number, &centres)).collect(),
            centres,
        }
    }
}

struct Maker<'a, E> {
    words: &'a Words,
    ids: Ids,
    random: Random,
    batch: &'a mut Batch<E>,
    log: &'a mut Log,
}

impl<E: Encoder> Maker<'_, E> {
    fn each(&mut self, count: u64, make: impl Fn(&mut Self, u64) -> Uuid) -> Vec<Uuid> {
        (0..count).map(|number| make(self, number)).collect()
    }

    fn created(&mut self, kind: &'static str, topic: Topic, number: u64) -> Uuid {
        let id = self.ids.id(topic, number, epoch());
        self.log.created(self.batch, kind, id, None, epoch());
        id
    }

    fn centre(&mut self, number: u64) -> Uuid {
        let id = self.created("CENTRE", Topic::Network, number);
        let area = self.words.title(&mut self.random, 2);
        let name = format!("Centre for {area}");
        let founded = self.random.between(1999, 2019).to_string();
        self.batch.centre.add(&Centre {
            id,
            slug: slug(&name, number),
            short_name: Some(self.words.name(&mut self.random)),
            name,
            policy_area: area,
            founded: Some(founded.clone()),
        });
        self.batch.centre_status.add(&CentreStatus {
            centre_id: id,
            since: founded,
            status: if number < 15 { "MEMBER" } else { "AFFILIATE" },
        });
        id
    }

    fn person(&mut self, number: u64) -> Uuid {
        let id = self.created("PERSON", Topic::Person, number);
        let name = person_name(self.words, &mut self.random);
        self.batch.person.add(&Person { id, slug: slug(&name, number), name });
        id
    }

    fn partner(&mut self, number: u64) -> Uuid {
        let id = self.created("PARTNER", Topic::Partner, number);
        let name = format!("University of {}", self.words.name(&mut self.random));
        self.batch.partner.add(&Partner {
            id,
            slug: slug(&name, number),
            name,
            kind: Some("University"),
        });
        id
    }

    fn authority(&mut self, number: u64) -> Uuid {
        let id = self.created("LOCAL_AUTHORITY", Topic::Authority, number);
        self.batch.local_authority.add(&LocalAuthority {
            id,
            gss_code: format!("X{number:08}"),
            name: format!("{}shire", self.words.name(&mut self.random)),
            country: "England",
            region: Some(self.random.pick(REGIONS)),
        });
        id
    }

    fn programme(&mut self, number: u64, centres: &Pool) -> Uuid {
        let id = self.created("PROGRAMME", Topic::Programme, number);
        let title = self.words.title(&mut self.random, 4);
        self.batch.programme.add(&Programme {
            id,
            slug: slug(&title, number),
            title,
            summary: Some(self.words.prose(&mut self.random, 40)),
            lead_centre: centres.pick(&mut self.random),
            started: Some(self.random.between(2011, 2024).to_string()),
        });
        id
    }

    /// Returns a term; each fourth stands at the top of a tree, the others below an earlier one.
    fn term(
        &mut self,
        vocabulary: &'static str,
        number: u64,
        tree: &[Uuid],
        centres: &Pool,
    ) -> Uuid {
        let id = self.created(vocabulary, Topic::Term, number);
        let length = self.random.between(1, 3);
        let name = self.words.title(&mut self.random, length);
        let broader = match tree {
            [] => None,
            _ if self.random.per_mille(250) => None,
            earlier => Some(self.random.pick(earlier)),
        };
        let synonym = self.words.title(&mut self.random, 2);
        self.batch.term.add(&Term {
            id,
            vocabulary,
            slug: slug(&name, number),
            name,
            description: Some(self.words.prose(&mut self.random, 20)),
            broader,
            owner: Some(centres.pick(&mut self.random)),
            synonyms: Json(format!(r#"["{synonym}"]"#)),
        });
        id
    }

    /// Returns a standard of one version with one or two dimensions of four to six levels.
    fn standard(&mut self, number: u64, centres: &Pool) -> Standard {
        let owner = centres.ids[number as usize % centres.ids.len()];
        let part = |part: u64| number * 100 + part;
        let id = self.created("EVIDENCE_STANDARD", Topic::Standard, part(0));
        let name = format!("{} standard of evidence", self.words.name(&mut self.random));
        self.batch.evidence_standard.add(&EvidenceStandard {
            id,
            slug: slug(&name, number),
            name,
            owner: Some(owner),
        });
        let version = self.ids.id(Topic::Standard, part(1), epoch());
        self.batch.standard_version.add(&StandardVersion {
            id: version,
            standard_id: id,
            code: "1".to_owned(),
            position: 1,
        });
        let count = self.random.between(1, 2);
        let dimensions = (0..count)
            .map(|position| self.dimension(version, part(10 * (position as u64 + 1)), position))
            .collect();
        Standard { owner, version, dimensions }
    }

    fn dimension(
        &mut self,
        version_id: Uuid,
        number: u64,
        position: i32,
    ) -> Vec<(Uuid, Option<usize>)> {
        let id = self.ids.id(Topic::Standard, number, epoch());
        let (code, name) = [("security", "Security"), ("effect", "Effect")][position as usize];
        self.batch.standard_dimension.add(&StandardDimension {
            id,
            version_id,
            code,
            name,
            position: position + 1,
        });
        let count = self.random.between(4, 6);
        (0..count)
            .map(|ordinal| {
                // Only the first dimension is about how sure one may be.
                let rank =
                    (position == 0).then_some((ordinal as usize).min(STRENGTHS.len() - 1) + 1);
                let level = self.ids.id(Topic::Standard, number + 1 + ordinal as u64, epoch());
                self.batch.standard_level.add(&StandardLevel {
                    id: level,
                    dimension_id: id,
                    code: ordinal.to_string(),
                    ordinal,
                    label: ["None", "Little", "Some", "Good", "Strong", "Very strong"]
                        [ordinal as usize],
                    strength: rank.map(strength),
                });
                (level, rank)
            })
            .collect()
    }
}

/// Returns the word for a rank from 1.
pub(crate) fn strength(rank: usize) -> &'static str {
    STRENGTHS[rank - 1]
}

pub(crate) fn person_name(words: &Words, random: &mut Random) -> String {
    format!("{} {}", words.name(random), words.name(random))
}
