package org.icl4j.kernels;

import static org.icl4j.kernels.Reference.assertClose;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.DoubleSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.icl4j.kernels.KernelCall.Slot;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What changes of the operands must do to the results, whatever these are: no oracle is needed. Products are of small whole
 * numbers, of which all sums are exact, so that equal means equal bits.
 */
@ExtendWith(CaseReport.class)
class MetamorphicTest {
    private static final int ROUNDS = 10;

    private final RandomGenerator random = TestSeed.random("metamorphic");

    private double whole() {
        return random.nextInt(-8, 9);
    }

    private <A> Operand<A> operand(Tested<A> tested, int rows, int cols, DoubleSupplier values) {
        return Operand.matrix(tested.precision(), rows, cols, values);
    }

    private <A> Operand<A> product(Tested<A> tested, Kernels<A> kernels, Matrix<A> a, Matrix<A> b) {
        Operand<A> c = operand(tested, a.rows(), b.cols(), () -> Double.NaN);
        kernels.gemm(1, a, b, 0, c.view);
        return c;
    }

    private static void assertSame(Operand<?> expected, Operand<?> actual, double factor, String what) {
        for (int b = 0; b < expected.view.count(); b++) {
            for (int i = 0; i < expected.view.rows(); i++) {
                for (int j = 0; j < expected.view.cols(); j++) {
                    String where = what + " [" + b + ", " + i + ", " + j + "], " + TestSeed.hint();
                    assertEquals(factor * expected.get(b, i, j), actual.get(b, i, j), where);
                }
            }
        }
    }

    /** A·(B + C) = A·B + A·C, also where the second is added by β = 1; A·I = A = I·A; (A·B)ᵀ = Bᵀ·Aᵀ. */
    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyProvider")
    <A> void products(Tested<A> tested) {
        try (Kernels<A> kernels = tested.open(2)) {
            for (int round = 0; round < ROUNDS; round++) {
                int m = random.nextInt(1, 60);
                int n = random.nextInt(1, 60);
                int k = random.nextInt(1, 300);
                String what = tested + " " + m + "x" + n + "x" + k;
                Operand<A> a = operand(tested, m, k, this::whole);
                Operand<A> b = operand(tested, k, n, this::whole);
                Operand<A> c = operand(tested, k, n, this::whole);
                Operand<A> sum = operand(tested, k, n, () -> Double.NaN);
                sum.fill((x, i, j) -> b.get(0, i, j) + c.get(0, i, j));
                Operand<A> ab = product(tested, kernels, a.view, b.view);
                Operand<A> both = ab.copy();
                kernels.gemm(1, a.view, c.view, 1, both.view);
                assertSame(both, product(tested, kernels, a.view, sum.view), 1, what + " A(B + C)");
                Operand<A> one = operand(tested, k, k, () -> 0);
                one.fill((x, i, j) -> i == j ? 1 : 0);
                assertSame(a, product(tested, kernels, a.view, one.view), 1, what + " A·I");
                assertSame(b, product(tested, kernels, one.view, b.view), 1, what + " I·B");
                Operand<A> turned = operand(tested, m, n, () -> Double.NaN);
                kernels.gemm(1, b.view.transposed(), a.view.transposed(), 0, turned.view.transposed());
                assertSame(ab, turned, 1, what + " transposed");
                tested.count(4);
            }
        }
    }

    /** Kernels that are linear in some operands: times a power of two, and so is what is listed behind the arrow, to the bit. */
    private static final List<String> LINEAR = List.of(
            "gemm: A C > C",
            "pack and gemm: A C > C",
            "pack and gemm with stored weights: A C > C",
            "addBias: x bias > x",
            "sumRows: x sum > sum",
            "softmaxBackward: dy > dx",
            "layerNormBackward: dy dGamma dBeta > dx dGamma dBeta",
            "rmsNormBackward: dy dGamma > dx dGamma",
            "relu: x > y",
            "reluBackward: dy > dx",
            "geluBackward: dy > dx",
            "tanhBackward: z > y",
            "sigmoidBackward: z > y",
            "siluBackward: z > y",
            "softplusBackward: z > y",
            "add: x z > y",
            "gate: x > y",
            "gateBackward: dy > dx dg",
            "attention: v > out",
            "attention with bias: v > out",
            "attentionBackward: dOut > dq dk dv",
            "attentionBackward with bias: dOut > dq dk dv",
            "rotary: x > y",
            "rotaryBackward: dy > dx",
            "linearAttention: v initial > out last",
            "linearAttentionBackward: dOut dLast > dq dk dv dInitial",
            "linearSelfAttention: p > values out",
            "linearSelfAttentionBackward: dOut dP > dP dV",
            "rnnBackward: dH dRecurrent > dPre dRecurrent dInitial",
            "gruBackward: dH dRecurrent dBias > dPre dRecurrent dBias dInitial",
            "diagonalScan: initial x > h",
            "diagonalScanBackward: dH dA > dX dA dInitial",
            "selectiveScan: x initial > y last",
            "selectiveScanBackward: dY dLast d-a d-skip > d-x d-delta d-a d-b d-c d-skip d-initial",
            "crossEntropyBackward: dLosses > dLogits");

    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyProvider")
    <A> void scaling(Tested<A> tested) {
        Set<String> unused = new HashSet<>(LINEAR);
        try (Kernels<A> kernels = tested.open(2)) {
            for (KernelCall<A> call : KernelCall.<A>all(2, 7, 40)) {
                for (String linear : LINEAR) {
                    String kernel = linear.substring(0, linear.indexOf(':'));
                    if (call.kernel().equals(kernel)) {
                        scaling(tested, kernels, call, linear);
                        unused.remove(linear);
                    }
                }
            }
        }
        assertEquals(Set.of(), unused, "kernels that are not");
    }

    private <A> void scaling(Tested<A> tested, Kernels<A> kernels, KernelCall<A> call, String linear) {
        double factor = Math.scalb(1, random.nextInt(1, 20));
        Set<String> inputs = Set.of(
                linear.substring(linear.indexOf(':') + 2, linear.indexOf(" >")).split(" "));
        Set<String> outputs = Set.of(linear.substring(linear.indexOf('>') + 2).split(" "));
        List<Operand<A>> before = new ArrayList<>();
        List<Operand<A>> scaled = new ArrayList<>();
        for (Slot slot : call.slots()) {
            Operand<A> operand =
                    Operand.batch(tested.precision(), slot.count(), slot.rows(), slot.cols(), random::nextGaussian);
            before.add(operand);
            scaled.add(operand.copy());
            if (inputs.contains(slot.name())) {
                scaled.getLast().fill((b, i, j) -> factor * operand.get(b, i, j));
            }
        }
        call.body().run(kernels, views(before));
        call.body().run(kernels, views(scaled));
        for (int i = 0; i < before.size(); i++) {
            Slot slot = call.slots().get(i);
            if (slot.isOutput()) {
                double times = outputs.contains(slot.name()) ? factor : 1;
                assertSame(before.get(i), scaled.get(i), times, tested + " " + call + " " + slot.name());
            }
        }
        tested.count(1);
    }

    private static <A> List<Matrix<A>> views(List<Operand<A>> operands) {
        return operands.stream().map(operand -> operand.view).toList();
    }

    /** A query that sees all keys does not care in which order they stand. */
    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    <A> void keysInAnyOrder(Tested<A> tested) {
        try (Kernels<A> kernels = tested.open(2)) {
            for (int nKeys : new int[] {1, 2, 40, 64, 65, 200}) {
                AttentionHeads heads =
                        AttentionHeads.scaled(4, 17).withKeyHeads(2).withSoftCap(3);
                Operand<A> bias = AttentionKernelsCase.bias(tested.precision(), 4, 1, nKeys, random);
                Operand<A> q = Operand.batch(tested.precision(), 2, 1, 4 * 17, random::nextGaussian);
                Operand<A> k = Operand.batch(tested.precision(), 2, nKeys, 2 * 17, random::nextGaussian);
                Operand<A> v = Operand.batch(tested.precision(), 2, nKeys, 2 * 17, random::nextGaussian);
                Operand<A> out = q.copy();
                Operand<A> logSumExp = Operand.batch(tested.precision(), 2, 4, 1, () -> Double.NaN);
                kernels.attention(heads, Optional.of(bias.view), q.view, k.view, v.view, out.view, logSumExp.view);
                List<Integer> order =
                        new ArrayList<>(IntStream.range(0, nKeys).boxed().toList());
                Collections.shuffle(order, Random.from(random));
                Operand<A> turnedBias = bias.copy();
                turnedBias.fill((h, i, j) -> bias.get(h, i, order.get(j)));
                Operand<A> turnedK = k.copy();
                turnedK.fill((b, j, d) -> k.get(b, order.get(j), d));
                Operand<A> turnedV = v.copy();
                turnedV.fill((b, j, d) -> v.get(b, order.get(j), d));
                Operand<A> turnedOut = q.copy();
                kernels.attention(
                        heads,
                        Optional.of(turnedBias.view),
                        q.view,
                        turnedK.view,
                        turnedV.view,
                        turnedOut.view,
                        logSumExp.view);
                double largest = v.largest();
                assertClose(
                        out.widened(),
                        turnedOut,
                        (b, i, j) -> 32 * tested.precision().epsilon() * largest,
                        tested + " " + nKeys + " keys in another order");
                tested.count(1);
            }
        }
    }
}
