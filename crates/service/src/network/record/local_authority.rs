//! Local authorities.

use chrono::{DateTime, Utc};
use entity::{LocalAuthorityId, PartialDate, local_authority};
use uuid::Uuid;

use crate::record::{
    Draft, Fault, Problems, Standing, can_be_withdrawn, identifier, keyed_by, of_the_network,
    quoted,
};

/// What the network should know of a local authority.
#[derive(Clone, Debug)]
pub struct LocalAuthorityDraft {
    /// Its code of the Office for National Statistics.
    pub gss_code: String,
    /// Its name.
    pub name: String,
    /// Its full name.
    pub official_name: Option<String>,
    /// The nation that it lies in.
    pub country: String,
    /// The region of England that it lies in.
    pub region: Option<String>,
    /// The kind of authority.
    pub authority_type: Option<String>,
    /// Its number in the Department for Education's returns.
    pub dfe_number: Option<String>,
    /// When it came to be.
    pub established: Option<PartialDate>,
    /// When it ceased to be.
    pub abolished: Option<PartialDate>,
    /// Whether it still stands.
    pub standing: Standing<LocalAuthorityId>,
}

impl Draft for LocalAuthorityDraft {
    type Table = local_authority::Entity;
    type Key = String;
    type Parts = ();

    keyed_by!(local_authority, gss_code, GssCode);
    of_the_network!(local_authority, LocalAuthority);
    can_be_withdrawn!(local_authority superseded);

    fn row(
        &self,
        id: Uuid,
        _before: Option<&local_authority::Model>,
        _now: DateTime<Utc>,
    ) -> local_authority::Model {
        let draft = self.clone();
        local_authority::Model {
            id: id.into(),
            gss_code: draft.gss_code,
            name: draft.name,
            official_name: draft.official_name,
            country: draft.country,
            region: draft.region,
            authority_type: draft.authority_type,
            dfe_number: draft.dfe_number,
            established: draft.established,
            abolished: draft.abolished,
            withdrawn_at: draft.standing.withdrawn_at,
            withdrawal_reason: draft.standing.withdrawal_reason,
            superseded_by: draft.standing.superseded_by,
        }
    }

    fn check(&self, problems: &mut Problems) {
        if !identifier::is_gss_code(&self.gss_code) {
            problems.not_an_identifier("gss_code", &self.gss_code, "E10000023");
        }
        problems.name("name", &self.name);
        problems.short("official_name", self.official_name.as_ref());
        problems.name("country", &self.country);
        problems.short("region", self.region.as_ref());
        problems.short("authority_type", self.authority_type.as_ref());
        if let Some(number) = &self.dfe_number
            && !(number.len() == 3 && number.bytes().all(|byte| byte.is_ascii_digit()))
        {
            problems.add(
                "dfe_number",
                Fault::NotAnIdentifier,
                format!("{} does not have three digits.", quoted(number)),
                "Give all three digits; a spreadsheet may have dropped a zero in front.",
            );
        }
        problems.partly_in_order(
            "abolished",
            self.established.as_ref(),
            self.abolished.as_ref(),
        );
        self.standing.check(problems);
    }
}
