/*
 * The part of OpenBLAS that icl4j calls, frozen: fixed-width types only, no include, no macro, so that the
 * bindings made from it are the same on every platform. Enumerations of cblas.h are plain ints here, as the
 * C ABI passes them; `blasint` is int, as in every OpenBLAS built without INTERFACE64.
 */

/* Values of cblas.h's CBLAS_ORDER and CBLAS_TRANSPOSE. */
enum { CblasRowMajor = 101 };
enum { CblasNoTrans = 111, CblasTrans = 112 };

/* C := alpha * op(A) * op(B) + beta * C, with op(A) m by k, op(B) k by n, C m by n. */
void cblas_sgemm(int order, int transA, int transB, int m, int n, int k,
                 float alpha, const float *a, int lda, const float *b, int ldb,
                 float beta, float *c, int ldc);
void cblas_dgemm(int order, int transA, int transB, int m, int n, int k,
                 double alpha, const double *a, int lda, const double *b, int ldb,
                 double beta, double *c, int ldc);

/* Build options and version; the kernel set chosen for this CPU. Both are static, NUL-terminated strings. */
char *openblas_get_config(void);
char *openblas_get_corename(void);

/* How the library was built to run in parallel: 0 serial, 1 own threads, 2 OpenMP. */
int openblas_get_parallel(void);

/* Process-wide number of threads. */
int openblas_get_num_threads(void);
void openblas_set_num_threads(int numThreads);
