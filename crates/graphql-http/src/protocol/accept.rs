//! The media type of the answer, chosen from the `Accept` header.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, header};

use super::Code;
use crate::document::Refusal;

/// A media type that we answer in. Both are the same JSON; they differ in the status codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaType {
    /// `application/graphql-response+json`: the status tells how the request fared.
    GraphqlResponse,
    /// `application/json`: the status tells only whether the request was well-formed.
    Json,
}

impl MediaType {
    /// In the order of preference when the client has none.
    const ALL: [Self; 2] = [Self::Json, Self::GraphqlResponse];

    fn subtype(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "graphql-response+json",
            Self::Json => "json",
        }
    }

    fn name(self) -> (&'static str, &'static str) {
        ("application", self.subtype())
    }

    /// The value of the `Content-Type` header.
    pub(crate) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        })
    }
}

/// That a client takes a stream of events. Nobody does who doesn't say so by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventStream {
    single_answer: Option<MediaType>,
}

impl EventStream {
    /// What a request accepts, if its method can be answered with a stream.
    #[must_use]
    pub fn of(request: &Request) -> Option<Self> {
        let is_answerable = matches!(*request.method(), Method::GET | Method::POST);
        is_answerable.then(|| Self::in_headers(request.headers())).flatten()
    }

    fn in_headers(headers: &HeaderMap) -> Option<Self> {
        let events = suits(headers, ("text", "event-stream"))
            .filter(|suits| suits.precision == NAMED && suits.quality > 0)?;
        let single_answer = negotiate(headers).ok().filter(|media| {
            suits(headers, media.name()).is_some_and(|suits| suits.quality >= events.quality)
        });
        Some(Self { single_answer })
    }

    /// The media type that the client takes as gladly for an operation that has one answer.
    #[must_use]
    pub const fn single_answer(self) -> Option<MediaType> {
        self.single_answer
    }
}

/// The precision of a range that names a type.
const NAMED: u8 = 2;

/// How well a range of the `Accept` header suits a media type: the greatest is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Suits {
    /// The quality in thousandths, zero for "not this".
    quality: u16,
    /// Whether the range names the type, rather than the family or anything.
    precision: u8,
    /// How early the range stands, for the order of what is listed alike.
    earliness: usize,
}

/// The media type that suits the client best.
///
/// Without an `Accept` header, and for a client that takes anything, it is `application/json`, as
/// clients from before the draft expect.
///
/// # Errors
/// `NOT_ACCEPTABLE` when the client takes neither.
pub(super) fn negotiate(headers: &HeaderMap) -> Result<MediaType, Refusal> {
    if !headers.contains_key(header::ACCEPT) {
        return Ok(MediaType::Json);
    }
    let mut best: Option<(Suits, MediaType)> = None;
    for media in MediaType::ALL {
        if let Some(suits) = suits(headers, media.name())
            && suits.quality > 0
            && best.is_none_or(|(so_far, _)| suits > so_far)
        {
            best = Some((suits, media));
        }
    }
    best.map(|(_, media)| media).ok_or_else(|| {
        Refusal::new(
            Code::NotAcceptable,
            "Accept `application/graphql-response+json` or `application/json`; there is no other answer.",
        )
    })
}

/// How the most precise range that matches suits a media type.
fn suits(headers: &HeaderMap, media: (&str, &str)) -> Option<Suits> {
    headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .enumerate()
        .filter_map(|(place, range)| suits_range(range, place, media))
        .max_by_key(|suits| (suits.precision, suits.earliness))
}

fn suits_range(
    range: &str,
    place: usize,
    (media_family, media_subtype): (&str, &str),
) -> Option<Suits> {
    let mut parts = range.split(';').map(str::trim);
    let (family, subtype) = parts.next()?.split_once('/')?;
    let precision = match (family, subtype) {
        ("*", "*") => 0,
        (family, "*") if family.eq_ignore_ascii_case(media_family) => 1,
        (family, subtype)
            if family.eq_ignore_ascii_case(media_family)
                && subtype.eq_ignore_ascii_case(media_subtype) =>
        {
            NAMED
        }
        _ => return None,
    };
    let mut quality = 1_000;
    for (name, value) in parts.filter_map(|parameter| parameter.split_once('=')) {
        let value = value.trim().trim_matches('"');
        match name.trim() {
            name if name.eq_ignore_ascii_case("q") => quality = thousandths(value),
            name if name.eq_ignore_ascii_case("charset")
                && !value.eq_ignore_ascii_case("utf-8") =>
            {
                return None;
            }
            _ => {}
        }
    }
    Some(Suits { quality, precision, earliness: usize::MAX - place })
}

/// A quality such as `0.85`; what cannot be read counts as not acceptable.
fn thousandths(value: &str) -> u16 {
    match value.parse::<f32>() {
        Ok(quality) if (0.0..=1.0).contains(&quality) => (quality * 1_000.0).round() as u16,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::{MediaType::*, *};

    fn chosen(lines: &[&'static str]) -> Option<MediaType> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::ACCEPT, HeaderValue::from_static(line));
        }
        negotiate(&headers).ok()
    }

    #[test]
    fn a_client_that_says_nothing_or_takes_anything_gets_json() {
        assert_eq!(chosen(&[]), Some(Json));
        assert_eq!(chosen(&["*/*"]), Some(Json));
        assert_eq!(chosen(&["application/*"]), Some(Json));
        assert_eq!(chosen(&["text/html,application/xhtml+xml,*/*;q=0.8"]), Some(Json));
    }

    #[test]
    fn what_is_named_is_preferred_to_anything() {
        assert_eq!(chosen(&["*/*, application/graphql-response+json"]), Some(GraphqlResponse));
    }

    #[test]
    fn the_higher_quality_wins_and_then_the_earlier_place() {
        assert_eq!(
            chosen(&["application/json;q=0.9, application/graphql-response+json"]),
            Some(GraphqlResponse)
        );
        assert_eq!(
            chosen(&["application/graphql-response+json; q=0.2", "application/json; q=0.3"]),
            Some(Json)
        );
        assert_eq!(
            chosen(&[
                "application/graphql-response+json; charset=utf-8, application/json; charset=utf-8"
            ]),
            Some(GraphqlResponse)
        );
        assert_eq!(chosen(&["application/json, application/graphql-response+json"]), Some(Json));
    }

    #[test]
    fn a_quality_of_zero_excludes_even_from_anything() {
        assert_eq!(chosen(&["application/json;q=0, */*"]), Some(GraphqlResponse));
        assert_eq!(chosen(&["*/*;q=0"]), None);
        assert_eq!(chosen(&["application/json;q=much"]), None);
    }

    fn accepted(line: &'static str) -> Option<Option<MediaType>> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static(line));
        EventStream::in_headers(&headers).map(EventStream::single_answer)
    }

    #[test]
    fn events_are_accepted_by_name_alone() {
        assert_eq!(accepted("text/event-stream"), Some(None));
        assert_eq!(accepted("*/*"), None);
        assert_eq!(accepted("text/*, application/json"), None);
        assert_eq!(accepted("text/event-stream;q=0, */*"), None);
    }

    #[test]
    fn who_takes_json_as_gladly_gets_events_for_subscriptions_only() {
        assert_eq!(
            accepted("application/graphql-response+json, application/json, text/event-stream"),
            Some(Some(GraphqlResponse))
        );
        assert_eq!(accepted("text/event-stream, application/json;q=0.5"), Some(None));
    }

    #[test]
    fn other_types_and_other_encodings_are_not_acceptable() {
        assert_eq!(chosen(&["text/html"]), None);
        assert_eq!(chosen(&["application/json; charset=latin1"]), None);
        assert_eq!(chosen(&[""]), None);
        assert_eq!(chosen(&["Application/JSON; Charset=\"UTF-8\""]), Some(Json));
    }
}
