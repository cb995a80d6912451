//! The load paths of an identified structure, one function each: where its place and its force come from
//! (model sections 3, 4 and 9).

use crate::error::Error;

use super::draft::{DraftLayer, DraftPath, DraftTable};
use super::structure::{Builder, last};

/// Share of the width that the barrier of an overload test covers (offset deformable barrier).
const OVERLOAD_OVERLAP: f64 = 0.4;
/// Elastic give of the cell before it yields, mm: a strong cell is also stiff.
const CELL_YIELD_MM: f64 = 8.0;
/// Unloading over loading stiffness of the cell: it gives little back.
const CELL_UNLOAD: f64 = 1.6;

impl Builder<'_> {
    pub(super) fn rails(&self) -> Result<DraftPath, Error> {
        let setback_mm = self.mm("rail_setback")?;
        let (mut crush, mut force) = self.shape("rails", self.p.tilt)?;
        let plateau = last(&force);
        let length = self.mm("rail_stack_share")? * (self.mm("dash_setback")? - setback_mm);
        let stack = (length + self.p.contact_shift_mm).max(last(&crush) + 20.0);
        crush.extend([stack, stack + self.mm("rail_stack_travel")?]);
        let stacked = self.kn("rail_stacked")? * self.p.late_force;
        force.extend([1.05 * plateau, stacked.max(1.10 * plateau)]);
        let unload = Unload {
            first: self.kn("rail_unload_first")? * self.p.unload,
            last: self.kn("rail_unload_last")? * self.p.unload,
            over_mm: self.recipe.wall.dynamic_crush_mm,
        };
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
            to: self.rail_end(),
            table: unload.table(crush, force),
            material: Some("hsla"),
        })
    }

    pub(super) fn upper_body(&self) -> Result<DraftPath, Error> {
        let (crush, force) = self.shape("upper", 0.0)?;
        let soft = self.kn("upper_unload")? * self.p.soft_unload;
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
            to: if self.template.frame { "cabin" } else { "dash" },
            table: Unload {
                first: soft,
                last: soft,
                over_mm: 1.0,
            }
            .table(crush, force),
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
            (self.mm("pack_solid_share")? * self.mm("engine_front")? - setback_mm).max(30.0);
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
            let contact = self.kn("engine_contact")? * self.p.late_force;
            force.extend([
                1.3 * pack,
                contact,
                (1.3 * self.cell_strength_kn()?).max(1.1 * contact),
            ]);
            name = "radiator_and_equipment";
            remark = "radiator, steering gear and auxiliaries pressed against the dash";
            to = "dash";
            unload = Unload {
                first: 10.0 * self.p.unload,
                last: 40.0 * self.p.unload,
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
            to,
            table: unload.table(crush, force),
            material: None,
        })
    }

    pub(super) fn wheels(&self) -> Result<DraftPath, Error> {
        let half = self.half_width();
        let inner = half - self.mm("wheel_lane")?;
        let free = (self.mm("wheel_to_sill")? + self.p.contact_shift_mm).max(60.0);
        let squeeze = self.mm("tyre_squeeze")?;
        let suspension = self.kn("suspension")?;
        let unload = Unload {
            first: 8.0 * self.p.unload,
            last: 25.0 * self.p.unload,
            over_mm: free + squeeze,
        };
        Ok(DraftPath {
            name: "wheels_and_sills",
            remark: "tyres and suspension, then tyres against the sills",
            layer: Some(DraftLayer {
                height_mm: [self.mm("wheel_low")?, self.mm("wheel_high")?],
                lateral_mm: vec![[-half, -inner], [inner, half]],
                setback_mm: (self.mm("front_overhang")? - self.mm("tyre_radius")?).max(0.0),
                face_kg: self.kg("wheels_face")?,
                compartment: false,
            }),
            inner: None,
            to: self.wheel_end(),
            table: unload.table(
                vec![0.0, 40.0, free, free + squeeze, free + 2.0 * squeeze],
                vec![
                    0.0,
                    suspension,
                    1.5 * suspension,
                    self.kn("tyre_on_sill")? * self.p.late_force,
                    self.kn("sill")? * self.p.late_force.max(1.0),
                ],
            ),
            material: None,
        })
    }

    /// `cabin_front` is a collapse force of overload tests, in which a barrier covers two fifths of the width; the
    /// layer's strength is that of its full width, so that a share of its area holds what was seen there. Beyond
    /// 300 mm the cell is packed with seats and floor and stiffens again, so that nothing passes through.
    pub(super) fn cabin_front(&self) -> Result<DraftPath, Error> {
        let half = self.half_width();
        let strength = self.kn("cabin_front")? / OVERLOAD_OVERLAP;
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
            to: "dash",
            table: Unload {
                first: 30.0,
                last: 60.0,
                over_mm: 300.0,
            }
            .table(
                vec![0.0, 60.0, 300.0, 600.0, 900.0],
                [0.0, 0.5, 1.0, 1.7, 2.8]
                    .map(|share| share * strength)
                    .to_vec(),
            ),
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
            .table(
                vec![0.0, 100.0, 250.0],
                vec![0.0, crossmember, 1.5 * crossmember],
            ),
        ))
    }

    pub(super) fn engine_to_dash(&self) -> Result<DraftPath, Error> {
        let travel = self.mm("engine_contact_travel")?;
        let contact = self.kn("engine_contact")? * self.p.late_force;
        let unload = Unload {
            first: 15.0 * self.p.unload,
            last: 50.0 * self.p.unload,
            over_mm: 2.0 * travel,
        };
        Ok(inner_path(
            "engine_to_dash",
            "manifolds and auxiliaries, then the block against the dash panel",
            ("engine", self.engine_gap()?.max(5.0)),
            "dash",
            unload.table(
                vec![0.0, travel, 2.0 * travel],
                vec![
                    0.0,
                    contact,
                    (1.3 * self.cell_strength_kn()?).max(1.1 * contact),
                ],
            ),
        ))
    }

    pub(super) fn dash_to_cabin(&self) -> Result<DraftPath, Error> {
        let strength = self.cell_strength_kn()?;
        let stiffness = self.kn("dash_stiffness")?.max(strength / CELL_YIELD_MM);
        Ok(inner_path(
            "dash_to_cabin",
            "dash panel, tunnel and sills into the cell: collapse strength is a prior, not identified",
            ("dash", 0.0),
            "cabin",
            Unload {
                first: CELL_UNLOAD * stiffness,
                last: CELL_UNLOAD * stiffness,
                over_mm: 1.0,
            }
            .table(
                vec![0.0, strength / stiffness, 120.0, 300.0],
                vec![0.0, strength, 1.12 * strength, 1.4 * strength],
            ),
        ))
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
    /// Round a backbone to the file's digits and give it unloading stiffnesses that never fall and are nowhere
    /// below the backbone's slope (model section 3).
    fn table(&self, crush: Vec<f64>, force: Vec<f64>) -> DraftTable {
        let crush_mm: Vec<f64> = crush.iter().map(|c| (c * 10.0).round() / 10.0).collect();
        let force_kn: Vec<f64> = force.iter().map(|f| (f * 100.0).round() / 100.0).collect();
        let n = crush_mm.len();
        let slope = |i: usize| (force_kn[i + 1] - force_kn[i]) / (crush_mm[i + 1] - crush_mm[i]);
        let mut unload_kn_per_mm: Vec<f64> = Vec::with_capacity(n);
        for (i, &at_mm) in crush_mm.iter().enumerate() {
            let share = (at_mm / self.over_mm).min(1.0);
            let wanted = self.first + (self.last - self.first) * share;
            let left = if i > 0 { slope(i - 1) } else { 0.0 };
            let right = if i + 1 < n { slope(i) } else { 0.0 };
            let k = wanted
                .max(1.02 * left.max(right))
                .max(last(&unload_kn_per_mm));
            unload_kn_per_mm.push((k * 1000.0).ceil() / 1000.0);
        }
        DraftTable {
            crush_mm,
            force_kn,
            unload_kn_per_mm,
        }
    }
}
