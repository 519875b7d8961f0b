//! Pages by key: the arguments of a connection, and the page that answers them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Code, Error, Result};

/// How long a page is when nobody says.
pub const DEFAULT_SIZE: u64 = 20;
/// How long a page may be.
pub const LARGEST_SIZE: u64 = 100;

/// From which end a page is read.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Direction {
    /// From the beginning: `first` and `after`.
    Forward,
    /// From the end: `last` and `before`.
    Backward,
}

/// The arguments of a page, which cannot be wrong.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct PageRequest {
    pub size: u64,
    pub direction: Direction,
    /// Only what comes after this cursor.
    pub after: Option<String>,
    /// Only what comes before this cursor.
    pub before: Option<String>,
}

impl Default for PageRequest {
    fn default() -> Self {
        Self::first(DEFAULT_SIZE)
    }
}

impl PageRequest {
    /// Returns the first so many.
    #[must_use]
    pub const fn first(size: u64) -> Self {
        Self { size, direction: Direction::Forward, after: None, before: None }
    }

    /// Returns the arguments as a client gives them.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` when both ends are asked for or a size is negative; `PAGE_TOO_LARGE`.
    pub fn try_new(
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Self> {
        let (direction, size, argument) = match (first, last) {
            (Some(_), Some(_)) => {
                return Err(Error::bad_input(
                    "last",
                    "Give `first` or `last`, not both: a page is read from one end.",
                ));
            }
            (None, Some(size)) => (Direction::Backward, Some(size), "last"),
            (size, None) => (Direction::Forward, size, "first"),
        };
        let size = match size {
            None => DEFAULT_SIZE,
            Some(size) => u64::try_from(size).map_err(|_| {
                Error::bad_input(
                    argument,
                    format!("`{argument}` is {size}; it must not be negative."),
                )
            })?,
        };
        if size > LARGEST_SIZE {
            return Err(too_large(argument, size));
        }
        Ok(Self { size, direction, after, before })
    }

    /// Returns how many rows to read to know whether there are more.
    #[must_use]
    pub const fn rows(&self) -> u64 {
        self.size + 1
    }
}

/// Refuses a list of things asked for at once that is longer than a page may be.
///
/// # Errors
/// `PAGE_TOO_LARGE`.
pub fn check_size(argument: &str, size: usize) -> Result<()> {
    match u64::try_from(size) {
        Ok(size) if size <= LARGEST_SIZE => Ok(()),
        _ => Err(too_large(argument, size)),
    }
}

fn too_large(argument: &str, size: impl std::fmt::Display) -> Error {
    let message = format!(
        "`{argument}` asks for {size}; a page has at most {LARGEST_SIZE}. Ask for less and follow `pageInfo`."
    );
    Error { field: Some(argument.to_owned()), ..Error::new(Code::PageTooLarge, message) }
}

/// Some of a list, in its order.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The things, each with its cursor.
    pub items: Vec<(String, T)>,
    pub has_previous: bool,
    pub has_next: bool,
}

impl<T> Page<T> {
    /// Creates a page with nothing on it.
    #[must_use]
    pub fn empty(request: &PageRequest) -> Self {
        Self::from_rows(request, Vec::new(), |_| String::new())
    }

    /// Makes a page of the rows that were read, one more than asked for if there are more, in the
    /// order of reading (backwards from the end for a backward page).
    pub fn from_rows(
        request: &PageRequest,
        mut rows: Vec<T>,
        cursor: impl Fn(&T) -> String,
    ) -> Self {
        let size = usize::try_from(request.size).unwrap_or(usize::MAX);
        let more = rows.len() > size;
        rows.truncate(size);
        if request.direction == Direction::Backward {
            rows.reverse();
        }
        let (has_previous, has_next) = match request.direction {
            Direction::Forward => (request.after.is_some(), more),
            Direction::Backward => (more, request.before.is_some()),
        };
        let items = rows.into_iter().map(|row| (cursor(&row), row)).collect();
        Self { items, has_previous, has_next }
    }

    /// Makes a page of a whole sorted list in memory, whose cursors are the keys.
    ///
    /// # Errors
    /// `INVALID_CURSOR`.
    pub fn of_sorted<K>(request: &PageRequest, list: Vec<T>, key: impl Fn(&T) -> K) -> Result<Self>
    where
        K: Ord + Serialize + DeserializeOwned,
    {
        let after: Option<K> = request.after.as_deref().map(decode).transpose()?;
        let before: Option<K> = request.before.as_deref().map(decode).transpose()?;
        let within = list.into_iter().filter(|item| {
            let key = key(item);
            after.as_ref().is_none_or(|after| key > *after)
                && before.as_ref().is_none_or(|before| key < *before)
        });
        let rows = usize::try_from(request.rows()).unwrap_or(usize::MAX);
        let mut rows: Vec<T> = match request.direction {
            Direction::Forward => within.take(rows).collect(),
            Direction::Backward => {
                let mut all: Vec<T> = within.collect();
                all.reverse();
                all.truncate(rows);
                all
            }
        };
        rows.shrink_to_fit();
        Ok(Self::from_rows(request, rows, |item| encode(&key(item))))
    }

    /// Returns the same page of other things.
    pub fn map<U>(self, mut change: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(|(cursor, item)| (cursor, change(item))).collect(),
            has_previous: self.has_previous,
            has_next: self.has_next,
        }
    }
}

/// Returns a cursor of a key.
pub fn encode<K: Serialize>(key: &K) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(key).unwrap_or_default())
}

/// Returns the key of a cursor.
///
/// # Errors
/// `INVALID_CURSOR` when the text is not a cursor of such a list.
pub fn decode<K: DeserializeOwned>(cursor: &str) -> Result<K> {
    URL_SAFE_NO_PAD
        .decode(cursor)
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .ok_or_else(not_a_cursor)
}

pub(crate) fn not_a_cursor() -> Error {
    Error::new(
        Code::InvalidCursor,
        "The cursor is not one that this list gave. Start again from the first page.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(list: &[u32], request: PageRequest) -> (Vec<u32>, bool, bool) {
        let page = Page::of_sorted(&request, list.to_vec(), |item| *item).unwrap();
        let items = page.items.iter().map(|(_, item)| *item).collect();
        (items, page.has_previous, page.has_next)
    }

    #[test]
    fn a_page_knows_whether_there_is_more_on_both_sides() {
        let list = [1, 2, 3, 4, 5];
        assert_eq!(walk(&list, PageRequest::first(2)), (vec![1, 2], false, true));
        let next = PageRequest { after: Some(encode(&2)), ..PageRequest::first(3) };
        assert_eq!(walk(&list, next), (vec![3, 4, 5], true, false));
        let last = PageRequest::try_new(None, None, Some(2), Some(encode(&5))).unwrap();
        assert_eq!(walk(&list, last), (vec![3, 4], true, true));
    }

    #[test]
    fn wrong_arguments_are_refused_with_a_code() {
        let code = |first, last| PageRequest::try_new(first, None, last, None).unwrap_err().code;
        assert_eq!(code(Some(1), Some(1)), Code::BadUserInput);
        assert_eq!(code(Some(-1), None), Code::BadUserInput);
        assert_eq!(code(Some(101), None), Code::PageTooLarge);
        assert_eq!(decode::<u32>("not a cursor").unwrap_err().code, Code::InvalidCursor);
    }
}
