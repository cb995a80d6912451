"""The shared problem for Python peers: problem.json as arrays, and its physics compiled by numba.

The equations are those of problem.h, fixed.c and adaptive.c, which explain them; README.md says what is frozen
inside a step and what is brought up to date after it.
"""
import json
import math
import pathlib
import types

import numba
import numpy as np

M, P, KU, TIE_C, D, RATE, K, LOADING = range(8)


def load(folder):
    return json.loads((pathlib.Path(folder) / "problem.json").read_text())


def slopes(problem, case):
    """Tables of all laws: rows x, force, its slope, unloading stiffness, its slope; flat beyond the last point."""
    x, f, k = (np.array(case[key]) for key in ("law_crush_m", "law_force_n", "law_unload_n_per_m"))
    table = np.zeros((5, len(x)))
    table[0], table[1], table[3] = x, f, k
    first = 0
    for points in problem["law_points"]:
        s = slice(first, first + points - 1)
        dx = np.diff(x[first : first + points])
        table[2, s] = np.diff(f[first : first + points]) / dx
        table[4, s] = np.diff(k[first : first + points]) / dx
        first += points
    return table


def parameters(problem, case):
    """Numbers of a case as one tuple of arrays."""
    names = ["kg", "cell_gap_m", "share_weight", "share_gap_m", "crush_gap_m", "mount_n_per_m", "mount_n_s_per_m",
             "mount_break_n"]
    return np.concatenate([np.array(case[n], dtype=float) for n in names] + [slopes(problem, case).ravel()])


def output(problem, u, v):
    """One sample, as problem.h puts it."""
    which = [*problem["cabins"], problem["occupant"]]
    ends = np.stack([u[..., which], v[..., which]], axis=-1).reshape(*u.shape[:-1], 6)
    return np.concatenate([ends, u[..., problem["bodies"] :: 2]], axis=-1)


def compiled(problem):
    """The physics of one topology; indices are compiled in, numbers of a case come in `par`."""
    share, crush, mount = problem["share"], problem["crush"], problem["mount"]
    nb, nc = problem["bodies"], problem["cells"]
    n, ns, ne, nm = nb + 2 * nc, len(share["tip"]), len(crush["a"]), len(mount["a"])
    count = np.array(problem["law_points"])
    first = np.concatenate([[0], np.cumsum(count)[:-1]])
    total = int(count.sum())
    # Shares and crush elements alike: d = sign (u_a - u_b) - gap.
    a = np.array(share["body"] + crush["a"])
    b = np.array(share["tip"] + crush["b"])
    sign = np.array(share["out"] + crush["sign"], dtype=float)
    law = np.array(share["law"] + crush["law"])
    tie = np.array(share["tie"] + [0] * ne)
    table_at, table_n = first[law], count[law]
    ma, mb, msign = np.array(mount["a"]), np.array(mount["b"]), np.array(mount["sign"], dtype=float)
    o_cell = n
    o_weight = o_cell + nc
    o_gap = o_weight + ns
    o_k = o_gap + ns + ne
    o_c, o_break = o_k + nm, o_k + 2 * nm
    o_x = o_k + 3 * nm
    o_f, o_df, o_ku, o_dku = o_x + total, o_x + 2 * total, o_x + 3 * total, o_x + 4 * total
    jit = numba.njit(fastmath=False, error_model="numpy", cache=False)

    @jit
    def segment(par, i, k, d):
        at, last = o_x + table_at[i], table_n[i] - 1
        while k < last and d > par[at + k + 1]:
            k += 1
        while k > 0 and d < par[at + k]:
            k -= 1
        return k

    @jit
    def backbone(par, i, e, d):
        k = segment(par, i, int(e[i, K]), d)
        e[i, K] = k
        q = table_at[i] + k
        return par[o_f + q] + par[o_df + q] * (d - par[o_x + q])

    @jit
    def refresh(par, i, e):
        m = e[i, M]
        force = backbone(par, i, e, m)
        q = table_at[i] + int(e[i, K])
        e[i, KU] = par[o_ku + q] + par[o_dku + q] * (m - par[o_x + q])
        e[i, P] = m - force / e[i, KU]
        if i < ns:
            e[i, TIE_C] = 2.0 * math.sqrt(e[i, KU] * par[o_weight + i] * par[b[i]])

    @jit
    def reset(par, e, merged, broken):
        e[:] = 0.0
        merged[:] = 0
        broken[:] = 0
        for i in range(ns + ne):
            refresh(par, i, e)

    @jit
    def forces(u, v, par, e, broken, f):
        """With the history frozen: what adaptive solvers see."""
        f[:] = 0.0
        for i in range(ns + ne):
            d = sign[i] * (u[a[i]] - u[b[i]]) - par[o_gap + i]
            weight = par[o_weight + i] if i < ns else 1.0
            if d > e[i, M]:
                force = weight * backbone(par, i, e, d)
            else:
                force = e[i, KU] * weight * (d - e[i, P])
                if d < e[i, P]:
                    if tie[i] == 0:
                        continue
                    force = min(force + e[i, TIE_C] * sign[i] * (v[a[i]] - v[b[i]]), 0.0)
            f[a[i]] -= sign[i] * force
            f[b[i]] += sign[i] * force
        for i in range(nm):
            if broken[i] == 0:
                force = par[o_k + i] * (u[ma[i]] - u[mb[i]]) + par[o_c + i] * (v[ma[i]] - v[mb[i]])
                f[ma[i]] -= force
                f[mb[i]] += force

    @jit
    def motion(y, par, e, merged, broken, f):
        out = np.empty(2 * n)
        forces(y[:n], y[n:], par, e, broken, f)
        out[:n] = y[n:]
        for i in range(n):
            out[n + i] = f[i] / par[i]
        for c in range(nc):
            i = nb + 2 * c
            if merged[c] and out[n + i] >= out[n + i + 1]:
                out[n + i] = out[n + i + 1] = (f[i] + f[i + 1]) / (par[i] + par[i + 1])
        return out

    @jit
    def nearest(y, par, merged, broken):
        """Least gap of apart tips that close, m, and margin of whole mounts: below 0 something happened."""
        least = 1.0
        for c in range(nc):
            i = nb + 2 * c
            if merged[c] == 0 and y[n + i] > y[n + i + 1]:
                least = min(least, par[o_cell + c] - y[i] + y[i + 1])
        for i in range(nm):
            if broken[i] == 0:
                force = par[o_k + i] * (y[ma[i]] - y[mb[i]]) + par[o_c + i] * (y[n + ma[i]] - y[n + mb[i]])
                least = min(least, 1.0 - abs(force) / par[o_break + i])
        return least

    @jit
    def meet(u, v, par, merged, dt):
        met = False
        for c in range(nc):
            if merged[c]:
                continue
            i = nb + 2 * c
            j = i + 1
            over, closing = u[i] - u[j] - par[o_cell + c], v[i] - v[j]
            if over < 0.0 or closing <= 0.0:
                continue
            after = min(over / closing, dt)
            common = (par[i] * v[i] + par[j] * v[j]) / (par[i] + par[j])
            u[i] -= (v[i] - common) * after
            u[j] -= (v[j] - common) * after
            v[i] = v[j] = common
            merged[c] = 1
            met = True
        return met

    @jit
    def accept(y, par, e, merged, broken, f, h):
        """Bring the history up to date after an accepted step; whether y jumped."""
        u, v = y[:n], y[n:]
        for i in range(ns + ne):
            d = sign[i] * (u[a[i]] - u[b[i]]) - par[o_gap + i]
            rate = sign[i] * (v[a[i]] - v[b[i]])
            most = d
            if e[i, RATE] > 0.0 and rate < 0.0:
                rise = h * e[i, RATE] / (e[i, RATE] - rate)
                most = max(d, 0.5 * (e[i, D] + 0.5 * e[i, RATE] * rise + d - 0.5 * rate * (h - rise)))
            if most > e[i, M]:
                e[i, M] = most
                refresh(par, i, e)
        jumped = False
        for i in range(nm):
            force = par[o_k + i] * (u[ma[i]] - u[mb[i]]) + par[o_c + i] * (v[ma[i]] - v[mb[i]])
            if broken[i] == 0 and abs(force) >= par[o_break + i] * (1.0 - 1e-9):
                broken[i] = 1
                jumped = True
        forces(u, v, par, e, broken, f)
        for c in range(nc):
            i = nb + 2 * c
            if merged[c] and f[i] / par[i] < f[i + 1] / par[i + 1]:
                merged[c] = 0
        if meet(u, v, par, merged, h):
            jumped = True
        for i in range(ns + ne):
            e[i, D] = sign[i] * (u[a[i]] - u[b[i]]) - par[o_gap + i]
            e[i, RATE] = sign[i] * (v[a[i]] - v[b[i]])
        return jumped

    @jit
    def step_forces(u, vp, par, e, broken, before, f):
        """Forces of the fixed-step scheme: the history moves at once, p and k_u when an element starts to unload."""
        f[:] = 0.0
        for i in range(ns + ne):
            d = sign[i] * (u[a[i]] - u[b[i]]) - par[o_gap + i]
            if tie[i] == 0 and d <= 0.0:
                continue
            weight = par[o_weight + i] if i < ns else 1.0
            if d > e[i, M]:
                force = weight * backbone(par, i, e, d)
                e[i, M] = d
                e[i, LOADING] = 1.0
            else:
                if e[i, LOADING] != 0.0:
                    e[i, LOADING] = 0.0
                    refresh(par, i, e)
                force = e[i, KU] * weight * (d - e[i, P])
                if d < e[i, P]:
                    if tie[i] == 0:
                        continue
                    force = min(force + e[i, TIE_C] * sign[i] * (vp[a[i]] - vp[b[i]]), 0.0)
            f[a[i]] -= sign[i] * force
            f[b[i]] += sign[i] * force
        for i in range(nm):
            if broken[i]:
                continue
            force = msign[i] * (par[o_k + i] * (u[ma[i]] - u[mb[i]]) + par[o_c + i] * (vp[ma[i]] - vp[mb[i]]))
            if abs(force) > par[o_break + i]:
                limit = math.copysign(par[o_break + i], force)
                part = min(max((limit - before[i]) / (force - before[i]), 0.0), 1.0)
                force = 0.5 * (part * (before[i] + limit) - before[i])
                broken[i] = 1
            before[i] = force
            f[ma[i]] -= msign[i] * force
            f[mb[i]] += msign[i] * force

    @jit
    def accelerations(par, merged, f, acc):
        for i in range(n):
            acc[i] = f[i] / par[i]
        for c in range(nc):
            i = nb + 2 * c
            if merged[c]:
                if acc[i] >= acc[i + 1]:
                    acc[i] = acc[i + 1] = (f[i] + f[i + 1]) / (par[i] + par[i + 1])
                else:
                    merged[c] = 0

    @jit
    def fixed(v0, par, dt, stride, samples, us, vs):
        """The fixed-step scheme of fixed.c."""
        u, v, vp = np.zeros(n), v0.copy(), v0.copy()
        f, acc, before = np.zeros(n), np.zeros(n), np.zeros(nm)
        e, merged, broken = np.zeros((ns + ne, 8)), np.zeros(nc, np.int64), np.zeros(nm, np.int64)
        reset(par, e, merged, broken)
        us[0], vs[0] = u, v
        step_forces(u, vp, par, e, broken, before, f)
        accelerations(par, merged, f, acc)
        meet(u, v, par, merged, 0.0)
        vp[:] = v
        step_forces(u, vp, par, e, broken, before, f)
        accelerations(par, merged, f, acc)
        half = 0.5 * dt
        for sample in range(1, samples + 1):
            for _ in range(stride):
                for i in range(n):
                    v[i] += acc[i] * half
                    u[i] += v[i] * dt
                meet(u, v, par, merged, dt)
                for i in range(n):
                    vp[i] = v[i] + acc[i] * half
                step_forces(u, vp, par, e, broken, before, f)
                accelerations(par, merged, f, acc)
                for i in range(n):
                    v[i] += acc[i] * half
            us[sample], vs[sample] = u, v

    return types.SimpleNamespace(n=n, nb=nb, nc=nc, elements=ns + ne, mounts=nm, reset=reset, motion=motion,
                                 nearest=nearest, accept=accept, fixed=fixed)
