//! Every reading once: its key in files, whose it is, its words, the unit and decimals it is shown with, and which way
//! is worse. Tables, figures, targets and sweeps name a [`Measure`]; none spells a key of its own.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::Error;

/// Whose reading a measure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// Of a vehicle.
    Vehicle,
    /// Of an occupant.
    Occupant,
    /// Of an occupant, a probability or what changes one.
    Risk,
    /// Of the whole collision.
    Case,
    /// Of a design, without a collision.
    Design,
}

/// Which way a reading gets worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worse {
    /// As it grows.
    Higher,
    /// Neither way by itself.
    Neither,
}

/// How a value in the unit of its key is shown: unit and factor to it.
type Shown = (&'static str, f64);

const PLAIN: Shown = ("", 1.0);
const TIMES: Shown = ("×", 1.0);
const PERCENT: Shown = ("%", 100.0);
const KM_PER_H: Shown = ("km/h", 3.6);
const M_PER_S: Shown = ("m/s", 1.0);
const G: Shown = ("g", 1.0);
const KILO_N: Shown = ("kN", 1.0);
const KILO_J: Shown = ("kJ", 1.0);
const MILLI_M: Shown = ("mm", 1.0);
const MILLI_S: Shown = ("ms", 1.0);
const KILO_G: Shown = ("kg", 1.0);
const DEG: Shown = ("°", 1.0);
const DEG_PER_S: Shown = ("°/s", 1.0);
const USD: Shown = ("USD", 1.0);

struct Facts {
    key: &'static str,
    of: Of,
    words: &'static str,
    column: &'static str,
    shown: Shown,
    decimals: usize,
    worse: Worse,
}

macro_rules! measures {
    ($($name:ident $key:literal $of:ident $words:literal $column:literal $shown:ident $decimals:literal $worse:ident;)*) => {
        /// A reading of a vehicle, an occupant, a collision or a design.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Measure {
            $(#[doc = concat!("`", $key, "`: ", $words, ".")] $name,)*
        }

        impl Measure {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            const fn facts(self) -> &'static Facts {
                match self {
                    $(Self::$name => &Facts {
                        key: $key,
                        of: Of::$of,
                        words: $words,
                        column: $column,
                        shown: $shown,
                        decimals: $decimals,
                        worse: Worse::$worse,
                    },)*
                }
            }
        }
    };
}

// Name, key, whose, in running text, heading of a column, shown in, decimals, worse. What a target may limit stands first.
measures! {
    Joint "joint" Risk "joint risk with the neck at its floor" "joint" PERCENT 1 Higher;
    JointWithoutNeck "joint_without_neck" Risk "joint risk" "joint risk" PERCENT 1 Higher;
    HeadAis3 "head_ais3" Risk "head injury risk" "head AIS 3+" PERCENT 1 Higher;
    ChestAis3 "chest_ais3" Risk "chest injury risk" "chest AIS 3+" PERCENT 1 Higher;
    FemurAis2 "femur_ais2" Risk "femur fracture risk" "femur AIS 2+" PERCENT 1 Higher;
    Hic15 "hic15" Occupant "HIC15" "HIC15" PLAIN 0 Higher;
    Hic36 "hic36" Occupant "HIC36" "HIC36" PLAIN 0 Higher;
    ChestA3msG "chest_a3ms_g" Occupant "chest 3 ms clip" "chest 3 ms" G 1 Higher;
    ChestDeflectionMm "chest_deflection_mm" Occupant "chest deflection" "chest" MILLI_M 1 Higher;
    ViscousCriterionMps "viscous_criterion_mps" Occupant "viscous criterion" "V*C" M_PER_S 2 Higher;
    FemurKn "femur_kN" Occupant "femur force" "femur" KILO_N 2 Higher;
    ExcursionMm "excursion_mm" Occupant "head excursion" "head travel" MILLI_M 0 Higher;
    IntrusionMm "intrusion_mm" Vehicle "intrusion" "intrusion" MILLI_M 0 Higher;
    MassKg "mass_kg" Vehicle "mass" "mass" KILO_G 0 Neither;
    InitialSpeedMps "initial_speed_mps" Vehicle "speed" "speed" KM_PER_H 1 Higher;
    DeltaVMps "delta_v_mps" Vehicle "delta-v" "delta-v" KM_PER_H 1 Higher;
    CabinDeltaVMps "cabin_delta_v_mps" Vehicle "delta-v of the cabin" "cabin delta-v" KM_PER_H 1 Higher;
    PeakGCfc60 "peak_g_cfc60" Vehicle "peak deceleration, CFC 60" "peak, CFC 60" G 1 Higher;
    TimeOfPeakMs "time_of_peak_ms" Vehicle "time of peak" "time of peak" MILLI_S 1 Neither;
    CrushMm "crush_mm" Vehicle "crush" "crush" MILLI_M 0 Higher;
    DeepestCrushMm "deepest_crush_mm" Vehicle "deepest crush" "deepest crush" MILLI_M 0 Higher;
    TimeOfCrushMs "time_of_crush_ms" Vehicle "time of crush" "time of crush" MILLI_S 1 Neither;
    ResidualCrushMm "residual_crush_mm" Vehicle "crush at separation" "crush at separation" MILLI_M 0 Higher;
    StaticCrushMm "static_crush_mm" Vehicle "static crush" "static crush" MILLI_M 0 Higher;
    YawRateDps "yaw_rate_dps" Vehicle "yaw rate at separation" "yaw rate" DEG_PER_S 0 Higher;
    YawDeg "yaw_deg" Vehicle "yaw angle at separation" "yaw angle" DEG 1 Higher;
    DeltaVLateralMps "delta_v_lateral_mps" Vehicle "lateral delta-v" "lateral delta-v" KM_PER_H 1 Higher;
    OlcG "olc_g" Vehicle "OLC" "OLC" G 1 Higher;
    VpiG "vpi_g" Vehicle "VPI" "VPI" G 1 Higher;
    EnergyAbsorbedKj "energy_absorbed_kJ" Vehicle "energy absorbed" "energy absorbed" KILO_J 1 Neither;
    PeakG "peak_g" Occupant "largest acceleration of the head" "peak" G 1 Higher;
    FireMs "fire_ms" Occupant "firing of pretensioner and bag" "fired" MILLI_S 1 Neither;
    IntrusionAtSeatMm "intrusion_at_seat_mm" Occupant "intrusion at the seat" "intrusion at seat" MILLI_M 0 Higher;
    LegOddsLow "leg_odds_ratio_low" Occupant "odds of a leg injury, low end" "leg odds" TIMES 1 Higher;
    LegOddsHigh "leg_odds_ratio_high" Occupant "odds of a leg injury, high end" "leg odds" TIMES 0 Higher;
    NeckAis3 "neck_ais3" Risk "neck injury risk" "neck AIS 3+" PERCENT 1 Higher;
    IntrusionOddsFactor "intrusion_odds_factor" Risk "factor of intrusion on the odds of a leg injury" "factor" TIMES 2 Higher;
    FemurAis2WithIntrusion "femur_ais2_with_intrusion" Risk "femur fracture risk with intrusion" "femur with intrusion" PERCENT 1 Higher;
    JointWithoutNeckWithIntrusion "joint_without_neck_with_intrusion" Risk "joint risk with intrusion" "joint with intrusion" PERCENT 1 Higher;
    ExpectedJoint "expected_joint" Risk "expected joint risk with the neck at its floor" "expected joint" PERCENT 1 Higher;
    ExpectedJointWithoutNeck "expected_joint_without_neck" Risk "expected joint risk" "expected" PERCENT 1 Higher;
    ExpectedHeadAis3 "expected_head_ais3" Risk "expected head injury risk" "expected head AIS 3+" PERCENT 1 Higher;
    ExpectedChestAis3 "expected_chest_ais3" Risk "expected chest injury risk" "expected chest AIS 3+" PERCENT 1 Higher;
    ExpectedFemurAis2 "expected_femur_ais2" Risk "expected femur fracture risk" "expected femur AIS 2+" PERCENT 1 Higher;
    FieldMais3 "field_mais3" Risk "MAIS 3+ in the field at this delta-v" "field MAIS 3+" PERCENT 1 Higher;
    Restitution "restitution" Case "restitution" "restitution" PLAIN 3 Neither;
    EnergyError "energy_error" Case "residual of the energy ledger" "energy residual" PLAIN 6 Higher;
    MomentumError "momentum_error" Case "residual of momentum" "momentum residual" PLAIN 6 Higher;
    AddedMassKg "added_mass_kg" Design "added mass" "added" KILO_G 1 Higher;
    AddedStructureKg "added_structure_kg" Design "added structure" "structure" KILO_G 1 Higher;
    AddedCostUsd "added_cost_usd" Design "added direct manufacturing cost" "direct cost" USD 0 Higher;
    PriceUsd "price_usd" Design "US price" "US price" USD 0 Higher;
}

impl Measure {
    /// What a target may limit.
    pub const TARGETS: [Self; 13] = [
        Self::Joint,
        Self::JointWithoutNeck,
        Self::HeadAis3,
        Self::ChestAis3,
        Self::FemurAis2,
        Self::Hic15,
        Self::Hic36,
        Self::ChestA3msG,
        Self::ChestDeflectionMm,
        Self::ViscousCriterionMps,
        Self::FemurKn,
        Self::ExcursionMm,
        Self::IntrusionMm,
    ];

    /// The same risk as the mean over a scatter set (model section 7); `None` for what is read from one run.
    ///
    /// ```
    /// use crumple::measure::Measure;
    /// assert_eq!(Measure::Joint.expected(), Some(Measure::ExpectedJoint));
    /// assert_eq!(Measure::Hic15.expected(), None);
    /// ```
    pub const fn expected(self) -> Option<Self> {
        match self {
            Self::Joint => Some(Self::ExpectedJoint),
            Self::JointWithoutNeck => Some(Self::ExpectedJointWithoutNeck),
            Self::HeadAis3 => Some(Self::ExpectedHeadAis3),
            Self::ChestAis3 => Some(Self::ExpectedChestAis3),
            Self::FemurAis2 => Some(Self::ExpectedFemurAis2),
            _ => None,
        }
    }

    /// Key in files and on the command line.
    pub const fn key(self) -> &'static str {
        self.facts().key
    }

    /// Whose it is.
    pub const fn of(self) -> Of {
        self.facts().of
    }

    /// Name in running text.
    pub const fn words(self) -> &'static str {
        self.facts().words
    }

    /// Unit it is shown in; empty for a bare number.
    pub const fn unit(self) -> &'static str {
        self.facts().shown.0
    }

    /// Factor from the unit of its key to the one it is shown in.
    pub const fn scale(self) -> f64 {
        self.facts().shown.1
    }

    /// A value in the unit it is shown in.
    pub fn shown(self, value: f64) -> f64 {
        self.scale() * value
    }

    /// Decimals it is shown with.
    pub const fn decimals(self) -> usize {
        self.facts().decimals
    }

    /// Which way is worse.
    pub const fn worse(self) -> Worse {
        self.facts().worse
    }

    /// Is it a probability, from 0 to 1?
    pub fn is_risk(self) -> bool {
        self.of() == Of::Risk && self.unit() == PERCENT.0
    }

    /// The unit behind a value: " mm", or nothing.
    pub fn suffix(self) -> String {
        match self.unit() {
            "" => String::new(),
            unit => format!(" {unit}"),
        }
    }

    /// Heading of a column: "chest, mm".
    pub fn heading(self) -> String {
        match self.unit() {
            "" => self.facts().column.to_string(),
            unit => format!("{}, {unit}", self.facts().column),
        }
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

impl FromStr for Measure {
    type Err = Error;
    /// One that a target may limit, by its key.
    fn from_str(word: &str) -> Result<Self, Error> {
        let known = Self::TARGETS.into_iter().find(|m| m.key() == word);
        known.ok_or_else(|| Error::unknown("target", word, Self::TARGETS.map(Self::key)))
    }
}

impl Serialize for Measure {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.key())
    }
}

impl<'de> Deserialize<'de> for Measure {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let key = String::deserialize(d)?;
        let known = Self::ALL.iter().find(|m| m.key() == key);
        known
            .copied()
            .ok_or_else(|| serde::de::Error::custom(format!("unknown measure \"{key}\"")))
    }
}

/// A measure of one vehicle, occupant or the case, by its place from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Which vehicle or occupant, from 1; of no meaning for a case.
    pub place: usize,
    /// What.
    pub measure: Measure,
}

impl fmt::Display for Reading {
    /// The name in results and sweeps: `vehicle.1.delta_v_mps`, `occupant.1.risk.joint`, `restitution`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = self.measure.key();
        match self.measure.of() {
            Of::Vehicle => write!(f, "vehicle.{}.{key}", self.place),
            Of::Occupant => write!(f, "occupant.{}.{key}", self.place),
            Of::Risk => write!(f, "occupant.{}.risk.{key}", self.place),
            Of::Case | Of::Design => f.write_str(key),
        }
    }
}

/// Readings of one run in the order they were taken; a value is missing where the model or dummy cannot give it.
///
/// ```
/// use crumple::measure::{Measure, Readings};
/// let mut all = Readings::default();
/// all.take(1, &[Measure::DeltaVMps], |_| Some(10.0));
/// assert_eq!(all.first(Measure::DeltaVMps), Some(10.0));
/// assert_eq!(all.iter().next().unwrap().0.to_string(), "vehicle.1.delta_v_mps");
/// assert_eq!(Measure::DeltaVMps.heading(), "delta-v, km/h");
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Readings(Vec<(Reading, Option<f64>)>);

impl Readings {
    /// Add what `read` gives for some measures of one vehicle or occupant.
    pub fn take(&mut self, place: usize, all: &[Measure], read: impl Fn(Measure) -> Option<f64>) {
        let each = all.iter().map(|&measure| (Reading { place, measure }, read(measure)));
        self.0.extend(each);
    }

    /// A reading.
    pub fn get(&self, reading: Reading) -> Option<f64> {
        let found = self.0.iter().find(|(r, _)| *r == reading);
        found.and_then(|(_, v)| *v)
    }

    /// A measure of the first vehicle, of the first occupant, or of the case.
    pub fn first(&self, measure: Measure) -> Option<f64> {
        self.get(Reading { place: 1, measure })
    }

    /// What a target on a measure is held against: the mean over a scatter set where there is one, else the single run's.
    pub fn judged(&self, measure: Measure) -> Option<f64> {
        let mean = measure.expected().and_then(|m| self.first(m));
        mean.or_else(|| self.first(measure))
    }

    /// All of them in order.
    pub fn iter(&self) -> impl Iterator<Item = (Reading, Option<f64>)> + '_ {
        self.0.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keys are unique among what belongs to one owner, so that a name means one number.
    #[test]
    fn no_two_readings_share_a_name() {
        let mut names: Vec<String> = Measure::ALL
            .iter()
            .map(|&measure| Reading { place: 1, measure }.to_string())
            .collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), Measure::ALL.len());
    }

    /// What a target may limit gets worse as it grows, and is read back by its own key.
    #[test]
    fn targets_are_upper_limits() {
        for m in Measure::TARGETS {
            assert_eq!(m.worse(), Worse::Higher);
            assert_eq!(m.key().parse::<Measure>().unwrap(), m);
        }
        assert!("mass_kg".parse::<Measure>().is_err());
    }
}
