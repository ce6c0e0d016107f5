package org.icl4j.kernels.vector;

import java.util.Optional;
import java.util.OptionalInt;
import org.icl4j.kernels.KernelUnavailableException;
import org.icl4j.kernels.Precision;
import org.icl4j.kernels.provider.KernelParts;
import org.icl4j.kernels.provider.KernelProvider;
import org.icl4j.kernels.provider.WorkerPool;

/** Kernels in the Vector API, f32 only. This class itself links without the incubator module. */
public final class VectorProvider implements KernelProvider {
    private static final String NAME = "vector";
    private static final String MODULE = "jdk.incubator.vector";

    /** Forces the width of the vectors, in bits; a width the CPU lacks is slow but right. */
    private static final String BITS_PROPERTY = "icl4j.vectorBits";

    @Override
    public <A> KernelParts<A> open(Precision<A> precision, WorkerPool workers) {
        if (precision != Precision.F32) {
            throw new KernelUnavailableException(
                    NAME, "has no " + precision + " kernels", "use --provider scalar or openblas for f64");
        }
        requireModule();
        requireOptimizingCompiler();
        forcedBits();
        VectorProbe.requireCompiled();
        @SuppressWarnings("unchecked") // A is float[], as precision is F32.
        KernelParts<A> parts = (KernelParts<A>) parts(workers);
        return parts;
    }

    private static void requireModule() {
        if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
            throw new KernelUnavailableException(
                    NAME, "the module " + MODULE + " is not in this JVM", "start java with --add-modules " + MODULE);
        }
    }

    private static void requireOptimizingCompiler() {
        String vm = System.getProperty("java.vm.name", "");
        String mode = System.getProperty("java.vm.info", "");
        boolean c2 = vm.contains("Server VM") && !mode.contains("interpreted") && !mode.contains("emulated-client");
        if (!c2) {
            throw new KernelUnavailableException(
                    NAME,
                    "this JVM (" + vm + ", " + mode + ") does not compile with C2",
                    "use a HotSpot server VM, without -Xint or -XX:TieredStopAtLevel");
        }
    }

    /**
     * The width of vectors that the user insists on, if any.
     *
     * @throws KernelUnavailableException if it is not 128, 256 or 512
     */
    static OptionalInt forcedBits() {
        String bits = System.getProperty(BITS_PROPERTY);
        return switch (bits) {
            case null -> OptionalInt.empty();
            case "128", "256", "512" -> OptionalInt.of(Integer.parseInt(bits));
            default ->
                throw new KernelUnavailableException(
                        NAME,
                        BITS_PROPERTY + "=" + bits + " is not a width of vectors",
                        "give -D" + BITS_PROPERTY + "=128, 256 or 512, or leave it out");
        };
    }

    private static KernelParts<float[]> parts(WorkerPool workers) {
        Scratch scratch = new Scratch(workers.threads());
        RowTasks tasks = new RowTasks(workers);
        VectorProducts products = new VectorProducts(workers, scratch);
        return new KernelParts<>(
                products,
                new VectorRows(tasks, scratch),
                new VectorActivations(tasks),
                new VectorAttention(workers, scratch),
                new VectorOptimizers(tasks),
                new VectorGates(tasks),
                new VectorPositions(tasks),
                new VectorLinearAttention(workers, scratch),
                new VectorRecurrences(workers, scratch, products),
                new VectorStateSpaces(workers, scratch),
                new VectorReductions(tasks),
                new VectorLosses(tasks, scratch),
                Lanes.SPECIES.vectorBitSize(),
                true,
                workers.threads(),
                Optional.empty(),
                () -> {});
    }
}
