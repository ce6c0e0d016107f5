package org.icl4j.kernels;

import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import org.icl4j.kernels.InterceptedKernels.Call;
import org.icl4j.kernels.InterceptedKernels.Interception;

/**
 * A mistake in one kernel that has been made in one library or another.
 *
 * @param kernel the method it is in
 * @param mistake what happens in place of a call of that method; arguments are numbered as the method's
 */
record Mutant(String name, String kernel, Interception<float[]> mistake) {
    private static final int LANES = 16;

    boolean isIn(KernelCall<?> call) {
        return call.kernel().equals(kernel) || call.kernel().startsWith(kernel + " and ");
    }

    Kernels<float[]> plantedIn(Kernels<float[]> kernels) {
        return InterceptedKernels.of(
                kernels, call -> call.kernel().getName().equals(kernel) ? mistake.run(call) : call.proceed());
    }

    @Override
    public String toString() {
        return name;
    }

    static List<Mutant> all() {
        return List.of(
                new Mutant("softmax leaves the end of a row", "softmax", call -> leavingTails(call, 1)),
                new Mutant("gemm takes the end of a row from the row before", "gemm", Mutant::shiftedTails),
                new Mutant("addBias ignores the leading dimension", "addBias", Mutant::withoutLeadingDimension),
                new Mutant("add leaves the last matrix of a batch", "add", Mutant::withoutLastMatrix),
                new Mutant("silu writes to its input", "silu", Mutant::writingToInput),
                new Mutant("softmax without the maximum", "softmax", Mutant::softmaxWithoutMaximum),
                result("gelu loses NaN", "gelu", 2, y -> Double.isNaN(y) ? 0 : y),
                result("tanh overflows", "tanh", 1, y -> y == -1 ? 0 : y),
                new Mutant("max passes over NaN", "max", Mutant::maxWithoutNaN),
                argument("gemm ignores beta", "gemm", 3, beta -> 0.0),
                argument("gemm applies alpha twice", "gemm", 0, alpha -> (double) alpha * (double) alpha),
                argument("gemm reads a square A untransposed", "gemm", 1, Mutant::untransposedIfSquare),
                argument("sumRows ignores beta", "sumRows", 1, beta -> 0.0),
                new Mutant("layerNormBackward overwrites dBeta", "layerNormBackward", call -> overwriting(call, 7)),
                new Mutant("layerNorm divides by n - 1", "layerNorm", Mutant::layerNormOfSamples),
                new Mutant("softmaxBackward without the sum", "softmaxBackward", Mutant::softmaxBackwardWithoutSum),
                argument("adamW without bias correction", "adamW", 1, step -> 1_000_000L),
                argument("adamW without weight decay", "adamW", 0, Mutant::withoutDecay),
                argument("gelu in the other form", "gelu", 0, form -> form == Gelu.EXACT ? Gelu.TANH : Gelu.EXACT),
                new Mutant("gate swaps its inputs", "gate", call -> swapping(call, 1, 2)),
                argument("rotary pairs otherwise", "rotary", 0, Mutant::pairedOtherwise),
                new Mutant("attention swaps K and V", "attention", call -> swapping(call, 2, 3)),
                new Mutant("attention's queries see a key less", "attention", call -> seeing(call, -1)),
                new Mutant("attention's queries see a key more", "attention", call -> seeing(call, 1)),
                result("attention's logSumExp to base 2", "attention", 5, y -> y / Math.log(2)),
                result("attentionBackward without the scale in dq", "attentionBackward", 7, dq -> dq / 0.5),
                new Mutant("gru swaps gates", "gru", Mutant::swappedGates),
                new Mutant("rnnBackward overwrites dRecurrent", "rnnBackward", call -> overwriting(call, 5)),
                new Mutant("linearAttention forgets the state before", "linearAttention", call -> fromZero(call, 4)),
                new Mutant("diagonalScan forgets the state before", "diagonalScan", call -> fromZero(call, 1)),
                new Mutant("diagonalScanBackward a position late", "diagonalScanBackward", Mutant::aPositionLate),
                argument("selectiveScan swaps B and C", "selectiveScan", 0, Mutant::swappedBC),
                argument("selectiveScan without the skip", "selectiveScan", 0, Mutant::withoutSkip),
                new Mutant("selectiveScanBackward overwrites dA", "selectiveScanBackward", Mutant::overwritingDA),
                argument("crossEntropy counts what is ignored", "crossEntropy", 1, Mutant::ignoringNothing),
                argument(
                        "crossEntropyBackward counts what is ignored",
                        "crossEntropyBackward",
                        1,
                        Mutant::ignoringNothing),
                new Mutant("pack rounds to bf16", "pack", Mutant::packedInHalf));
    }

    /** The kernel is given another argument number {@code at}. */
    private static Mutant argument(String name, String kernel, int at, UnaryOperator<Object> change) {
        return new Mutant(name, kernel, call -> {
            Object[] arguments = call.arguments().clone();
            arguments[at] = change.apply(arguments[at]);
            return new Call<>(call.kernels(), call.kernel(), arguments).proceed();
        });
    }

    /** Each element of argument number {@code at} is changed when the kernel has ended. */
    private static Mutant result(String name, String kernel, int at, DoubleUnaryOperator change) {
        return new Mutant(name, kernel, call -> {
            call.proceed();
            float[] array = call.operand(at).array();
            forEach(call.operand(at), (index, b, i, j) -> array[index] = (float) change.applyAsDouble(array[index]));
            return null;
        });
    }

    private interface Element {
        void at(int index, int b, int i, int j);
    }

    private static void forEach(Matrix<float[]> m, Element body) {
        for (int b = 0; b < m.count(); b++) {
            for (int i = 0; i < m.rows(); i++) {
                for (int j = 0; j < m.cols(); j++) {
                    body.at(m.index(b, i, j), b, i, j);
                }
            }
        }
    }

    private static boolean isTail(Matrix<float[]> m, int j) {
        return m.cols() % LANES != 0 && j == m.cols() - 1;
    }

    private static Object leavingTails(Call<float[]> call, int at) throws Throwable {
        Matrix<float[]> y = call.operand(at);
        float[] before = y.array().clone();
        call.proceed();
        forEach(y, (index, b, i, j) -> y.array()[index] = isTail(y, j) ? before[index] : y.array()[index]);
        return null;
    }

    private static Object shiftedTails(Call<float[]> call) throws Throwable {
        call.proceed();
        Matrix<float[]> c = call.operand(4);
        float[] right = c.array().clone();
        forEach(c, (index, b, i, j) -> {
            if (isTail(c, j) && i > 0) {
                c.array()[index] = right[c.index(b, i - 1, j)];
            }
        });
        return null;
    }

    private static Object withoutLeadingDimension(Call<float[]> call) {
        Matrix<float[]> x = call.operand(0);
        Matrix<float[]> packed =
                Matrix.batch(x.array(), x.offset(), x.count(), x.stride(), x.rows(), x.cols(), x.cols());
        call.kernels().addBias(packed, call.operand(1));
        return null;
    }

    private static Object withoutLastMatrix(Call<float[]> call) {
        for (int b = 0; b < Math.max(1, call.operand(0).count() - 1); b++) {
            call.kernels()
                    .add(
                            call.operand(0).at(b),
                            call.operand(1).at(b),
                            call.operand(2).at(b));
        }
        return null;
    }

    private static Object writingToInput(Call<float[]> call) throws Throwable {
        call.proceed();
        return call.kernel().invoke(call.kernels(), call.operand(0), call.operand(0));
    }

    private static Object softmaxWithoutMaximum(Call<float[]> call) {
        Matrix<float[]> x = call.operand(0);
        Matrix<float[]> y = call.operand(1);
        for (int b = 0; b < x.count(); b++) {
            for (int i = 0; i < x.rows(); i++) {
                float sum = 0;
                for (int j = 0; j < x.cols(); j++) {
                    float exp = (float) Math.exp(x.array()[x.index(b, i, j)]);
                    y.array()[y.index(b, i, j)] = exp;
                    sum += exp;
                }
                for (int j = 0; j < x.cols(); j++) {
                    y.array()[y.index(b, i, j)] /= sum;
                }
            }
        }
        return null;
    }

    private static Object maxWithoutNaN(Call<float[]> call) {
        float[] largest = {Float.NEGATIVE_INFINITY};
        Matrix<float[]> x = call.operand(0);
        forEach(x, (index, b, i, j) -> largest[0] = x.array()[index] > largest[0] ? x.array()[index] : largest[0]);
        return (double) largest[0];
    }

    private static Object untransposedIfSquare(Object operand) {
        Matrix<?> a = (Matrix<?>) operand;
        return a.isTransposed() && a.rows() == a.cols() ? a.transposed() : a;
    }

    private static Object overwriting(Call<float[]> call, int at) throws Throwable {
        Matrix<float[]> sum = call.operand(at);
        forEach(sum, (index, b, i, j) -> sum.array()[index] = 0);
        return call.proceed();
    }

    private static Object layerNormOfSamples(Call<float[]> call) throws Throwable {
        call.proceed();
        Matrix<float[]> y = call.operand(4);
        float[] beta = call.operand(2).array();
        float factor = (float) Math.sqrt((y.cols() - 1.0) / y.cols());
        forEach(y, (index, b, i, j) -> {
            float shift = beta[call.operand(2).index(0, 0, j)];
            y.array()[index] = shift + factor * (y.array()[index] - shift);
        });
        return null;
    }

    private static Object softmaxBackwardWithoutSum(Call<float[]> call) {
        Matrix<float[]> y = call.operand(0);
        Matrix<float[]> dy = call.operand(1);
        Matrix<float[]> dx = call.operand(2);
        forEach(
                dx,
                (index, b, i, j) -> dx.array()[index] = y.array()[y.index(b, i, j)] * dy.array()[dy.index(b, i, j)]);
        return null;
    }

    private static Object withoutDecay(Object settings) {
        AdamW with = (AdamW) settings;
        return new AdamW(with.learningRate(), with.beta1(), with.beta2(), with.epsilon(), 0);
    }

    private static Object pairedOtherwise(Object heads) {
        Rotary rotary = (Rotary) heads;
        RotaryPairing other = Arrays.stream(RotaryPairing.values())
                .filter(pairing -> pairing != rotary.pairing())
                .findFirst()
                .orElseThrow();
        return new Rotary(rotary.nHeads(), other);
    }

    private static Object swapping(Call<float[]> call, int one, int other) throws Throwable {
        Object[] arguments = call.arguments().clone();
        arguments[one] = call.arguments()[other];
        arguments[other] = call.arguments()[one];
        return new Call<>(call.kernels(), call.kernel(), arguments).proceed();
    }

    /** Query by query, with {@code more} keys than it should see, as far as there are any. */
    private static Object seeing(Call<float[]> call, int more) {
        Matrix<float[]> q = call.operand(1);
        Matrix<float[]> k = call.operand(2);
        Matrix<float[]> v = call.operand(3);
        for (int i = 0; i < q.rows(); i++) {
            int keys = Math.min(k.rows(), k.rows() - q.rows() + i + 1 + more);
            call.kernels()
                    .attention(
                            (AttentionHeads) call.arguments()[0],
                            q.rows(i, i + 1),
                            k.rows(0, keys),
                            v.rows(0, keys),
                            call.operand(4).rows(i, i + 1),
                            call.operand(5).columns(i, i + 1));
        }
        return null;
    }

    /** The first two thirds of the inputs to the gates stand the other way round. */
    private static Object swappedGates(Call<float[]> call) throws Throwable {
        Matrix<float[]> gates = call.operand(4);
        call.proceed();
        float[] right = gates.array().clone();
        int width = gates.cols() / 4;
        forEach(gates, (index, b, i, j) -> {
            int from = j < width ? j + width : j < 2 * width ? j - width : j;
            gates.array()[index] = right[gates.index(b, i, from)];
        });
        return null;
    }

    private static Object fromZero(Call<float[]> call, int at) throws Throwable {
        Object[] arguments = call.arguments().clone();
        Matrix<float[]> initial = call.operand(at);
        arguments[at] = zeros(initial);
        return new Call<>(call.kernels(), call.kernel(), arguments).proceed();
    }

    private static Matrix<float[]> zeros(Matrix<float[]> like) {
        int size = like.rows() * like.cols();
        return Matrix.batch(
                new float[like.count() * size], 0, like.count(), size, like.rows(), like.cols(), like.cols());
    }

    /** The gradient of each input is that of the one before. */
    private static Object aPositionLate(Call<float[]> call) throws Throwable {
        call.proceed();
        Matrix<float[]> dX = call.operand(4);
        float[] right = dX.array().clone();
        forEach(dX, (index, b, i, j) -> dX.array()[index] = right[dX.index(b, Math.max(0, i - 1), j)]);
        return null;
    }

    @SuppressWarnings("unchecked")
    private static SelectiveScan<float[]> scan(Object operands) {
        return (SelectiveScan<float[]>) operands;
    }

    private static Object swappedBC(Object operands) {
        SelectiveScan<float[]> s = scan(operands);
        return new SelectiveScan<>(s.x(), s.delta(), s.a(), s.c(), s.b(), s.skip(), s.initial());
    }

    private static Object withoutSkip(Object operands) {
        SelectiveScan<float[]> s = scan(operands);
        return new SelectiveScan<>(s.x(), s.delta(), s.a(), s.b(), s.c(), zeros(s.skip()), s.initial());
    }

    private static Object overwritingDA(Call<float[]> call) throws Throwable {
        Matrix<float[]> dA = scan(call.arguments()[3]).a();
        forEach(dA, (index, b, i, j) -> dA.array()[index] = 0);
        return call.proceed();
    }

    private static Object ignoringNothing(Object targets) {
        Targets given = (Targets) targets;
        int[] array =
                Arrays.stream(given.array()).map(target -> Math.max(0, target)).toArray();
        return new Targets(array, given.offset());
    }

    /** Where f32 is asked for. */
    private static Object packedInHalf(Call<float[]> call) throws Throwable {
        return call.arguments().length == 1 && call.arguments()[0] instanceof Matrix<?>
                ? call.kernels().pack(call.operand(0), WeightType.BF16)
                : call.proceed();
    }
}
