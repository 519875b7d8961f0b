//! The axes of a table: the categories of each of its dimensions.

use entity::{
    AgeBand, ClosedVocabulary, EthnicGroup, LegalStatus, LocalAuthorityId, Need, PlacementType,
    Sex, SocialWorkPopulation, StatisticsDimension, Vocabulary,
};

use super::Where;
use crate::error::{Error, Result};
use crate::filter::AnyOf;
use crate::network::directory::Directory;
use crate::young_people::standing::term;

/// The categories of a dimension: key and label.
pub(in crate::young_people) type Axis = Vec<(String, String)>;

pub(in crate::young_people) fn axis(
    dimension: StatisticsDimension,
    filter: &Where,
    directory: &Directory,
    coverage: &[LocalAuthorityId],
) -> Result<Axis> {
    Ok(match dimension {
        StatisticsDimension::LocalAuthority => {
            let places = places(filter, directory)?;
            let mut axis: Axis = coverage
                .iter()
                .filter(|id| places.as_ref().is_none_or(|places| places.contains(id)))
                .filter_map(|id| directory.local_authorities.by_id(*id))
                .map(|row| (row.gss_code.clone(), row.name.clone()))
                .collect();
            axis.sort();
            axis
        }
        StatisticsDimension::Region => {
            let mut axis: Axis = coverage
                .iter()
                .filter_map(|id| directory.local_authorities.by_id(*id))
                .filter_map(|row| row.region.clone())
                .filter(|region| filter.regions.admits(region))
                .map(|region| (region.clone(), region))
                .collect();
            axis.sort();
            axis.dedup();
            axis
        }
        StatisticsDimension::Population => {
            let mut axis = words(&filter.populations);
            for (population, (_, label)) in kept(&filter.populations).zip(&mut axis) {
                let term = directory.terms(Vocabulary::Population).by_key(term(population));
                if let Some(term) = term {
                    label.clone_from(&term.row.name);
                }
            }
            axis
        }
        StatisticsDimension::AgeBand => words(&filter.age_bands),
        StatisticsDimension::Sex => words(&filter.sexes),
        StatisticsDimension::EthnicGroup => words(&filter.ethnic_groups),
        StatisticsDimension::LegalStatus => words(&filter.legal_statuses),
        StatisticsDimension::PlacementType => words(&filter.placement_types),
        StatisticsDimension::CategoryOfNeed => words(&filter.categories_of_need),
    })
}

/// Returns the words of a dimension that has any: places have none.
pub(super) const fn all(dimension: StatisticsDimension) -> &'static [&'static str] {
    match dimension {
        StatisticsDimension::LocalAuthority | StatisticsDimension::Region => &[],
        StatisticsDimension::Population => SocialWorkPopulation::WORDS,
        StatisticsDimension::AgeBand => AgeBand::WORDS,
        StatisticsDimension::Sex => Sex::WORDS,
        StatisticsDimension::EthnicGroup => EthnicGroup::WORDS,
        StatisticsDimension::LegalStatus => LegalStatus::WORDS,
        StatisticsDimension::PlacementType => PlacementType::WORDS,
        StatisticsDimension::CategoryOfNeed => Need::WORDS,
    }
}

fn kept<V: ClosedVocabulary>(named: &AnyOf<V>) -> impl Iterator<Item = V> {
    V::VARIANTS.iter().copied().filter(|word| named.admits(word))
}

fn words<V: ClosedVocabulary>(named: &AnyOf<V>) -> Axis {
    kept(named)
        .map(|word| {
            let (text, label): (&str, _) = (word.into(), word.meaning().trim_end_matches('.'));
            (text.to_owned(), label.to_owned())
        })
        .collect()
}

/// Returns the authorities that a table is restricted to, by themselves and by their regions.
pub(in crate::young_people) fn places(
    filter: &Where,
    directory: &Directory,
) -> Result<Option<Vec<LocalAuthorityId>>> {
    let (codes, regions) = (filter.local_authorities.named(), filter.regions.named());
    if codes.is_none() && regions.is_none() {
        return Ok(None);
    }
    let all = directory.local_authorities.all();
    let mut named = Vec::new();
    for code in codes.unwrap_or_default() {
        let Some(authority) = directory.local_authorities.by_key(code) else {
            return Err(Error::bad_input(
                "where.localAuthorities",
                format!("There is no local authority {code:?}. Give GSS codes, such as E09000007."),
            ));
        };
        named.push(authority.id);
    }
    for region in regions.unwrap_or_default() {
        if !all.iter().any(|row| row.region.as_ref() == Some(region)) {
            return Err(Error::bad_input(
                "where.regions",
                format!(
                    "There is no region {region:?}. Give names as in LocalAuthority.region, such as London."
                ),
            ));
        }
    }
    let of_region = |region: Option<&String>| {
        regions.is_none_or(|regions| region.is_some_and(|region| regions.contains(region)))
    };
    let kept = all.iter().filter(|row| {
        (codes.is_none() || named.contains(&row.id)) && of_region(row.region.as_ref())
    });
    Ok(Some(kept.map(|row| row.id).collect()))
}

/// Returns every combination of places on the axes, the last axis fastest.
pub(in crate::young_people) fn combinations(axes: &[Axis]) -> impl Iterator<Item = Vec<usize>> {
    let sizes: Vec<usize> = axes.iter().map(Vec::len).collect();
    let count = sizes.iter().product::<usize>();
    (0..count).map(move |number| {
        let mut rest = number;
        let mut place: Vec<usize> = sizes
            .iter()
            .rev()
            .map(|size| {
                let at = rest % size;
                rest /= size;
                at
            })
            .collect();
        place.reverse();
        place
    })
}
