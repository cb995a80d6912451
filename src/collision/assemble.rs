//! From a case to a network of bodies, cells and elements (model sections 1-4).

use crate::dynamics::{Cell, Crush, CrushLaw, MaxwellSpec, MountSpec, Network, Port, PushedSpec, Share};
use crate::error::Error;
use crate::occupant::{Mounting, Occupant, attach};
use crate::vehicle::{CrushTable, PathKind, Role, Vehicle};

use super::case::{Case, Party, SeatedOccupant};
use super::face::{FaceCell, cells, joined};

/// A tip lighter than this is made up to it from the body behind, kg: a sliver of a cell weighs grams, and
/// grams between stiff springs ring without meaning.
const LIGHTEST_TIP_KG: f64 = 0.2;
/// Frequency aimed at for such a tip, rad/s: light enough not to matter, slow enough for the step.
const GIVEN_TIP_RAD_PER_S: f64 = 2.0e4;
/// Stiffness that stands for a rigid layer on a body that can move, N/m over the whole layer.
const RIGID_LAYER_N_PER_M: f64 = 1.0e9;

/// Where a vehicle's parts are in the network.
#[derive(Debug, Clone, PartialEq)]
pub struct VehicleMap {
    /// Body per mass.
    pub bodies: Vec<usize>,
    /// Group per path.
    pub path_groups: Vec<usize>,
    /// Group per mount.
    pub mount_groups: Vec<usize>,
    /// Body of the cabin (of the first mass where there is none).
    pub cabin: usize,
    /// Body of the dash, if any.
    pub dash: Option<usize>,
    /// Heading along x.
    pub heading: f64,
    /// Outward direction of the struck face.
    pub outward: f64,
}

/// A case ready to run.
#[derive(Debug, Clone)]
pub struct Assembly {
    /// The network.
    pub network: Network,
    /// Cells of the two faces, in the order of the network's.
    pub cells: Vec<FaceCell>,
    /// Parts of both vehicles.
    pub maps: [VehicleMap; 2],
    /// Parts of the occupants, in the order of the case's.
    pub occupants: Vec<Occupant>,
}

/// The law of a table, its strength and unloading stiffness times `phi`.
fn law_of(table: &CrushTable, phi: f64) -> CrushLaw {
    let times = |values: &[f64]| values.iter().map(|v| phi * v).collect();
    CrushLaw {
        crush_m: table.crush_m.clone(),
        force_n: times(&table.force_n),
        unload_n_per_m: times(&table.unload_n_per_m),
        rate_s_per_m: table.rate_s_per_m,
        unload_power: table.unload_power,
        damping_n_s_per_m: table.damping_n_s_per_m,
    }
}

impl Assembly {
    /// Lever of a body from its vehicle's centre line, m to vehicle 1's right: occupants sit beside it.
    pub fn lever_m(&self, body: usize) -> f64 {
        let seated = self.occupants.iter().find(|o| o.bodies().contains(&body));
        let at = seated.map(|o| o.mounting.cabin);
        let rider = self.network.riders.iter().find(|r| Some(r.body) == at);
        rider.map_or(0.0, |r| r.eta_m)
    }
}

fn rigid_law() -> CrushLaw {
    CrushLaw {
        crush_m: vec![0.0, 1.0],
        force_n: vec![0.0, RIGID_LAYER_N_PER_M],
        unload_n_per_m: vec![RIGID_LAYER_N_PER_M; 2],
        rate_s_per_m: 0.0,
        unload_power: 1,
        damping_n_s_per_m: 0.0,
    }
}

/// Bodies, inner paths and mounts of one vehicle.
/// `width_share` is the overlapped width over the vehicle's own (model section 4, offset strength).
fn add_vehicle(net: &mut Network, party: &Party, side: usize, width_share: f64) -> VehicleMap {
    let vehicle = &party.vehicle;
    let heading = party.heading(side);
    let prefix = |name: &str| format!("{}: {name}", vehicle.id);
    let bodies: Vec<usize> = vehicle
        .masses
        .iter()
        .map(|m| {
            let b = net.body(&prefix(&m.name), m.kg, heading * party.speed_mps, side);
            net.bodies[b].fixed = m.fixed;
            if m.fixed {
                net.bodies[b].velocity_mps = 0.0;
            }
            b
        })
        .collect();
    let path_groups: Vec<usize> = vehicle.paths.iter().map(|p| net.group(&prefix(&p.name))).collect();
    let mount_groups: Vec<usize> = vehicle.mounts.iter().map(|m| net.group(&prefix(&m.name))).collect();
    for (i, p) in vehicle.paths.iter().enumerate() {
        if let (
            PathKind::Inner {
                from,
                gap_m,
                offset_share,
            },
            Some(table),
        ) = (&p.kind, &p.table)
        {
            let phi = offset_share + (1.0 - offset_share) * width_share;
            let law = net.law(law_of(table, phi));
            net.crushes.push(Crush {
                port: Port::signed(bodies[p.to], bodies[*from], heading),
                law,
                gap_m: *gap_m,
                pretension: None,
                ramp: None,
                group: path_groups[i],
            });
        }
    }
    for (i, m) in vehicle.mounts.iter().enumerate() {
        let port = Port::signed(bodies[m.to], bodies[m.from], heading);
        if m.series {
            net.maxwells.push(MaxwellSpec {
                port,
                stiffness_n_per_m: m.stiffness_n_per_m,
                damping_n_s_per_m: m.damping_n_s_per_m,
                group: mount_groups[i],
            });
        } else {
            net.mounts.push(MountSpec {
                port,
                stiffness_n_per_m: m.stiffness_n_per_m,
                damping_n_s_per_m: m.damping_n_s_per_m,
                break_n: m.break_n.unwrap_or(f64::INFINITY),
                group: mount_groups[i],
            });
        }
    }
    let cabin = vehicle.mass_with_role(Role::Cabin).unwrap_or(0);
    VehicleMap {
        cabin: bodies[cabin],
        dash: vehicle.mass_with_role(Role::Dash).map(|i| bodies[i]),
        bodies,
        path_groups,
        mount_groups,
        heading,
        outward: if side == 0 { 1.0 } else { -1.0 },
    }
}

/// Mass of a cell's tip on one side, kg (`None`: a fixed rigid face), and how much of it its layer brings;
/// the rest comes from the body behind.
fn tip_mass(vehicle: &Vehicle, cell: &FaceCell, side: usize) -> Option<(f64, f64)> {
    let foremost = &cell.layers[side][0];
    let path = &vehicle.paths[foremost.path];
    let layer = path.layer()?;
    if layer.rigid && vehicle.masses[path.to].fixed {
        return None;
    }
    let own = layer.face_kg * foremost.weight;
    // Parts of a cell that is cut for yaw share what it is given.
    let lightest = LIGHTEST_TIP_KG * cell.part;
    if layer.face_kg > 0.0 {
        return Some((own.max(lightest.min(layer.face_kg * cell.part)), own));
    }
    // A textbook layer without mass: as light as the step can follow.
    let stiff: f64 = cell.layers[side]
        .iter()
        .map(|l| {
            let most = vehicle.paths[l.path]
                .table
                .as_ref()
                .and_then(|t| t.unload_n_per_m.last().copied())
                .unwrap_or(RIGID_LAYER_N_PER_M);
            most * l.weight
        })
        .sum();
    let kg = (stiff / GIVEN_TIP_RAD_PER_S.powi(2)).min(lightest);
    Some((kg, 0.0))
}

/// Build the network of a case.
///
/// # Errors
/// [`Error::Request`] when the faces do not meet, or an occupant cannot be seated.
pub fn assemble(case: &Case) -> Result<Assembly, Error> {
    assemble_cells(case, cells_of(case))
}

/// The cells of a case's two faces.
pub fn cells_of(case: &Case) -> Vec<FaceCell> {
    let [first, second] = &case.parties;
    let cut = cells(
        (&first.vehicle, first.face),
        (&second.vehicle, second.face),
        &case.placement(),
        case.turns(),
    );
    if case.turns() { joined(cut) } else { cut }
}

/// Build the network of a case on cells that were cut already ([`cells_of`], [`super::align`]).
///
/// # Errors
/// As [`assemble`].
pub fn assemble_cells(case: &Case, face_cells: Vec<FaceCell>) -> Result<Assembly, Error> {
    let [first, second] = &case.parties;
    if face_cells.is_empty() {
        return Err(Error::request(
            format!(
                "the faces of {} and {} do not meet",
                first.vehicle.id, second.vehicle.id
            ),
            "give both a face whose layers overlap in height and width",
        ));
    }
    let mut net = Network::default();
    let maps = [0, 1].map(|s| add_vehicle(&mut net, &case.parties[s], s, case.width_share(s)));
    for (side, party) in case.parties.iter().enumerate() {
        add_face(&mut net, &face_cells, party, side, &maps[side]);
    }
    net.yaw = case.turns().then(|| super::yaw::spec(case));
    let mut occupants = Vec::with_capacity(case.occupants.len());
    for seated in &case.occupants {
        let party = &case.parties[seated.vehicle];
        let map = &maps[seated.vehicle];
        if party.vehicle.mass_with_role(Role::Cabin).is_none() {
            return Err(Error::request(
                format!("an occupant in {}, which has no cabin", party.vehicle.id),
                "seat occupants only in vehicles with a cabin",
            ));
        }
        let (cabin, dash) = add_seat(&mut net, case, seated, map, &face_cells);
        let at = Mounting {
            cabin,
            dash,
            side: seated.vehicle,
            heading: map.heading,
            velocity_mps: map.heading * party.speed_mps,
            seat: seated.seat,
            fire_delay_s: seated.fire_delay_s,
        };
        let occupant = attach(&mut net, &at, &seated.restraint, seated.dummy)
            .map_err(|e| Error::request(e.to_string(), "see the restraint library"))?;
        // What the occupant and its wheel weigh is already in the vehicle's test mass.
        let wheel_from = map.dash.unwrap_or(map.cabin);
        net.bodies[map.cabin].kg -= occupant.chain_kg;
        net.bodies[wheel_from].kg -= occupant.column_kg;
        for body in [map.cabin, wheel_from] {
            if net.bodies[body].kg <= 0.0 {
                return Err(Error::request(
                    format!("the occupants outweigh {}", net.bodies[body].name),
                    "seat fewer, or give that mass what it weighs with the occupants in it",
                ));
            }
        }
        occupants.push(occupant);
    }
    Ok(Assembly {
        network: net,
        cells: face_cells,
        maps,
        occupants,
    })
}

/// A compartment layer pushes the interior of a seat when its cell comes within this of the seat laterally, m.
const INTERIOR_REACH_M: f64 = 0.25;

/// Where an occupant is mounted: the cabin at his seat, and the interior before it, which rides on the dash (on the
/// cabin without one) and is pushed in by the compartment layers that stand before the seat (model section 6).
fn add_seat(
    net: &mut Network,
    case: &Case,
    seated: &SeatedOccupant,
    map: &VehicleMap,
    face_cells: &[FaceCell],
) -> (usize, Option<usize>) {
    let vehicle = &case.parties[seated.vehicle].vehicle;
    let name = |what: &str| format!("{}: {what} at the {}", vehicle.id, seated.seat.id());
    let mut eta_m = 0.0;
    let mut cabin = map.cabin;
    let turns = net.yaw.as_ref().map(|yaw| yaw.centre_line_m);
    if turns.is_some() {
        eta_m = super::yaw::seat_lever_m(vehicle, seated.seat, map.heading);
        cabin = net.rider(&name("cabin"), map.cabin, eta_m, None);
    }
    let seat_at = turns.map(|line| line[seated.vehicle] + eta_m);
    let before_seat = |cell: &FaceCell| {
        seat_at.is_none_or(|y| {
            let mut spans = cell.patches.iter().map(|p| p.lateral_m);
            spans.any(|[lo, hi]| lo <= y + INTERIOR_REACH_M && hi >= y - INTERIOR_REACH_M)
        })
    };
    let compartment = |group: usize| {
        let path = map.path_groups.iter().position(|g| *g == group);
        path.and_then(|p| vehicle.paths[p].layer())
            .is_some_and(|l| l.compartment)
    };
    let counts = |s: &Share| f64::from(u8::from(before_seat(&face_cells[s.cell])));
    let shares: Vec<(usize, f64)> = (net.shares.iter().enumerate())
        .filter(|(_, s)| s.side == seated.vehicle && compartment(s.group))
        .map(|(i, s)| (i, counts(s)))
        .collect();
    let on = map.dash.unwrap_or(map.cabin);
    let pushed = (!shares.is_empty()).then_some(PushedSpec {
        heading: map.heading,
        shares,
    });
    if turns.is_none() && pushed.is_none() {
        return (cabin, map.dash);
    }
    let interior = net.rider(&name("interior"), on, eta_m, pushed);
    (cabin, Some(interior))
}

/// Tips, shares and the tip masses that ride with the bodies behind, for one side.
fn add_face(net: &mut Network, face_cells: &[FaceCell], party: &Party, side: usize, map: &VehicleMap) {
    let vehicle = &party.vehicle;
    let mut laws = vec![None; vehicle.paths.len()];
    let mut riding: Vec<f64> = vehicle
        .paths
        .iter()
        .map(|p| p.layer().map_or(0.0, |l| l.face_kg))
        .collect();
    for (c, cell) in face_cells.iter().enumerate() {
        let tip = tip_mass(vehicle, cell, side);
        let kg = tip.map(|(kg, _)| kg);
        if side == 0 {
            net.cells.push(Cell {
                tip_kg: [kg, None],
                velocity_mps: [map.heading * party.speed_mps, 0.0],
                gap_m: cell.gap_m,
                lateral_m: cell.lateral_m,
                setback_m: cell.layers[0][0].setback_m,
            });
        } else {
            net.cells[c].tip_kg[1] = kg;
            net.cells[c].velocity_mps[1] = if kg.is_some() {
                map.heading * party.speed_mps
            } else {
                0.0
            };
        }
        let Some((kg, own)) = tip else { continue };
        if !cell.is_absent() {
            let front = cell.layers[side][0].path;
            riding[front] -= own;
            net.bodies[map.bodies[vehicle.paths[front].to]].kg -= kg - own;
        }
        for (k, l) in cell.layers[side].iter().enumerate() {
            let path = &vehicle.paths[l.path];
            let law = *laws[l.path]
                .get_or_insert_with(|| net.law(path.table.as_ref().map_or_else(rigid_law, |t| law_of(t, 1.0))));
            net.shares.push(Share {
                cell: c,
                side,
                body: map.bodies[path.to],
                law,
                weight: l.weight,
                gap_m: l.setback_m - cell.layers[side][0].setback_m,
                tie: k == 0,
                group: map.path_groups[l.path],
            });
        }
    }
    for (p, kg) in vehicle.paths.iter().zip(riding) {
        net.bodies[map.bodies[p.to]].kg += kg;
    }
}
