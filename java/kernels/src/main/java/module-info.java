/**
 * Numeric kernels for small transformers: {@link org.icl4j.kernels.Kernels} and what it takes.
 *
 * <p>Depends on the JDK alone. With {@code --add-modules jdk.incubator.vector} the kernels are SIMD
 * code; with the bindings and an OpenBLAS library beside it, matrix products can be OpenBLAS's.
 */
module org.icl4j.kernels {
    requires static jdk.incubator.vector;
    requires static jdk.management;
    requires static org.icl4j.bindings;

    exports org.icl4j.kernels;
    exports org.icl4j.kernels.workload;
}
