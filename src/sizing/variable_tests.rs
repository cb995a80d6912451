//! Laws of the variables beyond strength, length and cabin: two steps, the partner's side, the powertrain,
//! volume, and partners of another mass.

use super::design::strengthenable;
use super::feasibility::scaled_partner;
use super::partner::{PartnerTerms, apply_to_partner};
use super::tests::{assert_valid, car, data};
use super::*;
use crate::cost::mass::design_crush_m;
use crate::cost::price::price_by_volume;
use crate::cost::{Change, Relation, price_in_us};
use crate::error::SourceText;
use crate::vehicle::{Face, Vehicle, parse_vehicle};

fn stepped(ratio: f64, strength: f64) -> Design {
    Design {
        strength: [("rails".to_string(), strength)].into(),
        two_step: [("rails".to_string(), ratio)].into(),
        ..Design::default()
    }
}

/// Two steps keep the energy of the path, stand in their ratio, and leave a table the crush law takes.
#[test]
fn two_steps_keep_the_energy_and_stand_in_their_ratio() {
    for ratio in [0.4, 0.7, 1.0, 1.6, 2.5] {
        for strength in [1.0, 2.0] {
            let sized = apply(&car(), &stepped(ratio, strength), &data()).unwrap();
            assert_valid(&sized.vehicle);
            let before = car().paths[0].table.clone().unwrap();
            let after = sized.vehicle.paths[0].table.clone().unwrap();
            let crush = design_crush_m(&before);
            let energy = strength * before.energy_to(crush);
            assert!(
                (after.energy_to(crush) - energy).abs() < 1e-6 * energy,
                "{ratio} {strength}"
            );
            let (first, second) = (after.force_at(0.4 * crush), after.force_at(0.9 * crush));
            assert!((second / first - ratio).abs() < 1e-9, "{ratio}: {first} {second}");
        }
    }
}

/// A reshaped path weighs nothing where it absorbs as before, but its dies and engineering are paid for.
#[test]
fn reshaping_alone_costs_the_programme_and_no_mass() {
    let sized = apply(&car(), &stepped(0.5, 1.0), &data()).unwrap();
    assert!(sized.mass.total_kg() < 1e-9, "{}", sized.mass.total_kg());
    let sections = Change {
        new_sections: true,
        ..Change::default()
    };
    let programme = data().costs.programme.per_vehicle(&sections).usd();
    assert!(programme > 0.0 && (sized.cost.total().usd() - programme).abs() < 1e-6);
    let told = apply(&car(), &stepped(50.0, 1.0), &data()).unwrap_err();
    assert!(told.to_string().contains("ratio"), "{told}");
    let cell = Design {
        two_step: [("compartment".to_string(), 1.0)].into(),
        ..Design::default()
    };
    assert!(apply(&car(), &cell, &data()).is_err());
}

/// The unit cube reaches every ratio from 1 to the most, and 0 keeps the shape.
#[test]
fn a_point_of_the_cube_is_a_design() {
    let mut v = Variables::of(&car());
    v.reshape();
    v.partner = PartnerDesign::BOUNDS;
    let n = v.free().len();
    assert_eq!(n, 2 * strengthenable(&car()).len() + 2 + 3);
    let zero = v.design(&vec![0.0; n], &Design::default());
    assert!(zero.keeps_structure() && zero.partner.is_none());
    let full = v.design(&vec![1.0; n], &Design::default());
    assert!(full.two_step.values().all(|r| (r - 2.5).abs() < 1e-12));
    assert_eq!(full.partner, PartnerDesign::BOUNDS);
    let even = v.design(&vec![1e-5; n], &Design::default());
    assert!(even.two_step.values().all(|r| (r - 1.0).abs() < 1e-4));
    let reached = v.bounds_reached(&full);
    for what in ["strength factor of rails", "two steps of rails", "cabin", "softening"] {
        assert!(reached.iter().any(|r| r.contains(what)), "{what}: {reached:?}");
    }
}

fn pickup() -> Vehicle {
    let text = include_str!("../../vehicles/us/ford-f-150-2018.toml");
    parse_vehicle(&SourceText::new("ford-f-150-2018.toml", text)).unwrap()
}

fn terms(design: PartnerDesign) -> PartnerTerms {
    PartnerTerms::of(&design, &data()).unwrap().unwrap()
}

/// Lower rails move down whole and draw the upper body with them; a SEAS adds a layer; a softer front loses force up to
/// its design crush, keeps its bottoming and its energy, and what stands behind it moves back.
#[test]
fn the_partner_changes_what_it_is_asked_to_and_nothing_else() {
    let terms = terms(PartnerDesign {
        lower_rails_m: 0.1,
        seas_force_n: 100e3,
        softer: 0.25,
    });
    let account = terms.account(&pickup()).unwrap();
    let (old, new) = (pickup(), apply_to_partner(&pickup(), &terms));
    assert_valid(&new);
    assert!((new.total_kg() - old.total_kg() - account.added_kg).abs() < 1e-9);
    assert!((new.total_kg() - new.body.test_kg).abs() < 0.5);
    let layer = |v: &Vehicle, i: usize| v.paths[i].layer().unwrap().clone();
    let band = |v: &Vehicle, i: usize| layer(v, i).height_m;
    assert!((band(&old, 0)[0] - band(&new, 0)[0] - 0.1).abs() < 1e-12);
    assert!(
        (band(&new, 1)[0] - band(&new, 0)[1]).abs() < 1e-12,
        "no gap above the rails"
    );
    assert_eq!(band(&new, 1)[1], band(&old, 1)[1]);
    let (a, b) = (old.paths[0].table.clone().unwrap(), new.paths[0].table.clone().unwrap());
    let crush = crate::cost::mass::design_crush_m(&a);
    let length = new.body.length_m - old.body.length_m;
    assert!((length - crush / 3.0).abs() < 1e-9, "{length}");
    // Before the plateau that keeps the energy.
    assert!((b.force_at(0.05) / a.force_at(0.05) - 0.75).abs() < 1e-9);
    assert_eq!(b.force_n.last(), a.force_n.last());
    let (before, after) = (a.energy_to(crush), b.energy_to(crush + length));
    assert!((after / before - 1.0).abs() < 1e-9, "{after} of {before}");
    assert!((layer(&new, 2).setback_m - layer(&old, 2).setback_m - length).abs() < 1e-12);
    assert_eq!(new.layers(Face::Front).count(), old.layers(Face::Front).count() + 1);
}

/// Every measure weighs and costs something, by the same parameters as the car's own structure, compounding included.
#[test]
fn the_partner_pays_for_each_measure() {
    let costs = data().costs;
    let gamma = costs.structure.compounding().central;
    let on = |design| terms(design).account(&pickup()).unwrap();
    let none = PartnerDesign::NONE;
    let seas = on(PartnerDesign {
        seas_force_n: 100e3,
        ..none
    });
    // 100 kN over 330 mm (350 mm less half the rise) in HSLA at an efficiency of 0.5.
    let kg = 100e3 * 0.33 / (11.7e3 * 0.5);
    assert!((seas.seas_kg - kg).abs() < 1e-9, "{}", seas.seas_kg);
    assert!((seas.added_kg - kg * (1.0 + gamma)).abs() < 1e-9);
    let lower = on(PartnerDesign {
        lower_rails_m: 0.15,
        ..none
    });
    // 406 kN mean over 0.42 m at 377 MPa with a factor of 3.
    assert!((10.0..12.0).contains(&lower.drop_kg), "{}", lower.drop_kg);
    let soft = on(PartnerDesign { softer: 0.25, ..none });
    assert!(soft.length_kg > 10.0 && soft.drop_kg == 0.0 && soft.seas_kg == 0.0);
    // Rails of its own and engineering in full; a softer front is longer as well, and pays structure and skin instead.
    let sections = Change {
        new_sections: true,
        ..Change::default()
    };
    let longer = Change {
        length_m: f64::INFINITY,
        ..sections
    };
    for (one, change) in [(seas, sections), (lower, sections), (soft, longer)] {
        let metal = one.usd.usd() - one.programme_usd.usd();
        let per_kg = metal / one.added_kg;
        assert!((3.0..6.0).contains(&per_kg), "{per_kg}");
        assert_eq!(one.programme_usd, costs.programme.per_vehicle(&change));
    }
}

#[test]
fn a_partner_left_alone_is_as_it_was() {
    assert!(PartnerTerms::of(&PartnerDesign::NONE, &data()).unwrap().is_none());
    let wrong = PartnerDesign {
        softer: 1.5,
        ..PartnerDesign::NONE
    };
    assert!(PartnerTerms::of(&wrong, &data()).is_err());
}

/// A partner of another mass keeps force over mass, and so its own wall pulse.
#[test]
fn a_scaled_partner_keeps_force_over_mass() {
    let (old, new) = (pickup(), scaled_partner(&pickup(), 1333.0));
    assert!((new.total_kg() / old.total_kg() - 0.5).abs() < 1e-3);
    let force = |v: &Vehicle| v.paths[0].table.as_ref().unwrap().force_at(0.3);
    assert!((force(&new) / force(&old) - 0.5).abs() < 1e-9);
    assert_ne!(new.id, old.id);
}

/// With everything resizable more mass is dragged along: 0.95 instead of 0.3 kg per kg (Alonso et al. 2012).
#[test]
fn a_new_powertrain_drags_more_mass_along() {
    let design = Design {
        added_front_length_m: 0.1,
        ..Design::default()
    };
    let kept = apply(&car(), &design, &data()).unwrap();
    let mut other = data();
    other.costs.structure.new_powertrain = true;
    let new = apply(&car(), &design, &other).unwrap();
    let primary = kept.mass.structure_kg();
    assert!(primary >= 4.0);
    assert!((kept.mass.total_kg() - primary * 1.3).abs() < 1e-9);
    assert!((new.mass.total_kg() - primary * 1.95).abs() < 1e-9);
    assert!(new.cost.total().usd() > kept.cost.total().usd());
}

/// Tooling and programme fall as one over the volume; nothing else depends on it.
#[test]
fn price_falls_with_volume_as_the_programme_does() {
    let sized = apply(&car(), &stepped(1.0, 1.5), &data()).unwrap();
    let data = data();
    let all = price_by_volume(&car(), &sized.mass, &data.materials, &data.costs).unwrap();
    for pair in all.windows(2) {
        let (few, many) = (&pair[0], &pair[1]);
        assert!(many.added_cost_usd < few.added_cost_usd, "{pair:?}");
        assert!(many.price_usd < few.price_usd, "{pair:?}");
    }
    let at = |v: f64| {
        let costs = data.costs.at_volume(v).unwrap();
        costs.programme.per_vehicle(&sized.mass.change).usd()
    };
    assert!((all[0].added_cost_usd - all[4].added_cost_usd - (at(5e3) - at(100e3))).abs() < 1e-6);
    assert!((at(5e3) / at(100e3) - 20.0).abs() < 1e-9);
    assert!(data.costs.at_volume(10.0).is_err());
}

/// A swing at both ends encloses the central price, widest first.
#[test]
fn swings_enclose_the_price() {
    let design = stepped(1.0, 1.5);
    let sized = apply(&car(), &design, &data()).unwrap();
    let central = price_in_us(&car(), &sized.cost, &data().costs).unwrap().price_usd.usd();
    let swings = swing::price_swings(&car(), &design, &data()).unwrap();
    assert_eq!(swings.len(), 12);
    let mut width = f64::INFINITY;
    for s in &swings {
        let (a, b) = (s.at_low_usd.min(s.at_high_usd), s.at_low_usd.max(s.at_high_usd));
        assert!(a <= central + 1e-9 && central <= b + 1e-9, "{s:?}");
        assert!(b - a <= width);
        width = b - a;
    }
    let first = &swings[0];
    assert!(width < 0.5 * (first.at_high_usd - first.at_low_usd).abs(), "{first:?}");
}

#[test]
fn a_mass_is_told_beside_a_precedent() {
    for (kg, low, high, relation) in [
        (0.0, 70.0, 90.0, Relation::Nothing),
        (22.0, 70.0, 90.0, Relation::Below),
        (89.0, 70.0, 90.0, Relation::Within),
        (7.2, 6.9, 6.9, Relation::Within),
        (22.0, 6.9, 6.9, Relation::Above),
    ] {
        assert_eq!(Relation::of(kg, low, high), relation, "{kg}");
    }
}
