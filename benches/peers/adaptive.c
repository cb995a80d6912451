/* The shared problem in SUNDIALS: CVODE (Adams, BDF with an analytic dense Jacobian) and, beside it, ERKStep.
 *
 * State: u and v of all points. A crush element's history is one number, m (largest compression so far); it and
 * "merged" and "broken" are frozen inside a step and brought up to date after each accepted one. Beyond m the
 * right-hand side follows the backbone by itself, so the frozen m costs third order only where loading turns.
 * Meeting of tips changes velocities: with roots it is located and the integration starts again there; without,
 * tips found to have passed each other are put back as in the fixed-step scheme.
 *
 * adaptive FOLDER BUILD REPEAT METHOD ROOTS TIP MAX_STEP_US TOLERANCE...
 *   METHOD adams | bdf | erk3 | erk4 | erk5     ROOTS 0 | 1     TIP factor on the tolerance of tips
 */
#include "problem.h"
#include <arkode/arkode_erkstep.h>
#include <cvode/cvode.h>
#include <float.h>
#include <math.h>
#include <nvector/nvector_serial.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sundials/sundials_context.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_dense.h>
#include <sunnonlinsol/sunnonlinsol_fixedpoint.h>

typedef struct {
    double m, p, ku, tie_c;
    double d, rate; /* at the end of the last step */
    int k;
} Element;

typedef struct {
    const Topology *t;
    const Case *c;
    Element *share, *crush;
    int *broken, *merged;
    double *f;
    long calls;
} Model;

typedef struct {
    const char *method, *build;
    int roots, erk;
    double tip, max_step_s, tolerance;
} Setting;

static inline double backbone(const Point *table, int points, int *k, double d)
{
    const Point *q = table + (*k = segment(table, points, *k, d));
    return q->f + q->df * (d - q->x);
}

static inline void refresh(Element *e, const Point *table, int points, double tie_kg)
{
    const Point *q = table + (e->k = segment(table, points, e->k, e->m));
    e->ku = q->k + q->dk * (e->m - q->x);
    e->p = e->m - (q->f + q->df * (e->m - q->x)) / e->ku;
    e->tie_c = 2.0 * sqrt(e->ku * tie_kg);
}

/* Forces on all points with the present history. */
static void forces(Model *o, const double *restrict u, const double *restrict v)
{
    const Topology *t = o->t;
    const Case *c = o->c;
    double *restrict f = o->f;
    o->calls++;
    memset(f, 0, sizeof(double) * (size_t)t->points);
    for (int i = 0; i < t->shares; i++) {
        Element *e = o->share + i;
        int body = t->share_body[i], tip = t->share_tip[i], law = t->share_law[i];
        double out = t->share_out[i], weight = c->share_weight[i], force;
        double d = out * (u[body] - u[tip]) - c->share_gap[i];
        if (d > e->m) {
            force = weight * backbone(c->table + t->law_first[law], t->law_points[law], &e->k, d);
        } else {
            force = e->ku * weight * (d - e->p);
            if (d < e->p) {
                if (!t->share_tie[i])
                    continue;
                force = fmin(force + e->tie_c * out * (v[body] - v[tip]), 0.0);
            }
        }
        f[body] -= out * force;
        f[tip] += out * force;
    }
    for (int i = 0; i < t->crushes; i++) {
        Element *e = o->crush + i;
        int a = t->crush_a[i], b = t->crush_b[i], law = t->crush_law[i];
        double sign = t->crush_sign[i], d = sign * (u[a] - u[b]) - c->crush_gap[i], force;
        if (d > e->m)
            force = backbone(c->table + t->law_first[law], t->law_points[law], &e->k, d);
        else if (d > e->p)
            force = e->ku * (d - e->p);
        else
            continue;
        f[a] -= sign * force;
        f[b] += sign * force;
    }
    for (int i = 0; i < t->mounts; i++) {
        if (o->broken[i])
            continue;
        int a = t->mount_a[i], b = t->mount_b[i];
        double sign = t->mount_sign[i];
        double force = sign * (c->mount_k[i] * (u[a] - u[b]) + c->mount_c[i] * (v[a] - v[b]));
        f[a] -= sign * force;
        f[b] += sign * force;
    }
}

/* Merged tips that still press move as one. */
static inline int holds(const Model *o, int cell)
{
    int i = o->t->bodies + 2 * cell;
    const double *w = o->c->inverse_kg;
    return o->merged[cell] && o->f[i] * w[i] >= o->f[i + 1] * w[i + 1];
}

static int motion(double time, N_Vector y, N_Vector ydot, void *data)
{
    (void)time;
    Model *o = data;
    const Topology *t = o->t;
    const double *u = N_VGetArrayPointer(y), *v = u + t->points;
    double *du = N_VGetArrayPointer(ydot), *dv = du + t->points;
    forces(o, u, v);
    memcpy(du, v, sizeof(double) * (size_t)t->points);
    for (int i = 0; i < t->points; i++)
        dv[i] = o->f[i] * o->c->inverse_kg[i];
    for (int k = 0; k < t->cells; k++)
        if (holds(o, k)) {
            int i = t->bodies + 2 * k, j = i + 1;
            dv[i] = dv[j] = (o->f[i] + o->f[j]) / (o->c->kg[i] + o->c->kg[j]);
        }
    return 0;
}

/* A root stands this far behind the meeting, m: tips that have just parted do not start on it. */
#define BEHIND_M 1e-10

/* Gaps of apart tips; force left to the breaking force of mounts. */
static int gaps(double time, N_Vector y, double *g, void *data)
{
    (void)time;
    const Model *o = data;
    const Topology *t = o->t;
    const double *u = N_VGetArrayPointer(y), *v = u + t->points;
    for (int k = 0; k < t->cells; k++) {
        int i = t->bodies + 2 * k;
        g[k] = o->merged[k] ? 1.0 : o->c->cell_gap[k] - u[i] + u[i + 1] + BEHIND_M;
    }
    for (int i = 0; i < t->mounts; i++) {
        int a = t->mount_a[i], b = t->mount_b[i];
        double force = o->c->mount_k[i] * (u[a] - u[b]) + o->c->mount_c[i] * (v[a] - v[b]);
        g[t->cells + i] = o->broken[i] ? 1.0 : 1.0 - fabs(force) / o->c->mount_break[i];
    }
    return 0;
}

static int jacobian(double time, N_Vector y, N_Vector fy, SUNMatrix matrix, void *data, N_Vector t1, N_Vector t2,
                    N_Vector t3)
{
    (void)time, (void)t1, (void)t2, (void)t3, (void)fy;
    Model *o = data;
    const Topology *t = o->t;
    const Case *c = o->c;
    const double *w = c->inverse_kg;
    int n = t->points;
    const double *u = N_VGetArrayPointer(y), *v = u + n;
    SUNMatZero(matrix);
    for (int i = 0; i < n; i++)
        SM_ELEMENT_D(matrix, i, n + i) = 1.0;
    /* Stiffness k and damping z of an element between a and b, both ways. */
#define COUPLE(a, b, k, z)                                                     \
    do {                                                                       \
        int ends[2] = {a, b};                                                  \
        for (int r = 0; r < 2; r++)                                            \
            for (int s = 0; s < 2; s++) {                                      \
                double sign = (r == s ? -1.0 : 1.0) * w[ends[r]];              \
                SM_ELEMENT_D(matrix, n + ends[r], ends[s]) += sign * (k);      \
                SM_ELEMENT_D(matrix, n + ends[r], n + ends[s]) += sign * (z);  \
            }                                                                  \
    } while (0)
    for (int i = 0; i < t->shares; i++) {
        Element *e = o->share + i;
        int body = t->share_body[i], tip = t->share_tip[i], law = t->share_law[i];
        double out = t->share_out[i], weight = c->share_weight[i];
        double d = out * (u[body] - u[tip]) - c->share_gap[i];
        if (d > e->m) {
            const Point *table = c->table + t->law_first[law];
            COUPLE(body, tip, weight * table[segment(table, t->law_points[law], e->k, d)].df, 0.0);
        } else if (d > e->p) {
            COUPLE(body, tip, weight * e->ku, 0.0);
        } else if (t->share_tie[i]) {
            double rate = out * (v[body] - v[tip]);
            if (e->ku * weight * (d - e->p) + e->tie_c * rate < 0.0)
                COUPLE(body, tip, weight * e->ku, e->tie_c);
        }
    }
    for (int i = 0; i < t->crushes; i++) {
        Element *e = o->crush + i;
        int a = t->crush_a[i], b = t->crush_b[i], law = t->crush_law[i];
        double d = t->crush_sign[i] * (u[a] - u[b]) - c->crush_gap[i];
        const Point *table = c->table + t->law_first[law];
        if (d > e->m)
            COUPLE(a, b, table[segment(table, t->law_points[law], e->k, d)].df, 0.0);
        else if (d > e->p)
            COUPLE(a, b, e->ku, 0.0);
    }
    for (int i = 0; i < t->mounts; i++)
        if (!o->broken[i])
            COUPLE(t->mount_a[i], t->mount_b[i], c->mount_k[i], c->mount_c[i]);
    forces(o, u, v);
    for (int k = 0; k < t->cells; k++)
        if (holds(o, k)) {
            int i = n + t->bodies + 2 * k, j = i + 1;
            double ki = c->kg[i - n], kj = c->kg[j - n], sum = ki + kj;
            for (int col = 0; col < 2 * n; col++) {
                double both = (ki * SM_ELEMENT_D(matrix, i, col) + kj * SM_ELEMENT_D(matrix, j, col)) / sum;
                SM_ELEMENT_D(matrix, i, col) = SM_ELEMENT_D(matrix, j, col) = both;
            }
        }
    return 0;
}

static inline double share_d(const Topology *t, const Case *c, int i, const double *u)
{
    return t->share_out[i] * (u[t->share_body[i]] - u[t->share_tip[i]]) - c->share_gap[i];
}

static inline double share_rate(const Topology *t, int i, const double *v)
{
    return t->share_out[i] * (v[t->share_body[i]] - v[t->share_tip[i]]);
}

static inline double crush_d(const Topology *t, const Case *c, int i, const double *u)
{
    return t->crush_sign[i] * (u[t->crush_a[i]] - u[t->crush_b[i]]) - c->crush_gap[i];
}

static inline double crush_rate(const Topology *t, int i, const double *v)
{
    return t->crush_sign[i] * (v[t->crush_a[i]] - v[t->crush_b[i]]);
}

/* Raise m to the largest compression of a step of length h that ends at `d`, `rate`; where the rate turned inside
 * it, to the top of the parabola (mean of those through either end). Returns whether m grew. */
static inline int reach(Element *e, double h, double d, double rate)
{
    double most = d;
    if (e->rate > 0.0 && rate < 0.0) {
        double rise = h * e->rate / (e->rate - rate);
        most = fmax(d, 0.5 * (e->d + 0.5 * e->rate * rise + d - 0.5 * rate * (h - rise)));
    }
    if (most <= e->m)
        return 0;
    e->m = most;
    return 1;
}

/* Bring the history up to date after an accepted step of length h. Returns whether velocities or positions jumped. */
static int accept(Model *o, double *y, double h)
{
    const Topology *t = o->t;
    const Case *c = o->c;
    int n = t->points, jumped = 0;
    double *u = y, *v = y + n;
    for (int i = 0; i < t->shares; i++) {
        int tip = t->share_tip[i], law = t->share_law[i];
        if (reach(o->share + i, h, share_d(t, c, i, u), share_rate(t, i, v)))
            refresh(o->share + i, c->table + t->law_first[law], t->law_points[law],
                    c->share_weight[i] * c->kg[tip]);
    }
    for (int i = 0; i < t->crushes; i++) {
        int law = t->crush_law[i];
        if (reach(o->crush + i, h, crush_d(t, c, i, u), crush_rate(t, i, v)))
            refresh(o->crush + i, c->table + t->law_first[law], t->law_points[law], 0.0);
    }
    for (int i = 0; i < t->mounts; i++) {
        int a = t->mount_a[i], b = t->mount_b[i];
        double force = c->mount_k[i] * (u[a] - u[b]) + c->mount_c[i] * (v[a] - v[b]);
        if (!o->broken[i] && fabs(force) >= c->mount_break[i] * (1.0 - 1e-9))
            o->broken[i] = jumped = 1;
    }
    forces(o, u, v);
    for (int k = 0; k < t->cells; k++) {
        int i = t->bodies + 2 * k, j = i + 1;
        if (o->merged[k]) {
            o->merged[k] = holds(o, k);
            continue;
        }
        double over = u[i] - u[j] - c->cell_gap[k], closing = v[i] - v[j];
        if (over < 0.0 || closing <= 0.0)
            continue;
        double after = fmin(over / closing, h);
        double common = (c->kg[i] * v[i] + c->kg[j] * v[j]) / (c->kg[i] + c->kg[j]);
        u[i] -= (v[i] - common) * after;
        u[j] -= (v[j] - common) * after;
        v[i] = v[j] = common;
        o->merged[k] = jumped = 1;
    }
    for (int i = 0; i < t->shares; i++) {
        o->share[i].d = share_d(t, c, i, u);
        o->share[i].rate = share_rate(t, i, v);
    }
    for (int i = 0; i < t->crushes; i++) {
        o->crush[i].d = crush_d(t, c, i, u);
        o->crush[i].rate = crush_rate(t, i, v);
    }
    return jumped;
}

static void must(int flag, const char *what)
{
    if (flag < 0) {
        fprintf(stderr, "peers: %s returned %d\n", what, flag);
        exit(2);
    }
}

typedef struct {
    SUNContext ctx;
    N_Vector y, atol, dense;
    SUNMatrix matrix;
    SUNLinearSolver linear;
    SUNNonlinearSolver fixed_point;
    void *mem;
    int *directions;
} Solver;

static void open_solver(Solver *s, const Setting *set, Model *o)
{
    const Topology *t = o->t;
    int n = t->points, roots = t->cells + t->mounts;
    must(SUNContext_Create(NULL, &s->ctx), "SUNContext_Create");
    s->y = N_VNew_Serial(2 * n, s->ctx);
    s->dense = N_VClone(s->y);
    s->atol = N_VClone(s->y);
    double *y = N_VGetArrayPointer(s->y), *atol = N_VGetArrayPointer(s->atol);
    memset(y, 0, 16 * (size_t)n);
    for (int i = 0; i < n; i++) {
        double factor = set->tolerance * (i < t->bodies ? 1.0 : set->tip);
        y[n + i] = o->c->v0[i];
        atol[i] = factor * 0.1; /* m; crush is some tenths */
        atol[n + i] = factor * 10.0; /* m/s */
    }
    s->directions = malloc(sizeof(int) * (size_t)roots);
    for (int i = 0; i < roots; i++)
        s->directions[i] = -1;
    s->matrix = NULL;
    s->linear = NULL;
    s->fixed_point = NULL;
    if (set->erk) {
        s->mem = ERKStepCreate(motion, 0.0, s->y, s->ctx);
        int tables[6] = {[3] = ARKODE_BOGACKI_SHAMPINE_4_2_3, [4] = ARKODE_ZONNEVELD_5_3_4,
                         [5] = ARKODE_DORMAND_PRINCE_7_4_5};
        must(ERKStepSetTableNum(s->mem, tables[set->erk]), "ERKStepSetTableNum");
        must(ERKStepSVtolerances(s->mem, 0.0, s->atol), "ERKStepSVtolerances");
        must(ERKStepSetUserData(s->mem, o), "ERKStepSetUserData");
        must(ERKStepSetMaxStep(s->mem, set->max_step_s), "ERKStepSetMaxStep");
        must(ERKStepSetMaxErrTestFails(s->mem, 50), "ERKStepSetMaxErrTestFails");
        if (set->roots) {
            must(ERKStepRootInit(s->mem, roots, gaps), "ERKStepRootInit");
            must(ERKStepSetRootDirection(s->mem, s->directions), "ERKStepSetRootDirection");
            must(ERKStepSetNoInactiveRootWarn(s->mem), "ERKStepSetNoInactiveRootWarn");
        }
        return;
    }
    int bdf = !strcmp(set->method, "bdf");
    s->mem = CVodeCreate(bdf ? CV_BDF : CV_ADAMS, s->ctx);
    must(CVodeInit(s->mem, motion, 0.0, s->y), "CVodeInit");
    must(CVodeSVtolerances(s->mem, 0.0, s->atol), "CVodeSVtolerances");
    must(CVodeSetUserData(s->mem, o), "CVodeSetUserData");
    must(CVodeSetMaxStep(s->mem, set->max_step_s), "CVodeSetMaxStep");
    must(CVodeSetMaxErrTestFails(s->mem, 50), "CVodeSetMaxErrTestFails");
    must(CVodeSetMaxConvFails(s->mem, 50), "CVodeSetMaxConvFails");
    if (bdf) {
        s->matrix = SUNDenseMatrix(2 * n, 2 * n, s->ctx);
        s->linear = SUNLinSol_Dense(s->y, s->matrix, s->ctx);
        must(CVodeSetLinearSolver(s->mem, s->linear, s->matrix), "CVodeSetLinearSolver");
        must(CVodeSetJacFn(s->mem, jacobian), "CVodeSetJacFn");
    } else {
        s->fixed_point = SUNNonlinSol_FixedPoint(s->y, 0, s->ctx);
        must(CVodeSetNonlinearSolver(s->mem, s->fixed_point), "CVodeSetNonlinearSolver");
    }
    if (set->roots) {
        must(CVodeRootInit(s->mem, roots, gaps), "CVodeRootInit");
        must(CVodeSetRootDirection(s->mem, s->directions), "CVodeSetRootDirection");
        must(CVodeSetNoInactiveRootWarn(s->mem), "CVodeSetNoInactiveRootWarn");
    }
}

static void close_solver(Solver *s, const Setting *set)
{
    if (set->erk)
        ERKStepFree(&s->mem);
    else
        CVodeFree(&s->mem);
    if (s->linear)
        SUNLinSolFree(s->linear), SUNMatDestroy(s->matrix);
    if (s->fixed_point)
        SUNNonlinSolFree(s->fixed_point);
    N_VDestroy(s->y), N_VDestroy(s->dense), N_VDestroy(s->atol);
    free(s->directions);
    SUNContext_Free(&s->ctx);
}

/* One case; returns the steps taken. */
static long run(Model *o, const Setting *set, double *out)
{
    const Topology *t = o->t;
    const Case *c = o->c;
    int n = t->points;
    memset(o->merged, 0, sizeof(int) * (size_t)t->cells);
    memset(o->broken, 0, sizeof(int) * (size_t)t->mounts);
    for (int i = 0; i < t->shares; i++) {
        int law = t->share_law[i];
        o->share[i] = (Element){.k = 0};
        refresh(o->share + i, c->table + t->law_first[law], t->law_points[law],
                c->share_weight[i] * c->kg[t->share_tip[i]]);
    }
    for (int i = 0; i < t->crushes; i++) {
        int law = t->crush_law[i];
        o->crush[i] = (Element){.k = 0};
        refresh(o->crush + i, c->table + t->law_first[law], t->law_points[law], 0.0);
    }
    Solver s;
    open_solver(&s, set, o);
    double *y = N_VGetArrayPointer(s.y), *dense = N_VGetArrayPointer(s.dense);
    put_sample(t, y, y + n, out);
    if (accept(o, y, 0.0))
        must(set->erk ? ERKStepReset(s.mem, 0.0, s.y) : CVodeReInit(s.mem, 0.0, s.y), "restart");
    double time = 0.0;
    long steps = 0;
    int sample = 1;
    while (sample <= t->samples) {
        double before = time;
        must(set->erk ? ERKStepEvolve(s.mem, t->duration_s, s.y, &time, ARK_ONE_STEP)
                      : CVode(s.mem, t->duration_s, s.y, &time, CV_ONE_STEP),
             "step");
        steps++;
        while (sample <= t->samples && sample * t->sample_s <= time) {
            double at = sample * t->sample_s;
            must(set->erk ? ERKStepGetDky(s.mem, at, 0, s.dense) : CVodeGetDky(s.mem, at, 0, s.dense), "output");
            put_sample(t, dense, dense + n, out + sample++ * t->channels);
        }
        if (accept(o, y, time - before))
            must(set->erk ? ERKStepReset(s.mem, time, s.y) : CVodeReInit(s.mem, time, s.y), "restart");
    }
    close_solver(&s, set);
    return steps;
}

int main(int argc, char **argv)
{
    if (argc < 9) {
        fprintf(stderr, "adaptive FOLDER BUILD REPEAT METHOD ROOTS TIP MAX_STEP_US TOLERANCE...\n");
        return 2;
    }
    Topology t;
    Case *cases;
    read_problem(argv[1], &t, &cases);
    Setting set = {.build = argv[2], .method = argv[4], .roots = atoi(argv[5]), .tip = atof(argv[6]),
                   .max_step_s = 1e-6 * atof(argv[7])};
    set.erk = strncmp(set.method, "erk", 3) ? 0 : atoi(set.method + 3);
    size_t each = (size_t)(t.samples + 1) * (size_t)t.channels;
    double *values = malloc(sizeof(double) * (size_t)t.cases * each);
    Model o = {&t, NULL, malloc(sizeof(Element) * (size_t)t.shares), malloc(sizeof(Element) * (size_t)t.crushes),
               malloc(sizeof(int) * (size_t)(t.mounts + 1)), malloc(sizeof(int) * (size_t)t.cells),
               malloc(sizeof(double) * (size_t)t.points), 0};
    for (int arg = 8; arg < argc; arg++) {
        set.tolerance = atof(argv[arg]);
        double best = DBL_MAX;
        long steps = 0;
        for (int repeat = 0; repeat < atoi(argv[3]); repeat++) {
            double began = seconds();
            steps = o.calls = 0;
            for (int i = 0; i < t.cases; i++) {
                o.c = cases + i;
                steps += run(&o, &set, values + (size_t)i * each);
            }
            best = fmin(best, seconds() - began);
        }
        char name[256], solver[64];
        snprintf(solver, sizeof solver, set.erk ? "ERKStep order %s" : "CVODE %s",
                 set.erk ? set.method + 3 : strcmp(set.method, "bdf") ? "Adams" : "BDF");
        snprintf(name, sizeof name, "%s-r%d-t%g-h%s-%s-%s.f64", set.method, set.roots, set.tip, argv[7], argv[2],
                 argv[arg]);
        write_solution(argv[1], name, &t, values);
        printf("%s,tol %s tip x%g%s max %s us,%s,%.6f,%s\n", solver, argv[arg], set.tip,
               set.roots ? " roots" : "", argv[7], argv[2], 1e3 * best / t.cases, name);
        fflush(stdout);
        fprintf(stderr, "%s %s: %ld steps and %ld evaluations a case\n", solver, argv[arg], steps / t.cases,
                o.calls / t.cases);
    }
    return 0;
}
