//! Attacks a running server by comparing answers, and prints what that tells: the same attacks that the crate
//! `disclosure` tries on a rule alone. It loads invented returns, so the server must stand on a space of its own.

mod children;
mod server;

use anyhow::{Result, ensure};
use disclosure::attackers::lone_exception::{self, Whom};
use disclosure::attackers::{Advantage, attribute, existence};
use serde_json::json;
use url::Url;

use self::children::{Child, TOLD};
use self::server::{Answers, Authority, Server};
use crate::random::{Random, Topic};

/// Attack a running server with returns of its own, and print what comparing answers tells.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Where the graph is.
    #[arg(long, default_value = "http://127.0.0.1:8080/graphql")]
    url: Url,
    /// A token with `young-people:contribute` and `young-people:statistics`.
    #[arg(long)]
    token: String,
    /// How often each attack is tried: in another authority and year each time.
    #[arg(long, default_value_t = 60)]
    trials: usize,
    /// How many children an authority has; a third of them are unaccompanied boys.
    #[arg(long, default_value_t = 300)]
    children: usize,
    /// Another seed makes other children.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// The collection years that a server takes, of which the attacks use one each.
const LONE_EXCEPTION: i32 = 2024;
const REFRESHED: i32 = 2023;
/// How many children make an edition.
const EDITION: usize = service::young_people::editions::LEAST_CHANGED;
const NEIGHBOURS: std::ops::RangeInclusive<i32> = 2017..=2022;

/// Runs all attacks and prints what each gained.
pub(crate) async fn run(options: Options) -> Result<()> {
    let attack =
        Attack { server: Server::new(options.url.clone(), options.token.clone()), options };
    let authorities = attack.server.authorities().await?;
    ensure!(authorities.len() >= 2, "the space has no authorities: import some first");
    println!("{:<44} {:>7} {:>10} {:>10}", "attack", "trials", "existence", "attributes");
    attack.lone_exception(&authorities).await?;
    for more in [1, EDITION - 1, EDITION] {
        attack.refreshed(&authorities, more).await?;
    }
    attack.neighbour(&authorities).await
}

struct Attack {
    server: Server,
    options: Options,
}

impl Attack {
    fn children(&self, trial: usize, count: usize, prefix: &str) -> (Random, Vec<Child>) {
        let mut random = Random::new(self.options.seed, Topic::Child, trial as u64);
        let boys = count / 3;
        let child = |at| {
            let is_boy = at < boys || random.per_mille(550);
            Child::draw(&mut random, format!("{prefix}{at}"), !is_boy, at < boys)
        };
        let children = (0..count).map(child).collect();
        (random, children)
    }

    /// Asks of unaccompanied boys, and in half of the trials a girl.
    async fn lone_exception(&self, authorities: &[Authority]) -> Result<()> {
        let dimensions = TOLD.map(|told| told.categories.len() as u16);
        let mut trials = Vec::new();
        for (trial, authority) in authorities.iter().take(self.options.trials).enumerate() {
            let (mut random, mut children) = self.children(trial, self.options.children, "B");
            let girl = Child::draw(&mut random, "G".to_owned(), true, true);
            let is_there = trial % 2 == 0;
            children.extend(is_there.then(|| girl.clone()));
            self.server.load(&authority.code, LONE_EXCEPTION, &children).await?;
            let mut answers: Vec<[Answers; 3]> = Vec::new();
            for told in &TOLD {
                let mut asked: [Answers; 3] = Default::default();
                for (answers, sexes) in asked.iter_mut().zip([None, Some("MALE"), Some("FEMALE")]) {
                    let mut filter = json!({ "localAuthorities": [authority.code], "populations": ["UNACCOMPANIED_ASYLUM_SEEKING"] });
                    if let Some(sex) = sexes {
                        filter["sexes"] = json!([sex]);
                    }
                    *answers = self.server.count(&[told.dimension], filter, LONE_EXCEPTION).await?;
                }
                answers.push(asked);
            }
            let seen = lone_exception::look(&dimensions, |whom, dimension, category| {
                let at = match whom {
                    Whom::Group => 0,
                    Whom::Alike => 1,
                    Whom::Unlike => 2,
                };
                let word = TOLD[dimension].categories[usize::from(category)].0;
                answers[dimension][at].get(&vec![word.to_owned()]).copied().flatten()
            });
            let hers = girl.categories.map(|at| at as u16).to_vec();
            trials.push((seen, is_there.then_some(hers)));
        }
        let learned = lone_exception::judge(&trials);
        print(
            "one girl among the unaccompanied boys",
            trials.len(),
            learned.of_existence(),
            Some(learned.of_attributes()),
        );
        Ok(())
    }

    /// Compares the counts of a return that is replaced by itself, or by one with some children more, of whom one is
    /// looked for.
    async fn refreshed(&self, authorities: &[Authority], more: usize) -> Result<()> {
        let is_edition = more >= EDITION;
        let mut noticed = Vec::new();
        let mut guesses: [Vec<(u16, u16)>; 4] = Default::default();
        let apart = authorities.iter().skip(self.options.trials * (more % 3));
        for (trial, authority) in apart.take(self.options.trials).enumerate() {
            let (mut random, mut children) = self.children(trial, self.options.children, "R");
            self.server.load(&authority.code, REFRESHED, &children).await?;
            let before = self.everything(authority).await?;
            let has_come = trial % 2 == 0;
            let target = Child::draw(&mut random, "T".to_owned(), true, false);
            // That so many came is no secret where it makes an edition: then the question is whether the target did.
            let come = if has_come || is_edition { more } else { 0 };
            let others = (usize::from(has_come)..come)
                .map(|at| Child::draw(&mut random, format!("M{at}"), true, false));
            children.extend(others.collect::<Vec<_>>());
            children.extend(has_come.then(|| target.clone()));
            self.server.load(&authority.code, REFRESHED, &children).await?;
            let after = self.everything(authority).await?;
            let mut changed = 0.0;
            let mut rises = TOLD.map(|told| vec![0.0; told.categories.len()]);
            for (keys, count) in &before {
                let then = after.get(keys).copied().flatten();
                if *count == then {
                    continue;
                }
                let rise = then.unwrap_or(10) as f64 - count.unwrap_or(10) as f64;
                changed += match is_edition {
                    true if target.is_in(keys) => rise,
                    true => 0.0,
                    false => 1.0,
                };
                for (told, rises) in TOLD.iter().zip(&mut rises) {
                    let named = told
                        .categories
                        .iter()
                        .position(|(word, _)| keys.iter().any(|key| key == word));
                    if let Some(at) = named {
                        rises[at] += if is_edition { rise } else { 1.0 };
                    }
                }
            }
            noticed.push((changed, has_come));
            if has_come {
                for ((rises, guesses), truth) in
                    rises.iter().zip(&mut guesses).zip(target.categories)
                {
                    let most =
                        rises.iter().enumerate().max_by(|one, other| one.1.total_cmp(other.1));
                    guesses.push((most.map_or(0, |(at, _)| at as u16), truth as u16));
                }
            }
        }
        let attributes = guesses.iter().map(|of| attribute(of).0).fold(f64::MIN, f64::max);
        print(
            &format!("a return with {more} more, one of them noticed"),
            noticed.len(),
            existence(&noticed),
            Some(Advantage(attributes)),
        );
        Ok(())
    }

    /// Returns all answers about an authority, by two dimensions at a time.
    async fn everything(&self, authority: &Authority) -> Result<Answers> {
        let mut all = Answers::new();
        for (at, one) in TOLD.iter().enumerate() {
            for other in TOLD.iter().skip(at + 1) {
                let filter = json!({ "localAuthorities": [authority.code] });
                let by = [one.dimension, other.dimension];
                all.extend(self.server.count(&by, filter, REFRESHED).await?);
            }
        }
        Ok(all)
    }

    /// Finds of two authorities of a region which hidden cells of the smaller are not empty, by comparing the region
    /// with the larger, and how often the difference is the very number.
    async fn neighbour(&self, authorities: &[Authority]) -> Result<()> {
        let mut regions: Vec<&Authority> = Vec::new();
        let mut pairs = Vec::new();
        for authority in authorities {
            match regions.iter().position(|other| other.region == authority.region) {
                Some(at) => pairs.push((regions.swap_remove(at), authority)),
                None if !pairs
                    .iter()
                    .any(|(one, _): &(&Authority, _)| one.region == authority.region) =>
                {
                    regions.push(authority);
                }
                None => {}
            }
        }
        let (mut unequal, mut exact) = (Vec::new(), Vec::new());
        let tried = NEIGHBOURS.flat_map(|year| pairs.iter().map(move |pair| (year, pair)));
        for (trial, (year, (large, small))) in tried.take(self.options.trials).enumerate() {
            let (_, many) = self.children(trial, self.options.children, "L");
            let (_, few) = self.children(trial + 100_000, 20, "F");
            self.server.load(&large.code, year, &many).await?;
            self.server.load(&small.code, year, &few).await?;
            for (at, one) in TOLD.iter().enumerate() {
                for other in TOLD.iter().skip(at + 1) {
                    let by = [one.dimension, other.dimension];
                    let of = |filter| self.server.count(&by, filter, year);
                    let whole = of(json!({ "regions": [large.region] })).await?;
                    let part = of(json!({ "localAuthorities": [large.code] })).await?;
                    let rest = of(json!({ "localAuthorities": [small.code] })).await?;
                    for (keys, rest) in rest {
                        let truth = few.iter().filter(|child| child.is_in(&keys)).count();
                        let told = [&whole, &part].map(|table| table.get(&keys).copied().flatten());
                        if let (None, [Some(whole), Some(part)]) = (rest, told) {
                            unequal.push((f64::from(u8::from(whole != part)), truth > 0));
                            exact.push((whole.saturating_sub(part) as u16, truth as u16));
                        }
                    }
                }
            }
        }
        print(
            "a region less its larger authority, not empty",
            unequal.len(),
            existence(&unequal),
            None,
        );
        print("the same, the very number", exact.len(), attribute(&exact), None);
        Ok(())
    }
}

fn print(attack: &str, trials: usize, existence: Advantage, attributes: Option<Advantage>) {
    let attributes = attributes.map_or_else(|| "-".to_owned(), |of| of.to_string());
    println!("{attack:<44} {trials:>7} {:>10} {attributes:>10}", existence.to_string());
}
