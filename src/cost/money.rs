//! Dollars with a basis and a year.
//!
//! Three cost bases must never be mixed: what the maker spends (direct manufacturing cost), what a
//! teardown or rule study says the buyer pays (consumer cost, already at retail), and prices. Here they
//! are types: adding two of them does not compile, and only direct manufacturing cost has a retail
//! price equivalent to be multiplied by. Amounts are all in the cost model's common year; a figure in
//! dollars of another year is a [`Quoted`] and has to pass a [`Deflator`] first.

use std::collections::BTreeMap;
use std::iter::Sum;
use std::marker::PhantomData;
use std::ops::{Add, Mul};

use serde::Serialize;

use crate::error::Error;
use crate::material::Spread;

/// Markers of the cost bases.
pub mod basis {
    /// What the maker spends on labour, material and parts.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct DirectManufacturing;
    /// What the buyer pays for it, from a cost study.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct Consumer;
    /// What a car is sold for.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct Price;
}

/// Dollars of the common year on one cost basis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Amount<B> {
    usd: f64,
    basis: PhantomData<B>,
}

/// Direct manufacturing cost, dollars of the common year.
///
/// ```
/// use crumple::cost::money::{DirectManufacturingCost, RetailPriceEquivalent};
/// let structure = DirectManufacturingCost::new(100.0) + DirectManufacturingCost::new(20.0);
/// assert_eq!(structure.at_retail(RetailPriceEquivalent(1.5)).usd(), 180.0);
/// ```
/// ```compile_fail
/// use crumple::cost::money::{ConsumerCost, DirectManufacturingCost};
/// let mixed = DirectManufacturingCost::new(100.0) + ConsumerCost::new(54.0);
/// ```
/// ```compile_fail
/// use crumple::cost::money::{ConsumerCost, RetailPriceEquivalent};
/// let twice = ConsumerCost::new(54.0).at_retail(RetailPriceEquivalent(1.5));
/// ```
pub type DirectManufacturingCost = Amount<basis::DirectManufacturing>;
/// Cost to the buyer from a cost study, dollars of the common year.
pub type ConsumerCost = Amount<basis::Consumer>;
/// Price of a car, dollars of the common year.
pub type Price = Amount<basis::Price>;

impl<B> Amount<B> {
    /// An amount in dollars of the common year.
    pub const fn new(usd: f64) -> Self {
        Self {
            usd,
            basis: PhantomData,
        }
    }

    /// Dollars of the common year.
    pub const fn usd(&self) -> f64 {
        self.usd
    }
}

impl<B> Default for Amount<B> {
    fn default() -> Self {
        Self::new(0.0)
    }
}

impl<B> Add for Amount<B> {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self::new(self.usd + other.usd)
    }
}

impl<B> Mul<f64> for Amount<B> {
    type Output = Self;
    fn mul(self, factor: f64) -> Self {
        Self::new(self.usd * factor)
    }
}

impl<B> Sum for Amount<B> {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), Add::add)
    }
}

impl<B> Serialize for Amount<B> {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_f64(self.usd)
    }
}

/// Retail price equivalent: retail over direct manufacturing cost.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RetailPriceEquivalent(pub f64);

impl DirectManufacturingCost {
    /// Cost to the buyer: the one place where the retail price equivalent is applied.
    pub fn at_retail(self, rpe: RetailPriceEquivalent) -> ConsumerCost {
        Amount::new(self.usd * rpe.0)
    }
}

impl Price {
    /// The price after a cost has been handed on to the buyer.
    pub fn raised_by(self, cost: ConsumerCost) -> Self {
        Self::new(self.usd + cost.usd)
    }
}

/// A price index that brings dollars of any listed year to one common year.
#[derive(Debug, Clone, PartialEq)]
pub struct Deflator {
    index: BTreeMap<u16, f64>,
    common_year: u16,
}

impl Deflator {
    /// An index by year (any base) and the year amounts are reported in.
    ///
    /// # Errors
    /// [`Error::Request`] when the common year is not in the index or an index is not above 0.
    pub fn new(index: BTreeMap<u16, f64>, common_year: u16) -> Result<Self, Error> {
        if let Some((year, v)) = index.iter().find(|(_, v)| !(v.is_finite() && **v > 0.0)) {
            return Err(Error::request(
                format!("price index {v} of {year}"),
                "an index is above 0",
            ));
        }
        let deflator = Self { index, common_year };
        deflator.factor(common_year)?;
        Ok(deflator)
    }

    /// Year that amounts are reported in.
    pub const fn common_year(&self) -> u16 {
        self.common_year
    }

    /// Dollars of the common year per dollar of `base_year`.
    ///
    /// # Errors
    /// [`Error::Request`] when the year is not in the index.
    pub fn factor(&self, base_year: u16) -> Result<f64, Error> {
        let at = |year: u16| {
            self.index.get(&year).copied().ok_or_else(|| {
                let first = self.index.keys().next().copied().unwrap_or_default();
                let last = self.index.keys().next_back().copied().unwrap_or_default();
                Error::request(
                    format!("no price index for {year}"),
                    format!("the deflator covers {first} to {last}"),
                )
            })
        };
        Ok(at(self.common_year)? / at(base_year)?)
    }
}

/// A figure as its source states it, in dollars of its base year, with its factor to the common year.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quoted<B> {
    /// Dollars of `base_year`.
    pub usd: Spread,
    /// Year of those dollars.
    pub base_year: u16,
    factor: f64,
    basis: PhantomData<B>,
}

impl<B> Quoted<B> {
    /// A figure in dollars of `base_year`.
    ///
    /// # Errors
    /// [`Error::Request`] when the deflator does not cover the year.
    pub fn new(usd: Spread, base_year: u16, deflator: &Deflator) -> Result<Self, Error> {
        Ok(Self {
            usd,
            base_year,
            factor: deflator.factor(base_year)?,
            basis: PhantomData,
        })
    }

    /// The central figure in dollars of the common year.
    pub fn amount(&self) -> Amount<B> {
        Amount::new(self.usd.central * self.factor)
    }

    /// The figure at probability `u` of its range, without spread.
    pub fn drawn(mut self, u: f64) -> Self {
        self.usd = self.usd.drawn(u);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cost::model::tests::shipped;

    /// An index reported in another year.
    fn reported_in(deflator: &Deflator, year: u16) -> Deflator {
        Deflator::new(deflator.index.clone(), year).unwrap()
    }

    /// Rule costs brought to 2022 dollars: 74, 161 and 42 $ (published figures 54 $ of 2007, 111 $ of
    /// 2005, 31 $ of 2009; check values computed independently).
    #[test]
    fn rules_in_2022_dollars() {
        let in_2022 = reported_in(&shipped().deflator, 2022);
        for (usd, year, expected) in [(54.0, 2007, 74.0), (111.0, 2005, 161.0), (31.0, 2009, 42.0)] {
            let cost: Quoted<basis::Consumer> = Quoted::new(Spread::exact(usd), year, &in_2022).unwrap();
            assert_eq!(cost.amount().usd().round(), expected, "{usd} $ of {year}");
        }
    }

    /// Added steel 4.96 $/kg at retail in 2020$ is 5.55 in 2022$ and about 6.04 in 2025$;
    /// aluminium 11.24, 12.57, 13.70.
    #[test]
    fn added_metal_at_retail_through_the_years() {
        let deflator = shipped().deflator;
        for (per_lb, expected) in [(1.5, [4.96, 5.55, 6.04]), (3.4, [11.24, 12.57, 13.70])] {
            let per_kg = per_lb / 0.453_592_37;
            for (year, usd) in [2020, 2022, 2025].into_iter().zip(expected) {
                let there = reported_in(&deflator, year);
                let quoted: Quoted<basis::DirectManufacturing> =
                    Quoted::new(Spread::exact(per_kg), 2020, &there).unwrap();
                let retail = quoted.amount().at_retail(RetailPriceEquivalent(1.5)).usd();
                assert!((retail - usd).abs() < 0.006, "{retail} against {usd} in {year}");
            }
        }
    }

    #[test]
    fn a_year_outside_the_index_is_refused_with_its_range() {
        let e = shipped().deflator.factor(1984).unwrap_err().to_string();
        assert!(e.contains("1984") && e.contains("2000 to 2025"), "{e}");
    }
}
