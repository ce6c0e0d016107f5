package org.icl4j.kernels;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import org.icl4j.kernels.provider.KernelParts;
import org.icl4j.kernels.provider.KernelProvider;
import org.icl4j.kernels.provider.WorkerPool;

/**
 * Chooses the provider. The table is tried from the top; the first that this machine can run, and
 * that serves the precision best, is taken.
 *
 * <table>
 *   <caption>Order</caption>
 *   <tr><th>provider</th><th>taken for f32</th><th>taken for f64</th></tr>
 *   <tr><td>vector</td><td>with {@code --add-modules jdk.incubator.vector}, C2 and vectors of 256 bits</td><td>never</td></tr>
 *   <tr><td>openblas</td><td>with the bindings and a library, if vector cannot run</td><td>on request</td></tr>
 *   <tr><td>scalar</td><td>as the last resort</td><td>always</td></tr>
 * </table>
 */
public final class KernelLookup {
    private static final Logger LOG = System.getLogger(KernelLookup.class.getName());

    /**
     * Provider classes stand here by name, so that a missing module or jar is a reason and not a
     * linkage error.
     */
    private static final List<Entry> TABLE = List.of(
            new Entry("vector", "org.icl4j.kernels.vector.VectorProvider", true, false, 256),
            new Entry("openblas", "org.icl4j.kernels.openblas.OpenBlasProvider", true, false, 0),
            new Entry("scalar", "org.icl4j.kernels.scalar.ScalarProvider", true, true, 0));

    /** Asks for the best provider, whatever the property says. */
    private static final String AUTO = "auto";

    /** With narrower vectors than {@code minBits} a provider serves who insists on it, but is not worth choosing. */
    private record Entry(String name, String className, boolean forF32, boolean forF64, int minBits) {
        boolean serves(Precision<?> precision) {
            return precision == Precision.F32 ? forF32 : forF64;
        }
    }

    private KernelLookup() {}

    /** The names that can be asked for, in the order of the table. */
    public static List<String> providers() {
        return TABLE.stream().map(Entry::name).toList();
    }

    static <A> Kernels<A> open(Precision<A> precision, KernelOptions options) {
        String name = options.provider().orElseGet(() -> System.getProperty(KernelOptions.PROVIDER_PROPERTY, AUTO));
        return name.isEmpty() || name.equals(AUTO)
                ? openBest(precision, options)
                : openForced(precision, options, name);
    }

    private static <A> Kernels<A> openForced(Precision<A> precision, KernelOptions options, String name) {
        Entry entry = TABLE.stream()
                .filter(e -> e.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new KernelUnavailableException(
                        name, "there is no such provider", "choose one of " + providers() + ", or " + AUTO));
        return open(entry, precision, options, 0, List.of(name + ": asked for"));
    }

    private static <A> Kernels<A> openBest(Precision<A> precision, KernelOptions options) {
        List<String> reasons = new ArrayList<>();
        for (Entry entry : TABLE) {
            if (!entry.serves(precision)) {
                continue;
            }
            try {
                reasons.add(entry.name() + ": chosen");
                return open(entry, precision, options, entry.minBits(), reasons);
            } catch (KernelUnavailableException e) {
                reasons.removeLast();
                reasons.add(entry.name() + ": " + e.reason() + "; " + e.remedy());
                LOG.log(Level.WARNING, "{0}; trying the next provider", e.getMessage());
            }
        }
        throw new IllegalStateException("no provider could be opened, not even scalar: " + reasons);
    }

    private static <A> Kernels<A> open(
            Entry entry, Precision<A> precision, KernelOptions options, int minBits, List<String> reasons) {
        KernelProvider provider = load(entry);
        WorkerPool workers = new WorkerPool(options.threads(), options.executor());
        try {
            KernelParts<A> parts = provider.open(precision, workers);
            if (parts.speciesBits() < minBits) {
                parts.onClose().run();
                throw new KernelUnavailableException(
                        entry.name(),
                        "its vectors have " + parts.speciesBits() + " bits, too few to choose it below " + minBits,
                        "insist with -D" + KernelOptions.PROVIDER_PROPERTY + "=" + entry.name());
            }
            KernelsInfo info = new KernelsInfo(
                    entry.name(),
                    precision.name(),
                    parts.speciesBits(),
                    parts.fma(),
                    parts.threads(),
                    parts.openBlas(),
                    reasons);
            LOG.log(Level.INFO, "kernels: {0}", info.summary());
            return new CheckedKernels<>(precision, parts, workers, info);
        } catch (LinkageError e) {
            workers.close();
            throw unavailable(entry, e);
        } catch (RuntimeException | Error e) {
            workers.close();
            throw e;
        }
    }

    private static KernelProvider load(Entry entry) {
        try {
            return (KernelProvider)
                    Class.forName(entry.className()).getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException | LinkageError e) {
            throw unavailable(entry, e);
        }
    }

    private static KernelUnavailableException unavailable(Entry entry, Throwable cause) {
        KernelUnavailableException e = new KernelUnavailableException(
                entry.name(), "its classes do not link (" + cause + ")", "check the jars on the class or module path");
        e.initCause(cause);
        return e;
    }
}
