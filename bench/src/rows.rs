//! The tables that the generator fills. **A change of the schema is a change here**: the columns of each row are named
//! once, and both writers take them from these types.
//!
//! The program writes plain SQL and doesn't use the server's own tables, so that it measures them from outside.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

/// Where the values of rows go, in the form that one database takes them in.
pub(crate) trait Encoder: Default + Send + 'static {
    /// Begins a row of so many values.
    fn row(&mut self, columns: usize);
    fn null(&mut self);
    fn text(&mut self, value: &str);
    fn json(&mut self, value: &str);
    fn uuid(&mut self, value: Uuid);
    fn integer(&mut self, value: i32);
    fn big_integer(&mut self, value: i64);
    fn double(&mut self, value: f64);
    fn date(&mut self, value: NaiveDate);
    fn time(&mut self, value: DateTime<Utc>);
}

/// A value of a column.
pub(crate) trait Value {
    fn put<E: Encoder>(&self, to: &mut E);
}

/// Text that is JSON.
pub(crate) struct Json(pub(crate) String);

impl Value for String {
    fn put<E: Encoder>(&self, to: &mut E) {
        to.text(self);
    }
}

impl Value for &'static str {
    fn put<E: Encoder>(&self, to: &mut E) {
        to.text(self);
    }
}

impl Value for Json {
    fn put<E: Encoder>(&self, to: &mut E) {
        to.json(&self.0);
    }
}

impl Value for Uuid {
    fn put<E: Encoder>(&self, to: &mut E) {
        to.uuid(*self);
    }
}

impl Value for i32 {
    fn put<E: Encoder>(&self, to: &mut E) {
        to.integer(*self);
    }
}

impl Value for i64 {
    fn put<E: Encoder>(&self, to: &mut E) {
        to.big_integer(*self);
    }
}

impl Value for f64 {
    fn put<E: Encoder>(&self, to: &mut E) {
        to.double(*self);
    }
}

impl Value for NaiveDate {
    fn put<E: Encoder>(&self, to: &mut E) {
        to.date(*self);
    }
}

impl Value for DateTime<Utc> {
    fn put<E: Encoder>(&self, to: &mut E) {
        to.time(*self);
    }
}

impl<V: Value> Value for Option<V> {
    fn put<E: Encoder>(&self, to: &mut E) {
        match self {
            Some(value) => value.put(to),
            None => to.null(),
        }
    }
}

/// A row of one table.
pub(crate) trait Row {
    fn columns() -> Vec<&'static str>;
    fn put<E: Encoder>(&self, to: &mut E);
}

/// Rows of one table, ready to be written.
pub(crate) struct Rows<E, R> {
    encoder: E,
    count: u64,
    columns: usize,
    kind: std::marker::PhantomData<R>,
}

impl<E: Encoder, R: Row> Default for Rows<E, R> {
    fn default() -> Self {
        Self {
            encoder: E::default(),
            count: 0,
            columns: R::columns().len(),
            kind: std::marker::PhantomData,
        }
    }
}

impl<E: Encoder, R: Row> Rows<E, R> {
    pub(crate) fn add(&mut self, row: &R) {
        self.encoder.row(self.columns);
        row.put(&mut self.encoder);
        self.count += 1;
    }
}

/// The rows of one table when the writer gets them.
pub(crate) struct Table<E> {
    pub(crate) name: &'static str,
    pub(crate) columns: Vec<&'static str>,
    pub(crate) rows: E,
    pub(crate) count: u64,
}

macro_rules! tables {
    ($($table:ident $row:ident { $($column:ident: $kind:ty,)* $(..$part:ident: $part_kind:ty,)? })*) => {
        $(pub(crate) struct $row {
            $(pub(crate) $column: $kind,)*
            $(pub(crate) $part: $part_kind,)?
        }

        impl Row for $row {
            fn columns() -> Vec<&'static str> {
                [&[$(stringify!($column)),*][..] $(, &<$part_kind>::columns()[..])?].concat()
            }

            fn put<E: Encoder>(&self, to: &mut E) {
                $(Value::put(&self.$column, to);)*
                $(self.$part.put(to);)?
            }
        })*

        /// Rows of every table. The tables stand in an order in which each one's references are there before it.
        pub(crate) struct Batch<E> {
            $(pub(crate) $table: Rows<E, $row>,)*
        }

        impl<E: Encoder> Default for Batch<E> {
            fn default() -> Self {
                Self { $($table: Rows::default(),)* }
            }
        }

        impl<E: Encoder> Batch<E> {
            /// Returns the tables that have rows, in the order in which they must be written.
            pub(crate) fn into_tables(self) -> Vec<Table<E>> {
                let mut tables = vec![$(Table {
                    name: stringify!($table),
                    columns: $row::columns(),
                    count: self.$table.count,
                    rows: self.$table.encoder,
                }),*];
                tables.retain(|table| table.count > 0);
                tables
            }
        }
    };
}

/// What every shared thing has.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) contributed_by: Uuid,
    pub(crate) visibility: &'static str,
    pub(crate) embargoed_until: Option<DateTime<Utc>>,
    pub(crate) version: i32,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
    pub(crate) withdrawn_at: Option<DateTime<Utc>>,
    pub(crate) withdrawal_reason: Option<&'static str>,
    pub(crate) superseded_by: Option<Uuid>,
}

impl Row for Shared {
    fn columns() -> Vec<&'static str> {
        vec![
            "contributed_by",
            "visibility",
            "embargoed_until",
            "version",
            "created_at",
            "updated_at",
            "withdrawn_at",
            "withdrawal_reason",
            "superseded_by",
        ]
    }

    fn put<E: Encoder>(&self, to: &mut E) {
        self.contributed_by.put(to);
        Value::put(&self.visibility, to);
        self.embargoed_until.put(to);
        self.version.put(to);
        self.created_at.put(to);
        self.updated_at.put(to);
        self.withdrawn_at.put(to);
        self.withdrawal_reason.put(to);
        self.superseded_by.put(to);
    }
}

tables! {
    centre Centre { id: Uuid, slug: String, name: String, short_name: Option<String>, policy_area: String, founded: Option<String>, }
    centre_status CentreStatus { centre_id: Uuid, since: String, status: &'static str, }
    person Person { id: Uuid, slug: String, name: String, }
    local_authority LocalAuthority {
        id: Uuid, gss_code: String, name: String, country: &'static str, region: Option<&'static str>,
    }
    partner Partner { id: Uuid, slug: String, name: String, kind: Option<&'static str>, }
    programme Programme { id: Uuid, slug: String, title: String, summary: Option<String>, lead_centre: Uuid, started: Option<String>, }
    term Term {
        id: Uuid, vocabulary: &'static str, slug: String, name: String, description: Option<String>,
        broader: Option<Uuid>, owner: Option<Uuid>, synonyms: Json,
    }
    evidence_standard EvidenceStandard { id: Uuid, slug: String, name: String, owner: Option<Uuid>, }
    standard_version StandardVersion { id: Uuid, standard_id: Uuid, code: String, position: i32, }
    standard_dimension StandardDimension { id: Uuid, version_id: Uuid, code: &'static str, name: &'static str, position: i32, }
    standard_level StandardLevel {
        id: Uuid, dimension_id: Uuid, code: String, ordinal: i32, label: &'static str, strength: Option<&'static str>,
    }
    study Study {
        id: Uuid, slug: String, title: String, title_key: String, summary: Option<String>,
        design: &'static str, status: &'static str,
        starts_on: Option<NaiveDate>, ends_on: Option<NaiveDate>, sort_on: NaiveDate,
        registry: Option<&'static str>, registration_id: Option<String>,
        lead_centre: Uuid, programme_id: Option<Uuid>,
        ..shared: Shared,
    }
    study_status_change StudyStatusChange { study_id: Uuid, on: NaiveDate, status: &'static str, }
    study_centre StudyCentre { study_id: Uuid, centre_id: Uuid, role: &'static str, sort_on: NaiveDate, }
    study_site StudySite { study_id: Uuid, local_authority_id: Uuid, step: Option<i32>, starts_on: Option<NaiveDate>, }
    study_partner StudyPartner { study_id: Uuid, partner_id: Uuid, }
    study_term StudyTerm { study_id: Uuid, term_id: Uuid, }
    publication Publication {
        id: Uuid, slug: String, title: String, title_key: String, kind: &'static str, abstract_text: Option<String>,
        doi: Option<String>, published: Option<String>, year: Option<i32>, sort_on: NaiveDate,
        venue: Option<String>, language: Option<&'static str>, licence: Option<&'static str>,
        ..shared: Shared,
    }
    publication_author PublicationAuthor { publication_id: Uuid, position: i32, name: String, person_id: Option<Uuid>, }
    study_publication StudyPublication { study_id: Uuid, publication_id: Uuid, }
    finding Finding {
        id: Uuid, study_id: Uuid, reference: String, publication_id: Option<Uuid>,
        intervention_id: Option<Uuid>, comparator: Option<&'static str>, outcome_id: Uuid, population_id: Option<Uuid>,
        measure: &'static str, estimate: f64, standard_error: Option<f64>,
        interval_level: Option<f64>, interval_lower: Option<f64>, interval_upper: Option<f64>,
        participants_intervention: Option<i32>, participants_comparison: Option<i32>, participants_total: Option<i32>,
        clusters: Option<i32>, time_point: Option<&'static str>, subgroup: Option<&'static str>,
        risk_of_bias: Option<&'static str>,
        ..shared: Shared,
    }
    rating Rating {
        id: Uuid, reference: String, version_id: Uuid, study_id: Option<Uuid>, intervention_id: Option<Uuid>,
        strength: Option<&'static str>, strength_rank: i32, rationale: Option<String>, rated_on: Option<NaiveDate>,
        ..shared: Shared,
    }
    rating_score RatingScore { rating_id: Uuid, level_id: Uuid, }
    change Change {
        sequence: i64, kind: &'static str, subject_id: Uuid, operation: &'static str, version: i32,
        centre_id: Option<Uuid>, at: DateTime<Utc>,
    }
}
