"""numba fixed step, and SciPy's steppers with a numba right-hand side.

python_peers.py FOLDER numba REPEAT STEP_US...
python_peers.py FOLDER METHOD REPEAT CASES TIP MAX_STEP_US TOLERANCE...   METHOD RK23 RK45 DOP853 LSODA BDF Radau

SciPy: the stepper classes that solve_ivp drives, because the history is brought up to date after each accepted
step. Meetings of tips are located on the dense output; a new stepper starts there with the old step.
"""
import sys
import time

import numpy as np
import scipy.integrate

import model

LOCATED_M = 1e-10


def cpu_ms(run, repeat):
    best, result = np.inf, None
    for _ in range(repeat):
        began = time.process_time()
        result = run()
        best = min(best, time.process_time() - began)
    return 1e3 * best, result


def report(folder, solver, setting, ms, name, values):
    np.asarray(values, dtype="<f8").tofile(f"{folder}/{name}")
    print(f"{solver},{setting},baseline,{ms:.6f},{name}", flush=True)


def run_numba(folder, problem, repeat, steps):
    physics = model.compiled(problem)
    samples = round(problem["duration_s"] / problem["sample_s"])
    cases = [(np.array(c["v0_mps"]), model.parameters(problem, c)) for c in problem["cases"]]
    us = np.zeros((len(cases), samples + 1, physics.n))
    vs = np.zeros_like(us)
    physics.fixed(*cases[0], 1e-5, 1, 1, us[0], vs[0])
    for step in steps:
        dt = float(step) * 1e-6
        stride = round(problem["sample_s"] / dt)

        def run():
            for i, (v0, par) in enumerate(cases):
                physics.fixed(v0, par, dt, stride, samples, us[i], vs[i])

        ms, _ = cpu_ms(run, repeat)
        report(folder, "numba fixed step", f"{step} us", ms / len(cases), f"numba-{step}.f64",
               model.output(problem, us, vs))


def solve(problem, physics, case, method, tip, max_step, tolerance):
    """u and v at the samples, [sample][point]."""
    n, end, each = physics.n, problem["duration_s"], problem["sample_s"]
    par = model.parameters(problem, case)
    e, f = np.zeros((physics.elements, 8)), np.zeros(n)
    merged, broken = np.zeros(physics.nc, np.int64), np.zeros(physics.mounts, np.int64)
    physics.reset(par, e, merged, broken)
    y = np.concatenate([np.zeros(n), case["v0_mps"]])
    samples = [y.copy()]
    physics.accept(y, par, e, merged, broken, f, 0.0)
    factor = np.where(np.arange(n) < physics.nb, 1.0, tip) * tolerance
    atol = np.concatenate([0.1 * factor, 10.0 * factor])

    def motion(_, y):
        return physics.motion(y, par, e, merged, broken, f)

    def stepper(t, y, first):
        return method(motion, t, y, end, max_step=max_step, rtol=1e-13, atol=atol, first_step=first)

    solver = stepper(0.0, y, 1e-6)
    total = round(end / each) + 1
    while len(samples) < total:
        before = solver.t
        solver.step()
        if solver.status == "failed":
            raise RuntimeError(f"{method.__name__} failed at {solver.t}")
        t, y = solver.t, solver.y
        happened = physics.nearest(y, par, merged, broken) < 0.0
        dense = solver.dense_output() if happened or each * len(samples) <= t else None
        if happened:
            lo, hi = before, t
            while hi - lo > 1e-12:
                middle = 0.5 * (lo + hi)
                if physics.nearest(dense(middle), par, merged, broken) < 0.0:
                    hi = middle
                else:
                    lo = middle
            t, y = hi, dense(hi)
        while len(samples) < total and each * len(samples) <= t:
            samples.append(dense(each * len(samples)))
        if physics.accept(y, par, e, merged, broken, f, t - before) or happened:
            solver = stepper(t, y, min(max(solver.step_size, 1e-9), end - t) if t < end else None)
    both = np.array(samples)
    return both[:, :n], both[:, n:]


def run_scipy(folder, problem, name, repeat, count, tip, max_step_us, tolerances):
    physics = model.compiled(problem)
    method = getattr(scipy.integrate, name)
    cases = problem["cases"]
    solve(problem, physics, cases[0], method, tip, 1e-4, 1e-3)
    for tolerance in tolerances:
        done = []

        def run():
            done.clear()
            for case in cases[:count]:
                done.append(solve(problem, physics, case, method, tip, max_step_us * 1e-6, float(tolerance)))

        ms, _ = cpu_ms(run, repeat)
        ms /= len(done)
        # Cases beyond `count` are solved for the error, not for the time.
        for case in cases[count:]:
            done.append(solve(problem, physics, case, method, tip, max_step_us * 1e-6, float(tolerance)))
        values = [model.output(problem, u, v) for u, v in done]
        report(folder, f"SciPy {name}", f"tol {tolerance} tip x{tip:g} roots max {max_step_us:g} us", ms,
               f"scipy-{name}-{tip:g}-{max_step_us:g}-{tolerance}.f64", values)


def main():
    folder, what, repeat, *rest = sys.argv[1:]
    problem = model.load(folder)
    if what == "numba":
        run_numba(folder, problem, int(repeat), rest)
    else:
        count, tip, max_step_us, *tolerances = rest
        run_scipy(folder, problem, what, int(repeat), int(count), float(tip), float(max_step_us), tolerances)


if __name__ == "__main__":
    main()
