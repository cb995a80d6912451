/* The fixed-step scheme of crumple, scalar, written for speed in plain C: kick, drift, kick with the velocity
 * predicted to the full step where forces depend on it (model sections 3, 4).
 *
 * A law's whole history is m, the largest compression so far: k_u is at least the backbone's slope, so beyond m
 * the element always yields, and p = m - f(m)/k_u(m). p, k_u and the tie's damping are worked out when an element
 * starts to unload, not at each step of loading.
 *
 * fixed FOLDER BUILD REPEAT STEP_US... */
#include "problem.h"
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    double m, p, ku, tie_c;
    int k, loading;
} Element;

typedef struct {
    double force;
    int broken;
} Mount;

typedef struct {
    double *u, *v, *a, *f, *vp;
    Element *share, *crush;
    Mount *mount;
    int *merged;
} State;

/* Backbone beyond m; p and k_u up to date below it. */
static inline double load(Element *e, const Point *table, int points, double d, double tie_kg)
{
    if (d > e->m) {
        e->k = segment(table, points, e->k, d);
        const Point *q = table + e->k;
        e->m = d;
        e->loading = 1;
        return q->f + q->df * (d - q->x);
    }
    if (e->loading) {
        const Point *q = table + (e->k = segment(table, points, e->k, e->m));
        e->loading = 0;
        e->ku = q->k + q->dk * (e->m - q->x);
        e->p = e->m - (q->f + q->df * (e->m - q->x)) / e->ku;
        e->tie_c = 2.0 * sqrt(e->ku * tie_kg);
    }
    return d > e->p ? e->ku * (d - e->p) : 0.0;
}

static void forces(const Topology *t, const Case *c, State *s)
{
    double *restrict f = s->f;
    const double *restrict u = s->u, *restrict vp = s->vp;
    memset(f, 0, sizeof(double) * (size_t)t->points);
    for (int i = 0; i < t->shares; i++) {
        Element *e = s->share + i;
        int body = t->share_body[i], tip = t->share_tip[i], law = t->share_law[i];
        double out = t->share_out[i], weight = c->share_weight[i];
        double d = out * (u[body] - u[tip]) - c->share_gap[i];
        if (!t->share_tie[i] && d <= 0.0)
            continue;
        double force = weight * load(e, c->table + t->law_first[law], t->law_points[law], d,
                                     weight * c->kg[tip]) ;
        if (t->share_tie[i] && d < e->p && !e->loading) {
            /* The tie pulls and never pushes. */
            double pull = e->ku * weight * (d - e->p) + e->tie_c * out * (vp[body] - vp[tip]);
            force = pull < 0.0 ? pull : 0.0;
        }
        f[body] -= out * force;
        f[tip] += out * force;
    }
    for (int i = 0; i < t->crushes; i++) {
        int a = t->crush_a[i], b = t->crush_b[i], law = t->crush_law[i];
        double d = t->crush_sign[i] * (u[a] - u[b]) - c->crush_gap[i];
        if (d <= 0.0)
            continue;
        double push = t->crush_sign[i] *
                      load(s->crush + i, c->table + t->law_first[law], t->law_points[law], d, 0.0);
        f[a] -= push;
        f[b] += push;
    }
    for (int i = 0; i < t->mounts; i++) {
        Mount *m = s->mount + i;
        if (m->broken)
            continue;
        int a = t->mount_a[i], b = t->mount_b[i];
        double sign = t->mount_sign[i];
        double force = c->mount_k[i] * sign * (u[a] - u[b]) + c->mount_c[i] * sign * (vp[a] - vp[b]);
        if (fabs(force) > c->mount_break[i]) {
            /* It goes inside this step: the force of the step carries the impulse up to there. */
            double limit = copysign(c->mount_break[i], force), before = m->force;
            double part = fmin(fmax((limit - before) / (force - before), 0.0), 1.0);
            force = 0.5 * (part * (before + limit) - before);
            m->broken = 1;
        }
        m->force = force;
        f[a] -= sign * force;
        f[b] += sign * force;
    }
}

static void accelerations(const Topology *t, const Case *c, State *s)
{
    for (int i = 0; i < t->bodies; i++)
        s->a[i] = s->f[i] * c->inverse_kg[i];
    for (int k = 0; k < t->cells; k++) {
        int i = t->bodies + 2 * k, j = i + 1;
        double wi = c->inverse_kg[i], wj = c->inverse_kg[j];
        if (s->merged[k]) {
            double common = (s->f[i] + s->f[j]) / (c->kg[i] + c->kg[j]);
            if (s->f[i] - common * c->kg[i] >= 0.0) {
                s->a[i] = s->a[j] = common;
                continue;
            }
            s->merged[k] = 0;
        }
        s->a[i] = s->f[i] * wi;
        s->a[j] = s->f[j] * wj;
    }
}

/* Tips that passed each other are put back to where they met and go on at their common velocity. */
static void meet(const Topology *t, const Case *c, State *s, double dt)
{
    for (int k = 0; k < t->cells; k++) {
        if (s->merged[k])
            continue;
        int i = t->bodies + 2 * k, j = i + 1;
        double over = s->u[i] - s->u[j] - c->cell_gap[k], closing = s->v[i] - s->v[j];
        if (over < 0.0 || closing <= 0.0)
            continue;
        double after = fmin(over / closing, dt);
        double common = (c->kg[i] * s->v[i] + c->kg[j] * s->v[j]) / (c->kg[i] + c->kg[j]);
        s->u[i] -= (s->v[i] - common) * after;
        s->u[j] -= (s->v[j] - common) * after;
        s->v[i] = s->v[j] = common;
        s->merged[k] = 1;
    }
}

static void start(const Topology *t, const Case *c, State *s)
{
    size_t bytes = sizeof(double) * (size_t)t->points;
    memset(s->u, 0, bytes);
    memset(s->a, 0, bytes);
    memcpy(s->v, c->v0, bytes);
    memcpy(s->vp, c->v0, bytes);
    memset(s->merged, 0, sizeof(int) * (size_t)t->cells);
    memset(s->mount, 0, sizeof(Mount) * (size_t)t->mounts);
    for (int i = 0; i < t->shares; i++)
        s->share[i] = (Element){.loading = 1};
    for (int i = 0; i < t->crushes; i++)
        s->crush[i] = (Element){.loading = 1};
    forces(t, c, s);
    accelerations(t, c, s);
    meet(t, c, s, 0.0);
    memcpy(s->vp, s->v, bytes);
    forces(t, c, s);
    accelerations(t, c, s);
}

static void run(const Topology *t, const Case *c, State *s, double dt, double *out)
{
    double half = 0.5 * dt;
    int stride = (int)(t->sample_s / dt + 0.5);
    start(t, c, s);
    put_sample(t, s->u, c->v0, out);
    for (int sample = 1; sample <= t->samples; sample++) {
        for (int sub = 0; sub < stride; sub++) {
            for (int i = 0; i < t->points; i++) {
                s->v[i] += s->a[i] * half;
                s->u[i] += s->v[i] * dt;
            }
            meet(t, c, s, dt);
            for (int i = 0; i < t->points; i++)
                s->vp[i] = s->v[i] + s->a[i] * half;
            forces(t, c, s);
            accelerations(t, c, s);
            for (int i = 0; i < t->points; i++)
                s->v[i] += s->a[i] * half;
        }
        put_sample(t, s->u, s->v, out + sample * t->channels);
    }
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        fprintf(stderr, "fixed FOLDER BUILD REPEAT STEP_US...\n");
        return 2;
    }
    Topology t;
    Case *cases;
    read_problem(argv[1], &t, &cases);
    size_t n = (size_t)t.points, each = (size_t)(t.samples + 1) * (size_t)t.channels;
    State s = {malloc(8 * n), malloc(8 * n), malloc(8 * n), malloc(8 * n), malloc(8 * n),
               malloc(sizeof(Element) * (size_t)t.shares), malloc(sizeof(Element) * (size_t)t.crushes),
               malloc(sizeof(Mount) * (size_t)(t.mounts + 1)), malloc(sizeof(int) * (size_t)t.cells)};
    double *values = malloc(sizeof(double) * (size_t)t.cases * each);
    for (int arg = 4; arg < argc; arg++) {
        double step_us = atof(argv[arg]), best = DBL_MAX;
        for (int repeat = 0; repeat < atoi(argv[3]); repeat++) {
            double began = seconds();
            for (int i = 0; i < t.cases; i++)
                run(&t, cases + i, &s, step_us * 1e-6, values + (size_t)i * each);
            best = fmin(best, seconds() - began);
        }
        char name[256];
        snprintf(name, sizeof name, "c-fixed-%s-%s.f64", argv[2], argv[arg]);
        write_solution(argv[1], name, &t, values);
        printf("C fixed step,%s us,%s,%.6f,%s\n", argv[arg], argv[2], 1e3 * best / t.cases, name);
    }
    return 0;
}
