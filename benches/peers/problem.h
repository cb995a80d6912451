/* The shared problem, read from problem.json: one topology, the numbers of each case, and the output format. */
#ifndef PROBLEM_H
#define PROBLEM_H

typedef struct {
    int bodies, cells, points; /* points: bodies, then both tips of each cell */
    int laws, shares, crushes, mounts;
    int *law_first, *law_points; /* where a law's table starts, and its length */
    int *share_tip, *share_body, *share_law, *share_tie;
    double *share_out;
    int *crush_a, *crush_b, *crush_law;
    double *crush_sign;
    int *mount_a, *mount_b;
    double *mount_sign;
    int cabins[2], occupant;
    double duration_s, sample_s;
    int samples;  /* after the one at t = 0 */
    int channels; /* values per sample */
    int cases;
} Topology;

/* Table of a law with slopes: force f + df (d - x), unloading stiffness k + dk (d - x) from point to point. */
typedef struct {
    double x, f, df, k, dk;
} Point;

typedef struct {
    double *kg, *inverse_kg, *v0, *cell_gap;
    Point *table;
    double *share_weight, *share_gap, *crush_gap, *mount_k, *mount_c, *mount_break;
} Case;

/* Reads `<folder>/problem.json`; ends the program with a message when it cannot. */
void read_problem(const char *folder, Topology *topology, Case **cases);

/* Sample: u, v of both cabins and the occupant, then u of vehicle 1's tips. */
void put_sample(const Topology *t, const double *u, const double *v, double *out);

/* Writes a solution as raw doubles, [case][sample][channel]. */
void write_solution(const char *folder, const char *name, const Topology *t, const double *values);

/* CPU seconds of this process: the same as elapsed time on a quiet core, and fair on a busy one. */
double seconds(void);

/* Segment of a table that holds d, starting the search at `k`. The last segment is flat and has no end. */
static inline int segment(const Point *table, int points, int k, double d)
{
    while (k + 1 < points && d > table[k + 1].x)
        k++;
    while (k > 0 && d < table[k].x)
        k--;
    return k;
}
#endif
