//! Published records whose duplicates are known, each in its own format.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use anyhow::{Context as _, bail};
use entity::PublicationKind;
use service::evidence::duplicates::Described;

use super::{Pair, bibtex};

/// Records, and which of them are the same.
#[derive(Clone)]
pub(crate) struct Labelled {
    pub(crate) name: String,
    pub(crate) records: Vec<Described>,
    pub(crate) same: BTreeSet<Pair>,
}

impl Labelled {
    /// Returns the same without DOIs: then title, authors and year must do.
    pub(crate) fn without_dois(mut self) -> Self {
        self.records.iter_mut().for_each(|record| record.doi = None);
        self
    }
}

/// Reads labelled records, by what the folder or file is called.
pub(crate) fn read(path: &Path) -> anyhow::Result<Labelled> {
    let name = path.file_stem().and_then(|name| name.to_str()).context("the path has no name")?;
    let (records, groups) = match name {
        "bib-dedupe" => bib_dedupe(path)?,
        "colrev" => colrev(path)?,
        "Nagtegaal_2019" => nagtegaal(path)?,
        "synergy-openalex" => synergy(path)?,
        _ => bail!("it is none of bib-dedupe, colrev, Nagtegaal_2019.csv and synergy-openalex"),
    };
    let mut same = BTreeSet::new();
    for group in groups {
        for (place, one) in group.iter().enumerate() {
            same.extend(group[place + 1..].iter().map(|other| {
                let (one, other) = (*one, *other);
                (one.min(other), one.max(other))
            }));
        }
    }
    Ok(Labelled { name: name.to_owned(), records, same })
}

/// The records, and the groups of numbers that are the same.
type Groups = (Vec<Described>, Vec<Vec<usize>>);

/// Returns a table with records, and one with the ids of each group.
fn bib_dedupe(folder: &Path) -> anyhow::Result<Groups> {
    let mut numbers = HashMap::new();
    let mut records = Vec::new();
    for row in rows(&folder.join("records_pre_merged.csv"))? {
        let cell = |name: &str| row.get(name).filter(|text| !text.is_empty()).cloned();
        // One line of the file is empty.
        let Some(id) = cell("ID") else { continue };
        numbers.insert(id, records.len());
        records.push(Described {
            title: cell("title").unwrap_or_default(),
            year: cell("year").and_then(|year| year.parse().ok()),
            authors: authors(&cell("author").unwrap_or_default()),
            venue: cell("journal"),
            kind: kind(&cell("ENTRYTYPE").unwrap_or_default()),
            doi: cell("doi"),
            pages: cell("pages"),
        });
    }
    let mut groups = Vec::new();
    for row in rows(&folder.join("merged_record_ids.csv"))? {
        let ids = row.get("merged_ids").context("no column merged_ids")?;
        let group = ids.split(';').map(|id| {
            let number = numbers.get(id).copied();
            number.with_context(|| format!("no record {id}"))
        });
        groups.push(group.collect::<anyhow::Result<_>>()?);
    }
    Ok((records, groups))
}

/// Names as BibTeX joins them, or run together as in "Tan A.Schulze A.".
fn authors(text: &str) -> Vec<String> {
    if text.contains(" and ") || text.contains(',') {
        return text.split(" and ").map(str::to_owned).collect();
    }
    let mut names = vec![String::new()];
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let begins_another =
            letter == '.' && letters.peek().is_some_and(|next| next.is_uppercase());
        if let Some(name) = names.last_mut() {
            name.push(letter);
        }
        if begins_another {
            names.push(String::new());
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

fn kind(entry_type: &str) -> PublicationKind {
    match entry_type {
        "article" => PublicationKind::JournalArticle,
        "inproceedings" | "conference" => PublicationKind::ConferencePaper,
        "book" => PublicationKind::Book,
        "incollection" | "inbook" => PublicationKind::BookChapter,
        "phdthesis" | "mastersthesis" => PublicationKind::Thesis,
        "techreport" => PublicationKind::Report,
        _ => PublicationKind::Other,
    }
}

/// Records before and after: what was merged carries the origins of all that went into it.
fn colrev(folder: &Path) -> anyhow::Result<Groups> {
    let before = bibtex::entries(&std::fs::read_to_string(folder.join("dedupe_records.bib"))?);
    let after = std::fs::read_to_string(folder.join("dedupe_records_expected.bib"))?;
    let mut group_of = HashMap::new();
    for (number, entry) in bibtex::entries(&after).iter().enumerate() {
        group_of.extend(origins(entry).map(|origin| (origin.to_owned(), number)));
    }
    let mut groups: HashMap<usize, Vec<usize>> = HashMap::new();
    let mut records = Vec::new();
    for entry in &before {
        let origin = origins(entry).next().context("a record has no origin")?;
        let group =
            group_of.get(origin).with_context(|| format!("{origin} is in no record afterwards"))?;
        groups.entry(*group).or_default().push(records.len());
        let field = |name: &str| entry.fields.get(name).cloned();
        records.push(Described {
            title: field("title").unwrap_or_default(),
            year: field("year").and_then(|year| year.parse().ok()),
            authors: authors(&field("author").unwrap_or_default()),
            venue: field("journal").or_else(|| field("booktitle")),
            kind: kind(&entry.kind),
            doi: field("doi"),
            pages: field("pages"),
        });
    }
    Ok((records, groups.into_values().collect()))
}

fn origins(entry: &bibtex::Entry) -> impl Iterator<Item = &str> {
    let list = entry.fields.get("colrev_origin").map_or("", String::as_str);
    list.split(';').map(str::trim).filter(|text| !text.is_empty())
}

/// Returns one table of titles; a duplicate names another record. There are neither authors nor years.
fn nagtegaal(path: &Path) -> anyhow::Result<Groups> {
    let rows = rows(path)?;
    let mut numbers = HashMap::new();
    let mut records = Vec::new();
    for row in &rows {
        let cell = |name: &str| row.get(name).cloned().unwrap_or_default();
        numbers.insert(cell("record_id"), records.len());
        records.push(Described {
            title: cell("title"),
            year: None,
            authors: Vec::new(),
            venue: None,
            kind: PublicationKind::Other,
            doi: None,
            pages: None,
        });
    }
    let mut groups = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        let other = row.get("duplicate_record_id").filter(|id| !id.is_empty());
        if let Some(other) = other {
            let other = numbers.get(other).context("a duplicate of no record")?;
            groups.push(vec![number, *other]);
        }
    }
    Ok((records, groups))
}

/// Works that OpenAlex holds to be different; each is read once, though several reviews have it.
fn synergy(folder: &Path) -> anyhow::Result<Groups> {
    let mut seen = BTreeSet::new();
    let mut records = Vec::new();
    for row in rows(&folder.join("works.csv"))? {
        let cell = |name: &str| row.get(name).filter(|text| !text.is_empty()).cloned();
        let (Some(id), Some(title)) = (cell("openalex_id"), cell("title")) else {
            continue;
        };
        if !seen.insert(id) {
            continue;
        }
        let list = cell("authors").unwrap_or_default();
        records.push(Described {
            title,
            year: cell("year").and_then(|year| year.parse().ok()),
            authors: list.split(';').map(|name| name.trim().to_owned()).collect(),
            venue: cell("journal"),
            kind: PublicationKind::Other,
            doi: cell("doi"),
            pages: cell("first_page"),
        });
    }
    Ok((records, Vec::new()))
}

fn rows(path: &Path) -> anyhow::Result<Vec<HashMap<String, String>>> {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_path(path)
        .with_context(|| path.display().to_string())?;
    let header = reader.headers()?.clone();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record?;
        let cells = header.iter().zip(record.iter());
        rows.push(cells.map(|(name, cell)| (name.to_owned(), cell.trim().to_owned())).collect());
    }
    Ok(rows)
}
