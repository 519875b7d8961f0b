//! Declaring drafts with their columns.

/// Declares a draft, and for each of its fields the column: name, type and what stands in it are said once.
///
/// - `within`: columns that name what a row belongs to, where the draft has them elsewhere or not at all;
/// - the fields, each with what its type doesn't tell of the column in brackets;
/// - `children`: rows of files of their own;
/// - `groups`: fields that stand for the columns that many files have;
/// - `besides`: fields that are no columns.
macro_rules! columns {
    (
        $(#[$doc:meta])*
        pub struct $draft:ident, $fields:ident $constant:ident
        $(within { $($within:ident: $within_type:ty $([$($within_with:tt)*])?,)* })?
        {
            $($(#[$field_doc:meta])* $field:ident: $type:ty $([$($with:tt)*])?,)*
        }
        $(children { $($(#[$child_doc:meta])* $child:ident: $child_type:ty,)* })?
        $(groups { $($(#[$group_doc:meta])* $group:ident: $group_type:ty,)* })?
        $(besides { $($(#[$besides_doc:meta])* $besides:ident: $besides_type:ty = $besides_read:expr,)* })?
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $draft {
            $($(#[$field_doc])* pub $field: $type,)*
            $($($(#[$child_doc])* pub $child: $crate::record::Children<$child_type>,)*)?
            $($($(#[$group_doc])* pub $group: $group_type,)*)?
            $($($(#[$besides_doc])* pub $besides: $besides_type,)*)?
        }

        #[doc = concat!("The fields of [`", stringify!($draft), "`] that are columns.")]
        #[derive(Clone, Copy, Debug)]
        pub struct $fields {
            $($(
                #[doc = concat!("`", stringify!($within), "`, to which it belongs.")]
                pub $within: $crate::record::columns::Field<$within_type>,
            )*)?
            $($(#[$field_doc])* pub $field: $crate::record::columns::Field<$type>,)*
        }

        #[doc = concat!("The fields of [`", stringify!($draft), "`] that are columns.")]
        pub const $constant: $fields = $fields {
            $($($within: $crate::record::columns::Field::new(
                $crate::record::columns::Column::of::<$within_type>(stringify!($within)).key() $($($within_with)*)?,
            ),)*)?
            $($field: $crate::record::columns::Field::new(
                $crate::record::columns::Column::of::<$type>(stringify!($field)) $($($with)*)?,
            ),)*
        };

        impl $draft {
            /// Its columns.
            pub(crate) const COLUMNS: &'static [$crate::record::columns::Column] = &[
                $($($constant.$within.column,)*)?
                $($constant.$field.column,)*
            ];
        }

        impl $crate::record::columns::Columns for $draft {
            fn read(from: &mut $crate::record::reading::Reading<'_>) -> Self {
                Self {
                    $($field: from.take($constant.$field),)*
                    $($($child: from.children(),)*)?
                    $($($group: $crate::record::columns::Columns::read(from),)*)?
                    $($($besides: {
                        let read: fn(&$crate::record::reading::Reading<'_>) -> $besides_type = $besides_read;
                        read(from)
                    },)*)?
                }
            }

            fn write(&self, patch: &mut $crate::record::patch::Patch) {
                $(patch.put($constant.$field, &self.$field);)*
                $($(patch.put_children(&self.$child);)*)?
                $($($crate::record::columns::Columns::write(&self.$group, patch);)*)?
            }
        }
    };
}
pub(crate) use columns;
