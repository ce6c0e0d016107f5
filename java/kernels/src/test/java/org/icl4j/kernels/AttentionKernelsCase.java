package org.icl4j.kernels;

import static org.icl4j.kernels.Reference.assertClose;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** The operands of a forward and a backward call of attention, and whether their results keep the documented bounds. */
final class AttentionKernelsCase<A> {
    /** Of the output, in units of ε·max|v|: what 4e-6 is in f32. */
    private static final double OUT_BOUND = 4e-6 / 0x1p-23;

    /** In units of ε·(1 + |logSumExp|). */
    private static final double LOG_SUM_EXP_BOUND = 16;

    /** In units of ε·G, with G as {@link AttentionKernels#attentionBackward} has it. */
    private static final double GRADIENT_BOUND = 40;

    final AttentionHeads heads;
    final Operand<A> q;
    final Operand<A> k;
    final Operand<A> v;
    final Operand<A> out;
    final Operand<A> logSumExp;
    final Operand<A> dOut;
    final Operand<A> dq;
    final Operand<A> dk;
    final Operand<A> dv;
    private final Precision<A> precision;
    private final Optional<Operand<A>> bias;
    private final int dHead;
    private final List<Group> checked = new ArrayList<>();

    /** A head of keys of entry b, and the heads of queries that share it. */
    private record Group(int b, int keyHead) {}

    /**
     * Gaussian numbers, those of queries and keys times {@code size}.
     *
     * @param bias [1 or nHeads, nQueries, nKeys]
     */
    AttentionKernelsCase(
            Precision<A> precision,
            AttentionHeads heads,
            int batch,
            int nQueries,
            int nKeys,
            int dHead,
            Optional<Operand<A>> bias,
            double size,
            RandomGenerator random) {
        this.precision = precision;
        this.heads = heads;
        this.bias = bias;
        this.dHead = dHead;
        int width = heads.nHeads() * dHead;
        int keyWidth = heads.nKeyHeads() * dHead;
        q = Operand.batch(precision, batch, nQueries, width, () -> size * random.nextGaussian());
        k = Operand.batch(precision, batch, nKeys, keyWidth, () -> size * random.nextGaussian());
        v = Operand.batch(precision, batch, nKeys, keyWidth, random::nextGaussian);
        out = Operand.batch(precision, batch, nQueries, width, () -> Double.NaN);
        logSumExp = Operand.batch(precision, batch, heads.nHeads(), nQueries, () -> Double.NaN);
        dOut = Operand.batch(precision, batch, nQueries, width, random::nextGaussian);
        dq = Operand.batch(precision, batch, nQueries, width, () -> Double.NaN);
        dk = Operand.batch(precision, batch, nKeys, keyWidth, () -> Double.NaN);
        dv = Operand.batch(precision, batch, nKeys, keyWidth, () -> Double.NaN);
        for (int b = 0; b < batch; b++) {
            for (int keyHead = 0; keyHead < heads.nKeyHeads(); keyHead++) {
                checked.add(new Group(b, keyHead));
            }
        }
    }

    /** Random heads, of which a third each is capped, windowed and biased, some biases being −∞ but never at a query's own key. */
    static <A> AttentionKernelsCase<A> random(
            Precision<A> precision,
            AttentionHeads plain,
            int batch,
            int nQueries,
            int nKeys,
            int dHead,
            RandomGenerator random) {
        AttentionHeads heads = plain;
        if (random.nextInt(3) == 0) {
            heads = heads.withSoftCap(random.nextDouble(0.5, 5));
        }
        if (random.nextInt(3) == 0) {
            heads = heads.withWindow(1 + random.nextInt(Math.max(80, nKeys)));
        }
        Optional<Operand<A>> bias = Optional.empty();
        if (random.nextInt(3) == 0) {
            bias = Optional.of(bias(precision, random.nextBoolean() ? 1 : heads.nHeads(), nQueries, nKeys, random));
        }
        return new AttentionKernelsCase<>(precision, heads, batch, nQueries, nKeys, dHead, bias, 1, random);
    }

    /** Numbers of which a fifth is −∞, but never a query's own key. */
    static <A> Operand<A> bias(Precision<A> precision, int count, int nQueries, int nKeys, RandomGenerator random) {
        Operand<A> bias = Operand.batch(precision, count, nQueries, nKeys, () -> 0);
        bias.fill((h, i, j) -> {
            boolean isOwn = j == nKeys - nQueries + i;
            return isOwn ? 0.5 : random.nextInt(5) == 0 ? Double.NEGATIVE_INFINITY : random.nextGaussian();
        });
        return bias;
    }

    /** Checks {@code groups} heads of keys only, whose cost is that of the specification. */
    AttentionKernelsCase<A> sampled(int groups, RandomGenerator random) {
        while (checked.size() > groups) {
            checked.remove(random.nextInt(checked.size()));
        }
        return this;
    }

    void forward(Kernels<A> kernels) {
        kernels.attention(heads, given(bias), q.view, k.view, v.view, out.view, logSumExp.view);
    }

    void backward(Kernels<A> kernels) {
        kernels.attentionBackward(
                heads,
                given(bias),
                q.view,
                k.view,
                v.view,
                out.view,
                logSumExp.view,
                dOut.view,
                dq.view,
                dk.view,
                dv.view);
    }

    private static <E> Optional<Matrix<E>> given(Optional<Operand<E>> bias) {
        return bias.map(operand -> operand.view);
    }

    @Override
    public String toString() {
        return precision + " " + heads + " q=" + q.view.shape() + " k=" + k.view.shape() + " bias="
                + bias.map(operand -> operand.view.shape());
    }

    /** Both passes. */
    void check(Kernels<A> kernels, String provider) {
        forward(kernels);
        checkForward(provider);
        backward(kernels);
        checkBackward(provider);
    }

    void checkForward(String provider) {
        String what = provider + " " + this;
        Wide wide = new Wide();
        checked.forEach(wide::forward);
        double eps = precision.epsilon();
        assertClose(wide.out, out, (b, i, j) -> OUT_BOUND * eps * largestValue(b, i, j), what + " out");
        assertClose(
                wide.logSumExp,
                logSumExp,
                (b, h, i) -> LOG_SUM_EXP_BOUND * eps * (1 + Math.abs(wide.logSumExp.get(b, h, i))),
                what + " logSumExp");
        List.of(q, k, v).forEach(input -> input.assertUnchanged(what));
        bias.ifPresent(given -> given.assertUnchanged(what));
        List.of(out, logSumExp).forEach(output -> output.assertGapsUntouched(what));
    }

    /** For the results of the forward pass as they are. */
    void checkBackward(String provider) {
        String what = provider + " " + this;
        Wide wide = new Wide();
        checked.forEach(wide::backward);
        double unit = GRADIENT_BOUND * precision.epsilon();
        Wide gauge = new Wide().gauge();
        assertClose(wide.dq, dq, (b, i, j) -> unit * gauge.dq.get(b, i, j), what + " dq");
        assertClose(wide.dk, dk, (b, i, j) -> unit * gauge.dk.get(b, i, j), what + " dk");
        assertClose(wide.dv, dv, (b, i, j) -> unit * gauge.dv.get(b, i, j), what + " dv");
        List.of(q, k, v, dOut).forEach(input -> input.assertUnchanged(what));
        List.of(dq, dk, dv).forEach(output -> output.assertGapsUntouched(what));
    }

    private int last(int i) {
        return k.view.rows() - q.view.rows() + i;
    }

    private int first(int i) {
        return heads.firstSeen(last(i));
    }

    /** The largest |v| of those that element (i, j) of the output is a mean of. */
    private double largestValue(int b, int i, int j) {
        int column = j / dHead / heads.groupSize() * dHead + j % dHead;
        double largest = 0;
        for (int key = first(i); key <= last(i); key++) {
            largest = Math.max(largest, Math.abs(v.get(b, key, column)));
        }
        return largest;
    }

    /** The same operands in double, of which some results are replaced by the specification's. */
    private final class Wide {
        final Optional<Operand<double[]>> bias = AttentionKernelsCase.this.bias.map(Operand::widened);
        final Operand<double[]> q = AttentionKernelsCase.this.q.widened();
        final Operand<double[]> k = AttentionKernelsCase.this.k.widened();
        final Operand<double[]> v = AttentionKernelsCase.this.v.widened();
        final Operand<double[]> out = AttentionKernelsCase.this.out.widened();
        final Operand<double[]> logSumExp = AttentionKernelsCase.this.logSumExp.widened();
        final Operand<double[]> dOut = AttentionKernelsCase.this.dOut.widened();
        final Operand<double[]> dq = AttentionKernelsCase.this.dq.widened();
        final Operand<double[]> dk = AttentionKernelsCase.this.dk.widened();
        final Operand<double[]> dv = AttentionKernelsCase.this.dv.widened();
        private final AttentionHeads group =
                new AttentionHeads(heads.groupSize(), 1, heads.scale(), heads.softCap(), heads.window());

        private Matrix<double[]> queries(Operand<double[]> m, Group of) {
            int width = heads.groupSize() * dHead;
            return m.view.at(of.b).columns(of.keyHead * width, (of.keyHead + 1) * width);
        }

        private Matrix<double[]> keys(Operand<double[]> m, Group of) {
            return m.view.at(of.b).columns(of.keyHead * dHead, (of.keyHead + 1) * dHead);
        }

        private Matrix<double[]> logSumExp(Group of) {
            int first = of.keyHead * heads.groupSize();
            return logSumExp.view.at(of.b).rows(first, first + heads.groupSize());
        }

        private Optional<Matrix<double[]>> bias(Group of) {
            return given(bias).map(m -> {
                int first = m.count() == 1 ? 0 : of.keyHead * heads.groupSize();
                int count = m.count() == 1 ? 1 : heads.groupSize();
                return Matrix.batch(
                        m.array(), m.offset() + first * m.stride(), count, m.stride(), m.rows(), m.cols(), m.ld());
            });
        }

        void forward(Group of) {
            Reference.KERNELS.attention(
                    group, bias(of), queries(q, of), keys(k, of), keys(v, of), queries(out, of), logSumExp(of));
        }

        void backward(Group of) {
            Reference.KERNELS.attentionBackward(
                    group,
                    bias(of),
                    queries(q, of),
                    keys(k, of),
                    keys(v, of),
                    queries(out, of),
                    logSumExp(of),
                    queries(dOut, of),
                    queries(dq, of),
                    keys(dk, of),
                    keys(dv, of));
        }

        /** What the bound of the gradients is in proportion to, in place of the gradients. */
        Wide gauge() {
            List.of(dq, dk, dv).forEach(gradient -> Arrays.fill(gradient.view.array(), 0));
            for (Group of : checked) {
                for (int member = 0; member < heads.groupSize(); member++) {
                    for (int i = 0; i < q.view.rows(); i++) {
                        gauge(of.b, of.keyHead * heads.groupSize() + member, i);
                    }
                }
            }
            return this;
        }

        private void gauge(int b, int h, int i) {
            int qAt = q.view.index(b, i, h * dHead);
            int dOutAt = dOut.view.index(b, i, h * dHead);
            int outAt = out.view.index(b, i, h * dHead);
            int dqAt = dq.view.index(b, i, h * dHead);
            for (int j = first(i); j <= last(i); j++) {
                int column = h / heads.groupSize() * dHead;
                int kAt = k.view.index(b, j, column);
                int vAt = v.view.index(b, j, column);
                double p = Math.exp(score(h, i, j, qAt, kAt) - logSumExp.get(b, h, i));
                double change = 0;
                for (int d = 0; d < dHead; d++) {
                    double size = Math.abs(v.view.array()[vAt + d])
                            + Math.abs(out.view.array()[outAt + d]);
                    change += p * Math.abs(heads.scale() * dOut.view.array()[dOutAt + d]) * size;
                }
                for (int d = 0; d < dHead; d++) {
                    dq.view.array()[dqAt + d] += change * Math.abs(k.view.array()[kAt + d]);
                    dk.view.array()[dk.view.index(b, j, column + d)] += change * Math.abs(q.view.array()[qAt + d]);
                    dv.view.array()[dv.view.index(b, j, column + d)] +=
                            p * Math.abs(dOut.view.array()[dOutAt + d]);
                }
            }
        }

        private double score(int h, int i, int j, int qAt, int kAt) {
            double product = 0;
            for (int d = 0; d < dHead; d++) {
                product += q.view.array()[qAt + d] * k.view.array()[kAt + d];
            }
            double s = heads.scale() * product;
            double capped = heads.isCapped() ? heads.softCap() * Math.tanh(s / heads.softCap()) : s;
            return bias.isEmpty()
                    ? capped
                    : capped + bias.get().get(bias.get().view.count() == 1 ? 0 : h, i, j);
        }
    }
}
