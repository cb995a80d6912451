//! All curves in one list.

use super::curves::RiskCurve;
use super::{body, delta_v, ncap};

/// Every published curve of this program, for tables and figures. The families that take an age
/// ([`body::thorax_by_age`], [`delta_v::lubbe_2022`]) are listed at 45 years.
pub fn catalogue() -> Vec<RiskCurve> {
    let mut all: Vec<RiskCurve> = Vec::new();
    all.extend(ncap::CURVES);
    all.extend(body::CURVES);
    all.push(body::thorax_by_age(45.0));
    all.extend(delta_v::WANG_2022.iter().flat_map(|family| family.curves));
    all.push(delta_v::lubbe_2022(45.0));
    all.extend(delta_v::OTHER_CURVES);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_curve_is_a_rising_probability_with_its_own_id_and_source() {
        let all = catalogue();
        let ids: HashSet<_> = all.iter().map(|c| c.id).collect();
        assert_eq!(ids.len(), all.len(), "an id is used twice");
        for c in &all {
            assert!(!c.source.is_empty() && !c.population.is_empty(), "{}", c.id);
            let (from, to) = (c.valid.from, c.valid.to);
            assert!(from < to, "{}", c.id);
            let mut last = 0.0;
            for i in 0..=400 {
                let risk = c.evaluate(from + (to - from) * f64::from(i) / 400.0);
                assert!(risk.in_range);
                assert!((0.0..=1.0).contains(&risk.probability), "{}", c.id);
                assert!(risk.probability >= last, "{} falls at {i}", c.id);
                last = risk.probability;
            }
            assert!(last > c.probability(from), "{} does not rise", c.id);
            assert!(!c.evaluate(to * 1.01).in_range, "{}", c.id);
            assert!(!c.evaluate(f64::NAN).in_range);
        }
    }
}
