//! How much one GraphQL document may ask for.

/// The bounds of one document, each checked before the GraphQL library sees it.
///
/// The defaults let the introspection query of GraphiQL and the largest queries of an honest
/// client pass with room to spare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Bytes of the document, comments included.
    pub(crate) bytes: usize,
    /// Tokens of the document: names, numbers, strings and punctuators.
    pub(crate) tokens: usize,
    /// Bytes of one name. The library compares unknown names with every known one.
    pub(crate) name_bytes: usize,
    /// Brackets of any kind within one another, and selection sets with fragments expanded.
    pub(crate) nesting: usize,
    /// Fields within one another, fragments expanded, introspection apart.
    pub(crate) depth: usize,
    /// Fields within one another below `__schema` and `__type`.
    pub(crate) introspection_depth: usize,
    /// Lists of the schema (`fields`, `interfaces`, ...) within one another: they multiply.
    pub(crate) introspection_lists: usize,
    /// Operations defined.
    pub(crate) operations: usize,
    /// Fragments defined.
    pub(crate) fragments: usize,
    /// Fragments spread, named or inline, fragments expanded.
    pub(crate) spreads: usize,
    /// Fields of all operations, fragments expanded.
    pub(crate) fields: usize,
    /// Fields at the root of an operation, fragments expanded.
    pub(crate) root_fields: usize,
    /// Aliases of all operations, fragments expanded.
    pub(crate) aliases: usize,
    /// Directives, as written.
    pub(crate) directives: usize,
    /// Variables that an operation declares.
    pub(crate) variables: usize,
    /// Arguments of one field or directive.
    pub(crate) arguments: usize,
    /// Items of one list written in the document.
    pub(crate) list_items: usize,
    /// Bytes of one string written in the document.
    pub(crate) string_bytes: usize,
    /// Lists and objects within one another in an argument or a variable.
    pub(crate) input_depth: usize,
    /// Size of all arguments together, a variable counted wherever it is used: one for each value
    /// and one more for each 64 bytes of text. The library copies a variable at each use.
    pub(crate) input_size: usize,
    /// Fields compared with others of the same name, and fields merged, each counted as often as it is
    /// looked at.
    pub(crate) comparisons: usize,
    /// Cost of the operation: its fields, each times the page sizes above it.
    pub(crate) complexity: u64,
    /// The page size that counts when a connection is asked for without `first` or `last`.
    pub(crate) default_page: u64,
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
        }
    }
}
