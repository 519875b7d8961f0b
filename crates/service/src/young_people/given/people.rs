//! The people of a year, in the finest groups that some tables tell apart.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use entity::{
    LocalAuthorityId, SocialWorkPopulation, StatisticsDimension as By, YoungPersonId, standing,
};
use sea_orm::{ColumnTrait, QueryFilter};

use super::shape::Shape;
use crate::access::scope;
use crate::error::Result;
use crate::network::directory::Directory;
use crate::space::Space;
use returns::CollectionYear;

/// People who are alike in everything that the tables tell.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Atom {
    /// The GSS code of the authority; empty where no table tells it.
    pub(super) place: String,
    /// The populations that they are in, of those that the tables tell.
    pub(super) populations: BTreeSet<SocialWorkPopulation>,
    /// Their category in each of [`PERSONAL`]; empty where no table tells it.
    pub(super) words: [&'static str; PERSONAL.len()],
}

/// The dimensions of which everybody has one category.
pub(super) const PERSONAL: [By; 6] =
    [By::AgeBand, By::Sex, By::EthnicGroup, By::LegalStatus, By::PlacementType, By::CategoryOfNeed];

/// Up to how many atoms nobody is in are added to those that somebody is in.
const MOST_EMPTY: usize = 2_000;

/// Returns the atoms, and how many people are in each.
pub(super) async fn atoms(
    space: &Space,
    year: CollectionYear,
    shapes: &[&Shape],
    directory: &Directory,
) -> Result<BTreeMap<Atom, u64>> {
    let authorities = shapes.iter().flat_map(|shape| shape.authorities.keys());
    let authorities: BTreeMap<LocalAuthorityId, &String> = authorities
        .filter_map(|code| Some((directory.local_authorities.by_key(code)?.id, code)))
        .collect();
    let rows = scope::counted::<standing::Entity>()
        .filter(standing::Column::Year.eq(year.0))
        .filter(standing::Column::LocalAuthorityId.is_in(authorities.keys().copied()))
        .all(space.store().connection())
        .await?;
    let tells = |dimension| shapes.iter().any(|shape| shape.tells(dimension));
    let first = shapes.first().map(|shape| &shape.authorities);
    let tells_place = tells(By::LocalAuthority)
        || tells(By::Region)
        || shapes.iter().any(|shape| Some(&shape.authorities) != first);
    let told: BTreeSet<_> = shapes.iter().flat_map(|shape| shape.populations()).collect();
    let mut people: HashMap<(LocalAuthorityId, YoungPersonId), Atom> = HashMap::new();
    for row in rows {
        let place = authorities.get(&row.local_authority_id);
        let words = [
            row.age_band.as_str(),
            row.sex.as_str(),
            row.ethnic_group.as_str(),
            row.legal_status.as_str(),
            row.placement_type.as_str(),
            row.category_of_need.as_str(),
        ];
        let mut words = words.into_iter().zip(PERSONAL);
        let atom =
            people.entry((row.local_authority_id, row.young_person_id)).or_insert_with(|| Atom {
                place: match place {
                    Some(code) if tells_place => (*code).clone(),
                    _ => String::new(),
                },
                populations: BTreeSet::new(),
                words: std::array::from_fn(|_| match words.next() {
                    Some((word, dimension)) if tells(dimension) => word,
                    _ => "",
                }),
            });
        if told.contains(&row.population) {
            atom.populations.insert(row.population);
        }
    }
    let mut atoms = BTreeMap::new();
    for atom in people.into_values() {
        *atoms.entry(atom).or_default() += 1;
    }
    add_empty(&mut atoms);
    Ok(atoms)
}

/// Adds atoms in which nobody is and somebody could be: each two of their categories are somebody's. What is hidden
/// is uncertain also because of these. Others can't be, as a short break isn't a care order's.
fn add_empty(atoms: &mut BTreeMap<Atom, u64>) {
    let parts = |atom: &Atom| -> Vec<String> {
        let populations = atom.populations.iter().map(|population| population.as_str());
        let populations: Vec<&str> = populations.collect();
        let words = atom.words.iter().map(|word| (*word).to_owned());
        [atom.place.clone(), populations.join(" ")].into_iter().chain(words).collect()
    };
    let known: Vec<(Vec<String>, Atom)> =
        atoms.keys().map(|atom| (parts(atom), atom.clone())).collect();
    let Some((first, _)) = known.first() else {
        return;
    };
    let width = first.len();
    let mut pairs: BTreeSet<(usize, &str, usize, &str)> = BTreeSet::new();
    let mut values: Vec<BTreeMap<&str, &Atom>> = vec![BTreeMap::new(); width];
    for (parts, atom) in &known {
        for (at, one) in parts.iter().enumerate() {
            values[at].insert(one, atom);
            for (other, word) in parts.iter().enumerate().skip(at + 1) {
                pairs.insert((at, one, other, word));
            }
        }
    }
    let mut begun: Vec<(Vec<&str>, Atom)> =
        known.iter().take(1).map(|(_, atom)| (Vec::new(), atom.clone())).collect();
    for (at, values) in values.iter().enumerate() {
        let mut longer = Vec::new();
        for (words, atom) in &begun {
            for (value, of) in values {
                let goes =
                    |(other, word): (usize, &&str)| pairs.contains(&(other, word, at, value));
                if !words.iter().enumerate().all(goes) {
                    continue;
                }
                let mut next = atom.clone();
                match at {
                    0 => next.place.clone_from(&of.place),
                    1 => next.populations.clone_from(&of.populations),
                    _ => next.words[at - 2] = of.words[at - 2],
                }
                longer.push(([words.as_slice(), &[value]].concat(), next));
            }
        }
        if longer.len() > MOST_EMPTY {
            return;
        }
        begun = longer;
    }
    for (_, atom) in begun {
        atoms.entry(atom).or_default();
    }
}
