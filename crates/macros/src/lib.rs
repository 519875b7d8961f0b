//! The attributes of our own: of the graph's objects that have lists, and of closed vocabularies.

mod paged;
mod vocabulary;

use proc_macro::TokenStream;

/// Gives each resolver of an object the arguments of a page in place of a parameter of type `PageRequest`.
///
/// Stands above `#[Object]`, which has no way to make several arguments of one parameter. A resolver that takes
/// `request: PageRequest` has the arguments `first`, `after`, `last` and `before` in the schema, each described, and
/// returns the error of `PageRequest::try_new` if they don't make a page; its result must be a `Result` that can be
/// made of that error.
#[proc_macro_attribute]
pub fn paged(_: TokenStream, object: TokenStream) -> TokenStream {
    paged::expand(object.into()).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Makes a closed vocabulary of an enum, which is what the database, bundles and the graph keep and tell.
///
/// A word is spelt in capitals, as `CLUSTER_RANDOMISED`, unless `#[strum(serialize = "…")]` on it says otherwise. Its
/// doc comment, on one line, is the description that clients read, and the enum's is that of the vocabulary. It has the
/// constants `ALL` and `WORDS`, `as_str`, `Display`, `FromStr`, and `ClosedVocabulary` of `entity`, where alone the
/// attribute can stand.
#[proc_macro_attribute]
pub fn vocabulary(_: TokenStream, words: TokenStream) -> TokenStream {
    vocabulary::expand(words.into()).unwrap_or_else(syn::Error::into_compile_error).into()
}
