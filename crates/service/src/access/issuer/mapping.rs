//! What the groups, roles or scopes of a provider's tokens are worth here.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::access::grant::scopes_of;
use crate::access::{Reach, ScopeName};
use crate::error::{Error, Result};

/// How many values a mapping may name.
const MOST: usize = 200;
/// How long a value may be, in bytes.
const LONGEST: usize = 256;

/// From the values of a claim to scopes.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Mapping(BTreeMap<String, BTreeSet<ScopeName>>);

impl Mapping {
    /// Reads entries of the form `analysts=evidence:read,audit:read`; what stands for one value several
    /// times is joined.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for what is none, and for scopes that reach further than one centre: a provider speaks
    /// for its own centre only, and rows about young people take two administrators of the space.
    pub fn try_new<T: AsRef<str>>(entries: &[T]) -> Result<Self> {
        let mut mapping = BTreeMap::<String, BTreeSet<ScopeName>>::new();
        for entry in entries {
            let entry = entry.as_ref();
            let (value, scopes) = entry
                .rsplit_once('=')
                .map(|(value, scopes)| (value.trim(), scopes))
                .filter(|(value, _)| !value.is_empty() && value.len() <= LONGEST)
                .ok_or_else(|| {
                    refusal(format!(
                        "'{entry}' is no entry: write a value of the claim and its scopes, such as analysts=evidence:read."
                    ))
                })?;
            let mapped = mapping.entry(value.to_owned()).or_default();
            for scope in scopes.split(',') {
                let scope: ScopeName =
                    scope.trim().parse().map_err(|unknown| refusal(format!("{unknown}.")))?;
                match scope.reach() {
                    Reach::Centre => mapped.insert(scope),
                    Reach::Space | Reach::Persons => {
                        return Err(refusal(format!(
                            "A centre's identity provider can't grant {scope}, which reaches further than the centre: issue a token for it."
                        )));
                    }
                };
            }
        }
        if mapping.is_empty() || mapping.len() > MOST {
            return Err(refusal(format!(
                "Map between one and {MOST} values of the claim to scopes."
            )));
        }
        Ok(Self(mapping))
    }

    /// Reads it from a record. What a record must not grant, it doesn't.
    pub(super) fn of_record(record: &Value) -> Self {
        let granted = |scopes: &Value| {
            let scopes = scopes_of(scopes).into_iter();
            scopes.filter(|scope| scope.reach() == Reach::Centre).collect()
        };
        let entries = record.as_object().into_iter().flatten();
        Self(entries.map(|(value, scopes)| (value.clone(), granted(scopes))).collect())
    }

    pub(super) fn to_record(&self) -> Value {
        let words = |scopes: &BTreeSet<ScopeName>| -> Value {
            scopes.iter().map(|scope| scope.as_str()).collect()
        };
        let entries = self.0.iter();
        entries.map(|(value, scopes)| (value.clone(), words(scopes))).collect()
    }

    /// Returns the scopes that a token's claims are worth, all its values together.
    pub(super) fn scopes(&self, claims: &Map<String, Value>, claim: &str) -> BTreeSet<ScopeName> {
        let values = values(claims, claim).into_iter();
        values.filter_map(|value| self.0.get(value)).flatten().copied().collect()
    }
}

/// Returns the values of a claim: a list of texts, or one text with spaces between them. A claim whose name isn't
/// there is looked for as a path, such as `realm_access.roles`.
fn values<'c>(claims: &'c Map<String, Value>, claim: &str) -> Vec<&'c str> {
    let found = claims.get(claim).or_else(|| {
        let mut names = claim.split('.');
        let first = claims.get(names.next()?)?;
        names.try_fold(first, |within, name| within.get(name))
    });
    match found {
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(text)) => text.split_whitespace().collect(),
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => {
            Vec::new()
        }
    }
}

fn refusal(message: String) -> Error {
    Error::bad_input("map", message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn scopes(mapping: &Mapping, claims: &Value, claim: &str) -> Vec<&'static str> {
        let scopes = mapping.scopes(claims.as_object().unwrap(), claim);
        scopes.into_iter().map(ScopeName::as_str).collect()
    }

    fn mapping() -> Mapping {
        Mapping::try_new(&[
            "analysts=evidence:read",
            "admins=tokens:manage, audit:read",
            "admins=evidence:read",
            "CN=Staff,OU=x=audit:read",
        ])
        .unwrap()
    }

    #[test]
    fn a_list_and_a_text_with_spaces_are_worth_their_values_together() {
        let all = ["evidence:read", "tokens:manage", "audit:read"];
        let list = json!({ "groups": ["analysts", "admins", "others", 7, null] });
        assert_eq!(scopes(&mapping(), &list, "groups"), all);
        let text = json!({ "scope": "openid analysts  admins" });
        assert_eq!(scopes(&mapping(), &text, "scope"), all);
        let named = json!({ "groups": ["CN=Staff,OU=x"] });
        assert_eq!(scopes(&mapping(), &named, "groups"), ["audit:read"]);
    }

    #[test]
    fn a_claim_may_be_a_path_or_have_dots_in_its_name() {
        let path = json!({ "realm_access": { "roles": ["analysts"] } });
        assert_eq!(scopes(&mapping(), &path, "realm_access.roles"), ["evidence:read"]);
        let dots = json!({ "https://example.org/roles": ["analysts"] });
        assert_eq!(scopes(&mapping(), &dots, "https://example.org/roles"), ["evidence:read"]);
    }

    #[test]
    fn what_is_not_mapped_is_worth_nothing() {
        for claims in [
            json!({}),
            json!({ "groups": null }),
            json!({ "groups": true }),
            json!({ "groups": { "analysts": true } }),
            json!({ "groups": ["Analysts", "evidence:read", ""] }),
            json!({ "groups": [["analysts"]] }),
        ] {
            assert!(scopes(&mapping(), &claims, "groups").is_empty(), "{claims}");
        }
    }

    #[test]
    fn what_reaches_further_than_the_centre_is_not_mapped() {
        for scope in ScopeName::ALL {
            let mapped = Mapping::try_new(&[format!("x={scope}")]);
            assert_eq!(mapped.is_ok(), scope.reach() == Reach::Centre, "{scope}");
        }
    }

    #[test]
    fn a_record_grants_no_more_than_a_mapping_may_say() {
        let all: Vec<_> = ScopeName::ALL.iter().map(|scope| scope.as_str()).collect();
        let forged = Mapping::of_record(&json!({ "x": all, "y": "evidence:read", "z": 1 }));
        let granted = forged.scopes(json!({ "groups": "x y z" }).as_object().unwrap(), "groups");
        assert!(granted.contains(&ScopeName::EvidenceRead));
        assert!(granted.iter().all(|scope| scope.reach() == Reach::Centre));
    }

    #[test]
    fn a_record_comes_back_as_it_went() {
        assert_eq!(Mapping::of_record(&mapping().to_record()), mapping());
    }

    #[test]
    fn what_is_no_entry_is_refused() {
        for bad in ["", "analysts", "=evidence:read", "x=", "x=evidence:rd"] {
            assert!(Mapping::try_new(&[bad]).is_err(), "{bad}");
        }
        assert!(Mapping::try_new::<&str>(&[]).is_err());
        let many: Vec<_> = (0..201).map(|n| format!("{n}=evidence:read")).collect();
        assert!(Mapping::try_new(&many).is_err());
    }
}
