//! Recording the evidence: one draft for each kind of thing.

mod finding;
mod publication;
mod rating;
mod study;

pub(crate) use finding::FINDINGS;
pub use finding::{FINDING, FindingDraft};
pub use publication::{AUTHOR, AuthorDraft, PUBLICATION, PublicationDraft};
pub(crate) use publication::{PUBLICATION_AUTHORS, PUBLICATIONS};
pub(crate) use rating::RATINGS;
pub use rating::{RATING, RatingDraft};
pub use study::{SITE, STATUS_CHANGE, STUDY, SiteDraft, StatusChangeDraft, StudyDraft};
pub(crate) use study::{STUDIES, STUDY_SITES, STUDY_STATUSES};

use chrono::NaiveDate;

/// The first day of the year 1, where things without a date are sorted.
fn undated() -> NaiveDate {
    NaiveDate::from_ymd_opt(1, 1, 1).unwrap_or_default()
}
