//! A design in draws of everything that is uncertain, each draw with one test of the scatter set (model section 7:
//! paired, not nested), and the price that the same spreads leave.

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::measure::Measure;
use crate::sizing::design::Design;
use crate::sizing::uncertainty::ensemble::monte_carlo;
use crate::sizing::uncertainty::summary::{quantile, sorted};
use crate::sizing::uncertainty::{MonteCarlo, Population, Progress};

use super::beside::{Beside, Kind};

/// Draws unless others are asked for: a share of one half is then known within 4.4 points.
pub const DRAWS: usize = 500;
/// Load cases that every draw is run in; one of the others is run in turn.
const DECIDING: usize = 3;
/// The share of draws that a design is held against unless a confidence is asked for: more often than not.
const MORE_OFTEN_THAN_NOT: f64 = 0.5;

/// How draws are taken.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drawing {
    /// Number of draws.
    pub draws: usize,
    /// Their seed.
    pub seed: u64,
    /// Share of draws asked for.
    pub confidence: Option<f64>,
}

impl Default for Drawing {
    fn default() -> Self {
        Self {
            draws: DRAWS,
            seed: 1,
            confidence: None,
        }
    }
}

impl Drawing {
    /// Number of draws that may be asked for.
    pub const RANGE: [usize; 2] = [16, 1_000_000];

    /// Check the numbers; `name` is what the user calls the draws.
    ///
    /// # Errors
    /// [`Error::Request`] with the value and what would be right.
    pub fn check(&self, name: &str) -> Result<(), Error> {
        let [least, most] = Self::RANGE;
        if !(least..=most).contains(&self.draws) {
            return Err(Error::request(
                format!("{name} = {}", self.draws),
                format!("from {least} (each test of the scatter set once) to {most}; --quick leaves the draws out"),
            ));
        }
        match self.confidence {
            Some(p) if !(p > 0.0 && p < 1.0) => Err(Error::request(
                format!("confidence {p}"),
                "a probability between 0 and 1, for example 0.9",
            )),
            _ => Ok(()),
        }
    }
}

/// The vehicle as built and with its design over the same draws.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Drawn {
    /// Load cases of every draw, in words.
    pub load_cases: Vec<String>,
    /// As built.
    pub as_built: MonteCarlo,
    /// With the design.
    pub design: MonteCarlo,
}

impl Drawn {
    /// The share of draws in which every target holds, as a way to try the design.
    pub fn row(&self, criterion: Measure, asked: Option<f64>) -> Beside {
        let limit = asked.unwrap_or(MORE_OFTEN_THAN_NOT);
        let met = self.design.probability_met;
        Beside {
            what: format!("share of {} draws in which every target holds", self.design.draws),
            kind: Kind::Draws,
            value: met.value,
            limit,
            ok: met.value >= limit,
            near: met.high >= limit,
            against: None,
            fails: (met.value < limit).then_some(criterion),
        }
    }
}

/// Draw a problem's vehicle as built and with a design. `slack_of_case` is the least slack of each load case at the
/// design: the smallest few decide.
///
/// # Errors
/// [`Error::Interrupted`] when told to stop; the first error of any case.
pub fn drawn(
    population: &Population<'_>,
    design: &Design,
    slack_of_case: &[f64],
    how: Drawing,
    progress: &dyn Progress,
) -> Result<Drawn, Error> {
    let mut order: Vec<usize> = (0..slack_of_case.len()).collect();
    order.sort_by(|a, b| slack_of_case[*a].total_cmp(&slack_of_case[*b]));
    order.truncate(DECIDING);
    let of = |what: &str, design: &Design| {
        progress.begin(what, how.draws);
        monte_carlo(population, design, &order, how.seed, how.draws, progress)
    };
    let cases = &population.problem.cases;
    let sized = of("draws of the design", design)?;
    let as_built = match *design == Design::default() {
        true => sized.clone(),
        false => of("draws as built", &Design::default())?,
    };
    Ok(Drawn {
        load_cases: order.iter().map(|l| cases[*l].to_string()).collect(),
        as_built,
        design: sized,
    })
}

/// 5 to 95 % range of a price, dollars of the cost file's common year.
pub type PriceRange = [f64; 2];

/// What the spreads of mass, cost, labour, list price and money leave of the price; no simulation. `None` when no price
/// of the vehicle is known.
///
/// # Errors
/// As [`Population::account`].
pub fn price_range(population: &Population<'_>, design: &Design, how: Drawing) -> Result<Option<PriceRange>, Error> {
    let mut prices = Vec::with_capacity(how.draws);
    for i in 0..how.draws {
        let row = population.row(how.seed, i as u64);
        prices.push(population.account(design, &row)?.price_usd);
    }
    let all = sorted(prices);
    Ok((!all.is_empty()).then(|| [quantile(&all, 0.05), quantile(&all, 0.95)]))
}
