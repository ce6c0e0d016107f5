package org.icl4j.kernels;

/**
 * An OpenBLAS library in use. Together with the number of threads it decides the bits of its
 * products.
 *
 * @param path where it was loaded from
 * @param version its version
 * @param config its build options, as {@code openblas_get_config} tells them
 * @param core the kernel set it chose for this CPU, as {@code openblas_get_corename} tells it
 * @param threads its process-wide number of threads
 */
public record OpenBlasInfo(String path, String version, String config, String core, int threads) {}
