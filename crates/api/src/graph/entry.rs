//! What the inputs of contributions and revisions have in common: how their fields become a patch.

use std::marker::PhantomData;

use async_graphql::{ID, MaybeUndefined};
use chrono::{DateTime, NaiveDate, Utc};
use service::entity::ClosedVocabulary;
use service::interchange::entry::{Field, Listed, Patch, Reference, ValueFor};

use super::date::{Date, Moment};
use super::enum_value::EnumValue;
use super::global_id;

/// A value of an input that says something of one field.
pub(crate) trait Plain {
    /// As a patch takes it.
    type Plain;

    fn plain(self) -> Self::Plain;
}

/// A reference: a global id, or the thing's name in its kind (slug, GSS code …).
impl Plain for ID {
    type Plain = Reference;

    fn plain(self) -> Reference {
        match global_id::parse(&self) {
            Ok((_, id)) => Reference::Id(id),
            Err(_) => Reference::Named(self.0),
        }
    }
}

impl<V: ClosedVocabulary> Plain for EnumValue<V> {
    type Plain = V;

    fn plain(self) -> V {
        self.0
    }
}

impl Plain for Date {
    type Plain = NaiveDate;

    fn plain(self) -> NaiveDate {
        self.0
    }
}

impl Plain for Moment {
    type Plain = DateTime<Utc>;

    fn plain(self) -> DateTime<Utc> {
        self.0
    }
}

impl<T: Plain> Plain for Vec<T> {
    type Plain = Vec<T::Plain>;

    fn plain(self) -> Self::Plain {
        self.into_iter().map(T::plain).collect()
    }
}

macro_rules! plain_as_they_are {
    ($($type:ty),*) => {$(
        impl Plain for $type {
            type Plain = Self;

            fn plain(self) -> Self {
                self
            }
        }
    )*};
}

plain_as_they_are!(String, i32, f64);

/// What a value of an input says something of.
pub(crate) trait Destination<T> {
    /// Says it.
    fn set(self, value: T, patch: &mut Patch);
    /// Says that there is none.
    fn clear(self, patch: &mut Patch);
}

impl<F, T: Plain<Plain: ValueFor<F>>> Destination<T> for Field<F> {
    fn set(self, value: T, patch: &mut Patch) {
        patch.set(self, value.plain());
    }

    fn clear(self, patch: &mut Patch) {
        patch.clear(self);
    }
}

/// The rows of a list of parts.
pub(crate) struct Rows<L>(PhantomData<fn() -> L>);

/// The rows of a list of parts.
pub(crate) const fn rows<L: Listed>() -> Rows<L> {
    Rows(PhantomData)
}

impl<L: Listed, T: Into<Patch>> Destination<Vec<T>> for Rows<L> {
    fn set(self, value: Vec<T>, patch: &mut Patch) {
        patch.set_rows::<L>(value.into_iter().map(T::into).collect());
    }

    fn clear(self, patch: &mut Patch) {
        patch.set_rows::<L>(Vec::new());
    }
}

/// A value that says something of several fields: all of it is replaced.
pub(crate) trait Composite {
    /// Says it, or that there is none of it.
    fn set(value: Option<Self>, patch: &mut Patch)
    where
        Self: Sized;
}

/// The fields that a value is about.
pub(crate) struct Spread;

impl<T: Composite> Destination<T> for Spread {
    fn set(self, value: T, patch: &mut Patch) {
        T::set(Some(value), patch);
    }

    fn clear(self, patch: &mut Patch) {
        T::set(None, patch);
    }
}

/// What is not said stays as it is; null empties it.
pub(crate) fn patch_with<T>(value: MaybeUndefined<T>, to: impl Destination<T>, patch: &mut Patch) {
    match value {
        MaybeUndefined::Undefined => {}
        MaybeUndefined::Null => to.clear(patch),
        MaybeUndefined::Value(value) => to.set(value, patch),
    }
}

/// What is not said stays as it is.
pub(crate) fn set_if_given<T>(value: Option<T>, to: impl Destination<T>, patch: &mut Patch) {
    if let Some(value) = value {
        to.set(value, patch);
    }
}

/// All of it is replaced: what is not said is emptied.
pub(crate) fn replace<T>(value: Option<T>, to: impl Destination<T>, patch: &mut Patch) {
    match value {
        Some(value) => to.set(value, patch),
        None => to.clear(patch),
    }
}

/// The inputs of one kind: what may be said of a new one, and of one that is there.
macro_rules! inputs {
    (
        $(#[$of_new:meta])* $new:ident {
            $($(#[$only_doc:meta])* $only_need:ident $only:ident: $only_type:ty => $only_to:expr;)*
        }
        $(#[$of_revised:meta])* $revised:ident {
            $($(#[$doc:meta])* $need:ident $field:ident: $type:ty => $to:expr;)*
        }
    ) => {
        $(#[$of_new])*
        #[derive(async_graphql::InputObject)]
        pub(crate) struct $new {
            $($(#[$only_doc])* pub(crate) $only: $crate::graph::entry::inputs!(@new $only_need $only_type),)*
            $($(#[$doc])* pub(crate) $field: $crate::graph::entry::inputs!(@new $need $type),)*
            /// A text of your own that names this request, such as a UUID: sent again with the same input, it is answered
            /// with what it made, and nothing is made twice.
            pub(crate) idempotency_key: Option<String>,
            /// Check everything and write nothing: the answer is what would come of it.
            #[graphql(default)]
            pub(crate) dry_run: bool,
        }

        impl $new {
            pub(crate) fn patch(self) -> (service::interchange::entry::Patch, service::interchange::entry::How) {
                let mut patch = service::interchange::entry::Patch::default();
                $($crate::graph::entry::inputs!(@say $only_need self.$only, $only_to, &mut patch);)*
                $($crate::graph::entry::inputs!(@say $need self.$field, $to, &mut patch);)*
                let how = service::interchange::entry::How {
                    dry_run: self.dry_run,
                    key: self.idempotency_key,
                    reason: None,
                };
                (patch, how)
            }
        }

        $(#[$of_revised])*
        #[derive(async_graphql::InputObject)]
        pub(crate) struct $revised {
            /// The global id of the thing.
            pub(crate) id: async_graphql::ID,
            /// The version of the thing as you know it. If it has another by now, nothing is changed, and you are told so.
            pub(crate) expected_version: i32,
            $($(#[$doc])* pub(crate) $field: async_graphql::MaybeUndefined<$type>,)*
            /// Why it is revised; it stands in the history.
            pub(crate) reason: Option<String>,
            /// Check everything and write nothing: the answer is what would come of it.
            #[graphql(default)]
            pub(crate) dry_run: bool,
        }

        impl $revised {
            pub(crate) fn patch(self) -> (service::interchange::entry::Patch, service::interchange::entry::How) {
                let mut patch = service::interchange::entry::Patch::default();
                $($crate::graph::entry::patch_with(self.$field, $to, &mut patch);)*
                let how = service::interchange::entry::How {
                    dry_run: self.dry_run,
                    key: None,
                    reason: self.reason,
                };
                (patch, how)
            }
        }
    };
    (@new must $type:ty) => { $type };
    (@new may $type:ty) => { Option<$type> };
    (@say must $value:expr, $to:expr, $patch:expr) => {
        $crate::graph::entry::Destination::set($to, $value, $patch)
    };
    (@say may $value:expr, $to:expr, $patch:expr) => {
        $crate::graph::entry::set_if_given($value, $to, $patch)
    };
}
pub(crate) use inputs;

/// Revises a thing of one kind by its global id.
macro_rules! revise {
    ($ctx:expr, $kind:ident of $node:ident, $input:expr) => {{
        let loaders = $crate::graph::loaders($ctx);
        let input = $input;
        let id = $crate::graph::entry::id_of($crate::graph::global_id::NodeKind::$node, &input.id)?;
        let expected = input.expected_version;
        let (patch, how) = input.patch();
        let row = service::interchange::entry::revise::<service::interchange::entry::$kind>(
            &loaders.context,
            id,
            expected,
            patch,
            how,
        )
        .await?;
        $crate::graph::after_a_write($ctx).await?;
        row
    }};
}
pub(crate) use revise;

/// Contributes a thing of one kind.
macro_rules! contribute {
    ($ctx:expr, $kind:ident, $input:expr) => {{
        let loaders = $crate::graph::loaders($ctx);
        let (patch, how) = $input.patch();
        let row = service::interchange::entry::contribute::<service::interchange::entry::$kind>(
            &loaders.context,
            patch,
            how,
        )
        .await?;
        $crate::graph::after_a_write($ctx).await?;
        row
    }};
}
pub(crate) use contribute;

/// The id of a thing that must be of one kind; of another kind there is no such thing.
pub(crate) fn id_of(kind: global_id::NodeKind, id: &ID) -> service::Result<uuid::Uuid> {
    match global_id::parse(id)? {
        (of, id) if of == kind => Ok(id),
        _ => Err(service::Error {
            field: Some("id".to_owned()),
            ..service::Error::not_found("thing of this kind")
        }),
    }
}
