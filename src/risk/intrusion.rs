//! Intrusion as an odds ratio: how a compartment that gives way changes a risk read from a dummy or a delta-v.
//!
//! Model section 7, note N18 ([`crate::model`]): P' = OR o / (1 + OR o), o = P / (1 - P). It is an explicit
//! step with a named source and is never applied silently. Field studies compare crashes with and without
//! intrusion; how the ratio grows in between is an assumption, stated in [`IntrusionOddsRatio::ramped`].

use serde::Serialize;

/// An odds ratio found in field data.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct IntrusionOddsRatio {
    /// Name, unique in this list.
    pub id: &'static str,
    /// What injury it multiplies the odds of.
    pub injury: &'static str,
    /// Which intrusion and crashes.
    pub condition: &'static str,
    /// The ratio.
    pub value: f64,
    /// 95 % interval, where the source gives one.
    pub interval: Option<(f64, f64)>,
    /// Where it comes from.
    pub source: &'static str,
}

const AUSTIN: &str = "Austin 2012 (NHTSA), NASS-CDS frontal crashes, adjusted for delta-v and age (abstract)";
const LOWER_LEG: &str = "lower leg AIS2+";
const UPPER_LEG: &str = "upper leg AIS2+";

const fn austin(id: &'static str, injury: &'static str, condition: &'static str, value: f64) -> IntrusionOddsRatio {
    IntrusionOddsRatio {
        id,
        injury,
        condition,
        value,
        interval: None,
        source: AUSTIN,
    }
}

/// Published odds ratios.
pub const ODDS_RATIOS: [IntrusionOddsRatio; 6] = [
    austin(
        "toepan_any",
        LOWER_LEG,
        "floor or toe-pan intrusion against none, all frontal crashes",
        2.0,
    ),
    austin(
        "toepan_full_or_left",
        LOWER_LEG,
        "floor or toe-pan intrusion against none, full-frontal, left-offset or small-overlap",
        7.0,
    ),
    austin(
        "panel_any",
        UPPER_LEG,
        "instrument panel or knee bolster intrusion against none, all frontal",
        4.0,
    ),
    austin(
        "panel_full_frontal",
        UPPER_LEG,
        "instrument panel or knee bolster intrusion against none, full-frontal",
        8.0,
    ),
    austin(
        "panel_left_offset",
        UPPER_LEG,
        "instrument panel or knee bolster intrusion against none, left-offset or small-overlap",
        17.0,
    ),
    IntrusionOddsRatio {
        id: "toepan_2cm",
        injury: "lower extremity, as studied",
        condition: "toe-pan intrusion above 2 cm, belted drivers",
        value: 9.10,
        interval: Some((1.82, 45.4)),
        source: "Ye et al. (TRID 1368258), 1998-2010 belted drivers (abstract)",
    },
];

impl IntrusionOddsRatio {
    /// Is it for the upper leg, whose risk the femur force gives?
    pub fn is_upper_leg(&self) -> bool {
        self.injury == UPPER_LEG
    }

    /// The ratio as a function of intrusion: 1 up to `from_mm`, the full value from `to_mm` on, and in between
    /// straight in the logarithm of the odds. The ramp is an assumption: the sources give two groups.
    pub fn ramped(&self, intrusion_mm: f64, from_mm: f64, to_mm: f64) -> f64 {
        let share = if to_mm > from_mm {
            ((intrusion_mm - from_mm) / (to_mm - from_mm)).clamp(0.0, 1.0)
        } else {
            f64::from(u8::from(intrusion_mm > from_mm))
        };
        self.value.powf(share)
    }
}

/// Intrusion above which [`leg_odds`] applies, mm: the bound of the study that gives its interval.
pub const LEG_INTRUSION_MM: f64 = 20.0;

/// Odds ratio of a leg injury at an intrusion before the seat, low and high end: the 95 % interval of `toepan_2cm`
/// (1.82 to 45.4), which holds every other published ratio; 1 to 1 up to [`LEG_INTRUSION_MM`].
///
/// It stands beside a risk and enters none.
pub fn leg_odds(intrusion_mm: f64) -> [f64; 2] {
    let published = odds_ratio("toepan_2cm").and_then(|o| o.interval);
    match published {
        Some((low, high)) if intrusion_mm > LEG_INTRUSION_MM => [low, high],
        _ => [1.0, 1.0],
    }
}

/// The published ratio of that name.
pub fn odds_ratio(id: &str) -> Option<&'static IntrusionOddsRatio> {
    ODDS_RATIOS.iter().find(|o| o.id == id)
}

/// A probability with its odds multiplied by `odds_ratio`.
pub fn with_odds_ratio(probability: f64, odds_ratio: f64) -> f64 {
    // P' = OR P / (1 - P + OR P): the form of OR o / (1 + OR o) that also holds for P = 1.
    let hurt = odds_ratio * probability;
    hurt / (1.0 - probability + hurt)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn odds_are_multiplied() {
        assert!((with_odds_ratio(0.2, 4.0) - 0.5).abs() < 1e-15);
        assert_eq!(with_odds_ratio(0.0, 7.0), 0.0);
        assert_eq!(with_odds_ratio(1.0, 7.0), 1.0);
    }

    #[test]
    fn the_ramp_is_one_without_intrusion_and_the_published_value_at_its_end() {
        let or = odds_ratio("toepan_2cm").unwrap();
        assert_eq!(or.ramped(0.0, 20.0, 100.0), 1.0);
        assert!((or.ramped(60.0, 20.0, 100.0) - 9.10f64.sqrt()).abs() < 1e-12);
        assert_eq!(or.ramped(150.0, 20.0, 100.0), 9.10);
        assert_eq!((or.ramped(20.0, 20.0, 20.0), or.ramped(20.1, 20.0, 20.0)), (1.0, 9.10));
        assert_eq!(odds_ratio("nothing"), None);
    }

    /// None without intrusion; beyond 2 cm a range that holds every published ratio.
    #[test]
    fn leg_odds_hold_every_published_ratio_beyond_two_centimetres() {
        assert_eq!(leg_odds(0.0), [1.0, 1.0]);
        assert_eq!(leg_odds(LEG_INTRUSION_MM), [1.0, 1.0]);
        let [low, high] = leg_odds(LEG_INTRUSION_MM + 0.1);
        for o in &ODDS_RATIOS {
            assert!(low <= o.value && o.value <= high, "{}", o.id);
        }
    }

    proptest! {
        #[test]
        fn two_ratios_act_like_their_product_and_one_changes_nothing(
            p in 0.0..1.0f64, a in 0.1..20.0f64, b in 0.1..20.0f64,
        ) {
            let both = with_odds_ratio(with_odds_ratio(p, a), b);
            prop_assert!((both - with_odds_ratio(p, a * b)).abs() < 1e-12);
            prop_assert!((with_odds_ratio(p, 1.0) - p).abs() < 1e-15);
        }
    }
}
