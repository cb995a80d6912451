//! Which load cases decide whether a draw meets its targets.

/// Draws that the deciding load cases may miss, as a share.
const MISSED: f64 = 0.005;
/// At most so many load cases decide.
const MOST: usize = 6;

/// From a pilot's slacks `[draw][load case]`: the fewest load cases, taken greedily, whose failure tells that of all;
/// with the share of draws in which each fails. The one nearest to failing where none does; `every` takes them all.
pub fn deciding(slacks: &[Vec<f64>], every: bool) -> Vec<(usize, f64)> {
    let cases = slacks.first().map_or(0, Vec::len);
    let fails = |l: usize| slacks.iter().filter(move |s| s[l] < 0.0);
    let share = |l: usize| fails(l).count() as f64 / slacks.len().max(1) as f64;
    let mean = |l: usize| slacks.iter().map(|s| s[l].min(10.0)).sum::<f64>();
    if every {
        return (0..cases).map(|l| (l, share(l))).collect();
    }
    let mut chosen: Vec<usize> = Vec::new();
    while chosen.len() < MOST.min(cases) {
        let missed = |l: usize| {
            let silent = |s: &&Vec<f64>| chosen.iter().all(|c| s[*c] >= 0.0);
            fails(l).filter(silent).count()
        };
        let rest = (0..cases).filter(|l| !chosen.contains(l));
        let key = |l: &usize| (missed(*l), mean(*l));
        let Some(next) = rest.max_by(|a, b| {
            let ((ma, sa), (mb, sb)) = (key(a), key(b));
            ma.cmp(&mb).then(sb.total_cmp(&sa))
        }) else {
            break;
        };
        if !chosen.is_empty() && missed(next) as f64 <= MISSED * slacks.len() as f64 {
            break;
        }
        chosen.push(next);
    }
    chosen.into_iter().map(|l| (l, share(l))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_of_the_chosen_tell_those_of_all() {
        // Case 2 fails whenever case 0 does and more; case 1 fails by itself once.
        let slacks = vec![
            vec![-0.1, 0.5, -0.2],
            vec![0.2, 0.4, -0.1],
            vec![0.3, -0.3, 0.2],
            vec![0.3, 0.3, 0.2],
        ];
        assert_eq!(deciding(&slacks, false), [(2, 0.5), (1, 0.25)]);
    }

    #[test]
    fn where_nothing_fails_the_nearest_decides() {
        let slacks = vec![vec![0.5, 0.1], vec![0.6, 0.2]];
        assert_eq!(deciding(&slacks, false), [(1, 0.0)]);
        assert!(deciding(&[], false).is_empty());
    }
}
