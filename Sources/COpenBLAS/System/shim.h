#pragma once

/* Defines blasint as wide as the library was built with. */
#include <openblas_config.h>

/* The three functions that are used of two thousand; cblas.h may be that of another BLAS, which has no threads to set.
   Order, TransA and TransB are enumerations there, of these values. */

enum { FERRY_BLAS_ROW_MAJOR = 101, FERRY_BLAS_NO_TRANSPOSE = 111, FERRY_BLAS_TRANSPOSE = 112 };

void cblas_dgemm(
    int order, int transA, int transB, blasint m, blasint n, blasint k, double alpha, const double *a, blasint lda,
    const double *b, blasint ldb, double beta, double *c, blasint ldc);

void openblas_set_num_threads(int count);
int openblas_get_num_threads(void);
