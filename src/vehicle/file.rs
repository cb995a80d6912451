//! The vehicle file (TOML, `format = 1`): keys in mm, kN and kg; every fault is reported at its line.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use super::model::{Body, CrushTable, Face, Layer, Mass, Mount, Path, PathKind, Role, Vehicle, VehicleClass};
use super::provenance::Provenance;
use super::provenance_check::checked;
use crate::error::{InputError, SourceText, nearest};
use crate::units::{KN, KN_PER_MM, MM};

/// Speed at which a rate factor is weighed against the unloading stiffness, m/s (56 km/h).
pub(super) const RATE_CHECK_MPS: f64 = 15.6;
/// Largest unloading power: beyond it the spring-back is a step.
const MOST_UNLOAD_POWER: f64 = 16.0;
/// Allowed difference between the sum of masses and the test mass, kg.
const MASS_TOLERANCE_KG: f64 = 0.5;

type S<T> = Spanned<T>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawVehicle {
    format: S<i64>,
    id: S<String>,
    name: String,
    class: VehicleClass,
    year: i64,
    body: RawBody,
    #[serde(default)]
    mass: Vec<RawMass>,
    #[serde(default)]
    path: Vec<RawPath>,
    #[serde(default)]
    mount: Vec<RawMount>,
    #[serde(default)]
    restraint: RawRestraint,
    #[serde(default)]
    sources: BTreeMap<String, String>,
    #[serde(default)]
    provenance: BTreeMap<S<String>, S<Provenance>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBody {
    curb_kg: S<f64>,
    test_kg: S<f64>,
    length_mm: S<f64>,
    width_mm: S<f64>,
    height_mm: S<f64>,
    wheelbase_mm: S<f64>,
    price: Option<S<f64>>,
    currency: Option<String>,
    yaw_inertia_kgm2: Option<S<f64>>,
    cg_behind_front_mm: Option<S<f64>>,
    driver_side: Option<S<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMass {
    name: S<String>,
    role: S<Role>,
    kg: S<f64>,
    #[serde(default)]
    fixed: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(non_snake_case)]
struct RawPath {
    name: S<String>,
    face: Option<S<Face>>,
    from: Option<S<String>>,
    to: S<String>,
    gap_mm: Option<S<f64>>,
    height_mm: Option<S<[f64; 2]>>,
    lateral_mm: Option<S<Vec<[f64; 2]>>>,
    setback_mm: Option<S<f64>>,
    face_kg: Option<S<f64>>,
    #[serde(default)]
    compartment: bool,
    #[serde(default)]
    rigid: bool,
    crush_mm: Option<S<Vec<f64>>>,
    force_kN: Option<S<Vec<f64>>>,
    unload_kN_per_mm: Option<S<OneOrMany>>,
    unload_power: Option<S<f64>>,
    offset_share: Option<S<f64>>,
    rate_s_per_m: Option<S<f64>>,
    damping_kNs_per_m: Option<S<f64>>,
    material: Option<S<String>>,
}

/// One number or a list. Written by hand because an untagged enum loses its place in the file.
struct OneOrMany(Vec<f64>);

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> serde::de::Visitor<'de> for Visit {
            type Value = OneOrMany;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a number or a list of numbers")
            }
            fn visit_f64<E>(self, v: f64) -> Result<OneOrMany, E> {
                Ok(OneOrMany(vec![v]))
            }
            fn visit_i64<E>(self, v: i64) -> Result<OneOrMany, E> {
                Ok(OneOrMany(vec![v as f64]))
            }
            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<OneOrMany, A::Error> {
                let mut all = Vec::new();
                while let Some(v) = seq.next_element()? {
                    all.push(v);
                }
                Ok(OneOrMany(all))
            }
        }
        d.deserialize_any(Visit)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(non_snake_case)]
struct RawMount {
    name: S<String>,
    from: S<String>,
    to: S<String>,
    stiffness_kN_per_mm: S<f64>,
    damping_kNs_per_m: S<f64>,
    break_kN: Option<S<f64>>,
    #[serde(default)]
    series: bool,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct RawRestraint {
    driver: Option<String>,
    passenger: Option<String>,
}

/// Read a vehicle file and check everything that a run relies on.
///
/// # Errors
/// [`InputError`] at the line of an unknown key, a number out of range, a table that does not rise,
/// an unloading stiffness below the backbone's slope, masses that do not add up, an unknown mass name.
pub fn parse_vehicle(text: &SourceText) -> Result<Vehicle, InputError> {
    let raw: RawVehicle = text.parse_toml()?;
    Reader { text }.vehicle(raw)
}

struct Reader<'a> {
    text: &'a SourceText,
}

impl Reader<'_> {
    fn fail<T>(
        &self,
        span: Range<usize>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Result<T, InputError> {
        Err(self.text.error(span, message, help))
    }

    fn name(&self, value: &S<String>, taken: &mut HashSet<String>) -> Result<String, InputError> {
        let name = value.get_ref();
        let plain = !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-');
        if !plain {
            return self.fail(
                value.span(),
                format!("name \"{name}\""),
                "use lower-case letters, digits, _ and - (the name is part of provenance keys)",
            );
        }
        if !taken.insert(name.clone()) {
            return self.fail(
                value.span(),
                format!("the name \"{name}\" is used twice"),
                "give each mass, path and mount its own name",
            );
        }
        Ok(name.clone())
    }

    fn vehicle(&self, raw: RawVehicle) -> Result<Vehicle, InputError> {
        if *raw.format.get_ref() != 1 {
            return self.fail(
                raw.format.span(),
                format!("format = {}", raw.format.get_ref()),
                "this version reads format = 1",
            );
        }
        let id = self.name(&raw.id, &mut HashSet::new())?;
        let body = self.body(&raw.body)?;
        let masses = self.masses(&raw)?;
        let mut taken = HashSet::new();
        let mut paths = Vec::with_capacity(raw.path.len());
        for p in &raw.path {
            paths.push(self.path(p, &masses, &mut taken)?);
        }
        let mut mounts = Vec::with_capacity(raw.mount.len());
        for m in &raw.mount {
            mounts.push(self.mount(m, &masses, &mut taken)?);
        }
        let provenance = checked(self.text, raw.provenance, &raw.sources, &paths)?;
        let vehicle = Vehicle {
            id,
            name: raw.name,
            class: raw.class,
            year: raw.year,
            body,
            masses,
            paths,
            mounts,
            driver_restraint: raw.restraint.driver,
            passenger_restraint: raw.restraint.passenger,
            sources: raw.sources,
            provenance,
            of_library: false,
        };
        let sum = vehicle.total_kg();
        if !vehicle.is_fixed() && (sum - vehicle.body.test_kg).abs() > MASS_TOLERANCE_KG {
            return self.fail(
                raw.body.test_kg.span(),
                format!(
                    "masses and tip masses add up to {sum:.1} kg, test_kg = {:.1}",
                    vehicle.body.test_kg
                ),
                "make the sum of all kg and face_kg equal to test_kg within 0.5 kg",
            );
        }
        Ok(vehicle)
    }

    fn body(&self, raw: &RawBody) -> Result<Body, InputError> {
        let positive = |key: &str, v: &S<f64>| self.text.number(key, v, |x| x > 0.0, "must be above 0");
        Ok(Body {
            curb_kg: positive("curb_kg", &raw.curb_kg)?,
            test_kg: positive("test_kg", &raw.test_kg)?,
            length_m: positive("length_mm", &raw.length_mm)? * MM,
            width_m: positive("width_mm", &raw.width_mm)? * MM,
            height_m: positive("height_mm", &raw.height_mm)? * MM,
            wheelbase_m: self
                .text
                .number("wheelbase_mm", &raw.wheelbase_mm, |x| x >= 0.0, "must not be negative")?
                * MM,
            price: raw.price.as_ref().map(|p| positive("price", p)).transpose()?,
            currency: raw.currency.clone(),
            yaw_inertia_kgm2: raw
                .yaw_inertia_kgm2
                .as_ref()
                .map(|i| positive("yaw_inertia_kgm2", i))
                .transpose()?,
            cg_behind_front_m: raw
                .cg_behind_front_mm
                .as_ref()
                .map(|c| self.mass_centre(c, *raw.length_mm.get_ref()))
                .transpose()?,
            driver_on_right: match &raw.driver_side {
                None => false,
                Some(s) if s.get_ref() == "left" => false,
                Some(s) if s.get_ref() == "right" => true,
                Some(s) => {
                    return self.fail(
                        s.span(),
                        format!("driver_side = \"{}\"", s.get_ref()),
                        "\"left\" or \"right\", seen in driving direction",
                    );
                }
            },
        })
    }

    /// `cg_behind_front_mm`, m.
    fn mass_centre(&self, cg: &S<f64>, length_mm: f64) -> Result<f64, InputError> {
        Ok(self.text.number(
            "cg_behind_front_mm",
            cg,
            |x| x > 0.0 && x < length_mm,
            "the mass centre lies behind the bumper and ahead of the rear end: above 0 and below length_mm",
        )? * MM)
    }

    fn masses(&self, raw: &RawVehicle) -> Result<Vec<Mass>, InputError> {
        let mut taken = HashSet::new();
        let mut masses: Vec<Mass> = Vec::with_capacity(raw.mass.len());
        for m in &raw.mass {
            let role = *m.role.get_ref();
            if role != Role::Other && masses.iter().any(|have| have.role == role) {
                return self.fail(
                    m.role.span(),
                    format!("a second mass with role {role:?}").to_lowercase(),
                    "a vehicle has exactly one cabin and at most one dash and one engine; call further masses other",
                );
            }
            masses.push(Mass {
                name: self.name(&m.name, &mut taken)?,
                role,
                kg: self
                    .text
                    .number("kg", &m.kg, |x| x > 0.0, "a mass must be above 0 kg")?,
                fixed: m.fixed,
            });
        }
        let has_cabin = masses.iter().any(|m| m.role == Role::Cabin);
        if masses.is_empty() || (!has_cabin && raw.class != VehicleClass::Barrier) {
            return self.fail(
                raw.id.span(),
                format!("{} has no mass with role cabin", raw.id.get_ref()),
                "add a [[mass]] with role = \"cabin\" (only class barrier may do without)",
            );
        }
        Ok(masses)
    }

    fn mass_index(&self, name: &S<String>, masses: &[Mass]) -> Result<usize, InputError> {
        let wanted = name.get_ref();
        masses.iter().position(|m| &m.name == wanted).map_or_else(
            || {
                let names: Vec<&str> = masses.iter().map(|m| m.name.as_str()).collect();
                let hint =
                    nearest(wanted, names.iter().copied()).map_or(String::new(), |n| format!("did you mean \"{n}\"? "));
                self.fail(
                    name.span(),
                    format!("there is no mass named \"{wanted}\""),
                    format!("{hint}masses: {}", names.join(", ")),
                )
            },
            Ok,
        )
    }

    fn path(&self, raw: &RawPath, masses: &[Mass], taken: &mut HashSet<String>) -> Result<Path, InputError> {
        let name = self.name(&raw.name, taken)?;
        let to = self.mass_index(&raw.to, masses)?;
        let kind = match (&raw.face, &raw.from) {
            (Some(face), None) => PathKind::Layer(self.layer(raw, *face.get_ref())?),
            (None, Some(from)) => self.inner(raw, self.mass_index(from, masses)?)?,
            _ => {
                return self.fail(
                    raw.name.span(),
                    format!("path \"{name}\" needs either face or from"),
                    "a layer has face = \"front\"; an inner path has from = \"<mass nearer the front>\"",
                );
            }
        };
        let inner_loop = matches!(kind, PathKind::Inner { from, .. } if from == to);
        if inner_loop {
            return self.fail(
                raw.to.span(),
                format!("path \"{name}\" starts and ends on the same mass"),
                "from and to must differ",
            );
        }
        let table = if raw.rigid {
            if let Some(t) = &raw.crush_mm {
                return self.fail(
                    t.span(),
                    format!("path \"{name}\" is rigid and has a crush table"),
                    "keep rigid = true or the crush table, not both",
                );
            }
            if matches!(kind, PathKind::Inner { .. }) {
                return self.fail(
                    raw.name.span(),
                    format!("inner path \"{name}\" is rigid"),
                    "only a layer can be rigid; merge the two masses instead",
                );
            }
            None
        } else {
            Some(self.table(raw, &name)?)
        };
        Ok(Path {
            name,
            kind,
            to,
            table,
            material: raw.material.as_ref().map(|m| m.get_ref().clone()),
        })
    }

    fn need<'a, T>(&self, raw: &RawPath, key: &str, value: &'a Option<S<T>>) -> Result<&'a S<T>, InputError> {
        value.as_ref().map_or_else(
            || {
                self.fail(
                    raw.name.span(),
                    format!("path \"{}\" has no {key}", raw.name.get_ref()),
                    format!("add {key}"),
                )
            },
            Ok,
        )
    }

    fn layer(&self, raw: &RawPath, face: Face) -> Result<Layer, InputError> {
        if let Some(g) = &raw.gap_mm {
            return self.fail(
                g.span(),
                "gap_mm on a layer",
                "a layer's place is its setback_mm; gap_mm belongs to inner paths",
            );
        }
        if let Some(a) = &raw.offset_share {
            return self.fail(
                a.span(),
                "offset_share on a layer",
                "a layer loses strength by its share of area already; offset_share belongs to inner paths",
            );
        }
        let height = self.need(raw, "height_mm", &raw.height_mm)?;
        let [lo, hi] = *height.get_ref();
        if !(lo.is_finite() && hi.is_finite() && hi > lo) {
            return self.fail(
                height.span(),
                format!("height_mm = [{lo}, {hi}]"),
                "give [low, high] in mm above ground, high above low",
            );
        }
        let lateral = self.need(raw, "lateral_mm", &raw.lateral_mm)?;
        let bands = lateral.get_ref();
        let rising = bands.iter().all(|[a, b]| a.is_finite() && b > a) && bands.windows(2).all(|w| w[0][1] <= w[1][0]);
        if bands.is_empty() || !rising || !bands.iter().all(|b| b[1].is_finite()) {
            return self.fail(
                lateral.span(),
                "lateral_mm must be intervals [left, right] in mm, rising and without overlap",
                "for example [[-600, -400], [400, 600]]; y is positive to the right",
            );
        }
        Ok(Layer {
            face,
            height_m: [lo * MM, hi * MM],
            lateral_m: bands.iter().map(|b| b.map(|v| v * MM)).collect(),
            setback_m: self.text.number(
                "setback_mm",
                self.need(raw, "setback_mm", &raw.setback_mm)?,
                |x| x >= 0.0,
                "the distance behind the foremost point, at least 0",
            )? * MM,
            face_kg: self.text.number(
                "face_kg",
                self.need(raw, "face_kg", &raw.face_kg)?,
                |x| x >= 0.0,
                "a tip mass must not be negative",
            )?,
            compartment: raw.compartment,
            rigid: raw.rigid,
        })
    }

    fn inner(&self, raw: &RawPath, from: usize) -> Result<PathKind, InputError> {
        let misplaced = raw
            .height_mm
            .as_ref()
            .map(|v| ("height_mm", v.span()))
            .or(raw.lateral_mm.as_ref().map(|v| ("lateral_mm", v.span())))
            .or(raw.setback_mm.as_ref().map(|v| ("setback_mm", v.span())))
            .or(raw.face_kg.as_ref().map(|v| ("face_kg", v.span())));
        if let Some((key, span)) = misplaced {
            return self.fail(
                span,
                format!("{key} on an inner path"),
                "only layers (with face = ...) have a place on the face",
            );
        }
        let gap_m = match &raw.gap_mm {
            Some(g) => {
                self.text
                    .number("gap_mm", g, |x| x >= 0.0, "a gap must not be negative")?
                    * MM
            }
            None => 0.0,
        };
        let offset_share = match &raw.offset_share {
            Some(a) => self.text.number(
                "offset_share",
                a,
                |x| (0.0..=1.0).contains(&x),
                "between 0 and 1: the share of the strength that is there whatever the overlap",
            )?,
            None => 1.0,
        };
        Ok(PathKind::Inner {
            from,
            gap_m,
            offset_share,
        })
    }

    fn table(&self, raw: &RawPath, name: &str) -> Result<CrushTable, InputError> {
        let crush = self.need(raw, "crush_mm", &raw.crush_mm)?;
        let force = self.need(raw, "force_kN", &raw.force_kN)?;
        let unload = self.need(raw, "unload_kN_per_mm", &raw.unload_kN_per_mm)?;
        let c = crush.get_ref();
        let f = force.get_ref();
        self.backbone(crush, force, name)?;
        let u = match unload.get_ref().0.as_slice() {
            [one] => vec![*one; c.len()],
            many => many.to_vec(),
        };
        if u.len() != c.len() {
            return self.fail(
                unload.span(),
                format!(
                    "\"{name}\" has {} unloading stiffnesses for {} crush points",
                    u.len(),
                    c.len()
                ),
                "give one value, or one per crush point",
            );
        }
        let rate = match &raw.rate_s_per_m {
            Some(r) => self
                .text
                .number("rate_s_per_m", r, |x| x >= 0.0, "must not be negative")?,
            None => 0.0,
        };
        self.stiff_enough([c, f, &u], rate, unload.span(), name)?;
        let power = match &raw.unload_power {
            Some(n) => self.text.number(
                "unload_power",
                n,
                |x| x.fract() == 0.0 && (1.0..=MOST_UNLOAD_POWER).contains(&x),
                "a whole number from 1 (straight) to 16; sheet metal has 8",
            )? as u32,
            None => 1,
        };
        let damping = match &raw.damping_kNs_per_m {
            Some(d) => {
                self.text
                    .number("damping_kNs_per_m", d, |x| x >= 0.0, "must not be negative")?
                    * KN
            }
            None => 0.0,
        };
        Ok(CrushTable {
            crush_m: c.iter().map(|v| v * MM).collect(),
            force_n: f.iter().map(|v| v * KN).collect(),
            unload_n_per_m: u.iter().map(|v| v * KN_PER_MM).collect(),
            rate_s_per_m: rate,
            unload_power: power,
            damping_n_s_per_m: damping,
        })
    }

    /// Crush from 0, rising; one force per point, none negative.
    fn backbone(&self, crush: &Spanned<Vec<f64>>, force: &Spanned<Vec<f64>>, name: &str) -> Result<(), InputError> {
        let (c, f) = (crush.get_ref(), force.get_ref());
        if c.len() < 2 || c[0] != 0.0 {
            return self.fail(
                crush.span(),
                format!("crush_mm of \"{name}\" must start at 0 and have two points or more"),
                "for example crush_mm = [0, 30, 150]",
            );
        }
        if let Some(i) = (1..c.len()).find(|&i| !(c[i].is_finite() && c[i] > c[i - 1])) {
            return self.fail(
                crush.span(),
                format!(
                    "crush_mm of \"{name}\" does not rise at point {}: {} after {}",
                    i + 1,
                    c[i],
                    c[i - 1]
                ),
                "each crush must be larger than the one before",
            );
        }
        if f.len() != c.len() {
            return self.fail(
                force.span(),
                format!("\"{name}\" has {} forces for {} crush points", f.len(), c.len()),
                "give one force per crush point",
            );
        }
        if let Some(v) = f.iter().find(|v| !(v.is_finite() && **v >= 0.0)) {
            return self.fail(
                force.span(),
                format!("force_kN of \"{name}\" contains {v}"),
                "forces are at least 0 and finite",
            );
        }
        Ok(())
    }

    /// Unloading stiffness `u` of a backbone of forces `f` over crush `c`, so steep that no path gives back more than
    /// it took.
    fn stiff_enough(
        &self,
        [c, f, u]: [&[f64]; 3],
        rate: f64,
        span: std::ops::Range<usize>,
        name: &str,
    ) -> Result<(), InputError> {
        for i in 0..u.len() {
            if !(u[i].is_finite() && u[i] > 0.0) || (i > 0 && u[i] < u[i - 1]) {
                return self.fail(
                    span,
                    format!("unload_kN_per_mm of \"{name}\" is {} at point {}", u[i], i + 1),
                    "unloading stiffness is above 0 and must not fall with crush",
                );
            }
            // The slopes on both sides of a point bind there; a falling slope never does.
            let slope = |j: usize| (f[j + 1] - f[j]) / (c[j + 1] - c[j]);
            let left = if i > 0 { slope(i - 1) } else { 0.0 };
            let right = if i + 1 < c.len() { slope(i) } else { 0.0 };
            let least = left.max(right) * (1.0 + rate * RATE_CHECK_MPS);
            if u[i] < least * (1.0 - 1e-9) {
                return self.fail(
                    span,
                    format!(
                        "unload_kN_per_mm of path \"{name}\" is {} at point {} (crush {} mm), below the backbone's slope there",
                        u[i],
                        i + 1,
                        c[i]
                    ),
                    format!("at least {least:.3} kN/mm at that point, or the path would give back more than it took"),
                );
            }
        }
        Ok(())
    }

    fn mount(&self, raw: &RawMount, masses: &[Mass], taken: &mut HashSet<String>) -> Result<Mount, InputError> {
        let not_negative = |key: &str, v: &S<f64>| self.text.number(key, v, |x| x >= 0.0, "must not be negative");
        let (from, to) = (self.mass_index(&raw.from, masses)?, self.mass_index(&raw.to, masses)?);
        if from == to {
            return self.fail(
                raw.to.span(),
                format!("mount \"{}\" starts and ends on the same mass", raw.name.get_ref()),
                "from and to must differ",
            );
        }
        Ok(Mount {
            name: self.name(&raw.name, taken)?,
            from,
            to,
            stiffness_n_per_m: not_negative("stiffness_kN_per_mm", &raw.stiffness_kN_per_mm)? * KN_PER_MM,
            damping_n_s_per_m: not_negative("damping_kNs_per_m", &raw.damping_kNs_per_m)? * KN,
            break_n: raw
                .break_kN
                .as_ref()
                .map(|b| self.text.number("break_kN", b, |x| x > 0.0, "must be above 0"))
                .transpose()?
                .map(|b| b * KN),
            series: raw.series,
        })
    }
}
