package org.icl4j.transformer.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Replaces a file as a whole: whoever reads, and whoever is killed, finds the old content or the new, never a part. */
public final class AtomicFile {
    private static final String SUFFIX = ".tmp";
    private static final Pattern HALF_WRITTEN = Pattern.compile("\\.(.+)\\.[0-9a-f]{1,16}" + Pattern.quote(SUFFIX));

    private AtomicFile() {}

    /** Writes the content of the new file. */
    @FunctionalInterface
    public interface Content {
        /** Writes all of it to {@code channel}, which is open for writing and empty. */
        void writeTo(FileChannel channel) throws IOException;
    }

    /**
     * Writes {@code content} beside {@code file}, forces it to the disk, and moves it to its name in one step.
     *
     * @throws FileSystemException if a step fails, with the name of {@code file}, which is then as it was
     */
    public static void replace(Path file, Content content) throws IOException {
        try {
            writeAndMove(file, content);
        } catch (IOException e) {
            String reason = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
            FileSystemException named = new FileSystemException(
                    file.toString(), null, reason == null ? e.getClass().getSimpleName() : reason);
            named.initCause(e);
            throw named;
        }
    }

    private static void writeAndMove(Path file, Content content) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        String suffix = Long.toHexString(ThreadLocalRandom.current().nextLong());
        Path fresh = directory.resolve("." + file.getFileName() + "." + suffix + SUFFIX);
        try {
            try (FileChannel channel =
                    FileChannel.open(fresh, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
                content.writeTo(channel);
                channel.force(true);
            }
            move(fresh, file);
        } finally {
            Files.deleteIfExists(fresh);
        }
        force(directory);
    }

    /** The same with {@code text} in UTF-8. */
    public static void replace(Path file, String text) throws IOException {
        replace(file, channel -> {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        });
    }

    /** Whether {@code name} is that of a file which {@link #replace} was writing when it was killed. */
    public static boolean isHalfWritten(String name) {
        return HALF_WRITTEN.matcher(name).matches();
    }

    /** Whether it is, and was to replace {@code target} in the same directory. */
    public static boolean isHalfWritten(String name, String target) {
        Matcher matcher = HALF_WRITTEN.matcher(name);
        return matcher.matches() && matcher.group(1).equals(target);
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            throw new IOException("this file system cannot replace a file in one step; use another directory", e);
        }
    }

    /** Makes the new name itself durable, where the system lets a directory be opened. */
    private static void force(Path directory) {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException notSupported) {
            // Windows opens no directories; the file itself is complete either way.
        }
    }
}
