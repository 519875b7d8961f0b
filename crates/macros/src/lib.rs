//! The attribute of objects in the graph that have lists.

use proc_macro::TokenStream;
use quote::quote;
use syn::punctuated::Punctuated;
use syn::token::Comma;
use syn::{
    Error, FnArg, ImplItem, ImplItemFn, ItemImpl, Pat, Type, parse_macro_input, parse_quote,
};

/// Gives each resolver of an object the arguments of a page in place of a parameter of type `PageRequest`.
///
/// Stands above `#[Object]`, which has no way to make several arguments of one parameter. A resolver that takes
/// `request: PageRequest` has the arguments `first`, `after`, `last` and `before` in the schema, each described, and
/// returns the error of `PageRequest::try_new` if they don't make a page; its result must be a `Result` that can be made
/// of that error.
#[proc_macro_attribute]
pub fn paged(_: TokenStream, object: TokenStream) -> TokenStream {
    let mut object = parse_macro_input!(object as ItemImpl);
    let mut lists = 0;
    for item in &mut object.items {
        if let ImplItem::Fn(resolver) = item
            && expand(resolver)
        {
            lists += 1;
        }
    }
    if lists == 0 {
        let message = "no resolver here takes a parameter of type `PageRequest`";
        return Error::new_spanned(&object.self_ty, message).into_compile_error().into();
    }
    quote!(#object).into()
}

/// Writes the four arguments out, if the resolver takes a page request.
fn expand(resolver: &mut ImplItemFn) -> bool {
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

/// The name and the type of a parameter that is a page request.
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
