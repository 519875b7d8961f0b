//! The attribute of a test that needs a server over each of the databases.

use proc_macro::TokenStream;
use quote::quote;
use syn::{ItemFn, parse_macro_input};

/// Runs an `async fn` that takes a `TestApp` as two tests: on SQLite and on PostgreSQL.
#[proc_macro_attribute]
pub fn on_both_databases(_: TokenStream, test: TokenStream) -> TokenStream {
    let test = parse_macro_input!(test as ItemFn);
    let name = &test.sig.ident;
    quote! {
        #test

        mod #name {
            use ::tests::support::{app::TestApp, databases::DatabaseKind};

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                super::#name(TestApp::start(DatabaseKind::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                super::#name(TestApp::start(DatabaseKind::Postgres).await).await;
            }
        }
    }
    .into()
}
