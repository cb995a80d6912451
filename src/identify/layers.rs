//! The load paths of an identified structure, one function each: where its place and its force come from
//! (model sections 3, 4 and 9).

use crate::error::Error;

use super::draft::{DraftLayer, DraftPath, DraftTable};
use super::structure::{Builder, last};

/// Elastic give of the cell before it yields, mm: a strong cell is also stiff.
const CELL_YIELD_MM: f64 = 8.0;
/// Unloading over loading stiffness of the cell: it gives little back.
const CELL_UNLOAD: f64 = 1.6;
/// After yield the cell stays flat: this many times its strength at [`CELL_FLAT_MM`] and beyond (model section 9).
const CELL_FLAT: f64 = 1.12;
const CELL_FLAT_MM: f64 = 120.0;
/// What a block on the dash can press: the firewall gives way at this share of the cell, which stands for pillars and
/// sills (model section 9).
pub(super) const FIREWALL: f64 = 0.6;
/// A stacked rail holds this many times the largest rail force of the own wall test (model section 9).
const STACK: f64 = 1.4;
/// A rail keeps this share of its running maximum until it is stacked (model section 9).
const RAIL_KEEPS: f64 = 0.6;
/// One side alone (tyre, sill, hinge pillar), kN and kN/kg of test mass: mean force of 181 small-overlap tests at a
/// quarter of the width over 40-100 ms, where it is level (+-15-20 %; fleet of 2001-2015, 0.9-2.7 t).
const ONE_SIDE_KN: f64 = 78.0;
const ONE_SIDE_KN_PER_KG: f64 = 0.102;
/// Width of those tests' overlap, share of the car's.
const QUARTER: f64 = 0.25;
/// Those cars are of 2001-2015; of a car before 2000, as of its cell (margin 1.0 instead of 1.25).
const BEFORE_2000: f64 = 0.8;
/// The wheels hold at least this share of it.
const WHEELS_LEAST: f64 = 0.4;
/// Unloading power of sheet metal (model section 3): load cells of 10146 fit 8.
const SHEET_POWER: u32 = 8;

impl Builder<'_> {
    pub(super) fn rails(&self) -> Result<DraftPath, Error> {
        let setback_mm = self.mm("rail_setback")?;
        let (mut crush, mut force) = self.shape("rails", self.p.tilt)?;
        let mut most = 0.0f64;
        for f in &mut force {
            *f = f.max(RAIL_KEEPS * most);
            most = most.max(*f);
        }
        let length = self.mm("rail_stack_share")? * (self.mm("dash_setback")? - setback_mm);
        let stack = (length + self.p.contact_shift_mm).max(last(&crush) + 20.0);
        crush.extend([stack, stack + self.mm("rail_stack_travel")?]);
        force.extend([last(&force), STACK * most]);
        Ok(DraftPath {
            name: "rails",
            remark: "bumper beam on the longitudinal rails; stacked when their length is used up",
            layer: Some(DraftLayer {
                height_mm: [self.mm("rail_low")?, self.mm("rail_high")?],
                lateral_mm: self.centred("rail_half_span")?,
                setback_mm,
                face_kg: self.kg("rails_face")?,
                compartment: false,
            }),
            inner: None,
            offset_share: None,
            to: self.rail_end(),
            table: self.sheet(crush, force)?,
            material: Some("hsla"),
        })
    }

    pub(super) fn upper_body(&self) -> Result<DraftPath, Error> {
        let (crush, force) = self.shape("upper", 0.0)?;
        Ok(DraftPath {
            name: "upper_body",
            remark: "hood, fenders, upper rails and fascia",
            layer: Some(DraftLayer {
                height_mm: [self.mm("rail_high")?, self.mm("hood_high")?],
                lateral_mm: self.centred("upper_half_span")?,
                setback_mm: self.mm("upper_setback")?,
                face_kg: self.kg("upper_face")?,
                compartment: false,
            }),
            inner: None,
            offset_share: None,
            to: "dash",
            table: self.sheet(crush, force)?,
            material: Some("mild"),
        })
    }

    /// Radiator pack: solid when pressed against the engine block, or, with the engine elsewhere, against what
    /// is bolted to the dash.
    pub(super) fn radiator(&self) -> Result<DraftPath, Error> {
        let setback_mm = self.mm("radiator_setback")?;
        // Solid at this share of the block's setback (10146: block 633 mm behind the bumper, held hard from
        // 370 mm of travel on).
        let solid =
            (self.mm("pack_solid_share")? * self.mm("engine_front")? - setback_mm + self.p.engine_shift_mm).max(30.0);
        let pack = self.kn("pack")?;
        let mut crush = vec![0.0, 0.3 * solid, solid];
        let mut force = vec![0.0, 0.7 * pack, pack];
        let (name, remark, to, unload);
        if self.front_engine() {
            let block = self.kn("engine_block")?;
            crush.extend([solid + 40.0, solid + 80.0]);
            force.extend([0.6 * block, block]);
            name = "radiator_and_engine";
            remark = "radiator pack, solid when pressed against the engine block";
            to = "engine";
            // Cast iron pressed on a barrier gives little back: in 10146 the block hardly left it.
            unload = Unload {
                first: 20.0,
                last: self.kn("engine_block_unload")?,
                over_mm: solid + 80.0,
            };
        } else {
            let met = solid + self.engine_gap()?.max(20.0);
            let firm = met + self.mm("engine_contact_travel")?;
            crush.extend([met, firm, firm + 80.0]);
            let (contact, block) = self.on_dash_kn()?;
            force.extend([(1.3 * pack).min(contact), contact, block]);
            name = "radiator_and_equipment";
            remark = "radiator, steering gear and auxiliaries pressed against the dash";
            to = "dash";
            unload = Unload {
                first: 13.0,
                last: 52.0,
                over_mm: met,
            };
        }
        Ok(DraftPath {
            name,
            remark,
            layer: Some(DraftLayer {
                height_mm: [self.mm("engine_low")?, self.mm("engine_high")?],
                lateral_mm: self.centred("engine_half_span")?,
                setback_mm,
                face_kg: self.kg("radiator_face")?,
                compartment: false,
            }),
            inner: None,
            offset_share: None,
            to,
            table: unload.table(crush, force),
            material: None,
        })
    }

    /// Tyres between the partner and the sills. From there on the layer is level at what the class shows on one side
    /// ([`ONE_SIDE_KN`]), less what beam and upper body give over a quarter of the width: in those tests the force is
    /// level from 0.7 m of travel on, at which the tyre stands on the sill.
    pub(super) fn wheels(&self) -> Result<DraftPath, Error> {
        let half = self.half_width();
        let inner = half - self.mm("wheel_lane")?;
        let free = (self.mm("wheel_to_sill")? + self.p.contact_shift_mm).max(60.0);
        let squeeze = self.mm("tyre_squeeze")?;
        let suspension = self.kn("suspension")?;
        let level = self.wheels_kn()?.max(1.5 * suspension);
        Ok(DraftPath {
            name: "wheels_and_sills",
            remark: "tyres and suspension, then tyres against the sills: one side as small-overlap tests show it",
            layer: Some(DraftLayer {
                height_mm: [self.mm("wheel_low")?, self.mm("wheel_high")?],
                lateral_mm: vec![[-half, -inner], [inner, half]],
                setback_mm: (self.mm("front_overhang")? - self.mm("tyre_radius")?).max(0.0),
                face_kg: self.kg("wheels_face")?,
                compartment: false,
            }),
            inner: None,
            offset_share: None,
            to: "dash",
            table: self.sheet(
                vec![0.0, 40.0, free, free + squeeze, free + 2.0 * squeeze],
                vec![0.0, suspension, 1.5 * suspension, level, level],
            )?,
            material: None,
        })
    }

    /// Level of both wheels against their sills, kN; half of the logarithm of `late_force` counts, which gives the
    /// spread of the tests.
    fn wheels_kn(&self) -> Result<f64, Error> {
        let era = if self.recipe.year < 2000 { BEFORE_2000 } else { 1.0 };
        let one_side = era * (ONE_SIDE_KN + ONE_SIDE_KN_PER_KG * self.recipe.body.test_kg);
        let width = 2.0 * self.half_width();
        // Share of a centred band that a quarter of the width covers.
        let covered = |half_span: f64| (0.5 - (0.5 - QUARTER) * width / (2.0 * half_span)).max(0.0);
        let most = |force: &[f64]| force.iter().copied().fold(0.0, f64::max);
        let beside = covered(self.mm("rail_half_span")?) * most(&self.shape("rails", 0.0)?.1)
            + covered(self.mm("upper_half_span")?) * most(&self.shape("upper", 0.0)?.1);
        let factor = self.kn("one_side")? * self.p.late_force.sqrt();
        Ok(2.0 * factor * (one_side - beside).max(WHEELS_LEAST * one_side))
    }

    /// The layer lies in front of the cell, which limits the sum; its own strength is that of its full width and height
    /// (`cabin_front_share` times the cell's: an offset barrier on two fifths of the width and half of the height is
    /// stopped by half of the cell or more), so that a share of its area holds what was seen there. Flat beyond 300 mm
    /// as the cell is.
    pub(super) fn cabin_front(&self) -> Result<DraftPath, Error> {
        let half = self.half_width();
        let strength = self.kn("cabin_front_share")? * self.cell_strength_kn()?;
        Ok(DraftPath {
            name: "cabin_front",
            remark: "dash panel, A-pillars and cowl over the full width and height: closes the face",
            layer: Some(DraftLayer {
                height_mm: [
                    self.mm("cabin_low")?,
                    (self.mm("cabin_high_share")? * self.recipe.body.height_mm).round(),
                ],
                lateral_mm: vec![[-half, half]],
                setback_mm: self.mm("dash_setback")?,
                face_kg: self.kg("cabin_face")?,
                compartment: true,
            }),
            inner: None,
            offset_share: None,
            to: "dash",
            table: self.sheet(
                vec![0.0, 60.0, 300.0, 600.0],
                [0.0, 0.5, 1.0, CELL_FLAT].map(|share| share * strength).to_vec(),
            )?,
            material: Some("hsla"),
        })
    }

    pub(super) fn engine_to_frame(&self) -> Result<DraftPath, Error> {
        let crossmember = self.kn("crossmember")?;
        Ok(inner_path(
            "engine_to_frame",
            "engine and gearbox against the crossmember behind them",
            ("engine", self.mm("engine_to_frame_gap")?),
            "frame",
            Unload {
                first: 20.0,
                last: 60.0,
                over_mm: 250.0,
            }
            .table(vec![0.0, 100.0, 250.0], vec![0.0, crossmember, 1.5 * crossmember]),
        ))
    }

    pub(super) fn engine_to_dash(&self) -> Result<DraftPath, Error> {
        let travel = self.mm("engine_contact_travel")?;
        let (contact, block) = self.on_dash_kn()?;
        let unload = Unload {
            first: 20.0,
            last: 65.0,
            over_mm: 2.0 * travel,
        };
        Ok(inner_path(
            "engine_to_dash",
            "manifolds and auxiliaries, then the block against the dash panel",
            ("engine", self.engine_gap()?.max(5.0)),
            "dash",
            unload.table(vec![0.0, travel, 2.0 * travel], vec![0.0, contact, block]),
        ))
    }

    pub(super) fn dash_to_cabin(&self) -> Result<DraftPath, Error> {
        let strength = self.cell_strength_kn()?;
        let stiffness = self.kn("dash_stiffness")?.max(strength / CELL_YIELD_MM);
        let mut path = inner_path(
            "dash_to_cabin",
            "dash panel, tunnel and sills into the cell: at least what its own wall test sent through it, then flat",
            ("dash", 0.0),
            "cabin",
            Unload {
                first: CELL_UNLOAD * stiffness,
                last: CELL_UNLOAD * stiffness,
                over_mm: 1.0,
            }
            .table(
                vec![0.0, strength / stiffness, CELL_FLAT_MM],
                vec![0.0, strength, CELL_FLAT * strength],
            ),
        );
        path.offset_share = Some(self.kn("offset_share")?);
        Ok(path)
    }

    /// Force of manifolds and auxiliaries, then of the block, on the dash, kN: never more than the firewall holds.
    fn on_dash_kn(&self) -> Result<(f64, f64), Error> {
        let firewall = FIREWALL * self.cell_strength_kn()?;
        let contact = (self.kn("engine_contact")? * self.p.late_force).min(firewall);
        Ok((contact, firewall))
    }

    /// Sheet metal: springs back steeply first and then slowly, and returns its force times `spring_back` (model
    /// section 3: three measured rebound branches, 15 mm each).
    fn sheet(&self, crush: Vec<f64>, force: Vec<f64>) -> Result<DraftTable, Error> {
        let n = f64::from(SHEET_POWER);
        let back_mm = (n + 1.0) * self.mm("spring_back")? * self.p.spring_back;
        let wanted: Vec<f64> = force.iter().map(|f| n * f / back_mm).collect();
        Ok(draft_table(crush, force, wanted, SHEET_POWER))
    }
}

fn inner_path(
    name: &'static str,
    remark: &'static str,
    from: (&'static str, f64),
    to: &'static str,
    table: DraftTable,
) -> DraftPath {
    DraftPath {
        name,
        remark,
        layer: None,
        inner: Some(from),
        offset_share: None,
        to,
        table,
        material: None,
    }
}

/// Unloading stiffness that grows with crush from `first` to `last` at `over_mm`, kN/mm.
struct Unload {
    first: f64,
    last: f64,
    over_mm: f64,
}

impl Unload {
    fn table(&self, crush: Vec<f64>, force: Vec<f64>) -> DraftTable {
        let share = |at_mm: &f64| (at_mm / self.over_mm).min(1.0);
        let wanted = crush
            .iter()
            .map(|at_mm| self.first + (self.last - self.first) * share(at_mm))
            .collect();
        draft_table(crush, force, wanted, 1)
    }
}

/// Round a backbone to the file's digits and give it the wanted unloading stiffnesses, raised so that they never fall
/// and are nowhere below the backbone's slope (model section 3).
fn draft_table(crush: Vec<f64>, force: Vec<f64>, wanted: Vec<f64>, unload_power: u32) -> DraftTable {
    let crush_mm: Vec<f64> = crush.iter().map(|c| (c * 10.0).round() / 10.0).collect();
    let force_kn: Vec<f64> = force.iter().map(|f| (f * 100.0).round() / 100.0).collect();
    let n = crush_mm.len();
    let slope = |i: usize| (force_kn[i + 1] - force_kn[i]) / (crush_mm[i + 1] - crush_mm[i]);
    let mut unload_kn_per_mm: Vec<f64> = Vec::with_capacity(n);
    for (i, wanted) in wanted.iter().enumerate() {
        let left = if i > 0 { slope(i - 1) } else { 0.0 };
        let right = if i + 1 < n { slope(i) } else { 0.0 };
        let k = wanted.max(1.02 * left.max(right)).max(last(&unload_kn_per_mm));
        unload_kn_per_mm.push((k * 1000.0).ceil() / 1000.0);
    }
    DraftTable {
        crush_mm,
        force_kn,
        unload_kn_per_mm,
        unload_power,
    }
}
