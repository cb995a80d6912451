/* Reading the problem, writing solutions. */
#define _POSIX_C_SOURCE 200809L
#include "problem.h"
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static void give_up(const char *what, const char *name)
{
    fprintf(stderr, "peers: %s: %s\n", what, name);
    exit(2);
}

static const cJSON *get(const cJSON *from, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(from, key);
    if (!item)
        give_up("problem.json has no key", key);
    return item;
}

static double *doubles(const cJSON *from, const char *key, int *count)
{
    const cJSON *list = get(from, key), *item;
    int n = cJSON_GetArraySize(list), i = 0;
    double *out = malloc(sizeof(double) * (size_t)(n + 1));
    cJSON_ArrayForEach(item, list) out[i++] = item->valuedouble;
    if (count)
        *count = n;
    return out;
}

static int *ints(const cJSON *from, const char *key, int *count)
{
    int n;
    double *values = doubles(from, key, &n);
    int *out = malloc(sizeof(int) * (size_t)(n + 1));
    for (int i = 0; i < n; i++)
        out[i] = (int)values[i];
    free(values);
    if (count)
        *count = n;
    return out;
}

static char *whole_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        give_up("cannot read", path);
    fseek(f, 0, SEEK_END);
    long size = ftell(f);
    rewind(f);
    char *text = malloc((size_t)size + 1);
    if (fread(text, 1, (size_t)size, f) != (size_t)size)
        give_up("cannot read", path);
    text[size] = 0;
    fclose(f);
    return text;
}

static void read_case(const cJSON *json, const Topology *t, Case *c)
{
    c->kg = doubles(json, "kg", NULL);
    c->inverse_kg = malloc(sizeof(double) * (size_t)t->points);
    for (int i = 0; i < t->points; i++)
        c->inverse_kg[i] = 1.0 / c->kg[i];
    c->v0 = doubles(json, "v0_mps", NULL);
    c->cell_gap = doubles(json, "cell_gap_m", NULL);
    c->share_weight = doubles(json, "share_weight", NULL);
    c->share_gap = doubles(json, "share_gap_m", NULL);
    c->crush_gap = doubles(json, "crush_gap_m", NULL);
    c->mount_k = doubles(json, "mount_n_per_m", NULL);
    c->mount_c = doubles(json, "mount_n_s_per_m", NULL);
    c->mount_break = doubles(json, "mount_break_n", NULL);
    int n;
    double *x = doubles(json, "law_crush_m", &n);
    double *f = doubles(json, "law_force_n", NULL);
    double *k = doubles(json, "law_unload_n_per_m", NULL);
    c->table = malloc(sizeof(Point) * (size_t)n);
    for (int law = 0; law < t->laws; law++) {
        int first = t->law_first[law], end = first + t->law_points[law];
        if (f[first] != 0.0)
            give_up("a law starts above zero force", "its permanent set is then not a function of m alone");
        for (int i = first; i < end; i++) {
            int last = i + 1 == end;
            double dx = last ? 1.0 : x[i + 1] - x[i];
            c->table[i] = (Point){x[i], f[i], last ? 0.0 : (f[i + 1] - f[i]) / dx, k[i],
                                  last ? 0.0 : (k[i + 1] - k[i]) / dx};
        }
    }
    free(x), free(f), free(k);
}

void read_problem(const char *folder, Topology *t, Case **cases)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/problem.json", folder);
    char *text = whole_file(path);
    cJSON *json = cJSON_Parse(text);
    if (!json)
        give_up("not JSON", path);
    t->bodies = get(json, "bodies")->valueint;
    t->cells = get(json, "cells")->valueint;
    t->points = t->bodies + 2 * t->cells;
    t->law_points = ints(json, "law_points", &t->laws);
    t->law_first = malloc(sizeof(int) * (size_t)t->laws);
    for (int i = 0, at = 0; i < t->laws; at += t->law_points[i++])
        t->law_first[i] = at;
    const cJSON *share = get(json, "share"), *crush = get(json, "crush"), *mount = get(json, "mount");
    t->share_tip = ints(share, "tip", &t->shares);
    t->share_body = ints(share, "body", NULL);
    t->share_law = ints(share, "law", NULL);
    t->share_tie = ints(share, "tie", NULL);
    t->share_out = doubles(share, "out", NULL);
    t->crush_a = ints(crush, "a", &t->crushes);
    t->crush_b = ints(crush, "b", NULL);
    t->crush_sign = doubles(crush, "sign", NULL);
    t->crush_law = ints(crush, "law", NULL);
    t->mount_a = ints(mount, "a", &t->mounts);
    t->mount_b = ints(mount, "b", NULL);
    t->mount_sign = doubles(mount, "sign", NULL);
    int *cabins = ints(json, "cabins", NULL);
    t->cabins[0] = cabins[0], t->cabins[1] = cabins[1];
    free(cabins);
    t->occupant = get(json, "occupant")->valueint;
    t->duration_s = get(json, "duration_s")->valuedouble;
    t->sample_s = get(json, "sample_s")->valuedouble;
    t->samples = (int)(t->duration_s / t->sample_s + 0.5);
    t->channels = 6 + t->cells;
    const cJSON *list = get(json, "cases"), *item;
    t->cases = cJSON_GetArraySize(list);
    *cases = malloc(sizeof(Case) * (size_t)t->cases);
    int i = 0;
    cJSON_ArrayForEach(item, list) read_case(item, t, *cases + i++);
    cJSON_Delete(json);
    free(text);
}

void put_sample(const Topology *t, const double *u, const double *v, double *out)
{
    int which[3] = {t->cabins[0], t->cabins[1], t->occupant};
    for (int i = 0; i < 3; i++) {
        out[2 * i] = u[which[i]];
        out[2 * i + 1] = v[which[i]];
    }
    for (int c = 0; c < t->cells; c++)
        out[6 + c] = u[t->bodies + 2 * c];
}

void write_solution(const char *folder, const char *name, const Topology *t, const double *values)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "wb");
    size_t count = (size_t)t->cases * (size_t)(t->samples + 1) * (size_t)t->channels;
    if (!f || fwrite(values, sizeof(double), count, f) != count || fclose(f))
        give_up("cannot write", path);
}

double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}
