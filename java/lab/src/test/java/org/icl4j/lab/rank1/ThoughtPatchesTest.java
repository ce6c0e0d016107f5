package org.icl4j.lab.rank1;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.task.Prompts;
import org.icl4j.lab.task.TaskSeed;
import org.icl4j.transformer.block.ContextualBlock;
import org.icl4j.transformer.block.ContextualBlockConfig;
import org.icl4j.transformer.tensor.RandomStream;
import org.icl4j.transformer.tensor.Tensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class ThoughtPatchesTest {
    private static final Kernels<double[]> F64 =
            Kernels.open(Precision.F64, KernelOptions.defaults().provider("scalar"));
    private static final ContextualBlockConfig CONFIG = new ContextualBlockConfig(3, 6, 2, 5);
    private static final int EXAMPLES = 4;
    private static final int QUERIES = 8;
    private static final String SEED = "-Dtests.seed=" + TaskSeed.SEED;

    private final ContextualBlock<double[]> block =
            new ContextualBlock<>(CONFIG, F64, ContextualBlock.initialize(CONFIG, Precision.F64, TaskSeed.SEED));
    private final PatchedBlock<double[]> patching = new PatchedBlock<>(block, new RankOneUpdate());
    private final Prompts<double[]> prompts = oneContext();
    private final ThoughtPatches<double[]> patches = new ThoughtPatches<>(patching, prompts);
    private final Tensor<double[]> a = block.context(prompts.queries().tokens());
    private final Tensor<double[]> withContext = block.context(prompts.tokens());

    @AfterAll
    static void close() {
        F64.close();
    }

    /** The same random examples before random queries, whose last component is 0. */
    private static Prompts<double[]> oneContext() {
        Tensor<double[]> tokens = Tensor.zeros(Precision.F64, QUERIES, EXAMPLES + 1, 3);
        RandomStream.of(TaskSeed.SEED, "thoughts", 0, 0).fillGaussian(tokens, 1);
        for (int q = 0; q < QUERIES; q++) {
            System.arraycopy(tokens.array(), 0, tokens.array(), tokens.index(q, 0, 0), EXAMPLES * 3);
            tokens.set(tokens.index(q, EXAMPLES, 2), 0);
        }
        return new Prompts<>(tokens, new double[QUERIES]);
    }

    private static Tensor<double[]> weight(ContextualBlock<double[]> of) {
        return of.parameters().get(ContextualBlock.MLP_WEIGHT);
    }

    /** W·v, plus what is in the bias. */
    private static double[] preActivation(ContextualBlock<double[]> of, Tensor<double[]> v) {
        Tensor<double[]> w = weight(of);
        double[] z = of.parameters().get(ContextualBlock.MLP_BIAS).array().clone();
        for (int i = 0; i < z.length; i++) {
            for (int j = 0; j < v.size(); j++) {
                z[i] += w.get(w.index(i, j)) * v.get(j);
            }
        }
        return z;
    }

    private void assertServes(ContextualBlock<double[]> patched, int query) {
        assertArrayEquals(
                preActivation(block, withContext.row(query)), preActivation(patched, a.row(query)), 1e-10, SEED);
    }

    /** Queries (x, 0) with two numbers in x span two directions, whatever the width. */
    @Test
    void rankIsThatOfTheQueries() {
        assertEquals(1, patches.rank(1));
        assertEquals(2, patches.rank(2));
        assertEquals(2, patches.rank(QUERIES));
    }

    /** Of one query every kind is exact for it, and least squares is the theorem's update. */
    @Test
    void oneQueryIsServedExactly() {
        assertServes(patches.vector(1), 0);
        assertServes(patches.leastSquares(1), 0);
        assertServes(patches.scaled(patches.sums(List.of(1)).getFirst(), 1), 0);
        double[] update = weight(patches.leastSquares(1)).minus(weight(block)).array();
        assertArrayEquals(patching.update(prompts, 0, 0, EXAMPLES).array(), update, 1e-10, SEED);
    }

    @Test
    void leastSquaresServesAsManyQueriesAsTheRank() {
        assertServes(patches.leastSquares(2), 0);
        assertServes(patches.leastSquares(2), 1);
    }

    /** More queries than that are served as well as may be: what is left is orthogonal to the a_t. */
    @Test
    void leastSquaresIsTheBest() {
        ContextualBlock<double[]> patched = patches.leastSquares(QUERIES);
        int hidden = CONFIG.dMlp();
        double[][] left = new double[hidden][CONFIG.dModel()];
        double size = 0;
        for (int t = 0; t < QUERIES; t++) {
            double[] wanted = preActivation(block, withContext.row(t));
            double[] got = preActivation(patched, a.row(t));
            for (int i = 0; i < hidden; i++) {
                size += Math.abs(wanted[i] - got[i]);
                for (int j = 0; j < CONFIG.dModel(); j++) {
                    left[i][j] += (wanted[i] - got[i]) * a.get(a.index(t, j));
                }
            }
        }
        for (double[] row : left) {
            assertArrayEquals(new double[row.length], row, 1e-10, SEED);
        }
        assertEquals(true, size > 1e-3, "softmax is not linear, so something is left; " + SEED);
    }

    @Test
    void thoughtVectorIsTheMean() {
        double[] first = preActivation(block, withContext.row(0).minus(a.row(0)));
        double[] second = preActivation(block, withContext.row(1).minus(a.row(1)));
        double[] bias =
                patches.vector(2).parameters().get(ContextualBlock.MLP_BIAS).array();
        for (int i = 0; i < bias.length; i++) {
            assertEquals((first[i] + second[i]) / 2, bias[i], 1e-12, SEED);
        }
    }

    @Test
    void sumsAreOfTheFirstUpdates() {
        Tensor<double[]> sum = patching.update(prompts, 0, 0, EXAMPLES);
        List<Tensor<double[]>> sums = patches.sums(List.of(1, 3));
        assertArrayEquals(sum.array(), sums.getFirst().array(), 1e-12, SEED);
        sum = sum.plus(patching.update(prompts, 1, 0, EXAMPLES)).plus(patching.update(prompts, 2, 0, EXAMPLES));
        assertArrayEquals(sum.array(), sums.getLast().array(), 1e-12, SEED);
        double[] scaled = weight(patches.scaled(sum, 0.5)).minus(weight(block)).array();
        for (int i = 0; i < scaled.length; i++) {
            assertEquals(sum.get(i) / 2, scaled[i], 1e-12, SEED);
        }
    }
}
