//! Model section 4: the band edges of two faces cut the plane into rectangles; rectangles that see the same
//! layers of both vehicles are one cell.

use std::collections::BTreeMap;

use crate::vehicle::{Face, Vehicle};

/// Lateral intervals wider than this are cut into equal parts, m, where vehicles turn (section 11).
const WIDEST_PART_M: f64 = 0.4;
/// Neighbours that see the same layers are cut anew into parts of at most this width, m: wider ones move the mean over
/// the cells that touch (intrusion) by up to 15 %.
const WIDEST_JOINED_M: f64 = 0.2;
/// Edges closer than this are one edge, m.
const SAME_EDGE_M: f64 = 1e-7;

/// A rectangle of the contact plane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Patch {
    /// Lateral interval in vehicle 1's frame, m.
    pub lateral_m: [f64; 2],
    /// Height interval, m.
    pub height_m: [f64; 2],
}

impl Patch {
    /// Area, m2.
    pub fn area_m2(&self) -> f64 {
        (self.lateral_m[1] - self.lateral_m[0]) * (self.height_m[1] - self.height_m[0])
    }
}

/// One layer's part in a cell.
#[derive(Debug, Clone, PartialEq)]
pub struct CellLayer {
    /// Path index in its vehicle.
    pub path: usize,
    /// Share of the layer's area.
    pub weight: f64,
    /// Setback behind the foremost point of the vehicle, m.
    pub setback_m: f64,
}

/// Where the same layers of both vehicles face each other.
#[derive(Debug, Clone, PartialEq)]
pub struct FaceCell {
    /// Its rectangles.
    pub patches: Vec<Patch>,
    /// Layers of vehicle 1 and 2, foremost first (file order on equal setback).
    pub layers: [Vec<CellLayer>; 2],
    /// Sum of the foremost setbacks, m.
    pub gap_m: f64,
    /// Middle of its lateral interval in vehicle 1's frame, m; 0 where vehicles do not turn.
    pub lateral_m: f64,
    /// Its share of the area that sees the same layers: less than 1 only where vehicles turn and that area is cut.
    pub part: f64,
}

impl FaceCell {
    /// Area, m2.
    pub fn area_m2(&self) -> f64 {
        self.patches.iter().map(Patch::area_m2).sum()
    }

    /// The same layers over some of its patches, which are `share` of its area.
    fn over(&self, patches: Vec<Patch>, share: f64) -> Self {
        let middle = |p: &Patch| 0.5 * (p.lateral_m[0] + p.lateral_m[1]) * p.area_m2();
        let area: f64 = patches.iter().map(Patch::area_m2).sum();
        let mut part = self.clone();
        part.lateral_m = patches.iter().map(middle).sum::<f64>() / area;
        part.part *= share;
        for layer in part.layers.iter_mut().flatten() {
            layer.weight *= share;
        }
        part.patches = patches;
        part
    }

    /// Is it there only so that cases share a topology ([`super::align`])?
    pub fn is_absent(&self) -> bool {
        self.patches.is_empty()
    }
}

/// How two faces are placed against each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placement {
    /// Lateral offset D of vehicle 2's centre line, m, positive to vehicle 1's right.
    pub offset_m: f64,
    /// Vehicle 2 is seen mirrored (struck on its front).
    pub mirrored: bool,
}

impl Placement {
    /// From overlap q (0 to 1] of the narrower vehicle (of vehicle 1 against a barrier) and the struck side.
    ///
    /// `|D| = (W1 + W2)/2 - q min(W1, W2)`, or `- q W1` against a barrier; 0 at full overlap.
    pub fn new(overlap: f64, struck_left: bool, width_m: [f64; 2], against_barrier: bool, mirrored: bool) -> Self {
        let offset = if overlap >= 1.0 {
            0.0
        } else {
            let of = if against_barrier {
                width_m[0]
            } else {
                width_m[0].min(width_m[1])
            };
            0.5 * (width_m[0] + width_m[1]) - overlap * of
        };
        Self {
            offset_m: if struck_left { -offset } else { offset },
            mirrored,
        }
    }

    /// A lateral interval of vehicle 2 in vehicle 1's frame.
    fn of_second(&self, [y1, y2]: [f64; 2]) -> [f64; 2] {
        if self.mirrored {
            [self.offset_m - y2, self.offset_m - y1]
        } else {
            [self.offset_m + y1, self.offset_m + y2]
        }
    }
}

struct PlacedLayer {
    path: usize,
    height_m: [f64; 2],
    lateral_m: Vec<[f64; 2]>,
    setback_m: f64,
    area_m2: f64,
}

impl PlacedLayer {
    fn covers(&self, y: f64, z: f64) -> bool {
        (self.height_m[0]..=self.height_m[1]).contains(&z) && self.lateral_m.iter().any(|b| (b[0]..=b[1]).contains(&y))
    }
}

fn placed(vehicle: &Vehicle, face: Face, place: Option<&Placement>) -> Vec<PlacedLayer> {
    let mut layers: Vec<PlacedLayer> = vehicle
        .layers(face)
        .map(|(path, _, l)| PlacedLayer {
            path,
            height_m: l.height_m,
            lateral_m: l
                .lateral_m
                .iter()
                .map(|b| place.map_or(*b, |p| p.of_second(*b)))
                .collect(),
            setback_m: l.setback_m,
            area_m2: l.area_m2(),
        })
        .collect();
    layers.sort_by(|a, b| a.setback_m.total_cmp(&b.setback_m));
    layers
}

fn edges(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    values.dedup_by(|a, b| (*a - *b).abs() < SAME_EDGE_M);
    values
}

/// Lateral intervals between edges; those wider than [`WIDEST_PART_M`] in equal parts, as few as needed.
fn narrow(edges: &[f64]) -> Vec<f64> {
    let mut cut = Vec::with_capacity(2 * edges.len());
    for y in edges.windows(2) {
        let width = y[1] - y[0];
        let parts = (width / WIDEST_PART_M - SAME_EDGE_M).ceil().max(1.0) as usize;
        cut.extend((0..parts).map(|k| y[0] + width * k as f64 / parts as f64));
    }
    cut.extend(edges.last());
    cut
}

/// Cells that turn, cut anew where neighbours see the same layers: they were cut at edges of layers that they do not
/// see. Such a stretch is cut into equal parts of at most 200 mm, unless it has no more parts as it is; a
/// part stands at the middle of its area. Yaw rates of the worked cases move by 0.1 %.
pub fn joined(cells: Vec<FaceCell>) -> Vec<FaceCell> {
    let layers = |cell: &FaceCell| -> Vec<Vec<usize>> {
        let sides = cell.layers.iter();
        sides.map(|side| side.iter().map(|l| l.path).collect()).collect()
    };
    let touch = |a: &FaceCell, b: &FaceCell| {
        let (end, start) = (a.patches[0].lateral_m[1], b.patches[0].lateral_m[0]);
        layers(a) == layers(b) && (start - end).abs() < SAME_EDGE_M
    };
    let stretches = cells.chunk_by(touch);
    stretches.flat_map(recut).collect()
}

/// A stretch of neighbours that see the same layers, in equal parts where that makes fewer.
fn recut(stretch: &[FaceCell]) -> Vec<FaceCell> {
    let (first, last) = (&stretch[0], &stretch[stretch.len() - 1]);
    let (lo, hi) = (first.patches[0].lateral_m[0], last.patches[0].lateral_m[1]);
    let parts = ((hi - lo) / WIDEST_JOINED_M - SAME_EDGE_M).ceil().max(1.0);
    if parts >= stretch.len() as f64 {
        return stretch.to_vec();
    }
    let patches: Vec<Patch> = stretch.iter().flat_map(|c| c.patches.clone()).collect();
    let area: f64 = patches.iter().map(Patch::area_m2).sum();
    let mut whole = first.over(patches.clone(), area / first.area_m2());
    whole.part = stretch.iter().map(|c| c.part).sum();
    let edge = |k: f64| lo + (hi - lo) * k / parts;
    let part = |k: usize| {
        let (from, to) = (edge(k as f64), edge(k as f64 + 1.0));
        let inside = patches.iter().filter_map(|p| {
            let lateral_m = [p.lateral_m[0].max(from), p.lateral_m[1].min(to)];
            (lateral_m[1] > lateral_m[0]).then_some(Patch { lateral_m, ..*p })
        });
        let inside: Vec<Patch> = inside.collect();
        let share = inside.iter().map(Patch::area_m2).sum::<f64>() / area;
        whole.over(inside, share)
    };
    (0..parts as usize).map(part).collect()
}

/// Layers of both faces that are seen somewhere, by their place among the placed ones.
type Seen = (Vec<usize>, Vec<usize>);

/// Cut two faces into cells. Rectangles where only one vehicle has layers are left out: nothing meets there. Where the
/// vehicles `turn`, a cell also stays within one lateral interval (section 11).
pub fn cells(first: (&Vehicle, Face), second: (&Vehicle, Face), place: &Placement, turn: bool) -> Vec<FaceCell> {
    let sides = [placed(first.0, first.1, None), placed(second.0, second.1, Some(place))];
    let mut areas: BTreeMap<Seen, f64> = BTreeMap::new();
    let mut found: BTreeMap<(Seen, usize), Vec<Patch>> = BTreeMap::new();
    for (seen, interval, patch) in patches(&sides, turn) {
        *areas.entry(seen.clone()).or_default() += patch.area_m2();
        let key = (seen, if turn { interval } else { 0 });
        found.entry(key).or_default().push(patch);
    }
    found
        .into_iter()
        .map(|((seen, _), patches)| {
            let area: f64 = patches.iter().map(Patch::area_m2).sum();
            let part = |s: usize, list: &[usize]| -> Vec<CellLayer> {
                list.iter()
                    .map(|&i| {
                        let l = &sides[s][i];
                        CellLayer {
                            path: l.path,
                            weight: area / l.area_m2,
                            setback_m: l.setback_m,
                        }
                    })
                    .collect()
            };
            let layers = [part(0, &seen.0), part(1, &seen.1)];
            let [lo, hi] = patches[0].lateral_m;
            FaceCell {
                gap_m: layers[0][0].setback_m + layers[1][0].setback_m,
                lateral_m: if turn { 0.5 * (lo + hi) } else { 0.0 },
                part: area / areas[&seen],
                patches,
                layers,
            }
        })
        .collect()
}

/// Rectangles between the edges of both faces where both have layers, with what is seen there and the number of the
/// lateral interval.
fn patches(sides: &[Vec<PlacedLayer>; 2], turn: bool) -> Vec<(Seen, usize, Patch)> {
    let all = || sides.iter().flatten();
    let mut ys = edges(all().flat_map(|l| l.lateral_m.iter().flatten().copied()).collect());
    if turn {
        ys = narrow(&ys);
    }
    let zs = edges(all().flat_map(|l| l.height_m).collect());
    let mut found = Vec::new();
    for (interval, y) in ys.windows(2).enumerate() {
        for z in zs.windows(2) {
            let (ym, zm) = (0.5 * (y[0] + y[1]), 0.5 * (z[0] + z[1]));
            let [a, b] = [0, 1].map(|s: usize| {
                let seen = sides[s].iter().enumerate().filter(|(_, l)| l.covers(ym, zm));
                seen.map(|(i, _)| i).collect::<Vec<usize>>()
            });
            if !a.is_empty() && !b.is_empty() {
                let patch = Patch {
                    lateral_m: [y[0], y[1]],
                    height_m: [z[0], z[1]],
                };
                found.push(((a, b), interval, patch));
            }
        }
    }
    found
}
