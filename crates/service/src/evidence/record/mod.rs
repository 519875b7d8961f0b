//! Recording the evidence: one draft for each kind of thing.

mod finding;
mod publication;
mod rating;
mod study;

pub use finding::{FindingDraft, Interval};
pub use publication::{AuthorDraft, PublicationDraft};
pub use rating::{RatedThing, RatingDraft};
pub use study::{SiteDraft, StatusChangeDraft, StudyDraft};

use chrono::NaiveDate;

/// The first day of the year 1, where things without a date are sorted.
fn undated() -> NaiveDate {
    NaiveDate::from_ymd_opt(1, 1, 1).unwrap_or_default()
}
