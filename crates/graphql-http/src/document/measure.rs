//! What a set of selections amounts to, with its fragments expanded.

use super::prices;

/// The sums and heights of one selection set.
///
/// It depends on nothing above the set, so that a fragment is measured once however often it is
/// spread. All arithmetic saturates: a sum too large to count is over every limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Measure {
    /// Fields at any depth.
    pub(super) fields: usize,
    /// Fields at the top of the set.
    pub(super) width: usize,
    /// Fragments spread, named and inline.
    pub(super) spreads: usize,
    /// Fields that have an alias.
    pub(super) aliases: usize,
    /// Fields within one another.
    pub(super) depth: usize,
    /// Selection sets within one another, those of fragments included; one for a flat set.
    pub(super) nesting: usize,
    /// Fields within one another below `__schema` or `__type`.
    pub(super) introspection_depth: usize,
    /// Lists of the schema within one another, as far as this is introspection.
    pub(super) introspection_lists: usize,
    /// The cost of the fields, each times the page sizes above it in this set.
    pub(super) complexity: u64,
    /// The cost of what is resolved once for the connection that this selects from.
    pub(super) once: u64,
    /// Whether this selects from a page of a connection.
    pub(super) is_page: bool,
}

impl Measure {
    /// An empty selection set.
    pub(super) fn empty_set() -> Self {
        Self { nesting: 1, ..Self::default() }
    }

    /// Adds what stands beside the rest in the same set.
    pub(super) fn add(&mut self, other: &Self) {
        self.fields = self.fields.saturating_add(other.fields);
        self.width = self.width.saturating_add(other.width);
        self.spreads = self.spreads.saturating_add(other.spreads);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.depth = self.depth.max(other.depth);
        self.nesting = self.nesting.max(other.nesting);
        self.introspection_depth = self.introspection_depth.max(other.introspection_depth);
        self.introspection_lists = self.introspection_lists.max(other.introspection_lists);
        self.complexity = self.complexity.saturating_add(other.complexity);
        self.once = self.once.saturating_add(other.once);
        self.is_page |= other.is_page;
    }

    /// This set as a fragment, spread in another set.
    pub(super) fn spread(self) -> Self {
        Self { spreads: self.spreads.saturating_add(1), nesting: self.nesting + 1, ..self }
    }

    /// A field that has this as the set of its subfields (a set without nesting if it has none).
    ///
    /// `cost` is the field's own, `multiplier` how often its subfields are resolved.
    pub(super) fn under_field(
        self,
        name: &str,
        has_alias: bool,
        cost: u64,
        multiplier: u64,
    ) -> Self {
        let own = self
            .complexity
            .saturating_mul(multiplier)
            .saturating_add(self.once)
            .saturating_add(cost);
        let (complexity, once) = match prices::is_once(name) {
            true => (0, own),
            false => (own, 0),
        };
        let mut field = Self {
            fields: self.fields.saturating_add(1),
            width: 1,
            spreads: self.spreads,
            aliases: self.aliases.saturating_add(usize::from(has_alias)),
            depth: self.depth + 1,
            nesting: self.nesting + 1,
            introspection_depth: self.introspection_depth,
            introspection_lists: self.introspection_lists,
            complexity,
            once,
            is_page: matches!(name, "edges" | "nodes" | "pageInfo"),
        };
        match name {
            "__schema" | "__type" => {
                field.introspection_depth = field.introspection_depth.max(field.depth);
                field.depth = 1;
            }
            "fields" | "interfaces" | "possibleTypes" | "inputFields" if self.depth > 0 => {
                field.introspection_lists += 1;
            }
            _ => {}
        }
        field
    }
}
