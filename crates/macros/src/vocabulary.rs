//! Closed vocabularies.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Expr, ExprLit, ItemEnum, Lit, Meta, Result};

pub(crate) fn expand(words: TokenStream) -> Result<TokenStream> {
    let words: ItemEnum = syn::parse2(words)?;
    let name = &words.ident;
    let text = name.to_string();
    let meaning: Vec<_> = words.attrs.iter().filter_map(documentation).collect();
    let meaning = meaning.join(" ");
    Ok(quote! {
        #[derive(
            Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd,
            ::sea_orm::DeriveValueType,
            ::serde::Deserialize, ::serde::Serialize,
            ::strum::Display, ::strum::EnumMessage, ::strum::EnumString, ::strum::IntoStaticStr,
            ::strum::VariantArray, ::strum::VariantNames,
        )]
        #[sea_orm(value_type = "String")]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        #[strum(
            serialize_all = "SCREAMING_SNAKE_CASE",
            parse_err_ty = crate::UnknownWord,
            parse_err_fn = crate::UnknownWord::of::<#name>
        )]
        #words

        impl #name {
            /// Every word, in the order of their declaration.
            pub const ALL: &'static [Self] = <Self as ::strum::VariantArray>::VARIANTS;
            /// Every word as it is spelt.
            pub const WORDS: &'static [&'static str] = <Self as ::strum::VariantNames>::VARIANTS;

            /// Returns the word as it is spelt in the database, in a bundle and in the graph.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                self.into()
            }
        }

        impl crate::ClosedVocabulary for #name {
            const NAME: &'static str = #text;
            const MEANING: &'static str = #meaning;
        }
    })
}

/// Returns the line of a doc comment.
fn documentation(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(value) = &attribute.meta else {
        return None;
    };
    match &value.value {
        Expr::Lit(ExprLit { lit: Lit::Str(line), .. }) if value.path.is_ident("doc") => {
            Some(line.value().trim().to_owned())
        }
        _ => None,
    }
}
