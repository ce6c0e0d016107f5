package org.icl4j.kernels.workload;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The data caches of the first core.
 *
 * @param level 1, 2, 3, …
 * @param bytes size
 * @param shared whether several cores share it
 */
record CacheSizes(int level, long bytes, boolean shared) {
    /** Taken where the system does not tell: the sizes of a usual core. */
    private static final List<CacheSizes> USUAL = List.of(
            new CacheSizes(1, 32 << 10, false), new CacheSizes(2, 1 << 20, false), new CacheSizes(3, 32 << 20, true));

    /** What Linux tells, or usual sizes. */
    static List<CacheSizes> ofThisMachine() {
        List<CacheSizes> sizes = new ArrayList<>();
        try {
            for (int index = 0; ; index++) {
                Path directory = Path.of("/sys/devices/system/cpu/cpu0/cache/index" + index);
                if (!Files.isDirectory(directory)) {
                    break;
                }
                if (!read(directory, "type").equals("Instruction")) {
                    String size = read(directory, "size");
                    sizes.add(new CacheSizes(
                            Integer.parseInt(read(directory, "level")),
                            Long.parseLong(size.replaceAll("\\D", "")) << 10,
                            read(directory, "shared_cpu_list").matches(".*[,-].*")));
                }
            }
        } catch (IOException | NumberFormatException unknown) {
            return USUAL;
        }
        return sizes.isEmpty() ? USUAL : sizes;
    }

    private static String read(Path directory, String name) throws IOException {
        return Files.readString(directory.resolve(name)).strip();
    }
}
