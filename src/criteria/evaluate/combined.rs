//! Criteria that need several channels: resultants, Nij, tibia index, BrIC, DAMAGE, ASI of three axes, flail space,
//! combined thoracic index.

use serde_json::{Map, Value, json};

use super::super::chest::combined_thoracic_index;
use super::super::leg::{tibia_constants, tibia_index};
use super::super::neck::{condyle_moment_nm, intercepts, load_cell_arm_m, nij};
use super::super::pulse::{Filtering, asi, flail_space};
use super::super::rotation::{BricBasis, bric, damage};
use super::super::{CriteriaError, Dummy, check_same_length};
use super::{Coded, Reading, acceleration, from_impact, head, ms, object, prepared};
use crate::exchange::Skipped;
use crate::signal::code::CodeFields;
use crate::signal::{Cfc, Channel, ChannelCode};

pub(super) type Combined = Option<(ChannelCode, Result<Map<String, Value>, CriteriaError>)>;

/// What the channels beside the X channel `x` give together with it.
pub(super) fn combined(x: &Coded<'_>, all: &[Coded<'_>], filtering: Filtering) -> Combined {
    let (reading, asked) = Reading::of(&x.code)?;
    let g = Group { x, all, filtering };
    match reading {
        Reading::Head | Reading::Acceleration if g.beside(x.code.dimension(), 'R').is_none() => {
            let axes = g.axes()?;
            let code = g.fields().code(|f| f.direction = 'R')?;
            let result = resultant(&axes, asked, filtering).and_then(|(r, filter)| match reading {
                Reading::Head => head(&r, x.channel, &filter),
                _ => acceleration(&r, x.channel, &filter),
            });
            Some((code, result))
        }
        Reading::Rate => g.rotation(asked),
        Reading::NeckForce => g.neck(),
        Reading::Pulse => g.pulse(),
        Reading::Moment => g.tibia(),
        _ => None,
    }
}

/// An X channel among all.
struct Group<'a> {
    x: &'a Coded<'a>,
    all: &'a [Coded<'a>],
    filtering: Filtering,
}

impl<'a> Group<'a> {
    /// The channel at the same place of another dimension or direction.
    fn beside(&self, dimension: &str, direction: char) -> Option<&'a Coded<'a>> {
        self.all.iter().find(|c| {
            let same_place = c.code.as_str()[..12] == self.x.code.as_str()[..12];
            same_place && c.code.dimension() == dimension && c.code.direction() == direction
        })
    }

    fn axes(&self) -> Option<[&'a Coded<'a>; 3]> {
        let dimension = self.x.code.dimension();
        Some([self.x, self.beside(dimension, 'Y')?, self.beside(dimension, 'Z')?])
    }

    fn fields(&self) -> Fields<'a> {
        Fields::of(&self.x.code)
    }

    /// BrIC and DAMAGE of three rates.
    fn rotation(&self, asked: Cfc) -> Combined {
        let axes = self.axes()?;
        let code = self.fields().code(|f| {
            f.main_location = "BRIC";
            (f.dimension, f.direction, f.filter) = ("00", '0', 'X');
        })?;
        let result = three(&axes, asked, self.filtering).and_then(|([wx, wy, wz], filter)| {
            let dt_s = self.x.channel.dt_s;
            let value = bric(&wx, &wy, &wz, dt_s, BricBasis::Average)?;
            let damage = damage(&wx, &wy, &wz, dt_s)?.value;
            Ok(object(json!({ "bric": value, "damage": damage, "filter": filter })))
        });
        Some((code, result))
    }

    /// Nij of force and moment.
    fn neck(&self) -> Combined {
        let (fz, my) = (self.beside("FO", 'Z')?, self.beside("MO", 'Y')?);
        let dummy = Dummy::from_iso_code(self.x.code.fine_locations()[2])?;
        let (critical, arm_m) = (intercepts(dummy)?, load_cell_arm_m(dummy)?);
        let code = self.fields().code(|f| {
            (f.main_location, f.fine_1, f.fine_2) = ("NIJC", "IP", "00");
            (f.dimension, f.direction, f.filter) = ("00", 'Y', 'B');
        })?;
        // All loads of Nij are taken at CFC 600.
        let result = three(&[self.x, fz, my], Cfc::C600, self.filtering).and_then(|([fx, fz, my], filter)| {
            let moment = condyle_moment_nm(&my, &fx, arm_m)?;
            let n = nij(&fz, &moment, self.x.channel.dt_s, critical)?;
            let most = |sign: f64| moment.iter().fold(0.0_f64, |m, v| m.max(sign * v));
            Ok(object(json!({
                "condyle_flexion_Nm": most(1.0),
                "condyle_extension_Nm": most(-1.0),
                "nij": n.value,
                "nij_mode": n.mode,
                "time_of_nij_ms": ms(self.x.channel.t0_s + n.time_s),
                "filter": filter,
            })))
        });
        Some((code, result))
    }

    /// ASI of three axes, and flail space.
    fn pulse(&self) -> Combined {
        let axes = self.axes()?;
        let result = axes_from_impact(&axes, self.filtering).and_then(|([ax, ay, az], dt_s)| {
            let mut out = object(json!({ "asi_three_axes": asi(&ax, &ay, &az, dt_s)?.value }));
            // A head that never crosses the space has no flail space, and the rest stands.
            if let Ok(f) = flail_space(&ax, &ay, dt_s) {
                out.extend(object(json!({
                    "thiv_mps": f.thiv_mps,
                    "phd_g": f.phd_g,
                    "oiv_x_mps": f.oiv_x_mps,
                    "oiv_y_mps": f.oiv_y_mps,
                    "ora_x_g": f.ora_x_g,
                    "ora_y_g": f.ora_y_g,
                })));
            }
            Ok(out)
        });
        Some((self.x.code, result))
    }

    /// Tibia index of force and moments.
    fn tibia(&self) -> Combined {
        let (my, fz) = (self.beside("MO", 'Y')?, self.beside("FO", 'Z')?);
        let dummy = Dummy::from_iso_code(self.x.code.fine_locations()[2])?;
        tibia_constants(dummy)?;
        let code = self.fields().code(|f| {
            f.main_location = "TIIN";
            (f.dimension, f.direction, f.filter) = ("00", '0', 'B');
        })?;
        let result = three(&[self.x, my, fz], Cfc::C600, self.filtering).and_then(|([mx, my, fz], filter)| {
            let value = tibia_index(&mx, &my, &fz, self.x.channel.dt_s, dummy)?;
            Ok(object(json!({ "tibia_index": value, "filter": filter })))
        });
        Some((code, result))
    }
}

/// What partners that are not there cost: a note for the values of a lone axis, and a reason for each criterion that
/// needs several channels and has some of them.
pub(super) fn missing(all: &[Coded<'_>]) -> (Vec<(ChannelCode, String)>, Vec<Skipped>) {
    let (mut notes, mut skipped): (_, Vec<Skipped>) = (Vec::new(), Vec::new());
    for c in all {
        let Some((reading, _)) = Reading::of(&c.code) else {
            continue;
        };
        let place = &c.code.as_str()[..12];
        let lacks = |needed: [&'static str; 3]| -> String {
            let absent = |q: &&'static str| {
                let there = |o: &Coded<'_>| {
                    let o = o.code.as_str();
                    o[..12] == *place && o[12..15] == **q
                };
                !all.iter().any(there)
            };
            needed.into_iter().filter(absent).collect::<Vec<_>>().join(", ")
        };
        let (what, needed) = match reading {
            Reading::Head | Reading::Acceleration if c.code.direction() != 'R' => {
                let absent = lacks(["ACX", "ACY", "ACZ"]);
                let has_resultant = lacks(["ACR"; 3]).is_empty();
                if !absent.is_empty() && !has_resultant {
                    let note = format!("one axis, {absent} not given: at most the value of the resultant");
                    notes.push((c.code, note));
                }
                continue;
            }
            Reading::Rate => ("BrIC and DAMAGE", ["AVX", "AVY", "AVZ"]),
            Reading::NeckForce | Reading::NeckMoment => ("Nij", ["FOX", "FOZ", "MOY"]),
            Reading::Moment => ("the tibia index", ["MOX", "MOY", "FOZ"]),
            _ => continue,
        };
        let (name, absent) = (format!("{place}: {what}"), lacks(needed));
        if !absent.is_empty() && !skipped.iter().any(|s| s.name == name) {
            skipped.push(Skipped::new(&name, format!("{absent} not given")));
        }
    }
    (notes, skipped)
}

/// The combined thoracic index of every seat whose chest has a resultant (or, without one, any) acceleration and a
/// deflection among the values so far, under the code of the deflection.
/// Criteria whose channels are all there and that still are not given, each with the reason: the dummy is not stated, or
/// its constants are in no source of this program.
pub(super) fn not_given(all: &[Coded<'_>]) -> Vec<Skipped> {
    let mut told: Vec<Skipped> = Vec::new();
    for c in all {
        let Some((reading, _)) = Reading::of(&c.code) else {
            continue;
        };
        let (place, fine_3) = (&c.code.as_str()[..12], c.code.fine_locations()[2]);
        let there = |what: &str, same: usize| {
            let of =
                |o: &Coded<'_>| o.code.as_str()[..same] == place[..same] && o.code.as_str()[12..].starts_with(what);
            all.iter().any(of)
        };
        let dummy = Dummy::from_iso_code(fine_3);
        let lacks = |has: bool, what: &str| match dummy {
            None => Some(format!(
                "the dummy is not stated: fine location 3 of the code is `{fine_3}`"
            )),
            Some(_) if !has => Some(format!("{what} of dummy `{fine_3}` are in no source of this program")),
            Some(_) => None,
        };
        let neck = dummy.is_some_and(|d| intercepts(d).is_some() && load_cell_arm_m(d).is_some());
        let mut tell = |what: &str, why: Option<String>| {
            let name = format!("{place}: {what}");
            if let Some(why) = why.filter(|_| !told.iter().any(|s| s.name == name)) {
                told.push(Skipped::new(&name, why));
            }
        };
        match reading {
            Reading::NeckMoment if ["FOX", "FOZ", "MOY"].iter().all(|q| there(q, 12)) => {
                tell("Nij", lacks(neck, "critical values and load-cell arm"));
            }
            Reading::Moment if ["MOX", "MOY", "FOZ"].iter().all(|q| there(q, 12)) => {
                let known = dummy.is_some_and(|d| tibia_constants(d).is_some());
                tell("the tibia index", lacks(known, "limits of the tibia index"));
            }
            Reading::Deflection => {
                tell("the viscous criterion", lacks(true, ""));
                if there("AC", 6) {
                    let known = dummy.is_some_and(|d| combined_thoracic_index(1.0, 1.0, d).is_some());
                    tell("the combined thoracic index", lacks(known, "intercepts of the index"));
                }
            }
            _ => {}
        }
    }
    told
}

pub(super) fn thoracic(values: &Map<String, Value>) -> Vec<(String, Map<String, Value>)> {
    let number = |code: &str, key: &str| values.get(code)?.get(key)?.as_f64();
    let of = |deflection: &String| {
        let code: ChannelCode = deflection.parse().ok()?;
        let dummy = Dummy::from_iso_code(code.fine_locations()[2])?;
        let mm = number(deflection, "max_mm")?;
        let same_chest = |c: &ChannelCode| {
            let (a, b) = (c.as_str(), code.as_str());
            a[..6] == b[..6] && a[10..12] == b[10..12] && c.dimension() == "AC"
        };
        let accelerations = (values.keys())
            .filter_map(|k| k.parse::<ChannelCode>().ok())
            .filter(same_chest);
        let best = accelerations.max_by_key(|c| c.direction() == 'R')?;
        let a3ms_g = number(best.as_str(), "a3ms_cumulative_g")?;
        let cti = combined_thoracic_index(a3ms_g, mm, dummy)?;
        let put = object(json!({ "cti": cti, "cti_from": best.as_str() }));
        Some((deflection.clone(), put))
    };
    values.keys().filter_map(of).collect()
}

/// Three channels at one class, on one time base.
fn three(axes: &[&Coded<'_>; 3], asked: Cfc, filtering: Filtering) -> Result<([Vec<f64>; 3], String), CriteriaError> {
    let first = axes[0].channel;
    for c in &axes[1..] {
        if (c.channel.t0_s, c.channel.dt_s) != (first.t0_s, first.dt_s) {
            return Err(CriteriaError::NotReached {
                what: "a criterion of several channels",
                reason: "their time bases differ",
            });
        }
        check_same_length(&first.values, &c.channel.values)?;
    }
    let (x, filter) = prepared(axes[0], asked, filtering)?;
    let (y, z) = (
        prepared(axes[1], asked, filtering)?.0,
        prepared(axes[2], asked, filtering)?.0,
    );
    Ok(([x, y, z], filter))
}

fn resultant(axes: &[&Coded<'_>; 3], asked: Cfc, filtering: Filtering) -> Result<(Vec<f64>, String), CriteriaError> {
    let ([x, y, z], filter) = three(axes, asked, filtering)?;
    let r = x
        .iter()
        .zip(&y)
        .zip(&z)
        .map(|((x, y), z)| (x * x + y * y + z * z).sqrt())
        .collect();
    Ok((r, filter))
}

/// Three accelerations at CFC 180 from t = 0.
fn axes_from_impact(axes: &[&Coded<'_>; 3], filtering: Filtering) -> Result<([Vec<f64>; 3], f64), CriteriaError> {
    let cut: Vec<Channel> = axes.iter().map(|c| from_impact(c.channel)).collect::<Result<_, _>>()?;
    let at = |i: usize| Coded {
        code: axes[i].code,
        channel: &cut[i],
    };
    let (values, _) = three(&[&at(0), &at(1), &at(2)], Cfc::C180, filtering)?;
    Ok((values, cut[0].dt_s))
}

/// The fields of a code, to make a neighbour's code from.
struct Fields<'a>(CodeFields<'a>);

impl<'a> Fields<'a> {
    fn of(code: &'a ChannelCode) -> Self {
        let [fine_1, fine_2, fine_3] = code.fine_locations();
        Self(CodeFields {
            test_object: code.test_object(),
            position: code.position(),
            main_location: code.main_location(),
            fine_1,
            fine_2,
            fine_3,
            dimension: code.dimension(),
            direction: code.direction(),
            filter: code.filter_letter(),
        })
    }

    fn code(&self, change: impl FnOnce(&mut CodeFields<'a>)) -> Option<ChannelCode> {
        let mut fields = self.0;
        change(&mut fields);
        ChannelCode::compose(&fields).ok()
    }
}
