//! Limits and rating bands of regulations and consumer tests, as data with their source.
//!
//! Note N19 ([`crate::model`]). All were read in a public implementation that quotes the paragraphs (pyisomme
//! 1.1.0), not in the texts themselves; check the text in force before relying on one. Limits known only from
//! recollection (JNCAP, structural bands) are left out.

use serde::Serialize;

use super::clip::clip;
use super::leg::Rating;
use super::{CriteriaError, Dummy, check};

/// Regulation or consumer test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Programme {
    /// FMVSS 208, frontal.
    Fmvss208,
    /// FMVSS 214, side.
    Fmvss214,
    /// UN R94, 56 km/h offset deformable barrier.
    UnR94,
    /// UN R95, side.
    UnR95,
    /// UN R137, 50 km/h full width.
    UnR137,
    /// Euro NCAP mobile progressive deformable barrier.
    EuroNcapMpdb,
    /// Euro NCAP 50 km/h full width.
    EuroNcapFullWidth,
    /// IIHS moderate and small overlap.
    Iihs,
}

/// What is limited; the unit is part of the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // the names say it
pub enum Criterion {
    Hic15,
    Hic36,
    HeadA3msG,
    Damage,
    Nij,
    NeckTensionKn,
    NeckCompressionKn,
    NeckShearKn,
    NeckExtensionNm,
    ChestA3msG,
    ChestDeflectionMm,
    ChestDeflectionRateMps,
    ViscousCriterionMps,
    RibDeflectionMm,
    LowerSpineG,
    AbdomenDeflectionMm,
    AbdomenForceKn,
    PubicForceKn,
    PelvisForceKn,
    AcetabulumForceKn,
    FemurForceKn,
    KneeSliderMm,
    TibiaIndex,
    TibiaForceKn,
    FootAccelerationG,
}

/// The form of a limit. All judge large values as bad.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// The value must not exceed this.
    AtMost(f64),
    /// Full points up to the first value, none from the second on, a straight line between.
    Sliding(f64, f64),
    /// Upper ends of good, acceptable and marginal.
    Bands(f64, f64, f64),
    /// Level that may be held for a total duration: (ms, limit), straight lines between, constant after the last.
    Duration(&'static [(f64, f64)]),
}

/// What a limit says of a value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Within the limit.
    Within,
    /// Beyond it.
    Exceeded,
    /// Share of the points, 0 to 1.
    Points(f64),
    /// Rating band.
    Rated(Rating),
}

/// One limit of one programme for one dummy.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Limit {
    /// Regulation or test.
    pub programme: Programme,
    /// Dummy it is for.
    pub dummy: Dummy,
    /// What is limited.
    pub criterion: Criterion,
    /// The limit.
    pub rule: Rule,
}

impl Programme {
    /// Where the limits were read.
    pub const fn source(self) -> &'static str {
        match self {
            Programme::Fmvss208 => "49 CFR 571.208 S6.2(b), S15.3, as quoted in pyisomme 1.1.0",
            Programme::Fmvss214 => "49 CFR 571.214, as quoted in pyisomme 1.1.0",
            Programme::UnR94 => "UN R94, as quoted in pyisomme 1.1.0",
            Programme::UnR95 => "UN R95, as quoted in pyisomme 1.1.0",
            Programme::UnR137 => {
                "UN R137 (34 mm chest for the 5th percentile; 42 mm in the 2016 text), as quoted in pyisomme 1.1.0"
            }
            Programme::EuroNcapMpdb | Programme::EuroNcapFullWidth => {
                "Euro NCAP adult occupant protocol 9.3, as quoted in pyisomme 1.1.0"
            }
            Programme::Iihs => "IIHS rating protocols, as quoted in pyisomme 1.1.0 (chest also in a second source)",
        }
    }
}

impl Limit {
    /// Judges a peak value. A [`Rule::Duration`] is taken at zero duration, the highest level it allows; judge the
    /// history with [`Limit::use_of_duration`].
    pub fn judge(&self, value: f64) -> Verdict {
        let within = |yes| {
            if yes { Verdict::Within } else { Verdict::Exceeded }
        };
        match self.rule {
            Rule::AtMost(limit) => within(value <= limit),
            Rule::Sliding(full, none) => Verdict::Points(((none - value) / (none - full)).clamp(0.0, 1.0)),
            Rule::Bands(good, acceptable, marginal) => Verdict::Rated(if value <= good {
                Rating::Good
            } else if value <= acceptable {
                Rating::Acceptable
            } else if value <= marginal {
                Rating::Marginal
            } else {
                Rating::Poor
            }),
            Rule::Duration(points) => within(points.first().is_none_or(|p| value <= p.1)),
        }
    }

    /// Whether the verdict on a peak value is the worst one: limit exceeded, no points, or poor. NaN counts as
    /// exceeded.
    pub fn is_exceeded(&self, value: f64) -> bool {
        value.is_nan()
            || match self.judge(value) {
                Verdict::Exceeded | Verdict::Rated(Rating::Poor) => true,
                Verdict::Points(p) => p <= 0.0,
                Verdict::Within | Verdict::Rated(_) => false,
            }
    }

    /// Greatest share of a duration limit that a history uses: for each total duration, the level held that long over
    /// the level allowed; above 1 the limit is exceeded. `None` for other rules. `values` in the unit of the
    /// criterion, positive in the direction limited; durations are tried every millisecond.
    ///
    /// Errors: bad interval, NaN, fewer than two samples.
    pub fn use_of_duration(&self, values: &[f64], dt_s: f64) -> Result<Option<f64>, CriteriaError> {
        let Rule::Duration(points) = self.rule else {
            return Ok(None);
        };
        check(values, dt_s, "a duration limit", 2)?;
        let peak = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut worst = peak / level_at(points, 0.0);
        let record_ms = (values.len() - 1) as f64 * dt_s * 1e3;
        // Beyond the last point the allowed level is constant, so longer durations never use more of it.
        let last_ms = points.last().map_or(0.0, |p| p.0).min(record_ms.floor());
        for ms in 1..=last_ms as usize {
            let ms = ms as f64;
            let held = clip(values, dt_s, ms * 1e-3)?.cumulative;
            worst = worst.max(held / level_at(points, ms));
        }
        Ok(Some(worst))
    }
}

/// Level of a duration limit at `ms`.
fn level_at(points: &[(f64, f64)], ms: f64) -> f64 {
    let Some(&(last_ms, last)) = points.last() else {
        return f64::INFINITY;
    };
    if ms >= last_ms {
        return last;
    }
    points
        .windows(2)
        .find(|w| ms < w[1].0)
        .map_or(last, |w| w[0].1 + (ms - w[0].0) / (w[1].0 - w[0].0) * (w[1].1 - w[0].1))
}

/// Limits of a programme for a dummy.
pub fn limits(programme: Programme, dummy: Dummy) -> impl Iterator<Item = &'static Limit> {
    ALL.iter().filter(move |l| l.programme == programme && l.dummy == dummy)
}

use Criterion as C;
use Dummy::{Es2, Hiii05f, Hiii50m, SidIis, Thor50m};
use Programme::{EuroNcapFullWidth, EuroNcapMpdb, Fmvss208, Fmvss214, Iihs, UnR94, UnR95, UnR137};

const fn most(programme: Programme, dummy: Dummy, criterion: Criterion, limit: f64) -> Limit {
    Limit {
        programme,
        dummy,
        criterion,
        rule: Rule::AtMost(limit),
    }
}

const fn slide(programme: Programme, dummy: Dummy, criterion: Criterion, full: f64, none: f64) -> Limit {
    Limit {
        programme,
        dummy,
        criterion,
        rule: Rule::Sliding(full, none),
    }
}

const fn bands(criterion: Criterion, good: f64, acceptable: f64, marginal: f64) -> Limit {
    Limit {
        programme: Iihs,
        dummy: Hiii50m,
        criterion,
        rule: Rule::Bands(good, acceptable, marginal),
    }
}

const fn held(programme: Programme, criterion: Criterion, points: &'static [(f64, f64)]) -> Limit {
    Limit {
        programme,
        dummy: Hiii50m,
        criterion,
        rule: Rule::Duration(points),
    }
}

/// Every limit.
pub const ALL: &[Limit] = &[
    most(Fmvss208, Hiii50m, C::Hic15, 700.0),
    most(Fmvss208, Hiii50m, C::ChestA3msG, 60.0),
    most(Fmvss208, Hiii50m, C::ChestDeflectionMm, 63.0),
    most(Fmvss208, Hiii50m, C::Nij, 1.0),
    most(Fmvss208, Hiii50m, C::NeckTensionKn, 4.170),
    most(Fmvss208, Hiii50m, C::NeckCompressionKn, 4.000),
    most(Fmvss208, Hiii50m, C::FemurForceKn, 10.008),
    most(Fmvss208, Hiii05f, C::Hic15, 700.0),
    most(Fmvss208, Hiii05f, C::ChestA3msG, 60.0),
    most(Fmvss208, Hiii05f, C::ChestDeflectionMm, 52.0),
    most(Fmvss208, Hiii05f, C::Nij, 1.0),
    most(Fmvss208, Hiii05f, C::NeckTensionKn, 2.620),
    most(Fmvss208, Hiii05f, C::NeckCompressionKn, 2.520),
    most(Fmvss208, Hiii05f, C::FemurForceKn, 6.805),
    most(Fmvss214, Es2, C::Hic36, 1000.0),
    most(Fmvss214, Es2, C::RibDeflectionMm, 44.0),
    most(Fmvss214, Es2, C::AbdomenForceKn, 2.5),
    most(Fmvss214, Es2, C::PubicForceKn, 6.0),
    most(Fmvss214, SidIis, C::Hic36, 1000.0),
    most(Fmvss214, SidIis, C::LowerSpineG, 82.0),
    most(Fmvss214, SidIis, C::PelvisForceKn, 5.525),
    most(UnR94, Hiii50m, C::Hic36, 1000.0),
    most(UnR94, Hiii50m, C::HeadA3msG, 80.0),
    most(UnR94, Hiii50m, C::NeckExtensionNm, 57.0),
    held(UnR94, C::NeckTensionKn, &[(0.0, 3.3), (35.0, 2.9), (60.0, 1.1)]),
    held(
        UnR94,
        C::NeckShearKn,
        &[(0.0, 3.1), (25.0, 1.5), (35.0, 1.5), (45.0, 1.1)],
    ),
    most(UnR94, Hiii50m, C::ChestDeflectionMm, 42.0),
    most(UnR94, Hiii50m, C::ViscousCriterionMps, 1.0),
    held(UnR94, C::FemurForceKn, &[(0.0, 9.07), (10.0, 7.58)]),
    most(UnR94, Hiii50m, C::TibiaForceKn, 8.0),
    most(UnR94, Hiii50m, C::TibiaIndex, 1.3),
    most(UnR94, Hiii50m, C::KneeSliderMm, 15.0),
    most(UnR95, Es2, C::RibDeflectionMm, 42.0),
    most(UnR95, Es2, C::ViscousCriterionMps, 1.0),
    most(UnR95, Es2, C::AbdomenForceKn, 2.5),
    most(UnR137, Hiii50m, C::Hic36, 1000.0),
    most(UnR137, Hiii50m, C::HeadA3msG, 80.0),
    most(UnR137, Hiii50m, C::NeckExtensionNm, 57.0),
    most(UnR137, Hiii50m, C::NeckTensionKn, 3.3),
    most(UnR137, Hiii50m, C::NeckShearKn, 3.1),
    most(UnR137, Hiii50m, C::ChestDeflectionMm, 42.0),
    most(UnR137, Hiii50m, C::ViscousCriterionMps, 1.0),
    most(UnR137, Hiii50m, C::FemurForceKn, 9.07),
    most(UnR137, Hiii05f, C::Hic36, 1000.0),
    most(UnR137, Hiii05f, C::HeadA3msG, 80.0),
    most(UnR137, Hiii05f, C::NeckExtensionNm, 57.0),
    most(UnR137, Hiii05f, C::NeckTensionKn, 2.9),
    most(UnR137, Hiii05f, C::NeckShearKn, 2.9),
    most(UnR137, Hiii05f, C::ChestDeflectionMm, 34.0),
    most(UnR137, Hiii05f, C::ViscousCriterionMps, 1.0),
    most(UnR137, Hiii05f, C::FemurForceKn, 7.0),
    slide(EuroNcapMpdb, Thor50m, C::Hic15, 500.0, 700.0),
    slide(EuroNcapMpdb, Thor50m, C::HeadA3msG, 72.0, 80.0),
    slide(EuroNcapMpdb, Thor50m, C::Damage, 0.42, 0.47),
    slide(EuroNcapMpdb, Thor50m, C::NeckExtensionNm, 42.0, 57.0),
    slide(EuroNcapMpdb, Thor50m, C::NeckTensionKn, 2.7, 3.3),
    slide(EuroNcapMpdb, Thor50m, C::NeckShearKn, 1.9, 3.1),
    slide(EuroNcapMpdb, Thor50m, C::ChestDeflectionMm, 35.0, 60.0),
    most(EuroNcapMpdb, Thor50m, C::AbdomenDeflectionMm, 88.0),
    slide(EuroNcapMpdb, Thor50m, C::AcetabulumForceKn, 3.28, 4.10),
    slide(EuroNcapMpdb, Thor50m, C::FemurForceKn, 3.8, 9.07),
    slide(EuroNcapMpdb, Thor50m, C::KneeSliderMm, 6.0, 15.0),
    slide(EuroNcapMpdb, Thor50m, C::TibiaIndex, 0.4, 1.3),
    slide(EuroNcapMpdb, Thor50m, C::TibiaForceKn, 2.0, 8.0),
    slide(EuroNcapMpdb, Hiii50m, C::ChestDeflectionMm, 22.0, 42.0),
    slide(EuroNcapFullWidth, Hiii05f, C::Hic15, 500.0, 700.0),
    slide(EuroNcapFullWidth, Hiii05f, C::HeadA3msG, 72.0, 80.0),
    slide(EuroNcapFullWidth, Hiii05f, C::ChestDeflectionMm, 18.0, 34.0),
    slide(EuroNcapFullWidth, Hiii05f, C::ViscousCriterionMps, 0.5, 1.0),
    slide(EuroNcapFullWidth, Hiii05f, C::NeckExtensionNm, 36.0, 49.0),
    slide(EuroNcapFullWidth, Hiii05f, C::NeckTensionKn, 1.7, 2.62),
    slide(EuroNcapFullWidth, Hiii05f, C::NeckShearKn, 1.2, 1.95),
    slide(EuroNcapFullWidth, Hiii05f, C::FemurForceKn, 2.6, 6.2),
    bands(C::Hic15, 560.0, 700.0, 840.0),
    bands(C::Nij, 0.8, 1.0, 1.2),
    bands(C::NeckTensionKn, 2.6, 3.3, 4.0),
    bands(C::NeckCompressionKn, 3.2, 4.0, 4.8),
    bands(C::ChestA3msG, 60.0, 75.0, 90.0),
    bands(C::ChestDeflectionMm, 50.0, 60.0, 75.0),
    bands(C::ChestDeflectionRateMps, 6.6, 8.2, 9.8),
    bands(C::ViscousCriterionMps, 0.8, 1.0, 1.2),
    bands(C::KneeSliderMm, 12.0, 15.0, 18.0),
    bands(C::TibiaIndex, 0.8, 1.0, 1.2),
    bands(C::TibiaForceKn, 4.0, 6.0, 8.0),
    bands(C::FootAccelerationG, 150.0, 200.0, 260.0),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_table_is_consistent() {
        let mut seen = HashSet::new();
        for l in ALL {
            assert!(seen.insert((l.programme, l.dummy, l.criterion)), "twice: {l:?}");
            let rising = match l.rule {
                Rule::AtMost(x) => x > 0.0,
                Rule::Sliding(a, b) => 0.0 < a && a < b,
                Rule::Bands(a, b, c) => 0.0 < a && a < b && b < c,
                Rule::Duration(p) => p.windows(2).all(|w| w[0].0 < w[1].0 && w[0].1 >= w[1].1),
            };
            assert!(rising, "{l:?}");
        }
    }

    fn find(programme: Programme, dummy: Dummy, criterion: Criterion) -> &'static Limit {
        limits(programme, dummy).find(|l| l.criterion == criterion).unwrap()
    }

    #[test]
    fn verdicts_follow_the_form_of_the_limit() {
        let hic = find(Fmvss208, Hiii50m, C::Hic15);
        assert!(!hic.is_exceeded(700.0) && hic.is_exceeded(700.1) && hic.is_exceeded(f64::NAN));
        let slide = find(EuroNcapMpdb, Thor50m, C::Hic15);
        assert_eq!(slide.judge(400.0), Verdict::Points(1.0));
        assert_eq!(slide.judge(600.0), Verdict::Points(0.5));
        assert!(slide.is_exceeded(700.0));
        let band = find(Iihs, Hiii50m, C::ChestDeflectionMm);
        assert_eq!(band.judge(50.0), Verdict::Rated(Rating::Good));
        assert_eq!(band.judge(60.1), Verdict::Rated(Rating::Marginal));
        assert!(band.is_exceeded(75.1));
    }

    #[test]
    fn a_duration_limit_allows_a_short_peak_but_not_a_long_one() {
        // UN R94 femur: 9.07 kN at once, 7.58 kN from 10 ms on.
        let femur = find(UnR94, Hiii50m, C::FemurForceKn);
        let pulse = |kn: f64, ms: usize| {
            let mut f = vec![0.0; 1000];
            f[100..=100 + 10 * ms].fill(kn);
            f
        };
        let used = |f: &[f64]| femur.use_of_duration(f, 1e-4).unwrap().unwrap();
        assert!(used(&pulse(8.5, 2)) < 1.0);
        assert!((used(&pulse(8.5, 20)) - 8.5 / 7.58).abs() < 1e-9);
        assert!((used(&pulse(9.5, 1)) - 9.5 / level_at(&[(0.0, 9.07), (10.0, 7.58)], 1.0)).abs() < 1e-9);
        assert_eq!(
            find(UnR94, Hiii50m, C::TibiaIndex).use_of_duration(&[1.0; 9], 1e-4),
            Ok(None)
        );
    }
}
