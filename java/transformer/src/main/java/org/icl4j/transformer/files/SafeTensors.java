package org.icl4j.transformer.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.icl4j.kernels.Precision;
import org.icl4j.transformer.tensor.Tensor;

/**
 * A safetensors file, open for reading; and the writing of one. Elements are little-endian; types F32 and F64 can be loaded, any
 * other type can be looked at by name and shape.
 */
public final class SafeTensors implements AutoCloseable {
    private static final int LENGTH_BYTES = 8;
    private static final int CHUNK_BYTES = 1 << 20;
    private static final String CHANGED = "changed";

    private final Path path;
    private final FileChannel channel;
    private final SafeTensorsHeader header;
    private final long dataStart;
    private final Version version;

    private SafeTensors(Path path, FileChannel channel, SafeTensorsHeader header, long dataStart, Version version) {
        this.path = path;
        this.channel = channel;
        this.header = header;
        this.dataStart = dataStart;
        this.version = version;
    }

    /** What tells one content of a file from the next without reading it; {@code key} is the inode, where there are such. */
    private record Version(long bytes, FileTime modified, Object key) {
        static Version of(Path path) throws IOException {
            BasicFileAttributes file = Files.readAttributes(path, BasicFileAttributes.class);
            if (!file.isRegularFile()) {
                throw new ModelFormatException(path, "file", "it is no regular file");
            }
            return new Version(file.size(), file.lastModifiedTime(), file.fileKey());
        }
    }

    /**
     * Opens a file and checks every rule of the format.
     *
     * @throws ModelFormatException if a rule is broken, or {@code path} is no regular file
     * @throws IOException if the file cannot be read
     */
    public static SafeTensors open(Path path) throws IOException {
        Version version = Version.of(path); // Before the file is opened: to open a pipe waits for its writer.
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
        try {
            long fileBytes = channel.size();
            if (fileBytes < LENGTH_BYTES) {
                throw new ModelFormatException(
                        path,
                        "S1",
                        fileBytes + " bytes are too few for the length of the header, which takes " + LENGTH_BYTES);
            }
            long headerBytes = read(path, channel, 0, LENGTH_BYTES).getLong();
            if (headerBytes < 0 || headerBytes > SafeTensorsHeader.MAX_BYTES) {
                throw new ModelFormatException(
                        path,
                        "S2",
                        "a header of " + Long.toUnsignedString(headerBytes) + " bytes, allowed are "
                                + SafeTensorsHeader.MAX_BYTES);
            }
            long dataStart = LENGTH_BYTES + headerBytes;
            if (dataStart > fileBytes) {
                throw new ModelFormatException(
                        path, "S3", "a header of " + headerBytes + " bytes in a file of " + fileBytes);
            }
            byte[] bytes = read(path, channel, LENGTH_BYTES, (int) headerBytes).array();
            SafeTensorsHeader header = SafeTensorsHeader.parse(path, bytes, fileBytes - dataStart);
            SafeTensors opened = new SafeTensors(path, channel, header, dataStart, version);
            opened.requireUnchanged();
            return opened;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static ByteBuffer read(Path path, FileChannel channel, long position, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw new ModelFormatException(path, CHANGED, "the file became shorter while it was read");
            }
        }
        return buffer.flip();
    }

    /** The names, in the order of the data. */
    public Set<String> names() {
        return header.entries().keySet();
    }

    /** The free text entries. */
    public Map<String, String> metadata() {
        return header.metadata();
    }

    /**
     * A tensor's numbers.
     *
     * @throws ModelFormatException if there is no such tensor, it is of another type or too large for an array, or the file at
     *     this path is not the one that was opened: its size, time of change or inode differ
     * @throws IOException if the file cannot be read
     */
    public <A> Tensor<A> load(String name, Precision<A> precision) throws IOException {
        SafeTensorsHeader.Entry entry = entry(name);
        if (entry.type() != typeOf(precision)) {
            throw new ModelFormatException(
                    path, "dtype", "tensor '" + name + "' is " + entry.type() + ", expected " + typeOf(precision));
        }
        return loadAs(name, precision);
    }

    /**
     * As {@link #load}, but from either type: rounded to nearest, or widened.
     *
     * @throws ModelFormatException as {@link #load}; another type is one that is neither F32 nor F64
     * @throws IOException if the file cannot be read
     */
    public <A> Tensor<A> loadAs(String name, Precision<A> precision) throws IOException {
        SafeTensorsHeader.Entry entry = entry(name);
        boolean single = precision(name) == Precision.F32;
        requireUnchanged();
        Tensor<A> tensor = Tensor.zeros(precision, dimensions(name, entry));
        int index = 0;
        for (long at = entry.begin(); at < entry.end(); at += CHUNK_BYTES) {
            ByteBuffer chunk = read(path, channel, dataStart + at, (int) Math.min(CHUNK_BYTES, entry.end() - at));
            while (chunk.hasRemaining()) {
                tensor.set(index++, single ? chunk.getFloat() : chunk.getDouble());
            }
        }
        requireUnchanged();
        return tensor;
    }

    /**
     * The storage type of a tensor.
     *
     * @throws ModelFormatException if there is no such tensor, or it is neither F32 nor F64
     */
    public Precision<?> precision(String name) {
        SafeTensorsHeader.Entry entry = entry(name);
        return switch (entry.type()) {
            case F32 -> Precision.F32;
            case F64 -> Precision.F64;
            default ->
                throw new ModelFormatException(
                        path, "dtype", "tensor '" + name + "' is " + entry.type() + ", expected F32 or F64");
        };
    }

    private SafeTensorsHeader.Entry entry(String name) {
        SafeTensorsHeader.Entry entry = header.entries().get(name);
        if (entry == null) {
            throw new ModelFormatException(path, "name", "there is no tensor '" + name + "', only " + names());
        }
        return entry;
    }

    private void requireUnchanged() throws IOException {
        Version now = Version.of(path);
        if (!now.equals(version)) {
            throw new ModelFormatException(
                    path,
                    CHANGED,
                    "the file changed after it was opened: it was " + version + " and is " + now + "; open it again");
        }
    }

    private static ElementType typeOf(Precision<?> precision) {
        return precision == Precision.F32 ? ElementType.F32 : ElementType.F64;
    }

    /** The shape, if an array of Java can have it. */
    private int[] dimensions(String name, SafeTensorsHeader.Entry entry) {
        long[] shape = entry.shape();
        long elements = (entry.end() - entry.begin()) * Byte.SIZE / entry.type().bits();
        int[] dimensions = new int[shape.length];
        for (int i = 0; i < shape.length; i++) {
            if (Math.max(elements, shape[i]) > Integer.MAX_VALUE) {
                throw new ModelFormatException(
                        path,
                        "size",
                        "tensor '" + name + "' of shape " + Arrays.toString(shape) + " is too large: at most "
                                + Integer.MAX_VALUE + " elements, and as many in a dimension, can be loaded");
            }
            dimensions[i] = (int) shape[i];
        }
        return dimensions;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /**
     * Replaces {@code path} by a file with these tensors, atomically.
     *
     * @param metadata free text entries
     * @param tensors in the order in which they are to stand
     * @throws IllegalArgumentException if {@link #open} would refuse the file, for a name, a key or a value; nothing is
     *     then written
     * @throws IOException if that fails; a file that was there is then as it was
     */
    public static void write(Path path, Map<String, String> metadata, Map<String, ? extends Tensor<?>> tensors)
            throws IOException {
        Map<String, SafeTensorsHeader.Entry> entries = new LinkedHashMap<>();
        long end = 0;
        for (Map.Entry<String, ? extends Tensor<?>> named : tensors.entrySet()) {
            Tensor<?> tensor = named.getValue();
            long begin = end;
            end += (long) tensor.size() * tensor.precision().bytes();
            long[] shape = new long[tensor.rank()];
            for (int i = 0; i < shape.length; i++) {
                shape[i] = tensor.dim(i);
            }
            entries.put(named.getKey(), new SafeTensorsHeader.Entry(typeOf(tensor.precision()), shape, begin, end));
        }
        byte[] header = new SafeTensorsHeader(metadata, entries).encode(path, end);
        AtomicFile.replace(path, channel -> {
            ByteBuffer length = ByteBuffer.allocate(LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            writeAll(channel, length.putLong(header.length).flip());
            writeAll(channel, ByteBuffer.wrap(header));
            for (Tensor<?> tensor : tensors.values()) {
                writeData(channel, tensor);
            }
        });
    }

    private static void writeData(FileChannel channel, Tensor<?> tensor) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < tensor.size(); i++) {
            if (tensor.precision() == Precision.F32) {
                chunk.putFloat((float) tensor.get(i));
            } else {
                chunk.putDouble(tensor.get(i));
            }
            if (chunk.remaining() < Double.BYTES) {
                writeAll(channel, chunk.flip());
                chunk.clear();
            }
        }
        writeAll(channel, chunk.flip());
    }

    private static void writeAll(FileChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }
}
