/* Double-precision peak of one core: independent multiply-add chains in registers.
 *
 * Compile with -ffp-contract=off, or multiply and add become one FMA.
 * peak: prints GFLOP/s of CPU time for AVX2 multiply and add, AVX2 FMA and, where compiled, AVX-512 FMA. */
#include "problem.h"
#include <immintrin.h>
#include <stdio.h>

#define CHAINS 12
#define ROUNDS 40000000L

static double mul_add_256(void)
{
    __m256d x[CHAINS], m = _mm256_set1_pd(0.999999999), a = _mm256_set1_pd(1e-9);
    for (int i = 0; i < CHAINS; i++)
        x[i] = _mm256_set1_pd(1.0 + i);
    double began = seconds();
    for (long r = 0; r < ROUNDS; r++) {
#pragma GCC unroll 12
        for (int i = 0; i < CHAINS; i++) {
            x[i] = _mm256_mul_pd(x[i], m);
            x[i] = _mm256_add_pd(x[i], a);
        }
    }
    double spent = seconds() - began, keep = 0.0;
    for (int i = 0; i < CHAINS; i++)
        keep += _mm256_cvtsd_f64(x[i]);
    return keep > 0.0 ? 1e-9 * 8.0 * CHAINS * ROUNDS / spent : 0.0;
}

static double fma_256(void)
{
    __m256d x[CHAINS], m = _mm256_set1_pd(0.999999999), a = _mm256_set1_pd(1e-9);
    for (int i = 0; i < CHAINS; i++)
        x[i] = _mm256_set1_pd(1.0 + i);
    double began = seconds();
    for (long r = 0; r < ROUNDS; r++) {
#pragma GCC unroll 12
        for (int i = 0; i < CHAINS; i++)
            x[i] = _mm256_fmadd_pd(x[i], m, a);
    }
    double spent = seconds() - began, keep = 0.0;
    for (int i = 0; i < CHAINS; i++)
        keep += _mm256_cvtsd_f64(x[i]);
    return keep > 0.0 ? 1e-9 * 8.0 * CHAINS * ROUNDS / spent : 0.0;
}

#ifdef __AVX512F__
static double fma_512(void)
{
    __m512d x[CHAINS], m = _mm512_set1_pd(0.999999999), a = _mm512_set1_pd(1e-9);
    for (int i = 0; i < CHAINS; i++)
        x[i] = _mm512_set1_pd(1.0 + i);
    double began = seconds();
    for (long r = 0; r < ROUNDS; r++) {
#pragma GCC unroll 12
        for (int i = 0; i < CHAINS; i++)
            x[i] = _mm512_fmadd_pd(x[i], m, a);
    }
    double spent = seconds() - began, keep = 0.0;
    for (int i = 0; i < CHAINS; i++)
        keep += _mm512_cvtsd_f64(x[i]);
    return keep > 0.0 ? 1e-9 * 16.0 * CHAINS * ROUNDS / spent : 0.0;
}
#endif

int main(void)
{
    printf("peak AVX2 multiply and add %.1f GFLOP/s\n", mul_add_256());
    printf("peak AVX2 FMA %.1f GFLOP/s\n", fma_256());
#ifdef __AVX512F__
    printf("peak AVX-512 FMA %.1f GFLOP/s\n", fma_512());
#endif
    return 0;
}
