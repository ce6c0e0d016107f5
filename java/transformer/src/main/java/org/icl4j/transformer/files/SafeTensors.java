package org.icl4j.transformer.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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

    private final Path path;
    private final FileChannel channel;
    private final SafeTensorsHeader header;
    private final long dataStart;
    private final long fileBytes;

    private SafeTensors(Path path, FileChannel channel, SafeTensorsHeader header, long dataStart, long fileBytes) {
        this.path = path;
        this.channel = channel;
        this.header = header;
        this.dataStart = dataStart;
        this.fileBytes = fileBytes;
    }

    /**
     * Opens a file and checks every rule of the format.
     *
     * @throws ModelFormatException if a rule is broken
     * @throws IOException if the file cannot be read
     */
    public static SafeTensors open(Path path) throws IOException {
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
            return new SafeTensors(path, channel, header, dataStart, fileBytes);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static ByteBuffer read(Path path, FileChannel channel, long position, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw new ModelFormatException(path, "S14", "the file became shorter while it was read");
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
     * @throws ModelFormatException if there is no such tensor, it is of another type or too large, or the file has changed
     * @throws IOException if the file cannot be read
     */
    public <A> Tensor<A> load(String name, Precision<A> precision) throws IOException {
        SafeTensorsHeader.Entry entry = header.entries().get(name);
        if (entry == null) {
            throw new ModelFormatException(path, "name", "there is no tensor '" + name + "', only " + names());
        }
        if (entry.type() != typeOf(precision)) {
            throw new ModelFormatException(
                    path, "dtype", "tensor '" + name + "' is " + entry.type() + ", expected " + typeOf(precision));
        }
        if (channel.size() != fileBytes) {
            throw new ModelFormatException(path, "S14", "the file changed after it was opened");
        }
        Tensor<A> tensor = Tensor.zeros(precision, dimensions(name, entry.shape()));
        int index = 0;
        for (long at = entry.begin(); at < entry.end(); at += CHUNK_BYTES) {
            ByteBuffer chunk = read(path, channel, dataStart + at, (int) Math.min(CHUNK_BYTES, entry.end() - at));
            while (chunk.hasRemaining()) {
                tensor.set(index++, precision == Precision.F32 ? chunk.getFloat() : chunk.getDouble());
            }
        }
        return tensor;
    }

    private static ElementType typeOf(Precision<?> precision) {
        return precision == Precision.F32 ? ElementType.F32 : ElementType.F64;
    }

    private int[] dimensions(String name, long[] shape) {
        int[] dimensions = new int[shape.length];
        for (int i = 0; i < shape.length; i++) {
            if (shape[i] > Integer.MAX_VALUE) {
                throw new ModelFormatException(path, "size", "tensor '" + name + "' has a dimension of " + shape[i]);
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
        byte[] header = new SafeTensorsHeader(metadata, entries).toJson().getBytes(StandardCharsets.UTF_8);
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
