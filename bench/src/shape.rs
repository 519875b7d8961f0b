//! Words, titles and abstracts shaped like those of real evidence: few words are very common, most are rare (Zipf).

use crate::random::{Random, Topic};

/// Words that hold sentences together; the commonest of all.
const FUNCTION: &[&str] = &[
    "the", "of", "and", "in", "to", "a", "with", "for", "was", "were", "that", "on", "by", "as",
    "from", "at", "an", "or", "between", "than", "this", "these", "after", "among", "who", "not",
    "more", "but", "their", "we",
];

/// The field's own words; the commonest of those that carry meaning.
const FIELD: &[&str] = &[
    "children",
    "social",
    "school",
    "care",
    "study",
    "young",
    "people",
    "intervention",
    "families",
    "effects",
    "programme",
    "support",
    "outcomes",
    "trial",
    "evidence",
    "work",
    "group",
    "health",
    "parents",
    "local",
    "evaluation",
    "training",
    "education",
    "attainment",
    "risk",
    "foster",
    "services",
    "workers",
    "practice",
    "behaviour",
    "wellbeing",
    "reading",
    "placement",
    "safety",
    "leavers",
    "mentoring",
    "employment",
    "offending",
    "housing",
    "homelessness",
    "tutoring",
    "attendance",
    "protection",
    "carers",
    "stability",
    "reunification",
    "assessment",
    "community",
    "early",
    "mental",
    "schools",
    "teachers",
    "pupils",
    "language",
    "mathematics",
    "parenting",
    "kinship",
    "adoption",
    "residential",
    "therapy",
    "decision",
    "conference",
    "supervision",
    "neglect",
    "abuse",
    "violence",
    "exclusion",
    "poverty",
    "budget",
    "transition",
    "independence",
];

const ONSETS: &[&str] = &[
    "b", "c", "d", "f", "g", "h", "l", "m", "n", "p", "r", "s", "t", "v", "w", "br", "cl", "dr",
    "fr", "gr", "pl", "pr", "sh", "st", "th", "tr",
];
const VOWELS: &[&str] = &["a", "e", "i", "o", "u", "ai", "ea", "ee", "oo", "ou"];
const CODAS: &[&str] = &["", "", "", "l", "m", "n", "r", "s", "t", "nd", "rk", "ss"];

/// How many words there are that carry meaning.
const CONTENT_WORDS: usize = 30_000;

/// Picks a place in a list, the second half as often as the first, the third a third as often, and so on.
pub(crate) struct Zipf {
    cumulative: Vec<f64>,
}

impl Zipf {
    pub(crate) fn new(places: usize) -> Self {
        let mut sum = 0.0;
        let cumulative = (1..=places)
            .map(|rank| {
                sum += 1.0 / rank as f64;
                sum
            })
            .collect();
        Self { cumulative }
    }

    pub(crate) fn pick(&self, random: &mut Random) -> usize {
        let last = self.cumulative.len() - 1;
        let drawn = random.unit() * self.cumulative[last];
        self.cumulative.partition_point(|up_to| *up_to <= drawn).min(last)
    }
}

/// A language with few common words and many rare ones.
pub(crate) struct Words {
    content: Vec<String>,
    zipf: Zipf,
    function: Zipf,
}

impl Words {
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Random::new(seed, Topic::Words, 0);
        let mut content: Vec<String> = FIELD.iter().map(|word| (*word).to_owned()).collect();
        content.resize_with(CONTENT_WORDS, || made_up(&mut random));
        Self { content, zipf: Zipf::new(CONTENT_WORDS), function: Zipf::new(FUNCTION.len()) }
    }

    /// Writes so many words that carry meaning, the first with a capital.
    pub(crate) fn title(&self, random: &mut Random, words: i32) -> String {
        let mut title = String::with_capacity(words as usize * 8);
        for _ in 0..words {
            if !title.is_empty() {
                title.push(' ');
            }
            title.push_str(self.content_word(random));
        }
        capitalise(&mut title, 0);
        title
    }

    /// Writes sentences of about twenty words, of so many words in all.
    pub(crate) fn prose(&self, random: &mut Random, words: i32) -> String {
        let mut prose = String::with_capacity(words as usize * 7);
        let mut left_in_sentence = 0;
        for _ in 0..words {
            let starts = left_in_sentence == 0;
            if starts {
                left_in_sentence = random.between(12, 28);
                if !prose.is_empty() {
                    prose.push('.');
                }
            }
            if !prose.is_empty() {
                prose.push(' ');
            }
            let from = prose.len();
            prose.push_str(if random.per_mille(420) {
                FUNCTION[self.function.pick(random)]
            } else {
                self.content_word(random)
            });
            if starts {
                capitalise(&mut prose, from);
            }
            left_in_sentence -= 1;
        }
        prose.push('.');
        prose
    }

    /// Returns a name for a person, a place or an organisation.
    pub(crate) fn name(&self, random: &mut Random) -> String {
        let mut name = made_up(random);
        capitalise(&mut name, 0);
        name
    }

    fn content_word(&self, random: &mut Random) -> &str {
        &self.content[self.zipf.pick(random)]
    }
}

/// Returns a name for addresses: the first words of a title, and a number that makes it the only one.
pub(crate) fn slug(title: &str, number: u64) -> String {
    let mut slug: String =
        title.split(' ').take(5).map(str::to_lowercase).collect::<Vec<_>>().join("-");
    slug.push('-');
    slug.push_str(&number.to_string());
    slug
}

fn made_up(random: &mut Random) -> String {
    let mut word = String::new();
    let syllables = if random.per_mille(200) { 3 } else { 2 };
    for _ in 0..syllables {
        word.push_str(random.pick(ONSETS));
        word.push_str(random.pick(VOWELS));
        word.push_str(random.pick(CODAS));
    }
    word
}

fn capitalise(text: &mut str, at: usize) {
    if let Some(letter) = text.get_mut(at..=at) {
        letter.make_ascii_uppercase();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_writes_the_same_text() {
        let write = |seed| Words::new(seed).prose(&mut Random::new(seed, Topic::Study, 1), 40);
        assert_eq!(write(1), write(1));
        assert_ne!(write(1), write(2));
    }

    #[test]
    fn a_few_words_are_very_common_and_most_are_rare() {
        let zipf = Zipf::new(1000);
        let mut random = Random::new(1, Topic::Words, 1);
        let mut times = vec![0_u32; 1000];
        for _ in 0..100_000 {
            times[zipf.pick(&mut random)] += 1;
        }
        assert!(times[0] > 10 * times[20], "{} against {}", times[0], times[20]);
        assert!(times[500..].iter().all(|seen| *seen < 100), "a rare word is common");
    }

    #[test]
    fn text_reads_like_text() {
        let words = Words::new(1);
        let mut random = Random::new(1, Topic::Study, 3);
        let title = words.title(&mut random, 9);
        assert_eq!(title.split(' ').count(), 9);
        assert!(title.starts_with(|letter: char| letter.is_ascii_uppercase()));
        let prose = words.prose(&mut random, 60);
        assert_eq!(prose.split(' ').count(), 60);
        assert!(prose.ends_with('.') && prose.contains(". "));
        let slug = slug(&title, 12);
        assert!(slug.ends_with("-12") && slug.split('-').count() == 6, "{slug}");
    }
}
