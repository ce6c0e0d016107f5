package org.icl4j.bench.peers;

import java.lang.reflect.InvocationTargetException;
import java.util.List;
import java.util.Locale;
import org.icl4j.bench.BenchException;

/** The libraries that are compared. */
public enum PeerKind {
    /** The vector provider. */
    ICL4J("vector", null),
    /** The OpenBLAS provider: Panama calls through our own bindings. */
    OPENBLAS("openblas", null),
    /** oneDNN, by its {@code dnnl_sgemm}. */
    ONEDNN("vector", "OneDnnPeer"),
    /** EJML, pure Java. */
    EJML("vector", "EjmlPeer"),
    /** VectorBLAS of luhenry/netlib, on the Vector API. */
    VECTORBLAS("vector", "VectorBlasPeer"),
    /** PyTorch, through its Java presets. */
    PYTORCH("vector", "PyTorchPeer"),
    /** PyTorch from Python, operation by operation. */
    TORCH_EAGER("vector", null),
    /** PyTorch from Python, compiled by {@code torch.compile}. */
    TORCH_COMPILED("vector", null);

    private final String provider;
    private final String className;

    PeerKind(String provider, String className) {
        this.provider = provider;
        this.className = className;
    }

    static PeerKind of(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }

    /** The name in tables, and of its directory of libraries. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The provider that prepares operands, and computes if this is one of our own. */
    String provider() {
        return provider;
    }

    /** Whether it runs in Python, for which a person must name an interpreter. */
    boolean inPython() {
        return this == TORCH_EAGER || this == TORCH_COMPILED;
    }

    /** Whether it needs libraries beyond icl4j's on the class path. */
    boolean foreign() {
        return className != null;
    }

    /** Whether its adapter was built in, which only the profile {@code peers} does. */
    boolean builtIn() {
        return !foreign() || PeerKind.class.getResource(className + ".class") != null;
    }

    /** All of them. */
    static List<PeerKind> all() {
        return List.of(values());
    }

    /** The library, ready to compute on {@code threads} threads; for the process that has it on its class path. */
    Peer open(int threads) {
        if (inPython()) {
            return PythonPeer.start(this, threads);
        }
        if (className == null) {
            return new KernelsPeer();
        }
        try {
            return (Peer) Class.forName("org.icl4j.bench.peers." + className)
                    .getDeclaredConstructor(int.class)
                    .newInstance(threads);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException(label() + " cannot be opened: " + e.getCause(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw BenchException.environment(label() + " is not built in; mvn -Ppeers package adds it");
        }
    }
}
