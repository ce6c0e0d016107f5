package org.icl4j.kernels.workload;

/**
 * What a call cannot do without, whatever the code: the numbers that a machine's limits turn into the shortest possible time.
 *
 * <p>Arithmetic is counted in elements, not in vectors: a product of m×n×k is m·n·k multiply-adds. For functions such as exp it
 * is the number of vector instructions of the polynomial that icl4j uses. Bytes are those of f32 operands, each read or written
 * once.
 *
 * @param unit what the speed of this kernel is told in
 * @param work floating-point operations or bytes of a call, as {@code unit} says
 * @param instructions multiply-adds or other vector arithmetic, in elements
 * @param divisions divisions and square roots, in elements; they have a unit of their own in most CPUs
 * @param bytesRead bytes of the operands that are read
 * @param bytesWritten bytes of the operands that are written
 * @param inPlace whether what is written was read before, so that it need not be fetched for writing
 */
public record Cost(
        Unit unit,
        double work,
        double instructions,
        double divisions,
        double bytesRead,
        double bytesWritten,
        boolean inPlace) {

    /** What the speed is told in. */
    public enum Unit {
        /** Floating-point operations, a multiply-add counted as two. */
        FLOPS("GFLOP/s"),
        /** Bytes read and written. */
        BYTES("GB/s");

        private final String rate;

        Unit(String rate) {
            this.rate = rate;
        }

        /** Name of 10⁹ of them a second. */
        public String rate() {
            return rate;
        }
    }

    /** A kernel of {@code multiplyAdds} and {@code instructions} besides, told in operations of the multiply-adds. */
    public static Cost products(double multiplyAdds, double instructions, double floatsRead, double floatsWritten) {
        return new Cost(
                Unit.FLOPS,
                2 * multiplyAdds,
                multiplyAdds + instructions,
                0,
                Float.BYTES * floatsRead,
                Float.BYTES * floatsWritten,
                false);
    }

    /** A kernel of {@code instructions} and {@code divisions}, told in bytes. */
    public static Cost stream(double instructions, double divisions, double floatsRead, double floatsWritten) {
        return new Cost(
                Unit.BYTES,
                Float.BYTES * (floatsRead + floatsWritten),
                instructions,
                divisions,
                Float.BYTES * floatsRead,
                Float.BYTES * floatsWritten,
                false);
    }

    /** The same kernel where it writes what it read. */
    public Cost updating() {
        return new Cost(unit, work, instructions, divisions, bytesRead, bytesWritten, true);
    }

    /** Bytes of the operands, which decide the level of memory that holds them. */
    public double footprint() {
        return inPlace ? Math.max(bytesRead, bytesWritten) : bytes();
    }

    /** Bytes read and written. */
    public double bytes() {
        return bytesRead + bytesWritten;
    }
}
