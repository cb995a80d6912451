//! Assembly of an occupant in a vehicle (model section 6): chain of bodies, belts, seat, bag, column, bolster.
//!
//! ```text
//!   cabin --seat, lap belt--> pelvis --lumbar-- spine --neck-- head
//!   cabin --shoulder belt--> share s on sternum, 1 - s on spine;  sternum ==ribs== spine
//!   dash  --column--> wheel --bag, contact--> chest (shares), head;   dash --bolster--> pelvis
//! ```
//! Only a share of belt and bag force goes through the sternum; their elongation follows the same shares, so
//! that no work is lost. Column and bolster stand on the dash: intrusion reaches the occupant.

use serde::{Deserialize, Serialize};

use super::OccupantError;
use super::dummy::Anatomy;
use super::firing::Trigger;
use super::law::{belt_law, capped_law};
use super::restraint::{Restraint, RestraintSpec};
use super::system::{Airbag, Column, Place, PointMassRestraint, Position, Pretensioner, RestraintSystem};
use crate::criteria::Dummy;
use crate::dynamics::{BodyId, Crush, CrushLaw, GroupId, MountSpec, Network, Port, Pretension, Ramp, SliderSpec};
use crate::units::{KN, KN_PER_MM, MM, MS};

/// Travel beyond a column's stroke over which its force rises, m.
const COLUMN_END_M: f64 = 0.2;

/// A front seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Seat {
    /// Behind the wheel.
    Driver,
    /// Behind the instrument panel.
    Passenger,
}

impl Seat {
    /// Name in files.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Driver => "driver",
            Self::Passenger => "passenger",
        }
    }
}

/// Where an occupant is mounted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mounting {
    /// Cabin.
    pub cabin: BodyId,
    /// Dash, where the vehicle has one; else column and bolster stand on the cabin.
    pub dash: Option<BodyId>,
    /// 0 or 1: the vehicle.
    pub side: usize,
    /// Direction the occupant faces: +1 along +x, -1 against it.
    pub heading: f64,
    /// Initial velocity along +x, m/s.
    pub velocity_mps: f64,
    /// Seat.
    pub seat: Seat,
    /// Added to the restraint's firing time, s.
    pub fire_delay_s: f64,
}

/// Bodies and groups of an occupant in a network, and what its vehicle must give up for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Occupant {
    /// The dummy.
    pub dummy: Dummy,
    /// Where it sits.
    pub mounting: Mounting,
    /// Mass to take out of the cabin, kg: the chain, or the point mass.
    pub chain_kg: f64,
    /// Mass of wheel and column to take out of the dash (of the cabin without one), kg.
    pub column_kg: f64,
    /// Head, or the point mass.
    pub head: BodyId,
    /// Chain of a dummy.
    pub chain: Option<Chain>,
    /// Belt of a point mass.
    pub restraint: GroupId,
    /// What sets off belts and bags; `None` where there is nothing to set off.
    pub trigger: Option<Trigger>,
}

impl Occupant {
    /// Bodies of the dummy.
    pub fn dummy_bodies(&self) -> Vec<BodyId> {
        let chain = self.chain.iter();
        let rest = chain.flat_map(|c| [c.pelvis, c.spine, c.sternum]);
        std::iter::once(self.head).chain(rest).collect()
    }

    /// Bodies at the seat: those of the dummy, and the steering wheel, which belongs to the vehicle.
    pub fn bodies(&self) -> Vec<BodyId> {
        let wheel = self.chain.and_then(|c| c.wheel);
        self.dummy_bodies().into_iter().chain(wheel).collect()
    }
}

/// Bodies and groups of a dummy's chain.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chain {
    /// Lower torso and upper legs.
    pub pelvis: BodyId,
    /// Spine side of the thorax.
    pub spine: BodyId,
    /// Sternum.
    pub sternum: BodyId,
    /// Steering wheel, where the seat has one.
    pub wheel: Option<BodyId>,
    /// Shoulder belt: force is tension.
    pub shoulder_belt: GroupId,
    /// Lap belt: force is tension.
    pub lap_belt: GroupId,
    /// Airbag on the chest and on the head.
    pub airbag: Option<[GroupId; 2]>,
    /// Chest and head against wheel or panel.
    pub contact: [GroupId; 2],
    /// Knee bolster: both knees.
    pub knee: GroupId,
    /// Steering column.
    pub column: Option<GroupId>,
}

/// Add an occupant to a network. The caller takes `chain_kg` and `column_kg` out of the vehicle's bodies.
///
/// # Errors
/// [`OccupantError::NotSimulated`], [`OccupantError::Mismatch`].
pub fn attach(
    net: &mut Network,
    at: &Mounting,
    restraint: &Restraint,
    dummy: Dummy,
) -> Result<Occupant, OccupantError> {
    let mismatch = |help: String| OccupantError::Mismatch {
        dummy,
        restraint: restraint.id.clone(),
        help,
    };
    match (&restraint.spec, Anatomy::of(dummy)) {
        (RestraintSpec::PointMass(spec), None) if dummy == Dummy::PointMass => Ok(attach_point_mass(net, at, spec)),
        (RestraintSpec::System(system), Some(anatomy)) => {
            let place = match at.seat {
                Seat::Driver => &system.driver,
                Seat::Passenger => &system.passenger,
            };
            let position = place.position.get(dummy.id()).ok_or_else(|| {
                let known: Vec<&str> = place.position.keys().map(String::as_str).collect();
                mismatch(format!(
                    "its {} seat has clearances for {}",
                    at.seat.id(),
                    if known.is_empty() {
                        "no dummy".into()
                    } else {
                        known.join(", ")
                    }
                ))
            })?;
            let fires = system.has_devices(place);
            let rule = system.firing.rule();
            let trigger = fires.then(|| Trigger::install(net, at, rule));
            Ok(Builder::new(net, at, dummy, trigger).system(system, anatomy, position))
        }
        (RestraintSpec::PointMass(_), Some(_)) => Err(mismatch(
            "this restraint is for a point-mass; name one of the restraint library".into(),
        )),
        (RestraintSpec::System(_), None) if dummy == Dummy::PointMass => Err(mismatch(
            "a point mass takes { stiffness_N_per_m, slack_mm, limit_N, mass_kg }".into(),
        )),
        _ => Err(OccupantError::NotSimulated(dummy)),
    }
}

fn attach_point_mass(net: &mut Network, at: &Mounting, spec: &PointMassRestraint) -> Occupant {
    let mass = net.body("point mass", spec.mass_kg, at.velocity_mps, at.side);
    let group = net.group(&format!("vehicle {} point mass restraint", at.side + 1));
    let k = spec.stiffness_N_per_m;
    // Without a limit the table must outlast any stroke: 100 m.
    let cap = if spec.limit_N > 0.0 { spec.limit_N } else { k * 100.0 };
    let law = net.law(capped_law(k, cap));
    net.crushes.push(Crush {
        port: Port::signed(mass, at.cabin, at.heading),
        law,
        gap_m: spec.slack_mm * MM,
        pretension: None,
        ramp: None,
        group,
    });
    Occupant {
        dummy: Dummy::PointMass,
        mounting: *at,
        chain_kg: spec.mass_kg,
        column_kg: 0.0,
        head: mass,
        chain: None,
        restraint: group,
        trigger: None,
    }
}

struct Builder<'a> {
    net: &'a mut Network,
    at: &'a Mounting,
    dummy: Dummy,
    trigger: Option<Trigger>,
    name: String,
}

impl<'a> Builder<'a> {
    fn new(net: &'a mut Network, at: &'a Mounting, dummy: Dummy, trigger: Option<Trigger>) -> Self {
        let name = format!("vehicle {} {}", at.side + 1, at.seat.id());
        Self {
            net,
            at,
            dummy,
            trigger,
            name,
        }
    }

    fn body(&mut self, part: &str, kg: f64) -> BodyId {
        let name = format!("{} {part}", self.name);
        self.net.body(&name, kg, self.at.velocity_mps, self.at.side)
    }

    fn group(&mut self, part: &str) -> GroupId {
        let name = format!("{} {part}", self.name);
        self.net.group(&name)
    }

    fn signed(&self, a: BodyId, b: BodyId) -> Port {
        Port::signed(a, b, self.at.heading)
    }

    fn crush(&mut self, port: Port, law: CrushLaw, gap_m: f64, group: GroupId) -> &mut Crush {
        let law = self.net.law(law);
        self.net.crushes.push(Crush {
            port,
            law,
            gap_m,
            pretension: None,
            ramp: None,
            group,
        });
        let last = self.net.crushes.len() - 1;
        &mut self.net.crushes[last]
    }

    fn joint(&mut self, a: BodyId, b: BodyId, (k, c): (f64, f64), group: GroupId) {
        let port = self.signed(a, b);
        self.net.mounts.push(MountSpec {
            port,
            stiffness_n_per_m: k,
            damping_n_s_per_m: c,
            break_n: f64::INFINITY,
            group,
        });
    }

    fn pretension(&self, p: &Pretensioner) -> Option<Pretension> {
        let (sensor, fire_s) = self.trigger?.device(p.delay_ms);
        Some(Pretension {
            sensor,
            fire_s,
            stroke_m: p.stroke_mm * MM,
            duration_s: p.duration_ms * MS,
            force_n: p.force_kN * KN,
        })
    }

    fn ramp(&self, delay_ms: f64, fill_ms: f64) -> Option<Ramp> {
        let (sensor, start_s) = self.trigger?.device(delay_ms);
        Some(Ramp {
            sensor,
            start_s,
            duration_s: fill_ms * MS,
        })
    }

    fn system(mut self, s: &RestraintSystem, a: &Anatomy, position: &Position) -> Occupant {
        let place = match self.at.seat {
            Seat::Driver => &s.driver,
            Seat::Passenger => &s.passenger,
        };
        let cabin = self.at.cabin;
        let pelvis = self.body("pelvis", a.pelvis_kg);
        let spine = self.body("spine", a.spine_kg);
        let sternum = self.body("sternum", a.ribs.sternum_kg);
        let head = self.body("head", a.head_kg);

        let ribs = self.group("ribs");
        a.ribs.join(self.net, sternum, spine, self.at.heading, ribs);
        let lumbar = self.group("lumbar");
        self.joint(spine, pelvis, a.lumbar, lumbar);
        let neck = self.group("neck");
        self.joint(head, spine, a.neck, neck);

        let shoulder_belt = self.shoulder_belt(s, spine, sternum);
        let lap_belt = self.lap_belt(s, pelvis);
        self.seat(s, pelvis, spine, head);

        let dash = self.at.dash.unwrap_or(cabin);
        let wheel = place.column.map(|c| self.column(&c, dash));
        let front = wheel.map_or(dash, |(w, _)| w);

        let airbag = place
            .airbag
            .as_ref()
            .map(|b| self.airbag(b, position, [sternum, spine, head], front));
        let contact = ["chest contact", "head contact"].map(|part| self.group(part));
        let port = Port::shared(
            sternum,
            spine,
            place.chest_contact.sternum_share,
            front,
            self.at.heading,
        );
        let law = place.chest_contact.table().law();
        self.crush(port, law, position.chest_mm * MM, contact[0]);
        let port = self.signed(head, front);
        self.crush(port, place.head_contact.law(), position.head_mm * MM, contact[1]);

        let knee = self.knee_bolster(place, position, pelvis, dash);

        Occupant {
            dummy: self.dummy,
            mounting: *self.at,
            chain_kg: a.chain_kg(),
            column_kg: place.column.map_or(0.0, |c| c.mass_kg),
            head,
            chain: Some(Chain {
                pelvis,
                spine,
                sternum,
                wheel: wheel.map(|(w, _)| w),
                shoulder_belt,
                lap_belt,
                airbag,
                contact,
                knee,
                column: wheel.map(|(_, g)| g),
            }),
            restraint: shoulder_belt,
            trigger: self.trigger,
        }
    }

    /// Steering column on the dash: wheel and group.
    fn column(&mut self, c: &Column, dash: BodyId) -> (BodyId, GroupId) {
        let wheel = self.body("wheel", c.mass_kg);
        let group = self.group("column");
        let port = self.signed(wheel, dash);
        self.net.sliders.push(SliderSpec {
            port,
            stiffness_n_per_m: c.stiffness_kN_per_mm * KN_PER_MM,
            yield_n: c.collapse_kN * KN,
            group,
        });
        // Beyond its stroke bracket and panel bend: the force goes on rising, and little of the work comes back.
        let stop = self.group("column stop");
        let law = CrushLaw {
            crush_m: vec![0.0, COLUMN_END_M],
            force_n: vec![0.0, c.end_kN_per_mm * KN_PER_MM * COLUMN_END_M],
            unload_n_per_m: vec![c.stiffness_kN_per_mm * KN_PER_MM; 2],
            rate_s_per_m: 0.0,
            unload_power: 1,
            damping_n_s_per_m: 0.0,
        };
        self.crush(port, law, c.stroke_mm * MM, stop);
        (wheel, group)
    }

    fn knee_bolster(&mut self, place: &Place, position: &Position, pelvis: BodyId, dash: BodyId) -> GroupId {
        // A knee bag deeper than the clearance acts from the start and keeps its table, so that the bolster behind
        // it lies deeper by the difference (for the HIII-05F of `us-2018` 35 mm; its knees do not get there).
        let knee = self.group("knee bolster");
        let gap = (position.knee_mm - place.knee.depth_mm).max(0.0) * MM;
        let port = self.signed(pelvis, dash);
        let delay = place.knee.delay_ms.unwrap_or(0.0);
        let ramp = place.knee.fill_ms.and_then(|fill| self.ramp(delay, fill));
        self.crush(port, place.knee.table().law(), gap, knee).ramp = ramp;
        knee
    }

    /// Port in webbing: travel of the torso times the factor, by virtual work.
    fn shoulder_belt(&mut self, s: &RestraintSystem, spine: BodyId, sternum: BodyId) -> GroupId {
        let belt = &s.shoulder_belt;
        let group = self.group("shoulder belt");
        let scale = self.at.heading * belt.torso_factor;
        let port = Port::shared(sternum, spine, belt.sternum_share, self.at.cabin, scale);
        let payout: Vec<f64> = belt.limiter_payout_mm.iter().map(|x| x * MM).collect();
        let limit: Vec<f64> = belt.limiter_kN.iter().map(|f| f * KN).collect();
        let law = belt_law(belt.webbing_kN_per_mm * KN_PER_MM, &payout, &limit);
        let pretension = belt.pretensioner.as_ref().and_then(|p| self.pretension(p));
        self.crush(port, law, belt.slack_mm * MM, group).pretension = pretension;
        group
    }

    fn lap_belt(&mut self, s: &RestraintSystem, pelvis: BodyId) -> GroupId {
        let belt = &s.lap_belt;
        let group = self.group("lap belt");
        let port = Port::signed(pelvis, self.at.cabin, self.at.heading * belt.pelvis_factor);
        let limit: Option<f64> = belt.limit_kN.map(|f| f * KN);
        let law = belt_law(belt.webbing_kN_per_mm * KN_PER_MM, &[0.0], limit.as_slice());
        let pretension = belt.pretensioner.as_ref().and_then(|p| self.pretension(p));
        self.crush(port, law, belt.slack_mm * MM, group).pretension = pretension;
        group
    }

    /// Cushion under the pelvis; back and head restraint stop the rebound and carry a rear impact.
    fn seat(&mut self, s: &RestraintSystem, pelvis: BodyId, spine: BodyId, head: BodyId) {
        let seat = &s.seat;
        let cabin = self.at.cabin;
        let cushion = self.group("seat cushion");
        let port = self.signed(pelvis, cabin);
        self.net.sliders.push(SliderSpec {
            port,
            stiffness_n_per_m: seat.cushion_kN_per_mm * KN_PER_MM,
            yield_n: seat.slip_kN * KN,
            group: cushion,
        });
        let group = self.group("seat back");
        let back = seat.back_kN_per_mm;
        let support = seat.head_restraint_kN_per_mm;
        let gap = seat.head_restraint_gap_mm * MM;
        for (body, k, gap) in [(pelvis, back, 0.0), (spine, back, 0.0), (head, support, gap)] {
            let port = self.signed(cabin, body);
            let law = capped_law(k * KN_PER_MM, seat.back_kN * KN);
            self.crush(port, law, gap, group);
        }
    }

    fn airbag(
        &mut self,
        bag: &Airbag,
        position: &Position,
        [sternum, spine, head]: [BodyId; 3],
        front: BodyId,
    ) -> [GroupId; 2] {
        let ramp = self.ramp(bag.delay_ms, bag.fill_ms);
        let groups = ["airbag on chest", "airbag on head"].map(|part| self.group(part));
        let chest = Port::shared(sternum, spine, bag.sternum_share, front, self.at.heading);
        let gap = (position.chest_mm - bag.chest.depth_mm).max(0.0) * MM;
        self.crush(chest, bag.law(&bag.chest), gap, groups[0]).ramp = ramp;
        let gap = (position.head_mm - bag.head.depth_mm).max(0.0) * MM;
        let port = self.signed(head, front);
        self.crush(port, bag.law(&bag.head), gap, groups[1]).ramp = ramp;
        groups
    }
}
