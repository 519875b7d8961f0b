//! The functions of a draft that follow from its table alone.

/// A thing that is recognised by one text.
macro_rules! keyed_by {
    ($table:ident, $key:ident, $column:ident) => {
        fn key(&self) -> String {
            self.$key.clone()
        }

        fn key_of(row: &entity::$table::Model) -> String {
            row.$key.clone()
        }

        fn matching(drafts: &[&Self], backend: sea_orm::DbBackend) -> sea_orm::Condition {
            let keys = drafts.iter().map(|draft| draft.$key.clone());
            sea_orm::Condition::all().add($crate::access::scope::among(
                backend,
                entity::$table::Column::$column,
                keys,
            ))
        }
    };
}
pub(crate) use keyed_by;

/// A thing that is recognised by the thing that it belongs to, and a text.
macro_rules! keyed_within {
    ($table:ident, $whole:ident $whole_column:ident, $key:ident $column:ident) => {
        fn key(&self) -> (uuid::Uuid, String) {
            (self.$whole().into(), self.$key.clone())
        }

        fn key_of(row: &entity::$table::Model) -> (uuid::Uuid, String) {
            (row.$whole.into(), row.$key.clone())
        }

        fn matching(drafts: &[&Self], backend: sea_orm::DbBackend) -> sea_orm::Condition {
            $crate::record::within(
                backend,
                (
                    entity::$table::Column::$whole_column,
                    drafts.iter().map(|draft| uuid::Uuid::from(draft.$whole())),
                ),
                (entity::$table::Column::$column, drafts.iter().map(|draft| draft.$key.clone())),
            )
        }
    };
}
pub(crate) use keyed_within;

/// A thing of the network, or a part of one, which whoever keeps the network may write.
macro_rules! of_the_network {
    ($table:ident) => {
        fn id_of(row: &entity::$table::Model) -> uuid::Uuid {
            row.id.into()
        }

        fn with_ids(ids: Vec<uuid::Uuid>, backend: sea_orm::DbBackend) -> sea_orm::Condition {
            sea_orm::Condition::all().add($crate::access::scope::among(
                backend,
                entity::$table::Column::Id,
                ids,
            ))
        }

        fn action(&self) -> $crate::access::policy::Action {
            $crate::access::policy::Action::WriteNetwork
        }
    };
    ($table:ident, $kind:ident) => {
        $crate::record::of_the_network!($table);

        fn subject(&self, row: &entity::$table::Model) -> $crate::record::Subject {
            $crate::record::Subject::itself(entity::ChangeKind::$kind, row.id)
        }
    };
}
pub(crate) use of_the_network;
