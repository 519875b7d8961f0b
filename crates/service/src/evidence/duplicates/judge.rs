//! Whether two descriptions are of the same publication: a similarity, and what speaks for and against it.
//!
//! The weights were set on the records of bib-dedupe and on made-up cases; docs/duplicates.md states what
//! they give there and on records that they were not set on.

use entity::{DuplicateReason, PublicationKind};

use super::Facts;

/// From this similarity on, two publications are proposed as the same.
pub const THRESHOLD: f64 = 0.8;

/// How alike two publications are.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// From 0 to 1.
    pub similarity: f64,
    /// What speaks for it, then what speaks against it.
    pub reasons: Vec<DuplicateReason>,
}

impl Judgement {
    /// Whether they are to be proposed as the same.
    #[must_use]
    pub fn proposes(&self) -> bool {
        self.similarity >= THRESHOLD
    }
}

/// Compares two publications. The order of the two doesn't matter.
#[must_use]
pub fn judge(one: &Facts, other: &Facts) -> Judgement {
    if one.doi.is_some() && one.doi == other.doi {
        return Judgement { similarity: 1.0, reasons: vec![DuplicateReason::SameDoi] };
    }
    let mut case = Case::default();
    let title = titles(&mut case, one, other);
    authors(&mut case, one, other);
    years(&mut case, one, other);
    venues(&mut case, one, other);
    pages(&mut case, one, other);
    kinds(&mut case, one, other);
    if one.doi.is_some() && other.doi.is_some() {
        case.against(DuplicateReason::DifferentDoi, 0.5);
    }
    case.close(title)
}

/// What has been found so far.
#[derive(Default)]
struct Case {
    weight: f64,
    found: f64,
    taken_off: f64,
    reasons: Vec<DuplicateReason>,
    objections: Vec<DuplicateReason>,
}

impl Case {
    /// Notes how far a fact that is known of both agrees, from 0 to 1.
    fn weigh(&mut self, weight: f64, agreement: f64) {
        self.weight += weight;
        self.found += weight * agreement;
    }

    fn because(&mut self, reason: DuplicateReason) {
        self.reasons.push(reason);
    }

    fn against(&mut self, reason: DuplicateReason, taken_off: f64) {
        self.taken_off += taken_off;
        self.objections.push(reason);
    }

    /// The mean of what is known of both, less what speaks against it. A title alone, or one that is no
    /// more than alike, can't make up for what isn't known.
    fn close(self, title: Title) -> Judgement {
        let mean = if self.weight > 0.0 { self.found / self.weight } else { 0.0 };
        let similarity = (mean.min(self.ceiling(title)) - self.taken_off).clamp(0.0, 1.0);
        let mut reasons = self.reasons;
        reasons.extend(self.objections);
        Judgement { similarity: (similarity * 1000.0).round() / 1000.0, reasons }
    }

    /// How sure one can be, by how much is known of both beside the title.
    fn ceiling(&self, title: Title) -> f64 {
        let beside_the_title = self.weight - TITLE;
        let certainty = 0.83 + 0.16 * (beside_the_title / (AUTHORS + YEAR)).min(1.0);
        match title {
            // Where only the titles are known, they must be the same.
            Title::Alike if beside_the_title <= 0.0 => 0.7,
            Title::Same | Title::Alike => certainty,
            // "Annual report" is the title of many.
            Title::Short if beside_the_title < AUTHORS => 0.6,
            Title::Short => certainty,
            Title::Unlike => 0.5,
        }
    }
}

const TITLE: f64 = 0.5;
const AUTHORS: f64 = 0.25;
const YEAR: f64 = 0.1;
const VENUE: f64 = 0.06;
const PAGES: f64 = 0.09;

/// What the titles are worth as evidence.
#[derive(Clone, Copy)]
enum Title {
    Same,
    Alike,
    Short,
    Unlike,
}

/// Titles of fewer words tell little by themselves.
const TELLING_WORDS: usize = 5;

fn titles(case: &mut Case, one: &Facts, other: &Facts) -> Title {
    let (a, b) = (&one.title, &other.title);
    let alike = likeness(a, b);
    let main_title_is_the_other = one.main_title == *b || other.main_title == *a;
    let words = a.len().min(b.len());
    let (agreement, reason) = if a.concat() == b.concat() {
        (1.0, Some(DuplicateReason::SameTitle))
    } else if main_title_is_the_other && words >= TELLING_WORDS - 1 {
        (0.92, Some(DuplicateReason::SameMainTitle))
    } else {
        let reason = (alike >= 0.8).then_some(DuplicateReason::SimilarTitle);
        (alike, reason)
    };
    case.weigh(TITLE, agreement);
    reason.into_iter().for_each(|reason| case.because(reason));
    if numbers(a) != numbers(b) {
        case.against(DuplicateReason::DifferentNumbers, 0.4);
    }
    if purposes(a) != purposes(b) {
        case.against(DuplicateReason::DifferentPurpose, 0.4);
    }
    match agreement {
        agreement if agreement < 0.75 => Title::Unlike,
        _ if words < TELLING_WORDS => Title::Short,
        agreement if agreement < 1.0 => Title::Alike,
        _ => Title::Same,
    }
}

/// How alike two lists of words are, letter by letter or as sets of words, whichever is more.
fn likeness(a: &[String], b: &[String]) -> f64 {
    /// Letters beyond these are not compared one by one: the work grows with the square.
    const LETTERS: usize = 300;
    let text = |words: &[String]| words.join(" ").chars().take(LETTERS).collect::<String>();
    let by_letters = strsim::normalized_levenshtein(&text(a), &text(b));
    let mut rest: Vec<&String> = b.iter().collect();
    let mut shared = 0_usize;
    for word in a {
        if let Some(at) = rest.iter().position(|other| *other == word) {
            rest.swap_remove(at);
            shared += 1;
        }
    }
    let words = (a.len() + b.len()).max(1);
    by_letters.max(2.0 * shared as f64 / words as f64)
}

/// The numbers of a title, Roman ones and letters of parts too.
fn numbers(title: &[String]) -> Vec<String> {
    const ROMAN: [&str; 9] = ["ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"];
    const ORDINAL: [&str; 5] = ["first", "second", "third", "fourth", "fifth"];
    let mut numbers: Vec<String> = Vec::new();
    for (place, word) in title.iter().enumerate() {
        let names_a_part = place > 0
            && ["part", "phase", "volume", "wave", "study"].contains(&title[place - 1].as_str())
            && word.len() == 1;
        if names_a_part
            || word.bytes().any(|byte| byte.is_ascii_digit())
            || ROMAN.contains(&word.as_str())
            || ORDINAL.contains(&word.as_str())
        {
            numbers.push(word.clone());
        }
    }
    numbers.sort();
    numbers
}

/// What a title says of the document's purpose. Of what has none of these words nothing is said.
fn purposes(title: &[String]) -> Vec<&'static str> {
    const WORDS: [(&str, &str); 24] = [
        ("protocol", "protocol"),
        ("erratum", "correction"),
        ("errata", "correction"),
        ("corrigendum", "correction"),
        ("corrigenda", "correction"),
        ("correction", "correction"),
        ("retraction", "retraction"),
        ("retracted", "retraction"),
        ("reply", "reply"),
        ("response", "reply"),
        ("rejoinder", "reply"),
        ("comment", "comment"),
        ("commentary", "comment"),
        ("editorial", "comment"),
        ("summary", "summary"),
        ("addendum", "addition"),
        ("appendix", "addition"),
        ("appendices", "addition"),
        ("annex", "addition"),
        ("supplement", "addition"),
        ("interim", "interim"),
        ("pilot", "pilot"),
        ("feasibility", "pilot"),
        ("plan", "plan"),
    ];
    let mut purposes: Vec<_> = WORDS
        .iter()
        .filter(|(word, _)| title.iter().any(|said| said == word))
        .map(|(_, purpose)| *purpose)
        .collect();
    purposes.dedup();
    purposes
}

fn authors(case: &mut Case, one: &Facts, other: &Facts) {
    if one.authors.is_empty() || other.authors.is_empty() {
        return;
    }
    let (fewer, more) = match one.authors.len() <= other.authors.len() {
        true => (&one.authors, &other.authors),
        false => (&other.authors, &one.authors),
    };
    let shared =
        fewer.iter().filter(|name| more.iter().any(|other| is_the_same_name(name, other))).count();
    let share = shared as f64 / fewer.len() as f64;
    case.weigh(AUTHORS, share);
    if shared == 0 {
        case.against(DuplicateReason::DifferentAuthors, 0.25);
    } else if shared == more.len() {
        case.because(DuplicateReason::SameAuthors);
    } else {
        case.because(DuplicateReason::SharedAuthors);
    }
}

fn is_the_same_name(one: &str, other: &str) -> bool {
    one == other
        || (one.len().min(other.len()) >= 5
            && strsim::normalized_damerau_levenshtein(one, other) >= 0.85)
}

fn years(case: &mut Case, one: &Facts, other: &Facts) {
    let (Some(one), Some(other)) = (one.year, other.year) else {
        return;
    };
    match one.abs_diff(other) {
        0 => {
            case.weigh(YEAR, 1.0);
            case.because(DuplicateReason::SameYear);
        }
        1 => {
            case.weigh(YEAR, 0.5);
            case.because(DuplicateReason::NeighbouringYears);
        }
        apart => {
            case.weigh(YEAR, 0.0);
            let taken_off = 0.07 * f64::from(apart.min(4));
            case.against(DuplicateReason::DifferentYears, taken_off);
        }
    }
}

fn venues(case: &mut Case, one: &Facts, other: &Facts) {
    if one.venue.is_empty() || other.venue.is_empty() {
        return;
    }
    if likeness(&one.venue, &other.venue) >= 0.8
        || abbreviates(&one.venue, &other.venue)
        || abbreviates(&other.venue, &one.venue)
    {
        case.weigh(VENUE, 1.0);
        case.because(DuplicateReason::SameVenue);
    } else {
        case.weigh(VENUE, 0.0);
        case.against(DuplicateReason::DifferentVenue, 0.02);
    }
}

/// Whether each word of one is the beginning of a word of the other, in the same order: `Ann Hepatol`.
fn abbreviates(short: &[String], long: &[String]) -> bool {
    let mut long = long.iter();
    short.iter().all(|word| long.any(|whole| whole.starts_with(word.as_str())))
}

fn pages(case: &mut Case, one: &Facts, other: &Facts) {
    let (Some(one), Some(other)) = (&one.first_page, &other.first_page) else {
        return;
    };
    if one == other {
        case.weigh(PAGES, 1.0);
        case.because(DuplicateReason::SamePages);
    } else {
        case.weigh(PAGES, 0.0);
        case.against(DuplicateReason::DifferentPages, 0.1);
    }
}

fn kinds(case: &mut Case, one: &Facts, other: &Facts) {
    let (one, other) = (one.kind, other.kind);
    let is_known = |kind| kind != PublicationKind::Other;
    if one == other || !is_known(one) || !is_known(other) {
        return;
    }
    let is_a_protocol = |kind| kind == PublicationKind::Protocol;
    let is_data = |kind| kind == PublicationKind::Dataset;
    let are_of_two_sorts =
        is_a_protocol(one) != is_a_protocol(other) || is_data(one) != is_data(other);
    let taken_off = if are_of_two_sorts { 0.4 } else { 0.06 };
    case.against(DuplicateReason::DifferentKind, taken_off);
}

#[cfg(test)]
mod tests;
