"""JAX and diffrax on one CPU core: vmap over cases, double precision.

diffrax_peer.py FOLDER SOLVER BATCH REPEAT TIP MAX_STEP_US TOLERANCE...   SOLVER Tsit5 Dopri5 Bosh3 Dopri8
BATCH 1 solves case by case, without vmap.

diffrax has no hook after an accepted step inside diffeqsolve, so its documented manual stepping is used:
`solver.step` and `PIDController.adapt_step_size` in a `lax.while_loop` between samples, with the history brought up
to date after each accepted step. A step in which tips meet or a mount breaks is taken again, shortened by a secant
on the gaps (two tries), so that the meeting stands at its end.
"""
import functools
import os
import sys
import time

os.environ["XLA_FLAGS"] = os.environ.get("XLA_FLAGS", "") + " --xla_cpu_multi_thread_eigen=false"
os.environ["JAX_ENABLE_X64"] = "1"
os.environ["JAX_PLATFORMS"] = "cpu"

import diffrax  # noqa: E402
import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402

import model  # noqa: E402

LOCATED_M = 1e-9


def build(problem, solver, batch, tip, max_step_s, tolerance):
    share, crush, mount = problem["share"], problem["crush"], problem["mount"]
    nb, nc = problem["bodies"], problem["cells"]
    n, ns, ne = nb + 2 * nc, len(share["tip"]), len(crush["a"])
    count = np.array(problem["law_points"])
    first = np.concatenate([[0], np.cumsum(count)[:-1]])
    a = np.array(share["body"] + crush["a"])
    b = np.array(share["tip"] + crush["b"])
    sign = np.array(share["out"] + crush["sign"])
    law = np.array(share["law"] + crush["law"])
    tie = np.array(share["tie"] + [0] * ne, dtype=bool)
    # No scatter (XLA's is a serial loop on the CPU): each tip gathers its few shares, bodies take a small product.
    of_tip = [np.flatnonzero(b[:ns] == i) for i in range(nb, n)]
    most = max(len(of) for of in of_tip)
    gathered = np.array([np.concatenate([of, np.full(most - len(of), ns + ne)]) for of in of_tip]).astype(int)
    to_body = np.zeros((nb, ns + ne))
    to_body[a, np.arange(ns + ne)] -= sign
    inner = np.arange(ns, ns + ne)
    to_body[b[inner], inner] += sign[inner]
    ma, mb, msign = np.array(mount["a"]), np.array(mount["b"]), np.array(mount["sign"])
    mount_to_body = np.zeros((nb, len(ma)))
    mount_to_body[ma, np.arange(len(ma))] -= msign
    mount_to_body[mb, np.arange(len(ma))] += msign
    to_body, mount_to_body = jnp.asarray(to_body), jnp.asarray(mount_to_body)

    def across(x):
        return sign * (x[a] - x[b])

    def sum_forces(force, hold):
        tips = jnp.sum(jnp.append(sign * force, 0.0)[gathered], axis=1)
        return jnp.concatenate([to_body @ force + mount_to_body @ hold, tips])

    tip_1, tip_2 = slice(nb, None, 2), slice(nb + 1, None, 2)
    # Tables as sums of hinges, padded to the longest law.
    widest = int(count.max())
    gather = np.minimum(np.arange(widest)[None, :], count[:, None] - 1) + first[:, None]
    padded = np.arange(widest)[None, :] >= count[:, None]

    def case_numbers(case):
        table = model.slopes(problem, case)
        turn = []
        for row in (2, 4):
            slope = table[row][gather]
            slope[padded] = 0.0
            turn.append(np.diff(slope, axis=1, prepend=0.0))
        at = np.where(padded, 1e9, table[0][gather])
        turn = [np.where(padded, 0.0, t) for t in turn]
        weight = np.concatenate([case["share_weight"], np.ones(ne)])
        kg = np.array(case["kg"])
        return dict(
            kg=kg, gap=np.concatenate([case["share_gap_m"], case["crush_gap_m"]]), weight=weight,
            tie_kg=weight * kg[b], cell_gap=np.array(case["cell_gap_m"]), at=at[law], turn_f=turn[0][law],
            turn_k=turn[1][law], k_0=table[3][first][law], mount_k=np.array(case["mount_n_per_m"]),
            mount_c=np.array(case["mount_n_s_per_m"]), mount_break=np.array(case["mount_break_n"]),
            v0=np.array(case["v0_mps"]))

    def hinges(c, turn, d):
        return jnp.sum(turn * jnp.maximum(d[:, None] - c["at"], 0.0), axis=1)

    def of_m(c, m):
        ku = c["k_0"] + hinges(c, c["turn_k"], m)
        return m - hinges(c, c["turn_f"], m) / ku, ku, 2.0 * jnp.sqrt(ku * c["tie_kg"])

    def mount_force(c, u, v):
        return c["mount_k"] * msign * (u[ma] - u[mb]) + c["mount_c"] * msign * (v[ma] - v[mb])

    def forces(u, v, c, h):
        d = across(u) - c["gap"]
        elastic = h["ku"] * (d - h["p"])
        pull = jnp.minimum(c["weight"] * elastic + h["tie_c"] * across(v), 0.0)
        slack = jnp.where(tie, pull, 0.0)
        press = c["weight"] * jnp.where(d > h["m"], hinges(c, c["turn_f"], d), elastic)
        force = jnp.where((d < h["p"]) & (d <= h["m"]), slack, press)
        hold = jnp.where(h["broken"], 0.0, mount_force(c, u, v))
        return sum_forces(force, hold)

    def pressing(f, c, h):
        w = 1.0 / c["kg"]
        return h["merged"] & (f[tip_1] * w[tip_1] >= f[tip_2] * w[tip_2])

    def motion(t, y, args):
        c, h = args
        u, v = y
        f = forces(u, v, c, h)
        common = (f[tip_1] + f[tip_2]) / (c["kg"][tip_1] + c["kg"][tip_2])
        hold = pressing(f, c, h)
        acc = f / c["kg"]
        acc_1 = jnp.where(hold, common, acc[tip_1])
        acc_2 = jnp.where(hold, common, acc[tip_2])
        tips = jnp.stack([acc_1, acc_2], axis=1).reshape(-1)
        return jnp.stack([v, jnp.concatenate([acc[:nb], tips])])

    def gaps(y, c, h):
        """Gap of apart tips that close, margin of whole mounts; 1 where nothing can happen."""
        u, v = y
        g = c["cell_gap"] - u[tip_1] + u[tip_2]
        g = jnp.where(h["merged"] | (v[tip_1] <= v[tip_2]), 1.0, g)
        margin = 1.0 - jnp.abs(mount_force(c, u, v)) / c["mount_break"]
        return jnp.concatenate([g, jnp.where(h["broken"], 1.0, margin)])

    def accept(y, c, h, dt):
        u, v = y
        d, rate = across(u) - c["gap"], across(v)
        turned = (h["rate"] > 0.0) & (rate < 0.0)
        rise = jnp.where(turned, dt * h["rate"] / jnp.where(turned, h["rate"] - rate, 1.0), 0.0)
        top = 0.5 * (h["d"] + 0.5 * h["rate"] * rise + d - 0.5 * rate * (dt - rise))
        m = jnp.maximum(h["m"], jnp.where(turned, jnp.maximum(d, top), d))
        p, ku, tie_c = of_m(c, m)
        broken = h["broken"] | (jnp.abs(mount_force(c, u, v)) >= c["mount_break"] * (1.0 - 1e-9))
        h = dict(h, m=m, p=p, ku=ku, tie_c=tie_c, broken=broken)
        merged = pressing(forces(u, v, c, h), c, h)
        over = u[tip_1] - u[tip_2] - c["cell_gap"]
        closing = v[tip_1] - v[tip_2]
        meets = ~h["merged"] & (over >= 0.0) & (closing > 0.0)
        after = jnp.minimum(over / jnp.where(meets, closing, 1.0), dt)
        kg_1, kg_2 = c["kg"][tip_1], c["kg"][tip_2]
        common = (kg_1 * v[tip_1] + kg_2 * v[tip_2]) / (kg_1 + kg_2)

        def put(x, one, two):
            tips = jnp.stack([jnp.where(meets, one, x[tip_1]), jnp.where(meets, two, x[tip_2])], axis=1)
            return jnp.concatenate([x[:nb], tips.reshape(-1)])

        new_u = put(u, u[tip_1] - (v[tip_1] - common) * after, u[tip_2] - (v[tip_2] - common) * after)
        new_v = put(v, common, common)
        h = dict(h, merged=merged | meets, d=across(new_u) - c["gap"], rate=across(new_v))
        return jnp.stack([new_u, new_v]), h

    term = diffrax.ODETerm(motion)
    factor = jnp.where(jnp.arange(n) < nb, 1.0, tip) * tolerance
    method = getattr(diffrax, solver)()
    controller = diffrax.PIDController(rtol=0.0, atol=jnp.stack([0.1 * factor, 10.0 * factor]), dtmax=max_step_s)
    samples = round(problem["duration_s"] / problem["sample_s"])
    ends = jnp.arange(1, samples + 1) * problem["sample_s"]
    norm = diffrax.PIDController(rtol=0.0, atol=0.0).norm
    order = method.order(term)

    def one(c):
        zero = jnp.zeros(ns + ne)
        p, ku, tie_c = of_m(c, zero)
        h = dict(m=zero, p=p, ku=ku, tie_c=tie_c, d=zero, rate=zero, merged=jnp.zeros(nc, bool),
                 broken=jnp.zeros(len(ma), bool))
        y0 = jnp.stack([jnp.zeros(n), jnp.asarray(c["v0"])])
        y, h = accept(y0, c, h, 0.0)
        next_t, control = controller.init(term, 0.0, ends[-1], y, 1e-6, (c, h), norm, order)

        def until(end, state):
            def go_on(s):
                return s["t"] < end

            def step(s):
                t, h = s["t"], s["h"]
                t1 = jnp.minimum(t + s["dt"], end)
                clipped = (t + s["dt"]) >= end
                args = (c, h)
                # The first slope is taken afresh: after an accepted step the history has moved.
                start = method.init(term, t, t1, s["y"], args)
                y1, error, _, _, result = method.step(term, t, t1, s["y"], args, start, False)
                keep, _, t2, _, control, _ = controller.adapt_step_size(
                    t, t1, s["y"], y1, args, error, order, s["control"])
                ended, began = gaps(y1, c, h), gaps(s["y"], c, h)
                over = jnp.where(ended < -LOCATED_M, ended, 0.0)
                # Share of the step at which the first gap closes, a hair late; a retry makes it exact.
                part = jnp.where(over < 0.0, began / jnp.where(over < 0.0, began - ended, 1.0), 1.0)
                part = jnp.min(jnp.where(over < 0.0, part, 1.0))
                late = keep & (part < 1.0) & (s["tries"] < TRIES)
                good = keep & ~late
                y_new, h_new = accept(y1, c, h, t1 - t)
                pick = functools.partial(jax.tree.map, lambda new, old: jnp.where(good, new, old))
                shorter = jnp.maximum(part * (t1 - t), 1e-9)
                resume = jnp.where(s["tries"] > 0, s["resume"], t2 - t1)
                # A step cut at a sample says nothing about the step that the tolerance allows.
                resume = jnp.where(clipped & (s["tries"] == 0), jnp.maximum(resume, s["dt"]), resume)
                dt = jnp.where(late, shorter, jnp.where(keep, resume, t2 - t))
                control = jax.tree.map(lambda x, y: jnp.where(late, y, x), control, s["control"])
                return dict(t=jnp.where(good, t1, t), dt=dt, resume=jnp.where(late, resume, 0.0),
                            tries=jnp.where(late, s["tries"] + 1, 0), y=pick(y_new, s["y"]),
                            h=pick(h_new, h), control=control, steps=s["steps"] + 1)

            return jax.lax.while_loop(go_on, step, state)

        def sample(state, end):
            state = until(end, state)
            return state, (state["y"][0], state["y"][1])

        state = dict(t=0.0, dt=next_t, resume=0.0, tries=0, y=y, h=h, control=control, steps=0)
        state, (us, vs) = jax.lax.scan(sample, state, ends)
        return jnp.concatenate([y0[0][None], us]), jnp.concatenate([y0[1][None], vs]), state["steps"]

    def alone(c):
        return jax.tree.map(lambda x: x[None], one(jax.tree.map(lambda x: x[0], c)))

    # Without vmap the loop has one condition, and nothing is computed only to be dropped.
    return case_numbers, jax.jit(jax.vmap(one) if batch > 1 else alone)


TRIES = 3


def main():
    folder, solver, batch, repeat, tip, max_step_us, *tolerances = sys.argv[1:]
    problem = model.load(folder)
    batch = int(batch)
    for tolerance in tolerances:
        numbers, run = build(problem, solver, batch, float(tip), float(max_step_us) * 1e-6, float(tolerance))
        cases = [numbers(c) for c in problem["cases"]]
        blocks = [jax.tree.map(lambda *x: jnp.stack(x), *cases[i : i + batch]) for i in range(0, len(cases), batch)]
        jax.block_until_ready(run(blocks[0]))
        best, done = np.inf, None
        for _ in range(int(repeat)):
            began = time.process_time()
            done = [jax.block_until_ready(run(block)) for block in blocks]
            best = min(best, time.process_time() - began)
        u, v, steps = (np.concatenate([np.asarray(d[i]) for d in done]) for i in range(3))
        name = f"diffrax-{solver}-{batch}-{tip}-{max_step_us}-{tolerance}.f64"
        model.output(problem, u, v).astype("<f8").tofile(f"{folder}/{name}")
        setting = f"tol {tolerance} tip x{tip} vmap {batch} max {max_step_us} us"
        print(f"diffrax {solver},{setting},baseline,{1e3 * best / len(cases):.6f},{name}", flush=True)
        print(f"diffrax {solver} {tolerance}: {steps.mean():.0f} attempts a case", file=sys.stderr)


if __name__ == "__main__":
    main()
