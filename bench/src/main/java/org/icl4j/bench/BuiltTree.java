package org.icl4j.bench;

import java.net.URISyntaxException;
import java.nio.file.Path;

/**
 * A checkout with its build.
 *
 * @param root its directory
 */
public record BuiltTree(Path root) {
    /** The checkout that this program was built in. */
    public static BuiltTree here() {
        try {
            Path jar = Path.of(BuiltTree.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            return new BuiltTree(jar.getParent().getParent().getParent());
        } catch (URISyntaxException e) {
            throw BenchException.environment("cannot tell where the program is: " + e.getMessage());
        }
    }

    /** Where the bench's jar and its libraries are. */
    public Path target() {
        return root.resolve("bench").resolve("target");
    }
}
