//! One uncertain factor, and how the numbers of a file share such factors (model section 10).
//!
//! An entry's numbers of one kind move together (all crush tables of a group, the two edges of a height band);
//! different kinds under one entry are independent. Forces, stiffnesses and masses get lognormal factors of mean 1,
//! places (heights, widths, setbacks) normal ones cut off symmetrically. An entry with a side gets
//! `bound exp(s |z|)`, z standard normal (below: -s), whatever its kind: its median is `bound exp(0.674 s)`, and its
//! logarithm spreads as that of a two-sided entry of the same cv.
//!
//! A factor f moves a number to the power that its own spread asks for, `f^(s_i / s)`, s and s_i the standard
//! deviations of the logarithms of the input and of the number: points of a table with `cv_by_point`, entries that
//! move `with` another one (`against`: the power is negative). So one number f says it all, a factor of 1 is the file,
//! and each number has the spread that its entry states. Its mean is `exp((s_i^2 - s_i s) / 2)`, which is 1 where the
//! spreads are equal and at least 0.985 for s_i < s = 0.35. A table's points are one input, not two for fit and prior:
//! where the prior's end moves, the fitted points hardly do.

use std::collections::BTreeMap;
use std::f64::consts::{PI, SQRT_2};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;
use statrs::function::erf::{erf, erf_inv};

use super::provenance::{Basis, Provenance, Side, leader, log_sd, one_sided_scale};

/// Kind of number; decides which numbers of an entry move together, and the law of their factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Quantity {
    /// Force, stiffness, damping.
    Force,
    /// Crush tables, gaps, sizes, strokes.
    Length,
    /// Where something is: heights, widths, setbacks, clearances.
    Place,
    /// Mass.
    Mass,
    /// Time.
    Time,
    /// Share, factor, rate: anything without one of the units above.
    Share,
    /// Price.
    Price,
}

impl Quantity {
    /// Word for keys and tables.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Force => "force",
            Self::Length => "length",
            Self::Place => "place",
            Self::Mass => "mass",
            Self::Time => "time",
            Self::Share => "factor",
            Self::Price => "price",
        }
    }
}

/// What an input acts on, for grouping.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// Crush structure: tables of paths and mounts.
    Structure,
    /// Compartment: dash-cabin path and compartment layers.
    Compartment,
    /// Heights, widths, setbacks, size of the body.
    Geometry,
    /// Test mass and how it is shared.
    Mass,
    /// Belts, bags, column, knee bolster, clearances.
    Restraint,
    /// List price.
    Price,
}

/// One uncertain factor: an entry of the provenance, or one kind of number under it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Input {
    /// Key of the entry; with `:kind` behind it where the entry covers several kinds.
    pub key: String,
    /// Kind of the numbers.
    pub quantity: Quantity,
    /// What they belong to.
    pub part: Part,
    /// Coefficient of variation.
    pub cv: f64,
    /// Kind of evidence.
    pub basis: Basis,
    /// Side of the bound on which draws stay, and the bound over the file's number.
    pub side: Option<(Side, f64)>,
    /// The numbers that it moves.
    #[serde(skip)]
    pub(crate) leaves: Vec<Leaf>,
}

/// A number, or a table of them, that an input moves.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Leaf {
    /// Index in the owner's order.
    pub(crate) index: usize,
    /// Power of the input's factor.
    power: f64,
    /// The same for each point of a table; empty: all points by `power`.
    by_point: Vec<f64>,
}

impl Leaf {
    /// The factor on the number, or on every point of the table.
    pub(crate) fn factor(&self, of_input: f64) -> f64 {
        raised(of_input, self.power)
    }

    /// Multiply a table: each point by its own factor where the entry has a spread by point.
    pub(crate) fn scale(&self, table: &mut [f64], of_input: f64) {
        let whole = self.factor(of_input);
        for (i, x) in table.iter_mut().enumerate() {
            *x *= self.by_point.get(i).map_or(whole, |p| raised(of_input, *p));
        }
    }
}

/// A factor to a power; exact for 1, which is nearly every number's.
fn raised(factor: f64, power: f64) -> f64 {
    if power == 1.0 { factor } else { factor.powf(power) }
}

/// A place is cut off at so many standard deviations, or earlier where it would come near 0.
const CUT_SD: f64 = 2.5;
/// Least factor of a place.
const LEAST_PLACE: f64 = 0.2;

impl Input {
    /// An input that moves nothing yet.
    pub(crate) fn of(key: &str, quantity: Quantity, part: Part, entry: &Provenance) -> Self {
        Self {
            key: key.to_string(),
            quantity,
            part,
            cv: entry.cv,
            basis: entry.basis,
            side: entry.side.map(|s| (s, entry.bound.unwrap_or(1.0))),
            leaves: Vec::new(),
        }
    }

    /// The factor at probability `u`: lognormal with mean 1 and this cv; for places a normal one, cut off
    /// symmetrically and widened so that mean and cv stay as asked; with a side the half-normal law in the logarithm,
    /// from the bound on.
    pub fn quantile(&self, u: f64) -> f64 {
        let u = u.clamp(1e-9, 1.0 - 1e-9);
        match self.side {
            // In both cases a higher probability is a higher factor.
            Some((Side::Above, bound)) => {
                let z = standard_normal(0.5 * (1.0 + u));
                return bound * (one_sided_scale(self.cv) * z).exp();
            }
            Some((Side::Below, bound)) => {
                let z = standard_normal(0.5 * u);
                return bound * (one_sided_scale(self.cv) * z).exp();
            }
            None => {}
        }
        if self.quantity != Quantity::Place {
            let variance = (1.0 + self.cv * self.cv).ln();
            return (variance.sqrt() * standard_normal(u) - 0.5 * variance).exp();
        }
        let below = 0.5 * (1.0 - erf(CUT_SD / SQRT_2));
        let inside = 1.0 - 2.0 * below;
        let density = (-0.5 * CUT_SD * CUT_SD).exp() / (2.0 * PI).sqrt();
        let sd = (1.0 - 2.0 * CUT_SD * density / inside).sqrt();
        let z = standard_normal(below + u * inside) / sd;
        let widest = (1.0 - LEAST_PLACE) * sd / CUT_SD;
        1.0 + self.cv.min(widest) * z
    }
}

/// Quantile of the standard normal distribution.
fn standard_normal(u: f64) -> f64 {
    SQRT_2 * erf_inv(2.0 * u - 1.0)
}

/// Probabilities in (0, 1) of draw `index`: ChaCha stream `index` of a seed, whatever thread or shard asks.
pub fn probabilities(seed: u64, index: u64, count: usize) -> Vec<f64> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(index);
    (0..count).map(|_| rng.random::<f64>()).collect()
}

/// Make inputs of numbers `(key path, kind, part)` from the entries `all`, of which `entry_of` names the one that
/// covers a key: numbers that one entry covers and that are of one kind share an input. Those of an entry that follows
/// another join that one's input of their kind, or its first where it has none of their kind.
pub(crate) fn collect<'a>(
    numbers: impl Iterator<Item = (String, Quantity, Part)>,
    entry_of: impl Fn(&str) -> Option<(&'a str, &'a Provenance)>,
    all: &'a BTreeMap<String, Provenance>,
) -> Vec<Input> {
    let mut by_entry: BTreeMap<(&str, Quantity), Input> = BTreeMap::new();
    let mut followers = Vec::new();
    for (index, (key, quantity, part)) in numbers.enumerate() {
        let Some((entry, p)) = entry_of(&key).filter(|(_, p)| p.cv > 0.0) else {
            continue;
        };
        if p.follows().is_some() {
            followers.push((index, entry, p, quantity, part));
            continue;
        }
        by_entry
            .entry((entry, quantity))
            .or_insert_with(|| Input::of(entry, quantity, part, p))
            .leaves
            .push(leaf(index, p, p.cv, 1.0));
    }
    for (index, entry, p, quantity, part) in followers {
        let Some((root, of, sign)) = leader(all, entry).filter(|(_, of, _)| of.cv > 0.0) else {
            continue;
        };
        let mut kinds = by_entry.keys().filter(|(k, _)| *k == root).map(|(_, q)| *q);
        let first = kinds.clone().next().unwrap_or(quantity);
        let kind = kinds.find(|q| *q == quantity).unwrap_or(first);
        by_entry
            .entry((root, kind))
            .or_insert_with(|| Input::of(root, kind, part, of))
            .leaves
            .push(leaf(index, p, of.cv, sign));
    }
    let mut inputs: Vec<Input> = by_entry.into_values().collect();
    let shared: Vec<bool> = inputs
        .iter()
        .map(|i| inputs.iter().filter(|k| k.key == i.key).count() > 1)
        .collect();
    for (input, _) in inputs.iter_mut().zip(shared).filter(|(_, s)| *s) {
        input.key = format!("{}:{}", input.key, input.quantity.word());
    }
    inputs
}

/// A number of entry `p` under an input with the coefficient of variation `of_input`.
fn leaf(index: usize, p: &Provenance, of_input: f64, sign: f64) -> Leaf {
    let power = |cv: f64| {
        if cv == of_input {
            sign
        } else {
            sign * log_sd(cv) / log_sd(of_input)
        }
    };
    Leaf {
        index,
        power: power(p.cv),
        by_point: p.cv_by_point.iter().flatten().map(|cv| power(*cv)).collect(),
    }
}
