//! Rows about young people.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use service::entity::{EpisodeKind, Sex};
use service::filter::AnyOf;
use service::young_people::people::{self, Participation, PeopleFilter};
use service::{Code, Error, Result};
use uuid::Uuid;

use crate::graph::connection::{Listed, UncountedConnection};
use crate::graph::date::Date;
use crate::graph::enum_value::EnumValue;
use crate::graph::evidence::Study;
use crate::graph::global_id::{self, NodeKind, part_id};
use crate::graph::loaders;
use crate::graph::network::LocalAuthority;
use crate::loading::Loaders;

/// A young person, as an agreement shows them.
#[derive(Clone)]
pub(crate) struct YoungPerson(pub(in crate::graph) Arc<people::YoungPerson>);

impl YoungPerson {
    /// Returns the young person of an agreement whose pseudonym stands in a global id. The reading is written to the
    /// audit first, as everywhere; whoever is no party of the agreement finds nobody.
    pub(crate) async fn find(
        loaders: &Arc<Loaders>,
        agreement: Uuid,
        part: Vec<u8>,
    ) -> Result<Option<Self>> {
        let pseudonym = String::from_utf8(part).map_err(|_| global_id::invalid())?;
        match loaders.young_person(agreement, pseudonym).await {
            Ok(found) => Ok(found.map(Self)),
            Err(Error { code: Code::NotFound, .. }) => Ok(None),
            Err(refusal) => Err(refusal),
        }
    }
}

/// A young person under one agreement. What the agreement doesn't open is null, with an error `NOT_IN_AGREEMENT`
/// that says so.
#[Object]
impl YoungPerson {
    /// Their global id under this agreement.
    pub(crate) async fn id(&self) -> ID {
        let (agreement, pseudonym) = (self.0.agreement, &self.0.pseudonym);
        part_id(NodeKind::YoungPerson, agreement, pseudonym.as_bytes())
    }

    /// What they are called under this agreement, and under no other.
    async fn pseudonym(&self) -> &str {
        &self.0.pseudonym
    }

    /// Year and month of birth; null also for those who were not born yet.
    async fn born(&self) -> Result<Option<BirthMonth>> {
        let birth = self.0.birth()?;
        Ok(birth.map(|(year, month)| BirthMonth { year, month }))
    }

    /// Sex as recorded.
    async fn sex(&self) -> Result<Option<EnumValue<Sex>>> {
        self.0.sex().map(|sex| Some(EnumValue(sex)))
    }

    /// Ethnicity, as its code in the returns.
    async fn ethnicity(&self) -> Result<Option<&str>> {
        self.0.ethnicity().map(Some)
    }

    /// The authorities whose returns tell of them what the agreement is about.
    async fn local_authorities(&self, ctx: &Context<'_>) -> Result<Option<Vec<LocalAuthority>>> {
        let places = self.0.authorities()?.iter();
        Ok(Some(places.filter_map(|id| LocalAuthority::find(loaders(ctx), *id)).collect()))
    }

    /// Their times in touch with social work that the agreement is about, the earliest first.
    async fn episodes(&self) -> Result<Option<Vec<Episode>>> {
        let episodes = self.0.episodes()?.iter();
        Ok(Some(episodes.cloned().map(Episode).collect()))
    }

    /// The studies that they take part in, as recorded under this agreement.
    async fn participations(&self) -> Result<Option<Vec<StudyParticipation>>> {
        let all = self.0.participations()?.iter();
        Ok(Some(all.cloned().map(StudyParticipation).collect()))
    }
}

/// Year and month of a birth: the day is not kept.
#[derive(SimpleObject)]
struct BirthMonth {
    /// The year.
    year: i32,
    /// The month, from 1 to 12.
    month: i32,
}

/// A time in touch with social work.
struct Episode(people::Episode);

/// A time in which a young person was in touch with social work. Codes are those of the returns.
#[Object]
impl Episode {
    /// Which kind of time.
    async fn kind(&self) -> EnumValue<EpisodeKind> {
        EnumValue(self.0.kind)
    }

    /// The authority whose return tells of it.
    async fn local_authority(&self, ctx: &Context<'_>) -> Result<Option<LocalAuthority>> {
        let place = self.0.local_authority()?;
        Ok(LocalAuthority::find(loaders(ctx), place))
    }

    /// Its first day.
    async fn started_on(&self) -> Date {
        Date(self.0.started_on)
    }

    /// Its last day; null while it went on.
    async fn ended_on(&self) -> Option<Date> {
        self.0.ended_on.map(Date)
    }

    /// The legal status, such as `C2`.
    async fn legal_status(&self) -> Result<Option<&str>> {
        self.0.legal_status()
    }

    /// The placement, such as `U4`.
    async fn placement(&self) -> Result<Option<&str>> {
        self.0.placement()
    }

    /// Who provides the placement, such as `PR1`.
    async fn provider(&self) -> Result<Option<&str>> {
        self.0.provider()
    }

    /// The category of need, such as `N1`.
    async fn category_of_need(&self) -> Result<Option<&str>> {
        self.0.need()
    }

    /// The category of a protection plan, such as `NEG`.
    async fn category_of_abuse(&self) -> Result<Option<&str>> {
        self.0.category_of_abuse()
    }

    /// Why it began, such as `S`; of a time missing, `M` or `A`.
    async fn reason_started(&self) -> Result<Option<&str>> {
        self.0.reason_started()
    }

    /// Why it ended, such as `E11` or `RC1`.
    async fn reason_ended(&self) -> Result<Option<&str>> {
        self.0.reason_ended()
    }
}

/// That a young person takes part in a study.
struct StudyParticipation(Participation);

/// That a young person takes part in a study.
#[Object]
impl StudyParticipation {
    /// The study, if you may see it.
    async fn study(&self, ctx: &Context<'_>) -> Result<Option<Study>> {
        Ok(loaders(ctx).study(self.0.study).await?.map(Study))
    }

    /// The arm to which they belong.
    async fn arm(&self) -> &str {
        &self.0.arm
    }

    /// The site, where the agreement opens the authorities.
    async fn site(&self, ctx: &Context<'_>) -> Result<Option<LocalAuthority>> {
        let site = self.0.site()?;
        Ok(site.and_then(|site| LocalAuthority::find(loaders(ctx), site)))
    }

    /// When they enrolled.
    async fn enrolled_on(&self) -> Date {
        Date(self.0.enrolled_on)
    }
}

impl Listed for YoungPerson {
    const CONNECTION: &'static str = "YoungPersonConnection";
    const EDGE: &'static str = "YoungPersonEdge";
    const PAGE: &'static str = "A page of young people, by pseudonym.";
}

pub(crate) type YoungPersonConnection = UncountedConnection<YoungPerson>;

/// Which young people of an agreement: all of the fields. A list that is left out, or null, restricts nothing; an empty
/// one admits nothing. By what the agreement doesn't open nobody is picked (`NOT_IN_AGREEMENT`).
#[derive(Default, InputObject)]
pub(super) struct YoungPersonFilter {
    /// Only those of whom returns of these authorities tell, by GSS code.
    local_authorities: Option<Vec<String>>,
    /// Only those who take part in the study with this global id.
    participates_in: Option<ID>,
}

impl YoungPersonFilter {
    /// Returns the service's filter.
    ///
    /// # Errors
    /// `BAD_USER_INPUT`.
    pub(super) fn read(self, loaders: &Loaders) -> Result<PeopleFilter> {
        let local_authorities = AnyOf::from(self.local_authorities).try_map(|code| {
            let found = loaders.directory.local_authorities.by_key(&code);
            found.map(|row| row.id).ok_or_else(|| {
                Error::bad_input(
                    "filter.localAuthorities",
                    "There is no such local authority. Give GSS codes, such as E09000007.",
                )
            })
        })?;
        let participates_in = match &self.participates_in {
            None => None,
            Some(id) => match global_id::parse(id)? {
                (NodeKind::Study, id) => Some(id.into()),
                _ => return Err(Error::not_found("study")),
            },
        };
        Ok(PeopleFilter { local_authorities, participates_in })
    }
}
