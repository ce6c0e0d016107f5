package org.icl4j.kernels.openblas;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.icl4j.bindings.openblas.OpenBlas;
import org.icl4j.kernels.KernelUnavailableException;
import org.icl4j.kernels.OpenBlasInfo;

/**
 * The OpenBLAS of this process, loaded once. Looked for in this order:
 *
 * <ol>
 *   <li>the file that {@code -Dicl4j.openblas.path} names, and then nowhere else;
 *   <li>the jar {@code org.bytedeco:openblas} on the class path, see {@link BundledLibrary}: the
 *       same bytes on every machine;
 *   <li>a system library in the usual directories.
 * </ol>
 */
final class OpenBlasLibrary {
    private static final Logger LOG = System.getLogger(OpenBlasLibrary.class.getName());

    static final String PATH_PROPERTY = "icl4j.openblas.path";

    private static final String NAME = "openblas";
    private static final String REMEDY =
            "put org.bytedeco:openblas on the class path, install OpenBLAS, or give -D" + PATH_PROPERTY + "=FILE";

    private static final List<String> DIRECTORIES = List.of(
            "/usr/lib/x86_64-linux-gnu",
            "/usr/lib/aarch64-linux-gnu",
            "/usr/lib64",
            "/usr/lib",
            "/usr/local/lib",
            "/opt/homebrew/opt/openblas/lib",
            "/usr/local/opt/openblas/lib");

    private static final List<String> FILE_NAMES =
            List.of("libopenblas.so.0", "libopenblas.so", "libopenblas.0.dylib", "libopenblas.dylib");

    private static OpenBlasLibrary loaded;

    private final Path path;
    private final String config;
    private final String core;

    private OpenBlasLibrary(Path path) {
        this.path = path;
        this.config = OpenBlas.openblas_get_config().getString(0).strip();
        this.core = OpenBlas.openblas_get_corename().getString(0).strip();
    }

    /**
     * The library, loaded at the first call.
     *
     * @throws KernelUnavailableException if there is none, with every place looked at
     */
    static synchronized OpenBlasLibrary load() {
        if (loaded == null) {
            requireBindings();
            Path path = loadFirst();
            try {
                loaded = new OpenBlasLibrary(path);
            } catch (LinkageError | RuntimeException e) {
                throw unavailable(path + " lacks a function that icl4j calls (" + e + ")", e);
            }
        }
        return loaded;
    }

    /** What it is, with its process-wide number of threads. */
    OpenBlasInfo info(int threads) {
        String[] words = config.split(" ");
        String version = words.length > 1 ? words[1] : config;
        return new OpenBlasInfo(path.toString(), version, config, core, threads);
    }

    private static void requireBindings() {
        try {
            Class.forName(OpenBlas.class.getName(), false, OpenBlasLibrary.class.getClassLoader());
        } catch (ClassNotFoundException | NoClassDefFoundError e) {
            throw new KernelUnavailableException(
                    NAME, "the jar icl4j-bindings is not on the class or module path", "add it");
        }
    }

    private static Path loadFirst() {
        String given = System.getProperty(PATH_PROPERTY);
        if (given != null) {
            return loadFile(Path.of(given).toAbsolutePath());
        }
        List<String> tried = new ArrayList<>();
        Optional<String> absence = BundledLibrary.absence();
        if (absence.isPresent()) {
            tried.add(absence.get());
        } else {
            try {
                return loadFile(BundledLibrary.extract(BundledLibrary.cache()));
            } catch (KernelUnavailableException e) {
                LOG.log(Level.WARNING, "openblas: {0}; looking for a system library instead", e.reason());
                tried.add(e.reason());
            }
        }
        for (String directory : DIRECTORIES) {
            for (String name : FILE_NAMES) {
                Path candidate = Path.of(directory, name);
                if (Files.isRegularFile(candidate)) {
                    try {
                        return loadFile(candidate);
                    } catch (KernelUnavailableException e) {
                        tried.add(e.reason());
                    }
                }
            }
        }
        tried.add("no library " + FILE_NAMES + " in " + DIRECTORIES);
        throw unavailable(String.join("; ", tried), null);
    }

    @SuppressWarnings("restricted") // Loading native code is what this class is for.
    private static Path loadFile(Path file) {
        if (!Files.isRegularFile(file)) {
            throw unavailable(file + " is not a file", null);
        }
        try {
            System.load(file.toString());
            return file;
        } catch (UnsatisfiedLinkError | IllegalCallerException e) {
            throw unavailable(file + " cannot be loaded (" + e.getMessage() + ")", e);
        }
    }

    static KernelUnavailableException unavailable(String reason, Throwable cause) {
        KernelUnavailableException e = new KernelUnavailableException(NAME, reason, REMEDY);
        e.initCause(cause);
        return e;
    }
}
