//! The widest box of good points: the product of its widths over the ranges is made largest, every point inside is good.
//!
//! Sampled boxes grow and are trimmed: points that fill the box are judged, sides are cut until no bad point is left,
//! what is left grows again on all sides; in the end it only shrinks, until every sample in a row is good. As in
//! Zimmermann & von Hoessle (2013), with an even filling (Halton) instead of random points, so that results repeat.

use crate::error::Error;
use crate::sizing::search::halton;

/// Lower and upper end of each variable.
pub type Bounds = Vec<[f64; 2]>;

/// Points that judge a box.
const SAMPLES: usize = 96;
/// Rounds of growing.
const ROUNDS: usize = 48;
/// Rounds in which a box may only shrink, at most.
const SHRINKING: usize = 24;
/// Rounds in a row without a bad point that end it.
const SURE: usize = 3;
/// First growth on every side, as a share of the width; each round's is smaller in the end.
const GROWTH: f64 = 0.25;
/// A side starts as this share of its range.
const SEED: f64 = 0.02;

/// Find the widest box within bounds from a good point. `judge` says of each point whether it is good; it is asked for
/// many at once.
///
/// # Errors
/// Whatever `judge` returns. `None`: not even the surroundings of the start are good.
///
/// ```
/// use crumple::sizing::corridors::widest_box;
/// // x + y at most 1 in the unit square: the widest box is half of each side.
/// let judge = |points: &[Vec<f64>]| Ok(points.iter().map(|p| p[0] + p[1] <= 1.0).collect());
/// let found = widest_box(&vec![[0.0, 1.0]; 2], &[0.2, 0.2], judge).unwrap().unwrap();
/// let area = (found[0][1] - found[0][0]) * (found[1][1] - found[1][0]);
/// assert!(area > 0.23 && area < 0.26, "{found:?}");
/// ```
pub fn widest_box(
    bounds: &Bounds,
    start: &[f64],
    mut judge: impl FnMut(&[Vec<f64>]) -> Result<Vec<bool>, Error>,
) -> Result<Option<Bounds>, Error> {
    let n = start.len();
    if n == 0 {
        return Ok(None);
    }
    let unit = halton(SAMPLES * (ROUNDS + SHRINKING), n);
    let mut fill = unit.chunks(SAMPLES);
    let seed = |(b, x): (&[f64; 2], &f64)| {
        let half = 0.5 * SEED * (b[1] - b[0]);
        [(x - half).max(b[0]), (x + half).min(b[1])]
    };
    let mut at: Bounds = bounds.iter().zip(start).map(seed).collect();
    for (round, points) in fill.by_ref().take(ROUNDS).enumerate() {
        let growth = GROWTH * (1.0 - round as f64 / ROUNDS as f64);
        let tried = grown(&at, bounds, growth);
        let seen = look(&tried, points, &mut judge)?;
        // Nothing good in sight: look further out.
        at = trim(&tried, &seen).unwrap_or(tried);
    }
    let mut good_rounds = 0;
    for points in fill {
        let seen = look(&at, points, &mut judge)?;
        match seen.iter().all(|(_, good)| *good) {
            true => good_rounds += 1,
            false => good_rounds = 0,
        }
        if good_rounds == SURE {
            break;
        }
        match trim(&at, &seen) {
            Some(trimmed) => at = trimmed,
            None => return Ok(None),
        }
    }
    // The ends themselves are combinations too.
    while let Some(bad) = bad_corner(&at, &mut judge)? {
        let Some(shrunk) = away_from(&at, &bad) else {
            return Ok(None);
        };
        at = shrunk;
    }
    for step in STEPS {
        while let Some(wider) = traded(&at, bounds, step, &mut judge)? {
            at = wider;
        }
    }
    Ok(Some(at))
}

/// Steps of the closing trade, as shares of a width.
const STEPS: [f64; 3] = [0.06, 0.03, 0.015];
/// Points that judge a slab, beside its corners.
const SLAB_SAMPLES: usize = 24;
/// A trade has to win this share of the volume: less is not worth its runs.
const WORTH: f64 = 2e-3;

/// Give a step of one side and grow all others as far as they are good: the first trade that makes the box wider.
fn traded(
    at: &Bounds,
    bounds: &Bounds,
    step: f64,
    judge: &mut impl FnMut(&[Vec<f64>]) -> Result<Vec<bool>, Error>,
) -> Result<Option<Bounds>, Error> {
    let sides = || (0..at.len()).flat_map(|i| [(i, 0), (i, 1)]);
    let first = std::iter::once(None).chain(sides().map(Some));
    for given in first {
        let mut tried = at.clone();
        if let Some((i, end)) = given {
            let width = tried[i][1] - tried[i][0];
            tried[i][end] += if end == 0 { step * width } else { -step * width };
        }
        for (i, end) in sides().filter(|side| Some(*side) != given) {
            while let Some(more) = slab(&tried, bounds, (i, end), step) {
                if !judge(&filling(&more))?.into_iter().all(|good| good) {
                    break;
                }
                tried[i][end] = more[i][end];
            }
        }
        if volume(&tried) > (1.0 + WORTH) * volume(at) {
            return Ok(Some(tried));
        }
    }
    Ok(None)
}

/// What a side gains by a step outward, within bounds; `None` at the bound.
fn slab(at: &Bounds, bounds: &Bounds, (i, end): (usize, usize), step: f64) -> Option<Bounds> {
    let width = at[i][1] - at[i][0];
    let out = match end {
        0 => (at[i][0] - step * width).max(bounds[i][0]),
        _ => (at[i][1] + step * width).min(bounds[i][1]),
    };
    let mut more = at.clone();
    more[i] = if end == 0 { [out, at[i][0]] } else { [at[i][1], out] };
    (more[i][1] - more[i][0] > 1e-9 * width).then_some(more)
}

/// Points that fill a box, and its corners.
fn filling(of: &Bounds) -> Vec<Vec<f64>> {
    let place = |u: Vec<f64>| u.iter().zip(of).map(|(u, b)| b[0] + u * (b[1] - b[0])).collect();
    let mut all: Vec<Vec<f64>> = halton(SLAB_SAMPLES, of.len()).into_iter().map(place).collect();
    all.extend(corners(of));
    all
}

/// The corners; none of more than [`CORNERS_TO`] variables.
fn corners(of: &Bounds) -> Vec<Vec<f64>> {
    if of.len() > CORNERS_TO {
        return Vec::new();
    }
    let corner = |k: usize| of.iter().enumerate().map(|(i, b)| b[(k >> i) & 1]).collect();
    (0..1 << of.len()).map(corner).collect()
}

/// Corners are judged up to this many variables; more would be too many.
const CORNERS_TO: usize = 6;
/// A side gives way by this share of its width where a corner is bad.
const GIVE: f64 = 0.03;

fn bad_corner(
    at: &Bounds,
    judge: &mut impl FnMut(&[Vec<f64>]) -> Result<Vec<bool>, Error>,
) -> Result<Option<Vec<f64>>, Error> {
    if volume(at) <= 0.0 {
        return Ok(None);
    }
    let corners = corners(at);
    let good = judge(&corners)?;
    Ok(corners.into_iter().zip(good).find(|(_, good)| !good).map(|(c, _)| c))
}

/// The box with every side at a corner moved in a little; `None` when nothing is left.
fn away_from(at: &Bounds, corner: &[f64]) -> Option<Bounds> {
    let side = |(b, x): (&[f64; 2], &f64)| {
        let give = GIVE * (b[1] - b[0]);
        match *x == b[0] {
            true => [b[0] + give, b[1]],
            false => [b[0], b[1] - give],
        }
    };
    let shrunk: Bounds = at.iter().zip(corner).map(side).collect();
    (volume(&shrunk) > 1e-9 * volume(at).max(f64::MIN_POSITIVE)).then_some(shrunk)
}

fn volume(of: &Bounds) -> f64 {
    of.iter().map(|b| b[1] - b[0]).product()
}

fn grown(at: &Bounds, bounds: &Bounds, growth: f64) -> Bounds {
    let side = |(have, most): (&[f64; 2], &[f64; 2])| {
        let more = growth * (have[1] - have[0]).max(0.5 * SEED * (most[1] - most[0]));
        [(have[0] - more).max(most[0]), (have[1] + more).min(most[1])]
    };
    at.iter().zip(bounds).map(side).collect()
}

type Seen = (Vec<f64>, bool);

fn look(
    at: &Bounds,
    unit: &[Vec<f64>],
    judge: &mut impl FnMut(&[Vec<f64>]) -> Result<Vec<bool>, Error>,
) -> Result<Vec<Seen>, Error> {
    let place = |u: &Vec<f64>| {
        u.iter()
            .zip(at)
            .map(|(u, b)| b[0] + u * (b[1] - b[0]))
            .collect::<Vec<f64>>()
    };
    let points: Vec<Vec<f64>> = unit.iter().map(place).collect();
    let good = judge(&points)?;
    Ok(points.into_iter().zip(good).collect())
}

/// The largest box inside `at` without a bad point, over anchors at all good points; `None` without a good point.
fn trim(at: &Bounds, seen: &[Seen]) -> Option<Bounds> {
    let anchors = seen.iter().filter(|(_, good)| *good);
    let boxes = anchors.map(|(anchor, _)| around(at, anchor, seen));
    boxes.max_by(|a, b| volume(a).total_cmp(&volume(b)))
}

/// Cut bad points off one by one, each where that costs the least, the dearest of them first; the anchor stays inside.
fn around(at: &Bounds, anchor: &[f64], seen: &[Seen]) -> Bounds {
    let mut left = at.clone();
    loop {
        let inside = |p: &[f64]| p.iter().zip(&left).all(|(x, b)| *x >= b[0] && *x <= b[1]);
        let bad = seen.iter().filter(|(p, good)| !good && inside(p));
        let cheapest = bad.filter_map(|(p, _)| cut(&left, anchor, p));
        let Some((_, i, side)) = cheapest.max_by(|a, b| a.0.total_cmp(&b.0)) else {
            return left;
        };
        left[i] = side;
    }
}

/// The cut that takes a bad point off at the least loss: share lost, variable, its new interval.
fn cut(left: &Bounds, anchor: &[f64], bad: &[f64]) -> Option<(f64, usize, [f64; 2])> {
    let each = (0..left.len()).filter(|i| bad[*i] != anchor[*i]).map(|i| {
        let [low, high] = left[i];
        let width = (high - low).max(f64::MIN_POSITIVE);
        let end = beside(bad[i], anchor[i]);
        let side = if bad[i] > anchor[i] { [low, end] } else { [end, high] };
        (1.0 - (side[1] - side[0]) / width, i, side)
    });
    each.min_by(|a, b| a.0.total_cmp(&b.0))
}

/// A little from a bad point towards the anchor.
fn beside(bad: f64, anchor: f64) -> f64 {
    bad + 1e-6 * (anchor - bad)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The two sections in series of Zimmermann & von Hoessle (2013): m = 2000 kg, d1 = d2 = 0.3 m, v0 = 15.6 m/s, at most
    /// 32 g. The first folds before the second (F1 <= F2), both take the energy (F1 d1 + F2 d2 >= m v0^2 / 2), and F2 <=
    /// m a. The widest box has F1 <= F2 at one corner c: widths 2 c - E and A - c, so c = (2 A + E) / 4 with E = m v0^2 /
    /// (2 d) and A = m a.
    #[test]
    fn the_two_section_problem_of_the_literature() {
        let (m, d, v0, g) = (2000.0, 0.3, 15.6_f64, 9.81);
        let energy_n = m * v0 * v0 / (2.0 * d);
        let most_n = m * 32.0 * g;
        let corner = 0.25 * (2.0 * most_n + energy_n);
        let best = (2.0 * corner - energy_n) * (most_n - corner);
        assert!((corner / 1e3 - 516.7).abs() < 0.1, "{corner}");
        let good = |p: &Vec<f64>| p[0] <= p[1] && p[0] + p[1] >= energy_n && p[1] <= most_n;
        let judge = |points: &[Vec<f64>]| Ok(points.iter().map(good).collect());
        let bounds = vec![[0.0, 1e6]; 2];
        let found = widest_box(&bounds, &[450e3, 550e3], judge).unwrap().unwrap();
        assert!(volume(&found) > 0.95 * best, "{found:?}: {} of {best}", volume(&found));
        assert!(volume(&found) <= 1.0001 * best);
        for corner in [[0, 0], [0, 1], [1, 0], [1, 1]] {
            assert!(good(&vec![found[0][corner[0]], found[1][corner[1]]]), "{found:?}");
        }
    }

    /// Where everything is good the box is the whole range, where nothing is there is none, and without a variable
    /// neither.
    #[test]
    fn the_ends_of_it() {
        let bounds = vec![[1.0, 3.0], [1.0, 2.0], [0.0, 1.0]];
        let all = widest_box(&bounds, &[1.5, 1.5, 0.5], |p| Ok(vec![true; p.len()])).unwrap();
        assert_eq!(all.unwrap(), bounds);
        let none = widest_box(&bounds, &[1.5, 1.5, 0.5], |p| Ok(vec![false; p.len()])).unwrap();
        assert_eq!(none, None);
        assert_eq!(widest_box(&Vec::new(), &[], |_| Ok(Vec::new())).unwrap(), None);
    }
}
