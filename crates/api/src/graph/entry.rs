//! What the inputs of contributions and revisions have in common: how their fields become the row of a bundle.

use async_graphql::{ID, MaybeUndefined};
use chrono::SecondsFormat;
use service::entity::ClosedVocabulary;
use service::interchange::entry::{Entry, Item};

use super::date::{Date, Moment};
use super::enum_value::EnumValue;
use super::global_id;

/// A value of an input that says something about a thing.
pub(crate) trait Say {
    /// Says it in a column, or in several columns and files of its own.
    fn say(self, column: &'static str, entry: &mut Entry);

    /// Says that there is none.
    fn say_none(column: &'static str, entry: &mut Entry) {
        entry.set(column, "");
    }
}

/// A value that stands in a column, alone or in a list.
pub(crate) trait ToItem {
    /// As a bundle's row has it.
    fn to_item(self) -> Item;
}

impl ToItem for String {
    fn to_item(self) -> Item {
        Item::Text(self)
    }
}

/// A reference: a global id, or the thing's name in its kind (slug, GSS code …).
impl ToItem for ID {
    fn to_item(self) -> Item {
        match global_id::parse(&self) {
            Ok((_, id)) => Item::Id(id),
            Err(_) => Item::Text(self.0),
        }
    }
}

impl ToItem for i32 {
    fn to_item(self) -> Item {
        Item::Text(self.to_string())
    }
}

impl ToItem for f64 {
    fn to_item(self) -> Item {
        Item::Text(self.to_string())
    }
}

impl ToItem for Date {
    fn to_item(self) -> Item {
        Item::Text(self.0.to_string())
    }
}

impl ToItem for Moment {
    fn to_item(self) -> Item {
        Item::Text(self.0.to_rfc3339_opts(SecondsFormat::Micros, true))
    }
}

impl<V: ClosedVocabulary> ToItem for EnumValue<V> {
    fn to_item(self) -> Item {
        let word: &str = self.0.into();
        Item::Text(word.to_owned())
    }
}

impl<T: ToItem> Say for T {
    fn say(self, column: &'static str, entry: &mut Entry) {
        entry.set(column, self.to_item());
    }
}

impl<T: ToItem> Say for Vec<T> {
    fn say(self, column: &'static str, entry: &mut Entry) {
        let items: Vec<Item> = self.into_iter().map(ToItem::to_item).collect();
        entry.set(column, items);
    }
}

/// What is not said stays as it is; null empties it.
pub(crate) fn say<S: Say>(value: MaybeUndefined<S>, column: &'static str, entry: &mut Entry) {
    match value {
        MaybeUndefined::Undefined => {}
        MaybeUndefined::Null => S::say_none(column, entry),
        MaybeUndefined::Value(value) => value.say(column, entry),
    }
}

/// A child row.
pub(crate) fn row<const N: usize>(cells: [(&'static str, Option<Item>); N]) -> Entry {
    let mut row = Entry::default();
    for (column, item) in cells {
        if let Some(item) = item {
            row.set(column, item);
        }
    }
    row
}

/// A value as a bundle's row has it.
pub(crate) fn item(value: impl ToItem) -> Item {
    value.to_item()
}

/// The inputs of one kind: what may be said of a new one, and of one that is there.
macro_rules! inputs {
    (
        $(#[$of_new:meta])* $new:ident {
            $($(#[$only_doc:meta])* $only_need:ident $only:ident: $only_type:ty => $only_column:literal;)*
        }
        $(#[$of_revised:meta])* $revised:ident {
            $($(#[$doc:meta])* $need:ident $field:ident: $type:ty => $column:literal;)*
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
            pub(crate) fn entry(self) -> (service::interchange::entry::Entry, service::interchange::entry::How) {
                let mut entry = service::interchange::entry::Entry::default();
                $($crate::graph::entry::inputs!(@say $only_need self.$only, $only_column, &mut entry);)*
                $($crate::graph::entry::inputs!(@say $need self.$field, $column, &mut entry);)*
                let how = service::interchange::entry::How {
                    dry_run: self.dry_run,
                    key: self.idempotency_key,
                    reason: None,
                };
                (entry, how)
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
            pub(crate) fn entry(self) -> (service::interchange::entry::Entry, service::interchange::entry::How) {
                let mut entry = service::interchange::entry::Entry::default();
                $($crate::graph::entry::say(self.$field, $column, &mut entry);)*
                let how = service::interchange::entry::How {
                    dry_run: self.dry_run,
                    key: None,
                    reason: self.reason,
                };
                (entry, how)
            }
        }
    };
    (@new must $type:ty) => { $type };
    (@new may $type:ty) => { Option<$type> };
    (@say must $value:expr, $column:literal, $entry:expr) => {
        $crate::graph::entry::Say::say($value, $column, $entry)
    };
    (@say may $value:expr, $column:literal, $entry:expr) => {
        if let Some(value) = $value {
            $crate::graph::entry::Say::say(value, $column, $entry);
        }
    };
}
pub(crate) use inputs;

/// Revises a thing of one kind by its global id.
macro_rules! revise {
    ($ctx:expr, $kind:ident, $input:expr) => {{
        let asker = $crate::graph::asker($ctx);
        let input = $input;
        let id = $crate::graph::entry::id_of($crate::graph::global_id::NodeKind::$kind, &input.id)?;
        let expected = input.expected_version;
        let (entry, how) = input.entry();
        let row = service::interchange::entry::revise::<$crate::graph::entry::kind!($kind)>(
            &asker.space,
            &asker.viewer,
            id,
            expected,
            entry,
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
        let asker = $crate::graph::asker($ctx);
        let (entry, how) = $input.entry();
        let row = service::interchange::entry::contribute::<$crate::graph::entry::kind!($kind)>(
            &asker.space,
            &asker.viewer,
            entry,
            how,
        )
        .await?;
        $crate::graph::after_a_write($ctx).await?;
        row
    }};
}
pub(crate) use contribute;

/// How a kind is called where things are entered.
macro_rules! kind {
    (Collaboration) => {
        service::interchange::entry::Collaborations
    };
    (Publication) => {
        service::interchange::entry::Publications
    };
    (Study) => {
        service::interchange::entry::Studies
    };
    (Finding) => {
        service::interchange::entry::Findings
    };
    (Rating) => {
        service::interchange::entry::Ratings
    };
    (Centre) => {
        service::interchange::entry::Centres
    };
    (Person) => {
        service::interchange::entry::People
    };
    (LocalAuthority) => {
        service::interchange::entry::LocalAuthorities
    };
    (Partner) => {
        service::interchange::entry::Partners
    };
    (Programme) => {
        service::interchange::entry::Programmes
    };
    (Engagement) => {
        service::interchange::entry::Engagements
    };
    (Intervention) => {
        service::interchange::entry::Interventions
    };
    (Outcome) => {
        service::interchange::entry::Outcomes
    };
    (Population) => {
        service::interchange::entry::Populations
    };
    (EvidenceStandard) => {
        service::interchange::entry::Standards
    };
    (CrosswalkReading) => {
        service::interchange::entry::Crosswalk
    };
}
pub(crate) use kind;

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
