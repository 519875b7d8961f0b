//! How much one GraphQL document may ask for.

use super::Prices;

/// The bounds of one document, each checked before the GraphQL library sees it.
///
/// The defaults let the introspection query of GraphiQL and the largest queries of an honest
/// client pass with room to spare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the document, comments included.
    pub bytes: usize,
    /// Tokens of the document: names, numbers, strings and punctuators.
    pub tokens: usize,
    /// Bytes of one name. The library compares unknown names with every known one.
    pub name_bytes: usize,
    /// Brackets of any kind within one another, and selection sets with fragments expanded.
    pub nesting: usize,
    /// Fields within one another, fragments expanded, introspection apart.
    pub depth: usize,
    /// Fields within one another below `__schema` and `__type`.
    pub introspection_depth: usize,
    /// Lists of the schema (`fields`, `interfaces`, ...) within one another: they multiply.
    pub introspection_lists: usize,
    /// Operations defined.
    pub operations: usize,
    /// Fragments defined.
    pub fragments: usize,
    /// Fragments spread, named or inline, fragments expanded.
    pub spreads: usize,
    /// Fields of all operations, fragments expanded.
    pub fields: usize,
    /// Fields at the root of an operation, fragments expanded.
    pub root_fields: usize,
    /// Aliases of all operations, fragments expanded.
    pub aliases: usize,
    /// Directives, as written.
    pub directives: usize,
    /// Variables that an operation declares.
    pub variables: usize,
    /// Arguments of one field or directive.
    pub arguments: usize,
    /// Items of one list written in the document.
    pub list_items: usize,
    /// Bytes of one string written in the document.
    pub string_bytes: usize,
    /// Lists and objects within one another in an argument or a variable.
    pub input_depth: usize,
    /// Size of all arguments together, a variable counted wherever it is used: one for each value
    /// and one more for each 64 bytes of text. The library copies a variable at each use.
    pub input_size: usize,
    /// Fields compared with others of the same name, and fields merged, each counted as often as it is
    /// looked at.
    pub comparisons: usize,
    /// Cost of the operation: its fields, each times the page sizes above it.
    pub complexity: u64,
    /// The page size that counts when a connection is asked for without `first` or `last`.
    pub default_page: u64,
    /// What fields cost.
    pub prices: Prices,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 64 * 1024,
            tokens: 2_000,
            name_bytes: 128,
            nesting: 48,
            depth: 16,
            introspection_depth: 20,
            introspection_lists: 2,
            operations: 20,
            fragments: 100,
            spreads: 1_000,
            fields: 2_000,
            root_fields: 20,
            aliases: 50,
            directives: 50,
            variables: 100,
            arguments: 16,
            list_items: 1_000,
            string_bytes: 16 * 1024,
            input_depth: 16,
            input_size: 50_000,
            comparisons: 20_000,
            complexity: 50_000,
            default_page: 20,
            prices: Prices::default(),
        }
    }
}
