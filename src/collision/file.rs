//! The case file (TOML, `format = 1`): resolved against the library into a [`Case`].

use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use crate::criteria::Dummy;
use crate::dynamics::{Plan, Solver};
use crate::error::{Error, SourceText};
use crate::occupant::{Restraint, Seat};
use crate::units::{KMH, MM, MS, US};
use crate::vehicle::library::RESTRAINTS;
use crate::vehicle::own::VEHICLES;
use crate::vehicle::{Face, Library, Role, Vehicle};

use super::case::{Case, Party, SeatedOccupant, Turning};

/// Longest run, ms.
const LONGEST_MS: f64 = 2000.0;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCase {
    format: Spanned<i64>,
    name: String,
    vehicle: Spanned<Vec<RawParty>>,
    #[serde(default)]
    contact: RawContact,
    #[serde(default)]
    occupant: Vec<RawOccupant>,
    #[serde(default)]
    simulation: RawSimulation,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawParty {
    #[serde(rename = "use")]
    source: Spanned<String>,
    speed_kmh: Option<Spanned<f64>>,
    face: Option<Spanned<Face>>,
    mass_kg: Option<Spanned<f64>>,
    ride_height_mm: Option<Spanned<f64>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct RawContact {
    overlap_pct: Option<Spanned<f64>>,
    side: Option<Spanned<String>>,
    yaw: Option<Spanned<bool>>,
    friction: Option<Spanned<f64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOccupant {
    vehicle: Spanned<i64>,
    seat: Option<Seat>,
    dummy: Spanned<Dummy>,
    restraint: Option<Spanned<toml::Value>>,
    fire_delay_ms: Option<Spanned<f64>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct RawSimulation {
    duration_ms: Option<Spanned<f64>>,
    step_us: Option<Spanned<f64>>,
    solver: Option<Solver>,
}

/// What a case file leans on besides itself.
pub struct CaseContext<'a> {
    /// The library for ids.
    pub library: &'a Library,
    /// Folder that relative paths start from.
    pub folder: &'a Path,
}

/// Read and resolve a case file; ids are those of [`Library::find`].
///
/// # Errors
/// [`Error::Input`] at the line of an unknown key, a value out of range, an unknown vehicle; errors of the vehicle files.
pub fn load_case(path: &Path) -> Result<(Case, SourceText), Error> {
    load_case_with(path, &Library::find(path.parent())?)
}

/// Read and resolve a case file with a library.
///
/// # Errors
/// As [`load_case`].
pub fn load_case_with(path: &Path, library: &Library) -> Result<(Case, SourceText), Error> {
    let text = SourceText::read(path)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let case = parse_case(&text, &CaseContext { library, folder })?;
    Ok((case, text))
}

/// Resolve the text of a case file.
///
/// # Errors
/// As [`load_case`].
pub fn parse_case(text: &SourceText, context: &CaseContext<'_>) -> Result<Case, Error> {
    let raw: RawCase = text.parse_toml()?;
    if *raw.format.get_ref() != 1 {
        return Err(text
            .error(
                raw.format.span(),
                format!("format = {}", raw.format.get_ref()),
                "this version reads format = 1",
            )
            .into());
    }
    let mut read = Reader {
        text,
        folder: context.folder,
        library: context.library.clone(),
    };
    let [first, second] = raw.vehicle.get_ref().as_slice() else {
        return Err(text
            .error(
                raw.vehicle.span(),
                format!("{} vehicles", raw.vehicle.get_ref().len()),
                "a case has exactly two [[vehicle]] entries; the first strikes",
            )
            .into());
    };
    let parties = [read.party(first, 0)?, read.party(second, 1)?];
    let closing = parties[0].speed_mps * parties[0].heading(0) - parties[1].speed_mps * parties[1].heading(1);
    if closing <= 0.0 {
        let span = first.speed_kmh.as_ref().map_or(first.source.span(), Spanned::span);
        return Err(text
            .error(
                span,
                "the vehicles do not approach each other",
                "vehicle 1 must be faster than what it runs into",
            )
            .into());
    }
    let overlap = match &raw.contact.overlap_pct {
        Some(v) => {
            read.text
                .number("overlap_pct", v, |x| x > 0.0 && x <= 100.0, "above 0 and at most 100")?
                / 100.0
        }
        None => 1.0,
    };
    let struck_left = match &raw.contact.side {
        None => true,
        Some(s) if s.get_ref() == "left" => true,
        Some(s) if s.get_ref() == "right" => false,
        Some(s) => {
            return Err(text
                .error(
                    s.span(),
                    format!("side = \"{}\"", s.get_ref()),
                    "\"left\" or \"right\" of vehicle 1",
                )
                .into());
        }
    };
    let turning = read.turning(&raw.contact, &parties)?;
    let mut occupants = Vec::with_capacity(raw.occupant.len());
    for o in &raw.occupant {
        occupants.push(read.occupant(o, &parties)?);
    }
    let (plan, solver) = read.simulation(&raw.simulation)?;
    Ok(Case {
        name: raw.name,
        parties,
        overlap,
        struck_left,
        turning,
        occupants,
        plan,
        solver,
    })
}

struct Reader<'a> {
    text: &'a SourceText,
    folder: &'a Path,
    /// The library, and the own files that the case names.
    library: Library,
}

/// Largest friction of face on face.
const MOST_FRICTION: f64 = 2.0;

impl Reader<'_> {
    fn turning(&self, raw: &RawContact, parties: &[Party; 2]) -> Result<Turning, Error> {
        let mut turning = Turning::default();
        if let Some(y) = &raw.yaw {
            if *y.get_ref() && parties[0].vehicle.is_fixed() {
                return Err(self
                    .text
                    .error(
                        y.span(),
                        format!("yaw = true, and {} is fixed", parties[0].vehicle.id),
                        "name the wall second: vehicle 1 is the one that turns",
                    )
                    .into());
            }
            turning.yaw = Some(*y.get_ref());
        }
        if let Some(f) = &raw.friction {
            turning.friction = self.text.number(
                "friction",
                f,
                |x| (0.0..=MOST_FRICTION).contains(&x),
                "between 0 (faces slide freely) and 2",
            )?;
        }
        Ok(turning)
    }

    fn vehicle(&mut self, source: &Spanned<String>) -> Result<Vehicle, Error> {
        let id = self.adopt(VEHICLES, source)?;
        let vehicle = self.library.vehicle(&id);
        vehicle.map_err(|e| e.at(self.text, source.span()))
    }

    /// An id as it is, a path as the label of its file.
    fn adopt(&mut self, kind: &str, name: &Spanned<String>) -> Result<String, Error> {
        let adopted = self.library.adopt(kind, name.get_ref(), self.folder);
        adopted.map_err(|e| e.at(self.text, name.span()))
    }

    fn party(&mut self, raw: &RawParty, index: usize) -> Result<Party, Error> {
        let mut vehicle = self.vehicle(&raw.source)?;
        let face = raw.face.as_ref().map_or(Face::Front, |f| *f.get_ref());
        let allowed = face == Face::Front || (index == 1 && face == Face::Rear);
        if !allowed {
            let span = raw.face.as_ref().map_or(raw.source.span(), Spanned::span);
            return Err(self
                .text
                .error(
                    span,
                    format!("vehicle {} struck on its {face:?}", index + 1).to_lowercase(),
                    "vehicle 1 is struck on its front, vehicle 2 on its front or rear",
                )
                .into());
        }
        if vehicle.layers(face).next().is_none() {
            return Err(self
                .text
                .error(
                    raw.source.span(),
                    format!("{} has no layer on its {face:?}", vehicle.id).to_lowercase(),
                    "add [[path]] entries with that face to the vehicle file",
                )
                .into());
        }
        if let Some(m) = &raw.mass_kg {
            let kg = self
                .text
                .number("mass_kg", m, |x| x > 0.0, "a mass must be above 0 kg")?;
            vehicle = vehicle.at_mass(kg).ok_or_else(|| {
                self.text.error(
                    m.span(),
                    format!("mass_kg = {kg} leaves the cabin of {} without mass", vehicle.id),
                    format!("the vehicle's own test mass is {:.0} kg", vehicle.body.test_kg),
                )
            })?;
        }
        if let Some(h) = &raw.ride_height_mm {
            let mm = self.text.number(
                "ride_height_mm",
                h,
                |x| x.abs() <= 500.0,
                "between -500 and 500 mm, + is up",
            )?;
            vehicle = vehicle.raised(mm * MM);
        }
        let speed_mps = self.speed_mps(raw, &vehicle)?;
        if vehicle.is_fixed() && (index == 0 || speed_mps > 0.0) {
            return Err(self
                .text
                .error(
                    raw.source.span(),
                    format!("{} is fixed and cannot be the striking vehicle", vehicle.id),
                    "name the wall second and leave its speed out",
                )
                .into());
        }
        Ok(Party {
            vehicle,
            speed_mps,
            face,
        })
    }

    /// Along the vehicle's own heading.
    fn speed_mps(&self, raw: &RawParty, vehicle: &Vehicle) -> Result<f64, Error> {
        Ok(match &raw.speed_kmh {
            Some(s) => {
                self.text.number(
                    "speed_kmh",
                    s,
                    |x| (0.0..=300.0).contains(&x),
                    "between 0 and 300 km/h, along the vehicle's own heading",
                )? * KMH
            }
            None if vehicle.is_fixed() => 0.0,
            None => {
                return Err(self
                    .text
                    .error(
                        raw.source.span(),
                        format!("{} has no speed_kmh", vehicle.id),
                        "add speed_kmh (0 for a standing vehicle)",
                    )
                    .into());
            }
        })
    }

    fn occupant(&mut self, raw: &RawOccupant, parties: &[Party; 2]) -> Result<SeatedOccupant, Error> {
        let index = match raw.vehicle.get_ref() {
            1 => 0,
            2 => 1,
            other => {
                return Err(self
                    .text
                    .error(raw.vehicle.span(), format!("vehicle = {other}"), "1 or 2")
                    .into());
            }
        };
        let vehicle = &parties[index].vehicle;
        if vehicle.mass_with_role(Role::Cabin).is_none() {
            return Err(self
                .text
                .error(
                    raw.vehicle.span(),
                    format!("an occupant in {}, which has no cabin", vehicle.id),
                    "seat occupants only in vehicles with a cabin",
                )
                .into());
        }
        if parties[index].heading(index) > 0.0 && index == 1 {
            return Err(self
                .text
                .error(
                    raw.vehicle.span(),
                    "an occupant in a vehicle struck on its rear",
                    "the occupant model is for frontal loading; seat occupants in vehicle 1",
                )
                .into());
        }
        let seat = raw.seat.unwrap_or(Seat::Driver);
        let dummy = *raw.dummy.get_ref();
        let restraint = self.restraint(raw, vehicle, seat)?;
        let fire_delay_s = match &raw.fire_delay_ms {
            Some(d) => {
                self.text.number(
                    "fire_delay_ms",
                    d,
                    |x| (0.0..=100.0).contains(&x),
                    "between 0 and 100 ms after the firing times of the restraint",
                )? * MS
            }
            None => 0.0,
        };
        Ok(SeatedOccupant {
            vehicle: index,
            seat,
            dummy,
            restraint,
            fire_delay_s,
        })
    }

    fn restraint(&mut self, raw: &RawOccupant, vehicle: &Vehicle, seat: Seat) -> Result<Restraint, Error> {
        let text = self.text;
        let at = |span: std::ops::Range<usize>, e: Error| e.at(text, span);
        match &raw.restraint {
            Some(value) => match value.get_ref() {
                toml::Value::String(name) => {
                    let id = self.adopt(RESTRAINTS, &Spanned::new(value.span(), name.clone()))?;
                    Restraint::load(&self.library, &id).map_err(|e| at(value.span(), e))
                }
                toml::Value::Table(table) => Restraint::from_table(table).map_err(|e| {
                    self.text
                        .error(value.span(), e.to_string(), "see the restraint library for the keys")
                        .into()
                }),
                _ => Err(self
                    .text
                    .error(
                        value.span(),
                        "restraint is neither an id nor a table",
                        "restraint = \"kei-2012\", or an inline table",
                    )
                    .into()),
            },
            None => {
                let id = match seat {
                    Seat::Driver => vehicle.driver_restraint.as_deref(),
                    Seat::Passenger => vehicle.passenger_restraint.as_deref(),
                };
                let Some(id) = id else {
                    return Err(self
                        .text
                        .error(
                            raw.dummy.span(),
                            format!("{} names no restraint for that seat", vehicle.id),
                            "add restraint = \"<id>\" here or [restraint] to the vehicle file",
                        )
                        .into());
                };
                Restraint::load(&self.library, id).map_err(|e| at(raw.dummy.span(), e))
            }
        }
    }

    fn simulation(&self, raw: &RawSimulation) -> Result<(Plan, Solver), Error> {
        let duration_ms = match &raw.duration_ms {
            Some(d) => self.text.number(
                "duration_ms",
                d,
                |x| (1.0..=LONGEST_MS).contains(&x),
                "between 1 and 2000 ms",
            )?,
            None => 160.0,
        };
        let step_us = match &raw.step_us {
            Some(s) => self.text.number("step_us", s, Plan::takes_step_us, Plan::STEP_RULE)?,
            None => 10.0,
        };
        Ok((
            Plan::new(duration_ms * MS, step_us * US),
            raw.solver.unwrap_or(Solver::Leapfrog),
        ))
    }
}
