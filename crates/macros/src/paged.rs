//! The arguments of a page.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::token::Comma;
use syn::{Error, FnArg, ImplItem, ImplItemFn, ItemImpl, Pat, Result, Type, parse_quote};

pub(crate) fn expand(object: TokenStream) -> Result<TokenStream> {
    let mut object: ItemImpl = syn::parse2(object)?;
    let mut has_list = false;
    for item in &mut object.items {
        if let ImplItem::Fn(resolver) = item {
            has_list |= write_arguments(resolver);
        }
    }
    if !has_list {
        let message = "no resolver here takes a parameter of type `PageRequest`";
        return Err(Error::new_spanned(&object.self_ty, message));
    }
    Ok(object.into_token_stream())
}

/// Writes the four arguments out, if the resolver takes a page request.
fn write_arguments(resolver: &mut ImplItemFn) -> bool {
    let mut arguments = Punctuated::<FnArg, Comma>::new();
    let mut request = None;
    for argument in std::mem::take(&mut resolver.sig.inputs) {
        match page_request(&argument) {
            None => arguments.push(argument),
            Some((name, ty)) => {
                arguments.extend(page_arguments());
                request = Some(parse_quote! {
                    let #name = <#ty>::try_new(first, after, last, before)?;
                });
            }
        }
    }
    resolver.sig.inputs = arguments;
    let is_list = request.is_some();
    if let Some(request) = request {
        resolver.block.stmts.insert(0, request);
    }
    is_list
}

/// Returns the name and the type of a parameter that is a page request.
fn page_request(argument: &FnArg) -> Option<(Pat, Type)> {
    let FnArg::Typed(argument) = argument else {
        return None;
    };
    let Type::Path(ty) = &*argument.ty else {
        return None;
    };
    let is_request = ty.path.segments.last().is_some_and(|last| last.ident == "PageRequest");
    is_request.then(|| ((*argument.pat).clone(), (*argument.ty).clone()))
}

fn page_arguments() -> [FnArg; 4] {
    [
        parse_quote! {
            #[graphql(desc = "How many from the beginning, at most 100.")] first: Option<i32>
        },
        parse_quote! {
            #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>
        },
        parse_quote! {
            #[graphql(desc = "How many from the end, at most 100.")] last: Option<i32>
        },
        parse_quote! {
            #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>
        },
    ]
}
