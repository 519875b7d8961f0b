//! What a field costs by itself, apart from what is below it.
//!
//! A point is about what one plain field takes. Fields are known by name, whatever their type, as they are priced
//! before the schema is looked at.

/// A field costs one more for each this many of the size of its arguments.
const INPUT_OF_ONE: usize = 32;

/// What every schema has, and what every connection does.
const OF_EVERY_SCHEMA: &[(&str, u64)] = &[
    // Its answer describes every type.
    ("__schema", 1_000),
    ("__type", 50),
    // A statement of its own, which goes through all rows that the filter leaves.
    ("totalCount", 20),
];

/// The fields of a schema that cost more than one point, or whose subfields are resolved more than once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Prices {
    /// Fields that take a statement or an engine of their own, and what each costs without its arguments.
    pub fields: &'static [(&'static str, u64)],
    /// Plain lists that lead on to things of the same kind, and how long each usually is: there and back again they
    /// would multiply.
    pub usual_lengths: &'static [(&'static str, u64)],
}

impl Prices {
    /// The own price of a field with arguments of a size.
    pub(super) fn of(&self, field: &str, arguments_size: usize) -> u64 {
        let own = named(OF_EVERY_SCHEMA, field).or_else(|| named(self.fields, field));
        own.unwrap_or(1) + (arguments_size / INPUT_OF_ONE) as u64
    }

    /// How often the subfields of a plain list are resolved.
    pub(super) fn usual_length(&self, field: &str) -> u64 {
        named(self.usual_lengths, field).unwrap_or(1)
    }
}

fn named(list: &[(&str, u64)], field: &str) -> Option<u64> {
    list.iter().find(|(name, _)| *name == field).map(|(_, number)| *number)
}

/// Whether a field is of a connection as a whole, so that it is resolved once however long the page.
pub(super) fn is_once(field: &str) -> bool {
    field == "totalCount"
}
