package org.icl4j.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Products with weights that were packed once, in every storage type. */
@ExtendWith(CaseReport.class)
class PackedMatrixTest {
    private final Tested<float[]> vector = new Tested<>("vector", Precision.F32);
    private final RandomGenerator random = TestSeed.random("packed");

    private <A> Matrix<A> rounded(Precision<A> precision, WeightType type, int rows, int cols) {
        A array = precision.allocate(rows * cols);
        for (int i = 0; i < rows * cols; i++) {
            precision.set(array, i, type.round((float) random.nextGaussian()));
        }
        return Matrix.of(array, rows, cols);
    }

    /** On every provider: the product of the rounded elements, within the roundings of two sums. */
    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyProvider")
    <A> void productsOfPackedWeights(Tested<A> tested) {
        Precision<A> precision = tested.precision();
        try (Kernels<A> kernels = tested.open(2)) {
            for (int round = 0; round < 60; round++) {
                WeightType type = WeightType.values()[round % 3];
                int m = random.nextInt(0, 12);
                int n = random.nextInt(0, 90);
                int k = random.nextInt(0, 300);
                boolean turned = random.nextBoolean();
                Matrix<A> b = turned ? rounded(precision, type, n, k).transposed() : rounded(precision, type, k, n);
                Operand<A> a = Operand.batch(precision, 2, m, k, random::nextGaussian);
                Operand<A> c = Operand.batch(precision, 2, m, n, random::nextGaussian);
                Matrix<A> expected = copy(precision, c.view);
                kernels.gemm(0.5, a.view, b, 2, expected);
                PackedMatrix<A> packed = kernels.pack(b, type);
                assertEquals(b.shape(), packed.shape());
                kernels.gemm(0.5, a.view, packed, 2, c.view);
                a.assertUnchanged("A");
                c.assertGapsUntouched("C");
                for (int i = 0; i < 2; i++) {
                    for (int j = 0; j < m * n; j++) {
                        double e = precision.get(expected.array(), expected.index(i, j / n, j % n));
                        double tolerance = (k + 3) * precision.epsilon() * (2 * k + 10);
                        assertEquals(e, c.get(i, j / n, j % n), tolerance, tested + " " + type + TestSeed.hint());
                    }
                }
                tested.count(1);
            }
        }
    }

    private static <A> Matrix<A> copy(Precision<A> precision, Matrix<A> m) {
        A array = precision.allocate(precision.length(m.array()));
        System.arraycopy(m.array(), 0, array, 0, precision.length(array));
        return Matrix.batch(array, m.offset(), m.count(), m.stride(), m.rows(), m.cols(), m.ld());
    }

    /** Whatever the number of rows, threads and the storage type. */
    @ParameterizedTest
    @EnumSource(WeightType.class)
    void bitsOfThePlainProduct(WeightType type) {
        for (int threads = 1; threads <= 4; threads++) {
            try (Kernels<float[]> kernels = vector.open(threads)) {
                for (int round = 0; round < 60; round++) {
                    int m = round % 2 == 0 ? random.nextInt(1, 9) : random.nextInt(1, 120);
                    int n = random.nextInt(1, 700);
                    int k = random.nextInt(1, 600);
                    Matrix<float[]> b = round % 3 == 0
                            ? rounded(Precision.F32, type, n, k).transposed()
                            : rounded(Precision.F32, type, k, n);
                    Matrix<float[]> a = round % 5 == 0
                            ? rounded(Precision.F32, WeightType.F32, k, m).transposed()
                            : rounded(Precision.F32, WeightType.F32, m, k);
                    Matrix<float[]> c = rounded(Precision.F32, WeightType.F32, m, n);
                    Matrix<float[]> other = copy(Precision.F32, c);
                    if (round % 7 == 0) {
                        c = rounded(Precision.F32, WeightType.F32, n, m).transposed();
                        other = copy(Precision.F32, c.transposed()).transposed();
                    }
                    double alpha = round % 4 == 0 ? 0.7 : 1;
                    double beta = round % 2;
                    kernels.gemm(alpha, a, b, beta, c);
                    kernels.gemm(alpha, a, kernels.pack(b, type), beta, other);
                    for (int i = 0; i < m * n; i++) {
                        assertEquals(
                                c.array()[i],
                                other.array()[i],
                                m + "x" + n + "x" + k + " " + threads + " threads at " + i + ", " + TestSeed.hint());
                    }
                    vector.count(1);
                }
            }
        }
    }

    /** All 65,536 numbers of 16 bits, by the path of one row and by that of many. */
    @ParameterizedTest
    @EnumSource(names = {"BF16", "F16"})
    void everyNumberOf16Bits(WeightType type) {
        int n = 1 << 16;
        short[] all = new short[n];
        for (int i = 0; i < n; i++) {
            all[i] = (short) i;
            float number = type.decode(all[i]);
            assertEquals(number, type.round(number));
            assertTrue(Float.isNaN(number) || type.encode(number) == all[i], type + " " + i);
        }
        StoredMatrix stored = StoredMatrix.of(type, MemorySegment.ofArray(all), 1, n);
        try (Kernels<float[]> kernels = vector.open(2)) {
            PackedMatrix<float[]> packed = kernels.pack(stored);
            for (int m = 1; m <= 2; m++) {
                Matrix<float[]> c = Matrix.of(new float[m * n], m, n);
                kernels.gemm(1, Matrix.of(new float[] {1, 1}, 0, m, 1, 1), packed, 0, c);
                for (int i = 0; i < m * n; i++) {
                    assertEquals(0 + type.decode(all[i % n]), c.array()[i], type + " " + i % n);
                }
            }
        }
        vector.count(2L * n);
    }

    @Test
    void roundingIsToNearestAndTiesToEven() {
        assertEquals(1, WeightType.BF16.round(1 + 0x1p-8f));
        assertEquals(1 + 0x1p-6f, WeightType.BF16.round(1 + 0x1p-7f + 0x1p-8f));
        assertEquals(1 + 0x1p-7f, WeightType.BF16.round(1 + 0x1.2p-8f));
        assertEquals(Float.POSITIVE_INFINITY, WeightType.BF16.round(Float.MAX_VALUE));
        assertEquals(Float.POSITIVE_INFINITY, WeightType.F16.round(65520));
        assertEquals(0x1p-24f, WeightType.F16.round(0x1.8p-25f));
        assertTrue(Float.isNaN(WeightType.BF16.round(Float.intBitsToFloat(0x7fffffff))));
        assertTrue(Float.isNaN(WeightType.BF16.round(Float.intBitsToFloat(0x7f800001))));
        assertThrows(UnsupportedOperationException.class, () -> WeightType.F32.encode(1));
        assertThrows(UnsupportedOperationException.class, () -> WeightType.F32.decode((short) 1));
    }

    /** From a mapped file, at an odd address, as stored and transposed. */
    @ParameterizedTest
    @EnumSource(WeightType.class)
    void mappedFiles(WeightType type, @TempDir Path directory) throws IOException {
        int rows = 300;
        int cols = 37;
        ByteBuffer bytes = ByteBuffer.allocate(1 + rows * cols * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put((byte) 1);
        Matrix<float[]> b = rounded(Precision.F32, type, rows, cols);
        for (float value : b.array()) {
            if (type == WeightType.F32) {
                bytes.putFloat(value);
            } else {
                bytes.putShort(type.encode(value));
            }
        }
        Path file = Files.write(directory.resolve("weights"), bytes.array());
        try (Arena arena = Arena.ofConfined();
                FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                Kernels<float[]> kernels = vector.open()) {
            MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            StoredMatrix stored = StoredMatrix.of(type, mapped.asSlice(1), rows, cols);
            assertSameProduct(kernels, b, kernels.pack(stored));
            assertSameProduct(kernels, b.transposed(), kernels.pack(stored.transposed()));
        }
    }

    private void assertSameProduct(Kernels<float[]> kernels, Matrix<float[]> b, PackedMatrix<float[]> packed) {
        Matrix<float[]> a = rounded(Precision.F32, WeightType.F32, 3, b.rows());
        Matrix<float[]> plain = Matrix.of(new float[3 * b.cols()], 3, b.cols());
        Matrix<float[]> other = copy(Precision.F32, plain);
        kernels.gemm(1, a, b, 0, plain);
        kernels.gemm(1, a, packed, 0, other);
        for (int i = 0; i < plain.array().length; i++) {
            assertEquals(plain.array()[i], other.array()[i]);
        }
        vector.count(1);
    }

    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyProvider")
    <A> void refused(Tested<A> tested) throws InterruptedException {
        Precision<A> precision = tested.precision();
        Matrix<A> b = rounded(precision, WeightType.F32, 4, 6);
        Kernels<A> kernels = tested.open();
        PackedMatrix<A> packed = kernels.pack(b);
        Matrix<A> a = rounded(precision, WeightType.F32, 2, 4);
        Matrix<A> c = rounded(precision, WeightType.F32, 2, 6);
        assertRefused("[2, 3]", () -> kernels.gemm(1, a.columns(0, 3), packed, 0, c));
        assertRefused("[2, 5]", () -> kernels.gemm(1, a, packed, 0, c.columns(0, 5)));
        assertRefused("[1, 6]", () -> kernels.gemm(1, a, packed, 0, c.rows(0, 1)));
        Matrix<A> shared = Matrix.of(c.array(), 0, 2, 4, 6);
        assertRefused("shares elements", () -> kernels.gemm(1, shared, packed, 0, c));
        Matrix<A> batch = Matrix.batch(b.array(), 0, 2, 12, 2, 6, 6);
        assertRefused("[2, 2, 6]", () -> kernels.pack(batch));
        try (Kernels<A> others =
                Kernels.open(precision, KernelOptions.defaults().provider("scalar"))) {
            if (tested.provider().equals("vector")) {
                assertRefused("another provider", () -> others.gemm(1, a, packed, 0, c));
                assertRefused("another provider", () -> kernels.gemm(1, a, others.pack(b), 0, c));
            }
        }
        Arena arena = Arena.ofConfined();
        StoredMatrix stored = StoredMatrix.of(WeightType.F16, arena.allocate(48), 4, 6);
        Throwable[] thrown = new Throwable[1];
        Thread other = new Thread(() -> thrown[0] = assertThrows(Throwable.class, () -> kernels.pack(stored)));
        other.start();
        other.join();
        assertTrue(thrown[0] instanceof WrongThreadException, String.valueOf(thrown[0]));
        arena.close();
        assertThrows(IllegalStateException.class, () -> kernels.pack(stored));
        kernels.close();
        assertThrows(IllegalStateException.class, () -> kernels.pack(b));
        assertThrows(IllegalStateException.class, () -> kernels.gemm(1, a, packed, 0, c));
        tested.count(9);
    }

    private static void assertRefused(String number, Runnable call) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call::run);
        assertTrue(e.getMessage().contains(number), e.getMessage());
    }

    @Test
    void segmentsTooSmall() {
        MemorySegment segment = MemorySegment.ofArray(new short[5]);
        assertRefused("6 times 2", () -> StoredMatrix.of(WeightType.BF16, segment, 2, 3));
        assertRefused("6 times 4", () -> StoredMatrix.of(WeightType.F32, segment, 2, 3));
        assertRefused("rows=-1", () -> StoredMatrix.of(WeightType.F32, segment, -1, 3));
        int huge = Integer.MAX_VALUE;
        assertRefused("10", () -> StoredMatrix.of(WeightType.F32, segment, huge, huge));
    }
}
