//! What comes in: bodies read within limits, JSON without doubt about what it says, parameters that are known. Never takes a key that is
//! there twice, a parameter that nobody knows, or a body longer than it says it takes.

use std::fmt;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequestParts, Path, RawQuery};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use chrono::{DateTime, NaiveDate, Utc};
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::operations::{Param, Rule};
use super::problems::{Problem, What};
use crate::imports::Reason;

/// The longest JSON body: five hundred records of two kilobytes.
pub(super) const LONGEST_JSON: usize = 1024 * 1024;
/// Nobody takes longer to send one.
const PATIENCE: Duration = Duration::from_secs(30);
/// The longest external id; see `imports`.
const LONGEST_ID: usize = 100;

/// The bytes of a JSON body.
pub(super) async fn json_bytes(headers: &HeaderMap, body: Body) -> Result<Bytes, Problem> {
    if media_type(headers) != "application/json" {
        return Err(What::UnsupportedMediaType.into());
    }
    let read = tokio::time::timeout(PATIENCE, axum::body::to_bytes(body, LONGEST_JSON)).await.map_err(|_| What::Timeout)?;
    read.map_err(|error| if is_too_long(&error) { What::TooLarge.into() } else { What::Malformed.into() })
}

/// The media type of a body, without its parameters.
pub(super) fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn is_too_long(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.to_string().contains("length limit") {
            return true;
        }
        cause = error.source();
    }
    false
}

/// What a JSON text says, if it says one thing.
pub(super) fn json(bytes: &[u8]) -> Result<Value, Problem> {
    let mut read = serde_json::Deserializer::from_slice(bytes);
    let value = Once.deserialize(&mut read).and_then(|value| read.end().map(|()| value));
    value.map_err(|_| What::Malformed.into())
}

/// Reads a value in which no object has a key twice: of two, programs disagree which one counts.
#[derive(Clone, Copy)]
struct Once;

impl<'de> DeserializeSeed<'de> for Once {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Once {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = from.next_element_seed(Self)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = from.next_key::<String>()? {
            let value = from.next_value_seed(Self)?;
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom("a key is there twice"));
            }
        }
        Ok(Value::Object(object))
    }
}

/// The creditor's own id of a thing, from the address. What cannot be one is not found.
pub(super) struct Id(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path(id) = Path::<String>::from_request_parts(parts, state).await.map_err(|_| What::NotFound)?;
        let plain = !id.trim().is_empty() && id.chars().count() <= LONGEST_ID && !id.contains(char::is_control);
        if plain { Ok(Self(id.trim().to_owned())) } else { Err(What::NotFound.into()) }
    }
}

/// The parameters of an address, each of them known and at most once.
pub(super) struct Query(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Ok(RawQuery(text)) = RawQuery::from_request_parts(parts, state).await;
        let known = parts.extensions.get::<&'static [Param]>().copied().unwrap_or_default();
        let mut said: Vec<(String, String)> = Vec::new();
        for pair in text.as_deref().unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (Some(name), Some(value)) = (decoded(name), decoded(value)) else { return Err(What::Malformed.into()) };
            let Some(param) = known.iter().find(|param| param.name == name) else {
                return Err(Problem::parameter(&name, Reason::UnknownField));
            };
            if said.iter().any(|(before, _)| *before == name) {
                return Err(Problem::parameter(&name, Reason::RepeatedHere));
            }
            check(param, &value).map_err(|reason| Problem::parameter(&name, reason))?;
            said.push((name, value));
        }
        Ok(Self(said))
    }
}

/// Percent-encoded UTF-8, as forms write it.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match first {
            b'+' => bytes.push(b' '),
            b'%' => {
                let (code, after) = rest.split_at_checked(2)?;
                let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
                bytes.push(code.iter().try_fold(0u8, |sum, byte| Some(sum << 4 | digit(byte)?))?);
                rest = after;
            }
            byte => bytes.push(*byte),
        }
    }
    String::from_utf8(bytes).ok()
}

fn check(param: &Param, value: &str) -> Result<(), Reason> {
    match param.rule {
        Rule::Id if value.trim().is_empty() => Err(Reason::Missing),
        Rule::Id if value.chars().count() > LONGEST_ID => Err(Reason::TooLongText { max: 100 }),
        Rule::Id => value.chars().position(char::is_control).map_or(Ok(()), |at| Err(Reason::Character { at: at + 1 })),
        Rule::Word(words) => {
            let words = words();
            if words.contains(&value) { Ok(()) } else { Err(Reason::NotOneOf { words: words.join(", ") }) }
        }
        Rule::Limit => whole(value).filter(|limit| (1..=MOST).contains(limit)).map(drop).ok_or(Reason::WrongType { expected: LIMIT }),
        Rule::Cursor => cursor(value).map(drop).ok_or(Reason::NotACursor),
        Rule::Time => time(value).map(drop).ok_or(Reason::NotATime),
        Rule::Date => day(value).map(drop).ok_or(Reason::NotADate),
    }
}

/// The most lines of one page, and how that is said.
pub(super) const MOST: i64 = 200;
const LIMIT: &str = "integer 1..200";
/// Lines of a page when nothing is said.
const USUAL: i64 = 100;

fn whole(text: &str) -> Option<i64> {
    if text.is_empty() || text.len() > 4 || !text.bytes().all(|byte| byte.is_ascii_digit()) { None } else { text.parse().ok() }
}

fn time(text: &str) -> Option<DateTime<Utc>> {
    let time = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
    // What both databases hold alike.
    (1990..2100).contains(&chrono::Datelike::year(&time)).then_some(time)
}

fn day(text: &str) -> Option<NaiveDate> {
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    (text.len() == 10 && (1990..2100).contains(&chrono::Datelike::year(&day))).then_some(day)
}

/// Where a page ended: the id of its last line, which says nothing to anybody.
fn cursor(text: &str) -> Option<Uuid> {
    if text.len() == 32 { Uuid::try_parse(text).ok() } else { None }
}

impl Query {
    /// A parameter's text; empty when it was not said.
    pub(super) fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(said, _)| said == name).map_or("", |(_, value)| value.trim())
    }

    /// Where the page before ended; the beginning when it is the first.
    pub(super) fn cursor(&self) -> Uuid {
        cursor(self.text("cursor")).unwrap_or_default()
    }

    /// How many lines are wanted.
    pub(super) fn limit(&self) -> i64 {
        whole(self.text("limit")).unwrap_or(USUAL).clamp(1, MOST)
    }

    /// A moment.
    pub(super) fn time(&self, name: &str) -> Option<DateTime<Utc>> {
        time(self.text(name))
    }

    /// A day.
    pub(super) fn day(&self, name: &str) -> Option<NaiveDate> {
        day(self.text(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn json_says_one_thing() {
        assert_eq!(json(br#"{"a": [1, null, true, 1.5, "x"]}"#).unwrap(), serde_json::json!({ "a": [1, null, true, 1.5, "x"] }));
        for text in [&br#"{"a": 1, "a": 1}"#[..], br#"{"a": {"b": 1, "b": 2}}"#, b"{} {}", b"", b"{", b"\xff", b"NaN", b"[1,]", b"{'a': 1}"]
        {
            assert!(json(text).is_err(), "{text:?}");
        }
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(json(deep.as_bytes()).is_err(), "no depth ends the stack");
    }

    #[test]
    fn parameters_are_decoded_once() {
        assert_eq!(decoded("a+b%20c%2Bd%C3%A7").unwrap(), "a b c+dç");
        for text in ["%", "%1", "%zz", "%ff", "%+1"] {
            assert_eq!(decoded(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in ".{0,60}") {
            let _ = json(&bytes);
            let _ = (decoded(&text), time(&text), day(&text), cursor(&text), whole(&text));
        }
    }
}
