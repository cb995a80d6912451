//! Restraint systems as data (model section 6) and the rules their numbers must keep.
//!
//! A belt is described at the webbing: tension, elongation and pay-in. `torso_factor` and `pelvis_factor`
//! turn tension into force along the vehicle (two strands at an angle) and, by virtual work, travel of the
//! body into webbing. Contact laws are tables like the load paths of a vehicle.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::firing::Firing;
use super::key_error::KeyError;
use super::law::{Table, check_cushion, check_table, positive, within};
use crate::dynamics::CrushLaw;
use crate::vehicle::provenance::Provenance;

/// One mass, one linear restraint with slack and an optional limit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[allow(non_snake_case)]
pub struct PointMassRestraint {
    /// Stiffness, N/m.
    pub stiffness_N_per_m: f64,
    /// Free travel, mm.
    #[serde(default)]
    pub slack_mm: f64,
    /// Force limit, N; 0: none.
    #[serde(default)]
    pub limit_N: f64,
    /// Mass, kg.
    pub mass_kg: f64,
}

/// Belts, seat and the two front places.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RestraintSystem {
    /// Must be 1.
    #[serde(default = "one")]
    pub format: i64,
    /// Id, the file's name without its ending.
    #[serde(default = "inline")]
    pub id: String,
    /// Name for people.
    #[serde(default)]
    pub name: String,
    /// Year of the designs it stands for.
    #[serde(default)]
    pub year: Option<i64>,
    /// When pretensioners and bags fire.
    #[serde(default)]
    pub firing: Firing,
    /// Diagonal strand.
    pub shoulder_belt: ShoulderBelt,
    /// Lap strand.
    pub lap_belt: LapBelt,
    /// Seat.
    pub seat: Seat,
    /// Driver's place.
    pub driver: Place,
    /// Front passenger's place.
    pub passenger: Place,
    /// Citations by key.
    #[serde(default)]
    pub sources: BTreeMap<String, String>,
    /// Evidence by key path.
    #[serde(default)]
    pub provenance: BTreeMap<String, Provenance>,
}

fn one() -> i64 {
    1
}

pub(super) fn inline() -> String {
    "inline".into()
}

/// Diagonal strand: webbing, load limiter, pretensioner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[allow(non_snake_case)]
pub struct ShoulderBelt {
    /// Free webbing, mm.
    pub slack_mm: f64,
    /// Webbing stiffness: tension over elongation, kN/mm.
    pub webbing_kN_per_mm: f64,
    /// Force on the torso along the vehicle over webbing tension.
    pub torso_factor: f64,
    /// Share of that force which goes through the sternum; the rest reaches the spine by the shoulders.
    pub sternum_share: f64,
    /// Pay-out of the load limiter, mm, from 0; empty: no limiter.
    #[serde(default)]
    pub limiter_payout_mm: Vec<f64>,
    /// Tension at these pay-outs, kN; straight between, constant beyond: two points make a second stage.
    #[serde(default)]
    pub limiter_kN: Vec<f64>,
    /// Retractor or buckle pretensioner.
    pub pretensioner: Option<Pretensioner>,
}

/// Lap strand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[allow(non_snake_case)]
pub struct LapBelt {
    /// Free webbing, mm.
    pub slack_mm: f64,
    /// Stiffness of webbing, anchors and flesh: tension over elongation, kN/mm.
    pub webbing_kN_per_mm: f64,
    /// Force on the pelvis along the vehicle over webbing tension.
    pub pelvis_factor: f64,
    /// Tension at which webbing, stitching and anchors give way, kN; absent: elastic up to webbing strength.
    pub limit_kN: Option<f64>,
    /// Anchor or buckle pretensioner.
    pub pretensioner: Option<Pretensioner>,
}

/// Pulls webbing in until stroke or force is reached, then locks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[allow(non_snake_case)]
pub struct Pretensioner {
    /// From the restraint's firing to its own, ms.
    #[serde(default)]
    pub delay_ms: f64,
    /// Largest pay-in, mm.
    pub stroke_mm: f64,
    /// Time for the whole stroke without resistance, ms.
    pub duration_ms: f64,
    /// Tension at which it locks, kN.
    pub force_kN: f64,
}

/// Seat cushion under the pelvis, back and head restraint behind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[allow(non_snake_case)]
pub struct Seat {
    /// Stiffness of the cushion along the vehicle, kN/mm.
    pub cushion_kN_per_mm: f64,
    /// Force at which the pelvis slides on it, kN (friction and the anti-submarining ramp).
    pub slip_kN: f64,
    /// Stiffness of the back, for pelvis and spine each, kN/mm.
    pub back_kN_per_mm: f64,
    /// Force at which back or head restraint give way, for pelvis, spine and head each, kN.
    pub back_kN: f64,
    /// Stiffness of the head restraint, kN/mm.
    pub head_restraint_kN_per_mm: f64,
    /// Head to head restraint, mm.
    pub head_restraint_gap_mm: f64,
}

/// What is in front of one seat.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Clearances by dummy (`hiii-50m`, `hiii-05f`).
    pub position: BTreeMap<String, Position>,
    /// Steering column; absent: bag and contacts sit on the instrument panel.
    pub column: Option<Column>,
    /// Chest on wheel or panel.
    pub chest_contact: ChestContact,
    /// Head on wheel or panel.
    pub head_contact: Table,
    /// Frontal airbag.
    pub airbag: Option<Airbag>,
    /// Knee bolster or knee airbag.
    pub knee: Knee,
}

/// Distances from a seated dummy to what is in front of it, mm.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// Chest to wheel hub (driver) or panel (passenger).
    pub chest_mm: f64,
    /// Head to wheel rim or panel, along the vehicle.
    pub head_mm: f64,
    /// Knee to bolster.
    pub knee_mm: f64,
}

/// Collapsible steering column.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[allow(non_snake_case)]
pub struct Column {
    /// Wheel and the part of the column that moves with it, kg; taken from the dash.
    pub mass_kg: f64,
    /// Stiffness before it collapses, kN/mm.
    pub stiffness_kN_per_mm: f64,
    /// Force at which it strokes, kN.
    pub collapse_kN: f64,
    /// Stroke, mm.
    pub stroke_mm: f64,
    /// How its force rises beyond the stroke, kN/mm, while bracket and panel bend; more stops the wheel harder.
    #[serde(default = "end_of_column")]
    pub end_kN_per_mm: f64,
}

/// Bracket and panel behind a column without a figure of its own, kN/mm (judgement of the project: a few kN over the
/// next 50 mm).
fn end_of_column() -> f64 {
    0.08
}

/// Chest against wheel or panel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[allow(non_snake_case)]
pub struct ChestContact {
    /// Share of the force through the sternum.
    pub sternum_share: f64,
    /// Compression points, mm, from 0.
    pub crush_mm: Vec<f64>,
    /// Force at them, kN.
    pub force_kN: Vec<f64>,
    /// Unloading stiffness, kN/mm.
    pub unload_kN_per_mm: f64,
}

impl ChestContact {
    pub(super) fn table(&self) -> Table {
        Table {
            crush_mm: self.crush_mm.clone(),
            force_kN: self.force_kN.clone(),
            unload_kN_per_mm: self.unload_kN_per_mm,
        }
    }
}

/// Speed of compression at which the tables of an airbag hold, m/s: about that of a head meeting its bag in the test
/// they were fitted to.
pub const BAG_SPEED_MPS: f64 = 5.0;

/// Frontal airbag: one bag, with a part in front of the chest and one in front of the head.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[allow(non_snake_case)]
pub struct Airbag {
    /// From the restraint's firing to its own, ms.
    #[serde(default)]
    pub delay_ms: f64,
    /// Time to fill: strength rises linearly over it, ms.
    pub fill_ms: f64,
    /// Share of its force on the chest that goes through the sternum.
    pub sternum_share: f64,
    /// How much more it resists a faster occupant, s/m; the tables hold at [`BAG_SPEED_MPS`]. 0: at any speed.
    #[serde(default)]
    pub rate_s_per_m: f64,
    /// Part in front of the chest.
    pub chest: Cushion,
    /// Part in front of the head.
    pub head: Cushion,
}

/// A filled cushion: its depth closes the clearance, its table levels off where it vents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[allow(non_snake_case)]
pub struct Cushion {
    /// Depth when filled, mm: it is met after clearance less depth.
    pub depth_mm: f64,
    /// Compression points, mm, from 0.
    pub crush_mm: Vec<f64>,
    /// Force at them, kN.
    pub force_kN: Vec<f64>,
    /// Unloading stiffness, kN/mm.
    pub unload_kN_per_mm: f64,
}

impl Cushion {
    pub(super) fn table(&self) -> Table {
        Table {
            crush_mm: self.crush_mm.clone(),
            force_kN: self.force_kN.clone(),
            unload_kN_per_mm: self.unload_kN_per_mm,
        }
    }
}

/// Knee bolster, with or without a knee airbag; forces of both knees together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[allow(non_snake_case)]
pub struct Knee {
    /// Depth of the knee airbag when filled, mm; 0 without one.
    pub depth_mm: f64,
    /// From the restraint's firing to that of the knee airbag, ms; 0 where absent.
    pub delay_ms: Option<f64>,
    /// Time to fill the knee airbag, ms; absent: the bolster is there from the start.
    pub fill_ms: Option<f64>,
    /// Compression points, mm, from 0.
    pub crush_mm: Vec<f64>,
    /// Force of both knees at them, kN.
    pub force_kN: Vec<f64>,
    /// Unloading stiffness, kN/mm.
    pub unload_kN_per_mm: f64,
}

impl Airbag {
    /// Law of one of its parts: the table at [`BAG_SPEED_MPS`], more or less above or below it.
    pub(super) fn law(&self, part: &Cushion) -> CrushLaw {
        let mut law = part.table().law();
        let at_rest = 1.0 / (1.0 + self.rate_s_per_m * BAG_SPEED_MPS);
        law.force_n.iter_mut().for_each(|f| *f *= at_rest);
        law.rate_s_per_m = self.rate_s_per_m;
        law
    }
}

impl Knee {
    pub(super) fn table(&self) -> Table {
        Table {
            crush_mm: self.crush_mm.clone(),
            force_kN: self.force_kN.clone(),
            unload_kN_per_mm: self.unload_kN_per_mm,
        }
    }
}

impl PointMassRestraint {
    pub(super) fn check(&self) -> Result<(), KeyError> {
        positive("stiffness_N_per_m", self.stiffness_N_per_m)?;
        positive("mass_kg", self.mass_kg)?;
        within("slack_mm", self.slack_mm, 0.0, 2000.0)?;
        within("limit_N", self.limit_N, 0.0, 1e6)
    }
}

impl RestraintSystem {
    /// Is there a pretensioner or bag for one of its seats?
    pub fn has_devices(&self, place: &Place) -> bool {
        self.shoulder_belt.pretensioner.is_some()
            || self.lap_belt.pretensioner.is_some()
            || place.airbag.is_some()
            || place.knee.fill_ms.is_some()
    }

    pub(super) fn check(&self) -> Result<(), KeyError> {
        if self.format != 1 {
            let message = format!("{} is not a format this version reads", self.format);
            return Err(KeyError::new("format", message, "format = 1"));
        }
        self.firing.check()?;
        self.shoulder_belt.check()?;
        let lap = &self.lap_belt;
        within("lap_belt.slack_mm", lap.slack_mm, 0.0, 200.0)?;
        positive("lap_belt.webbing_kN_per_mm", lap.webbing_kN_per_mm)?;
        within("lap_belt.pelvis_factor", lap.pelvis_factor, 0.5, 2.0)?;
        if let Some(limit) = lap.limit_kN {
            positive("lap_belt.limit_kN", limit)?;
        }
        if let Some(p) = &lap.pretensioner {
            p.check("lap_belt.pretensioner")?;
        }
        positive("seat.cushion_kN_per_mm", self.seat.cushion_kN_per_mm)?;
        within("seat.slip_kN", self.seat.slip_kN, 0.0, 20.0)?;
        positive("seat.back_kN_per_mm", self.seat.back_kN_per_mm)?;
        positive("seat.back_kN", self.seat.back_kN)?;
        positive("seat.head_restraint_kN_per_mm", self.seat.head_restraint_kN_per_mm)?;
        within(
            "seat.head_restraint_gap_mm",
            self.seat.head_restraint_gap_mm,
            0.0,
            500.0,
        )?;
        self.driver.check("driver")?;
        self.passenger.check("passenger")
    }
}

impl ShoulderBelt {
    fn check(&self) -> Result<(), KeyError> {
        within("shoulder_belt.slack_mm", self.slack_mm, 0.0, 300.0)?;
        positive("shoulder_belt.webbing_kN_per_mm", self.webbing_kN_per_mm)?;
        within("shoulder_belt.torso_factor", self.torso_factor, 0.5, 2.0)?;
        within("shoulder_belt.sternum_share", self.sternum_share, 0.0, 1.0)?;
        if let Some(p) = &self.pretensioner {
            p.check("shoulder_belt.pretensioner")?;
        }
        if self.limiter_kN.is_empty() && self.limiter_payout_mm.is_empty() {
            return Ok(());
        }
        for (i, f) in self.limiter_kN.iter().enumerate() {
            positive(&format!("shoulder_belt.limiter_kN[{i}]"), *f)?;
        }
        check_table(
            "shoulder_belt",
            ["limiter_payout_mm", "limiter_kN"],
            &self.limiter_payout_mm,
            &self.limiter_kN,
            self.webbing_kN_per_mm,
        )
    }
}

impl Pretensioner {
    fn check(&self, at: &str) -> Result<(), KeyError> {
        within(&format!("{at}.delay_ms"), self.delay_ms, 0.0, 100.0)?;
        within(&format!("{at}.stroke_mm"), self.stroke_mm, 0.0, 500.0)?;
        positive(&format!("{at}.duration_ms"), self.duration_ms)?;
        positive(&format!("{at}.force_kN"), self.force_kN)
    }
}

impl Place {
    fn check(&self, at: &str) -> Result<(), KeyError> {
        for (dummy, p) in &self.position {
            if !["hiii-50m", "hiii-05f"].contains(&dummy.as_str()) {
                return Err(KeyError::new(
                    format!("{at}.position.{dummy}"),
                    "no such dummy",
                    "hiii-50m or hiii-05f",
                ));
            }
            for (key, mm) in [("chest_mm", p.chest_mm), ("head_mm", p.head_mm), ("knee_mm", p.knee_mm)] {
                within(&format!("{at}.position.{dummy}.{key}"), mm, 0.0, 2000.0)?;
            }
        }
        if let Some(c) = &self.column {
            positive(&format!("{at}.column.mass_kg"), c.mass_kg)?;
            positive(&format!("{at}.column.stiffness_kN_per_mm"), c.stiffness_kN_per_mm)?;
            positive(&format!("{at}.column.collapse_kN"), c.collapse_kN)?;
            within(&format!("{at}.column.stroke_mm"), c.stroke_mm, 0.0, 300.0)?;
            within(
                &format!("{at}.column.end_kN_per_mm"),
                c.end_kN_per_mm,
                0.0,
                c.stiffness_kN_per_mm,
            )?;
        }
        let share = self.chest_contact.sternum_share;
        within(&format!("{at}.chest_contact.sternum_share"), share, 0.0, 1.0)?;
        check_cushion(&format!("{at}.chest_contact"), &self.chest_contact.table())?;
        check_cushion(&format!("{at}.head_contact"), &self.head_contact)?;
        if let Some(b) = &self.airbag {
            within(&format!("{at}.airbag.delay_ms"), b.delay_ms, 0.0, 100.0)?;
            positive(&format!("{at}.airbag.fill_ms"), b.fill_ms)?;
            within(&format!("{at}.airbag.rate_s_per_m"), b.rate_s_per_m, 0.0, 1.0)?;
            within(&format!("{at}.airbag.sternum_share"), b.sternum_share, 0.0, 1.0)?;
            for (part, c) in [("chest", &b.chest), ("head", &b.head)] {
                within(&format!("{at}.airbag.{part}.depth_mm"), c.depth_mm, 0.0, 1000.0)?;
                check_cushion(&format!("{at}.airbag.{part}"), &c.table())?;
            }
        }
        within(&format!("{at}.knee.depth_mm"), self.knee.depth_mm, 0.0, 500.0)?;
        match (self.knee.delay_ms, self.knee.fill_ms) {
            (None, None) => {}
            (delay, Some(fill)) => {
                let delay = delay.unwrap_or(0.0);
                within(&format!("{at}.knee.delay_ms"), delay, 0.0, 100.0)?;
                positive(&format!("{at}.knee.fill_ms"), fill)?;
            }
            (Some(delay), None) => {
                return Err(KeyError::new(
                    format!("{at}.knee.delay_ms"),
                    format!("a knee airbag with a delay of {delay} ms and no fill_ms"),
                    "give fill_ms too, or neither for a bolster",
                ));
            }
        }
        check_cushion(&format!("{at}.knee"), &self.knee.table())
    }
}
