//! The report card: what changed between two days, of one centre or of the whole network.
//!
//! It is read from the dated facts that the centres have recorded (the status of studies, engagements,
//! programmes, collaborations, feedback), never from the times at which they were written here. What
//! has no date is in no window. Everything is counted and listed as far as the viewer may see it.

mod collaborators;
mod places;
mod programmes;
mod studies;

use chrono::NaiveDate;
use entity::{CentreId, PartialDate};

pub use collaborators::{Collaborators, collaborators};
pub use places::{Places, Reach, count_undated_engagements, places, undated_engagements};
pub use programmes::{begun, partners, partners_at_least, running};
pub use studies::{
    CentreLine, Milestone, MilestoneReached, by_centre, count_milestones, launched_at_least,
    milestones, stop_reasons,
};

use crate::error::{Error, Result};
use crate::evidence::named;
use crate::space::Space;

/// The centre and the days that a report card is about.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct ReportCard {
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// The centre; the whole network without one.
    pub centre: Option<CentreId>,
}

/// Opens the report card of a time, of a centre by its slug or of the whole network.
///
/// # Errors
/// `BAD_USER_INPUT` when the time ends before it begins, or there is no such centre.
pub async fn open(
    space: &Space,
    from: NaiveDate,
    to: NaiveDate,
    centre: Option<&str>,
) -> Result<ReportCard> {
    if to < from {
        return Err(Error::bad_input(
            "to",
            format!("The time ends on {to}, before it begins on {from}. Exchange the two days."),
        ));
    }
    let centre = match centre {
        None => None,
        Some(slug) => {
            let directory = space.directory().await?;
            let slugs = [slug.to_owned()];
            named::ids(&directory.centres, &slugs, "centre", "centre")?.pop()
        }
    };
    Ok(ReportCard { from, to, centre })
}

impl ReportCard {
    /// Returns whether what began and ended so was under way in this time. A date of which only the month or
    /// the year is known counts if it may lie in it; what has no beginning is in no time, and what has
    /// no end goes on.
    fn meets(&self, started: Option<&PartialDate>, ended: Option<&PartialDate>) -> bool {
        started.is_some_and(|started| started.first_day() <= self.to)
            && ended.is_none_or(|ended| ended.last_day() >= self.from)
    }

    /// Returns whether a date lies, or may lie, in this time.
    fn holds(&self, date: &PartialDate) -> bool {
        self.meets(Some(date), Some(date))
    }

    fn is_of(&self, centre: CentreId) -> bool {
        self.centre.is_none_or(|own| own == centre)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn half_a_year() -> ReportCard {
        ReportCard {
            from: NaiveDate::from_ymd_opt(2019, 1, 1).unwrap(),
            to: NaiveDate::from_ymd_opt(2019, 7, 31).unwrap(),
            centre: None,
        }
    }

    fn date(text: &str) -> PartialDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_date_of_a_month_or_a_year_counts_where_it_may_lie() {
        for (text, holds) in [
            ("2018", false),
            ("2018-12", false),
            ("2018-12-31", false),
            ("2019-01-01", true),
            ("2019", true),
            ("2019-07", true),
            ("2019-07-31", true),
            ("2019-08", false),
            ("2020", false),
        ] {
            assert_eq!(half_a_year().holds(&date(text)), holds, "{text}");
        }
    }

    #[test]
    fn what_has_no_end_goes_on_and_what_has_no_beginning_is_nowhere() {
        let card = half_a_year();
        assert!(card.meets(Some(&date("2010")), None));
        assert!(!card.meets(Some(&date("2010")), Some(&date("2018"))));
        assert!(card.meets(Some(&date("2010")), Some(&date("2019-01"))));
        assert!(!card.meets(None, Some(&date("2019-03"))));
    }
}
