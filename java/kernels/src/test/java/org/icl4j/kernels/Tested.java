package org.icl4j.kernels;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * A provider in one precision, as a test parameter. Every case it is put to is counted, and the counts are printed at the end,
 * so that a suite cannot be green because it ran nothing.
 */
record Tested<A>(String provider, Precision<A> precision) {
    /** Providers that may be missing on this machine, separated by commas: their tests are skipped and reported. */
    static final String MISSING_PROPERTY = "tests.missing";

    private static final Map<String, LongAdder> CASES = new LinkedHashMap<>();
    private static final Map<String, String> MISSING = new LinkedHashMap<>();

    static {
        for (Tested<?> tested : everyProvider().toList()) {
            CASES.put(tested.toString(), new LongAdder());
        }
    }

    static Stream<Tested<?>> everyProvider() {
        return Stream.of(
                new Tested<>("scalar", Precision.F32),
                new Tested<>("scalar", Precision.F64),
                new Tested<>("vector", Precision.F32),
                new Tested<>("openblas", Precision.F32),
                new Tested<>("openblas", Precision.F64));
    }

    /**
     * Those that {@link Reference} can judge in all but products: it is scalar.f64 itself, which openblas.f64 borrows.
     * {@link SpecificationTest} judges that one.
     */
    static Stream<Tested<?>> everyTwin() {
        return everyProvider().filter(tested -> tested.precision == Precision.F32);
    }

    /** The provider whose code the others borrow for all but products. */
    static Tested<float[]> vector() {
        return new Tested<>("vector", Precision.F32);
    }

    Kernels<A> open() {
        return open(1);
    }

    /** The kernels; fails the test if they are missing, or skips it if {@value #MISSING_PROPERTY} says that they may be. */
    Kernels<A> open(int threads) {
        try {
            return Kernels.open(
                    precision, KernelOptions.defaults().provider(provider).threads(threads));
        } catch (KernelUnavailableException e) {
            MISSING.put(toString(), e.getMessage());
            boolean allowed =
                    List.of(System.getProperty(MISSING_PROPERTY, "").split(",")).contains(provider);
            Assumptions.assumeFalse(allowed, e.getMessage());
            return Assertions.fail(e.getMessage() + "; to test without it: -D" + MISSING_PROPERTY + "=" + provider, e);
        }
    }

    void count(long cases) {
        CASES.get(toString()).add(cases);
    }

    static List<String> report() {
        List<String> lines = new ArrayList<>();
        CASES.forEach((name, cases) -> lines.add(String.format("  %-14s %,10d cases", name, cases.sum())
                + (MISSING.containsKey(name) ? "  MISSING: " + MISSING.get(name) : "")));
        return lines;
    }

    @Override
    public String toString() {
        return provider + "." + precision;
    }
}
