//! A vehicle as the text of its file: what the reader reads back is the same vehicle.

use std::fmt::Write as _;

use super::model::{CrushTable, Face, Layer, Mount, Path, PathKind, Role, Vehicle, VehicleClass};
use super::provenance::Provenance;
use crate::units::{KN, KN_PER_MM, MM};

/// The text of a vehicle's file; `head` becomes comment lines, one each. Where a table has other points than its
/// provenance lists, the widest of them stands for all.
///
/// ```
/// use crumple::error::SourceText;
/// use crumple::vehicle::{Library, parse_vehicle, vehicle_toml};
/// # fn main() -> Result<(), crumple::error::Error> {
/// let car = Library::find(None)?.vehicle("honda-n-box-jf1")?;
/// let text = vehicle_toml(&car, &["a copy".to_string()]);
/// let again = parse_vehicle(&SourceText::new("copy.toml", text)).unwrap();
/// assert_eq!(again.total_kg(), car.total_kg());
/// # Ok(())
/// # }
/// ```
pub fn vehicle_toml(vehicle: &Vehicle, head: &[String]) -> String {
    let mut t = String::new();
    for line in head {
        put(&mut t, format_args!("# {line}"));
    }
    put(
        &mut t,
        format_args!(
            "format = 1\nid = {}\nname = {}",
            quoted(&vehicle.id),
            quoted(&vehicle.name)
        ),
    );
    put(
        &mut t,
        format_args!(
            "class = {}\nyear = {}\n",
            quoted(class_name(vehicle.class)),
            vehicle.year
        ),
    );
    body(&mut t, vehicle);
    for m in &vehicle.masses {
        put(
            &mut t,
            format_args!(
                "[[mass]]\nname = {}\nrole = {}\nkg = {:?}",
                quoted(&m.name),
                quoted(role_name(m.role)),
                m.kg
            ),
        );
        if m.fixed {
            put(&mut t, format_args!("fixed = true"));
        }
        t.push('\n');
    }
    for p in &vehicle.paths {
        path(&mut t, vehicle, p);
    }
    for m in &vehicle.mounts {
        mount(&mut t, vehicle, m);
    }
    let seats = [
        ("driver", &vehicle.driver_restraint),
        ("passenger", &vehicle.passenger_restraint),
    ];
    put(&mut t, format_args!("[restraint]"));
    for (seat, id) in seats {
        if let Some(id) = id {
            put(&mut t, format_args!("{seat} = {}", quoted(id)));
        }
    }
    put(&mut t, format_args!("\n[sources]"));
    for (key, citation) in &vehicle.sources {
        put(&mut t, format_args!("{} = {}", quoted(key), quoted(citation)));
    }
    put(&mut t, format_args!("\n[provenance]"));
    for (key, entry) in &vehicle.provenance {
        put(
            &mut t,
            format_args!("{} = {{ {} }}", quoted(key), provenance(&fitting(vehicle, key, entry))),
        );
    }
    t
}

fn body(t: &mut String, vehicle: &Vehicle) {
    let b = &vehicle.body;
    put(
        t,
        format_args!("[body]\ncurb_kg = {:?}\ntest_kg = {:?}", b.curb_kg, b.test_kg),
    );
    for (key, m) in [
        ("length_mm", b.length_m),
        ("width_mm", b.width_m),
        ("height_mm", b.height_m),
        ("wheelbase_mm", b.wheelbase_m),
    ] {
        put(t, format_args!("{key} = {}", scaled(m, MM)));
    }
    if let Some(price) = b.price {
        put(t, format_args!("price = {price:?}"));
    }
    if let Some(currency) = &b.currency {
        put(t, format_args!("currency = {}", quoted(currency)));
    }
    if let Some(inertia) = b.yaw_inertia_kgm2 {
        put(t, format_args!("yaw_inertia_kgm2 = {inertia:?}"));
    }
    if let Some(m) = b.cg_behind_front_m {
        put(t, format_args!("cg_behind_front_mm = {}", scaled(m, MM)));
    }
    if b.driver_on_right {
        put(t, format_args!("driver_side = \"right\""));
    }
    t.push('\n');
}

fn path(t: &mut String, vehicle: &Vehicle, p: &Path) {
    let mass = |i: usize| quoted(&vehicle.masses[i].name);
    put(t, format_args!("[[path]]\nname = {}", quoted(&p.name)));
    match &p.kind {
        PathKind::Layer(l) => layer(t, l, &mass(p.to)),
        PathKind::Inner {
            from,
            gap_m,
            offset_share,
        } => {
            put(t, format_args!("from = {}\nto = {}", mass(*from), mass(p.to)));
            if *gap_m > 0.0 {
                put(t, format_args!("gap_mm = {}", scaled(*gap_m, MM)));
            }
            put(t, format_args!("offset_share = {offset_share:?}"));
        }
    }
    if let Some(table) = &p.table {
        crush(t, table);
    }
    if let Some(m) = &p.material {
        put(t, format_args!("material = {}", quoted(m)));
    }
    t.push('\n');
}

fn layer(t: &mut String, l: &Layer, to: &str) {
    put(t, format_args!("face = {}\nto = {to}", quoted(face_name(l.face))));
    put(t, format_args!("height_mm = {}", list(&l.height_m, MM)));
    let bands: Vec<String> = l.lateral_m.iter().map(|b| list(b, MM)).collect();
    put(
        t,
        format_args!(
            "lateral_mm = [{}]\nsetback_mm = {}",
            bands.join(", "),
            scaled(l.setback_m, MM)
        ),
    );
    put(t, format_args!("face_kg = {:?}", l.face_kg));
    for (key, set) in [("compartment", l.compartment), ("rigid", l.rigid)] {
        if set {
            put(t, format_args!("{key} = true"));
        }
    }
}

fn crush(t: &mut String, table: &CrushTable) {
    put(
        t,
        format_args!(
            "crush_mm = {}\nforce_kN = {}",
            list(&table.crush_m, MM),
            list(&table.force_n, KN)
        ),
    );
    put(
        t,
        format_args!("unload_kN_per_mm = {}", list(&table.unload_n_per_m, KN_PER_MM)),
    );
    if table.unload_power > 1 {
        put(t, format_args!("unload_power = {}", table.unload_power));
    }
    if table.rate_s_per_m > 0.0 {
        put(t, format_args!("rate_s_per_m = {:?}", table.rate_s_per_m));
    }
    if table.damping_n_s_per_m > 0.0 {
        put(
            t,
            format_args!("damping_kNs_per_m = {}", scaled(table.damping_n_s_per_m, KN)),
        );
    }
}

fn mount(t: &mut String, vehicle: &Vehicle, m: &Mount) {
    let mass = |i: usize| quoted(&vehicle.masses[i].name);
    put(
        t,
        format_args!(
            "[[mount]]\nname = {}\nfrom = {}\nto = {}",
            quoted(&m.name),
            mass(m.from),
            mass(m.to)
        ),
    );
    put(
        t,
        format_args!(
            "stiffness_kN_per_mm = {}\ndamping_kNs_per_m = {}",
            scaled(m.stiffness_n_per_m, KN_PER_MM),
            scaled(m.damping_n_s_per_m, KN)
        ),
    );
    if let Some(n) = m.break_n {
        put(t, format_args!("break_kN = {}", scaled(n, KN)));
    }
    if m.series {
        put(t, format_args!("series = true"));
    }
    t.push('\n');
}

/// An entry whose list fits its table.
fn fitting(vehicle: &Vehicle, key: &str, entry: &Provenance) -> Provenance {
    let name = key.split('.').nth(1).unwrap_or_default();
    let table = vehicle
        .paths
        .iter()
        .find(|p| p.name == name)
        .and_then(|p| p.table.as_ref());
    let mut fit = entry.clone();
    if let (Some(points), Some(table)) = (&entry.cv_by_point, table)
        && points.len() != table.crush_m.len()
    {
        fit.cv = points.iter().copied().fold(entry.cv, f64::max);
        fit.cv_by_point = None;
    }
    fit
}

/// Keys of a provenance entry, in the order of the file's description.
pub(crate) fn provenance(p: &Provenance) -> String {
    let mut text = format!(
        "basis = {}, source = {}, cv = {}",
        quoted(p.basis.word()),
        quoted(&p.source),
        p.cv
    );
    if let Some(points) = &p.cv_by_point {
        let all: Vec<String> = points.iter().map(f64::to_string).collect();
        text += &format!(", cv_by_point = [{}]", all.join(", "));
    }
    if let Some(side) = p.side {
        text += &format!(", side = {}", quoted(side.word()));
    }
    if let Some(bound) = p.bound {
        text += &format!(", bound = {bound}");
    }
    if let Some(key) = &p.with {
        text += &format!(", with = {}", quoted(key));
    }
    if let Some(key) = &p.against {
        text += &format!(", against = {}", quoted(key));
    }
    text
}

/// File spelling of a class.
pub(crate) fn class_name(class: VehicleClass) -> &'static str {
    match class {
        VehicleClass::Kei => "kei",
        VehicleClass::Car => "car",
        VehicleClass::Suv => "suv",
        VehicleClass::Pickup => "pickup",
        VehicleClass::Barrier => "barrier",
    }
}

const fn role_name(role: Role) -> &'static str {
    match role {
        Role::Cabin => "cabin",
        Role::Dash => "dash",
        Role::Engine => "engine",
        Role::Other => "other",
    }
}

const fn face_name(face: Face) -> &'static str {
    match face {
        Face::Front => "front",
        Face::Rear => "rear",
        Face::Left => "left",
        Face::Right => "right",
    }
}

/// A line of a text.
pub(crate) fn put(t: &mut String, line: std::fmt::Arguments) {
    // Writing to a String cannot fail.
    let _ = writeln!(t, "{line}");
}

/// A TOML string.
pub(crate) fn quoted(s: &str) -> String {
    format!(
        "\"{}\"",
        s.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', " ")
    )
}

/// A value in the unit of its key, to twelve digits: enough that nothing a run gives can tell it from the original.
fn scaled(value: f64, unit: f64) -> String {
    let in_unit = value / unit;
    if in_unit == 0.0 {
        return "0.0".into();
    }
    let digits = (11 - in_unit.abs().log10().floor() as i32).clamp(0, 15);
    let scale = 10f64.powi(digits);
    format!("{:?}", (in_unit * scale).round() / scale)
}

fn list(values: &[f64], unit: f64) -> String {
    let all: Vec<String> = values.iter().map(|v| scaled(*v, unit)).collect();
    format!("[{}]", all.join(", "))
}

#[cfg(test)]
mod tests {
    use super::super::{Library, parse_vehicle};
    use super::*;
    use crate::error::SourceText;

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-11 * a.abs().max(b.abs())
    }

    /// Every vehicle of the library read, written and read again is the same to eleven digits, evidence included.
    #[test]
    fn what_is_written_is_read_back() {
        let library = Library::find(None).unwrap();
        for (_, id, _) in library.vehicle_files() {
            let one = library.vehicle(&id).unwrap();
            let again = parse_vehicle(&SourceText::new("copy.toml", vehicle_toml(&one, &[]))).unwrap();
            assert_eq!(again.provenance, one.provenance, "{id}");
            assert_eq!(
                (&again.sources, &again.name, again.class),
                (&one.sources, &one.name, one.class)
            );
            assert_eq!(again.body.driver_on_right, one.body.driver_on_right);
            assert_eq!(
                [&again.driver_restraint, &again.passenger_restraint],
                [&one.driver_restraint, &one.passenger_restraint]
            );
            assert!(
                near(again.total_kg(), one.total_kg()) && again.masses == one.masses,
                "{id}"
            );
            assert_eq!(again.mounts.len(), one.mounts.len());
            for (a, b) in again.paths.iter().zip(&one.paths) {
                assert_eq!((&a.name, a.to, &a.material), (&b.name, b.to, &b.material), "{id}");
                assert_eq!(
                    a.layer().map(|l| (l.face, l.rigid, l.compartment)),
                    b.layer().map(|l| (l.face, l.rigid, l.compartment))
                );
                let (Some(a), Some(b)) = (&a.table, &b.table) else {
                    continue;
                };
                let pairs = a.crush_m.iter().zip(&b.crush_m).chain(a.force_n.iter().zip(&b.force_n));
                let all = pairs.chain(a.unload_n_per_m.iter().zip(&b.unload_n_per_m));
                assert!(all.clone().all(|(a, b)| near(*a, *b)), "{id}");
                assert_eq!((a.unload_power, a.rate_s_per_m), (b.unload_power, b.rate_s_per_m));
            }
        }
    }
}
