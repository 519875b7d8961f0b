//! What the centres have put into the space, as the rule knows it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use entity::{ChangeKind, Visibility};
use tests::support::app::{ALPHA, BETA};
use uuid::Uuid;

pub(super) const CENTRES: [&str; 3] = [ALPHA, BETA, "gamma-centre"];

pub(super) const AUTHORITIES: [&str; 3] = ["E06000001", "E06000002", "E06000003"];

/// What findings may be of. A study is about them by its findings alone.
pub(super) const OUTCOMES: [&str; 2] = ["reading", "writing"];

/// A kind of shared thing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Collaboration,
    Publication,
    Study,
    Finding,
    Rating,
    Feedback,
}

impl Kind {
    /// In the order in which they refer to each other.
    pub(super) const ALL: [Self; 6] = [
        Self::Collaboration,
        Self::Publication,
        Self::Study,
        Self::Finding,
        Self::Rating,
        Self::Feedback,
    ];

    /// How many of them a world has.
    pub(super) const fn count(self) -> usize {
        match self {
            Self::Collaboration => 3,
            Self::Publication => 6,
            Self::Study | Self::Feedback => 8,
            Self::Finding => 14,
            Self::Rating => 18,
        }
    }

    /// What a global id says of the kind. Clients keep such ids, so it must stay.
    const fn tag(self) -> u8 {
        match self {
            Self::Collaboration => 11,
            Self::Study => 12,
            Self::Publication => 13,
            Self::Finding => 14,
            Self::Rating => 15,
            Self::Feedback => 17,
        }
    }

    pub(super) const fn changes(self) -> ChangeKind {
        match self {
            Self::Collaboration => ChangeKind::Collaboration,
            Self::Study => ChangeKind::Study,
            Self::Publication => ChangeKind::Publication,
            Self::Finding => ChangeKind::Finding,
            Self::Rating => ChangeKind::Rating,
            Self::Feedback => ChangeKind::Feedback,
        }
    }
}

/// A shared thing. Others are named by their numbers within their kind.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Thing {
    pub(super) kind: Kind,
    pub(super) number: usize,
    pub(super) name: String,
    pub(super) id: Uuid,
    pub(super) version: usize,
    pub(super) by: usize,
    pub(super) visibility: Visibility,
    pub(super) embargo: Option<DateTime<Utc>>,
    pub(super) withdrawn: bool,
    /// Of a study or a publication, which one took its place.
    pub(super) superseded_by: Option<usize>,
    /// With which collaborations it is shared.
    pub(super) with: Vec<usize>,
    /// Of a collaboration, the centres that are its members.
    pub(super) members: Vec<usize>,
    /// What it is nothing without: the study of a finding, what is rated, what feedback is about.
    pub(super) of: Option<(Kind, usize)>,
    /// Of a finding, the publication that reports it; of a study, its publications; of a rating, those that it considered.
    pub(super) publications: Vec<usize>,
    /// Of a rating, the studies that it considered.
    pub(super) studies: Vec<usize>,
    /// Of a study, whether it says that it is about people and mentoring; of a finding, whether it is.
    pub(super) is_about_people: bool,
    /// Of a finding, what was measured.
    pub(super) outcome: &'static str,
    /// Of a rating, the level that it gives.
    pub(super) level: usize,
    /// Of a rating, the day on which it was made.
    pub(super) rated_on: &'static str,
}

impl Thing {
    pub(super) const fn key(&self) -> (Kind, usize) {
        (self.kind, self.number)
    }

    pub(super) fn global_id(&self) -> String {
        let mut bytes = vec![self.kind.tag()];
        bytes.extend_from_slice(self.id.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Of a study, the centre that leads it, and the one that takes part.
    pub(super) fn centres(&self) -> Vec<usize> {
        let other = (self.by + 1) % CENTRES.len();
        if self.number.is_multiple_of(2) { vec![self.by] } else { vec![self.by, other] }
    }

    /// Of a study, whether it was stopped, for a time.
    pub(super) const fn was_stopped(&self) -> bool {
        self.number.is_multiple_of(4)
    }

    /// Of a study, where it has a site.
    pub(super) const fn authority(&self) -> &'static str {
        AUTHORITIES[self.number % AUTHORITIES.len()]
    }

    /// Of a study, whether it is of the programme.
    pub(super) const fn is_of_programme(&self) -> bool {
        self.number.is_multiple_of(3)
    }

    /// Of a publication, its DOI, if it has one.
    pub(super) fn doi(&self) -> Option<String> {
        let has_one = self.number.is_multiple_of(2);
        has_one.then(|| format!("10.5555/{}", self.name))
    }
}

/// All things at a time, by kind.
#[derive(Clone, Default)]
pub(super) struct Things([Vec<Thing>; 6]);

impl Things {
    pub(super) fn of(&self, kind: Kind) -> &[Thing] {
        &self.0[kind as usize]
    }

    pub(super) fn of_mut(&mut self, kind: Kind) -> &mut Vec<Thing> {
        &mut self.0[kind as usize]
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Thing> {
        self.0.iter().flatten()
    }

    pub(super) fn find(&self, (kind, number): (Kind, usize)) -> Option<&Thing> {
        self.of(kind).get(number)
    }
}
