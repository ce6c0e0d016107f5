package org.icl4j.kernels.openblas;

import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The OpenBLAS inside the jar {@code org.bytedeco:openblas}, used as a container of shared
 * libraries: JavaCPP is not needed.
 *
 * <p>The files are unpacked once into a directory named by their content, {@code
 * $XDG_CACHE_HOME/icl4j} or {@code ~/.cache/icl4j} unless {@code -Dicl4j.cache} names another, and
 * their checksums are compared with those below before each load.
 */
final class BundledLibrary {
    static final String CACHE_PROPERTY = "icl4j.cache";

    private static final Logger LOG = System.getLogger(BundledLibrary.class.getName());
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private static final String VERSION = "0.3.31-1.5.13";
    private static final String PLATFORM = "linux-x86_64";
    private static final String RESOURCES = "org/bytedeco/openblas/" + PLATFORM + "/";
    private static final String LIBRARY = "libopenblas.so.0";

    /** SHA-256 of the library and of what it needs beside it. */
    private static final Map<String, String> CHECKSUMS = checksums();

    private BundledLibrary() {}

    private static Map<String, String> checksums() {
        Map<String, String> sums = new LinkedHashMap<>();
        sums.put(LIBRARY, "e3a80f7696735e6bcd374fbe6c91e42f83dc8bfb09c5b92a5f73d67c76b55ec1");
        sums.put("libgfortran.so.5", "3ec471016fbfea6ccda4736fbbf2d0098e6386d2c34fb7ae9b15d91fa1b38874");
        sums.put("libquadmath.so.0", "67d3147512460e56dc805582ed5d32b66a7a199247ba5a27b7cb3054d2b2fef2");
        sums.put("libgcc_s.so.1", "a93ec41b336a895a7f0d7b789d66f6fc816de1a5ad0da37e8cfc428d7e9f8dd4");
        return sums;
    }

    /** Why there is no such jar here, or empty if there is one. */
    static Optional<String> absence() {
        String platform = platform();
        if (!platform.equals(PLATFORM)) {
            return Optional.of("no OpenBLAS is bundled for " + platform);
        }
        if (BundledLibrary.class.getClassLoader().getResource(RESOURCES + LIBRARY) == null) {
            return Optional.of(
                    "the jar org.bytedeco:openblas:" + VERSION + ":" + PLATFORM + " is not on the class path");
        }
        return Optional.empty();
    }

    /**
     * The verified library on disk. What is missing or has another checksum is unpacked first, each file to its name in
     * one step, so any number of processes may do so at once.
     *
     * @param cache directory below which the files are kept
     * @throws org.icl4j.kernels.KernelUnavailableException if the jar is another version or cannot be unpacked
     */
    static Path extract(Path cache) {
        Path directory = cache.resolve(
                "openblas-" + VERSION + "-" + CHECKSUMS.get(LIBRARY).substring(0, 12));
        try {
            Files.createDirectories(directory, OWNER_ONLY);
            for (Map.Entry<String, String> entry : CHECKSUMS.entrySet()) {
                provide(directory.resolve(entry.getKey()), entry.getValue());
            }
        } catch (IOException e) {
            throw OpenBlasLibrary.unavailable(
                    "its files cannot be unpacked to "
                            + directory
                            + " ("
                            + e
                            + "; -D"
                            + CACHE_PROPERTY
                            + "=DIR names another place)",
                    e);
        }
        return directory.resolve(LIBRARY);
    }

    private static String platform() {
        String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch", "");
        return (os.startsWith("mac") ? "macosx" : os.startsWith("windows") ? "windows" : os)
                + "-"
                + (arch.equals("amd64") ? "x86_64" : arch);
    }

    /** The directory of the system property, or the user's. */
    static Path cache() {
        String given = System.getProperty(CACHE_PROPERTY);
        if (given != null) {
            return Path.of(given).toAbsolutePath();
        }
        String xdg = System.getenv("XDG_CACHE_HOME");
        Path base = xdg != null && !xdg.isEmpty() ? Path.of(xdg) : Path.of(System.getProperty("user.home"), ".cache");
        return base.resolve("icl4j").toAbsolutePath();
    }

    private static void provide(Path file, String checksum) throws IOException {
        if (Files.isRegularFile(file)) {
            String found = sha256(file);
            if (found.equals(checksum)) {
                return;
            }
            LOG.log(
                    Level.WARNING,
                    "openblas: {0} has SHA-256 {1}, expected {2}; it is unpacked again",
                    file,
                    found,
                    checksum);
        }
        Path fresh = Files.createTempFile(file.getParent(), "unpacking-", ".tmp");
        try {
            unpack(file.getFileName().toString(), fresh, checksum);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private static void unpack(String name, Path to, String checksum) throws IOException {
        try (InputStream in = BundledLibrary.class.getClassLoader().getResourceAsStream(RESOURCES + name)) {
            if (in == null) {
                throw new IOException("the jar has no " + RESOURCES + name);
            }
            Files.copy(in, to, StandardCopyOption.REPLACE_EXISTING);
        }
        String found = sha256(to);
        if (!found.equals(checksum)) {
            throw new IOException("the jar's " + name + " has SHA-256 " + found + ", expected " + checksum + ": is it "
                    + VERSION + "?");
        }
    }

    private static String sha256(Path file) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[1 << 16];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
