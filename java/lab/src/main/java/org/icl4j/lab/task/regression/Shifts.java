package org.icl4j.lab.task.regression;

import java.util.Arrays;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.QRDecomposition;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.SingularValueDecomposition;
import org.icl4j.lab.task.probability.Draws;
import org.icl4j.transformer.tensor.RandomStream;

/**
 * Prompts of another law than a model was trained on (Garg et al. 2022, Section 4.2 and its code, {@code eval.py}). Each is a class of
 * functions again, so shifts can be put on one another; function and unshifted inputs are those that the class itself draws from
 * the same stream. Where a shift tells the query from the examples, the query is the last point.
 *
 * <p>The error of answering 0 follows the scale of the inputs and of the function; for the other shifts it is that of the class, which is
 * exact where the law of the functions is invariant under rotations.
 */
public final class Shifts {
    private Shifts() {}

    /**
     * All inputs times {@code factor}.
     *
     * @throws IllegalArgumentException if {@code factor} is not finite and above 0
     */
    public static FunctionClass scaledInputs(FunctionClass functions, double factor) {
        Requirements.positive("factor", factor);
        return mapped(functions, factor, (xs, random) -> {
            for (double[] x : xs) {
                Vectors.add(factor - 1, x.clone(), x);
            }
        });
    }

    /**
     * Values and labels, before their noise, times {@code factor}: for linear functions a scaled ω.
     *
     * @throws IllegalArgumentException if {@code factor} is not finite and above 0
     */
    public static FunctionClass scaledFunctions(FunctionClass functions, double factor) {
        Requirements.positive("factor", factor);
        return new Shifted(functions, Shifted.UNMOVED, 1, factor, functions.noise());
    }

    /**
     * Labels with normal noise of another standard deviation.
     *
     * @throws IllegalArgumentException if {@code noise} is not finite and at least 0
     */
    public static FunctionClass noisyLabels(FunctionClass functions, double noise) {
        Requirements.noise(noise);
        return new Shifted(functions, Shifted.UNMOVED, 1, 1, noise);
    }

    /**
     * Inputs S·x, where the symmetric S has eigenvalues in proportion to 1, 1/2, …, 1/d along random axes that depend on {@code seed}
     * alone, and E‖S·x‖² = d for x ~ N(0, I): eigenvalues of the covariance fall as 1/i².
     */
    public static FunctionClass skewed(FunctionClass functions, long seed) {
        double[] eigenvalues = new double[functions.nDims()];
        for (int i = 0; i < eigenvalues.length; i++) {
            eigenvalues[i] = 1.0 / (i + 1);
        }
        return stretched(functions, seed, eigenvalues);
    }

    /**
     * Inputs in a random subspace of ⌊d/2⌋ dimensions that depends on {@code seed} alone, E‖x‖² = d.
     *
     * @throws IllegalArgumentException if d is 1
     */
    public static FunctionClass halfSubspace(FunctionClass functions, long seed) {
        double[] eigenvalues = new double[functions.nDims()];
        if (eigenvalues.length < 2) {
            throw new IllegalArgumentException("half of nDims=1: must be at least 2");
        }
        Arrays.fill(eigenvalues, 0, eigenvalues.length / 2, 1);
        return stretched(functions, seed, eigenvalues);
    }

    private static FunctionClass stretched(FunctionClass functions, long seed, double[] eigenvalues) {
        int nDims = eigenvalues.length;
        RandomStream random = RandomStream.of(seed, "axes of inputs", 0, 0);
        RealMatrix normal = new Array2DRowRealMatrix(nDims, nDims);
        for (int i = 0; i < nDims; i++) {
            normal.setRow(i, Draws.gaussians(random, nDims));
        }
        RealMatrix axes = new QRDecomposition(normal).getQ();
        double norm = Math.sqrt(nDims / Vectors.dot(eigenvalues, eigenvalues));
        RealMatrix stretch = new Array2DRowRealMatrix(nDims, nDims);
        for (int i = 0; i < nDims; i++) {
            double[] axis = axes.getColumn(i);
            stretch =
                    stretch.add(column(axis).multiply(column(axis).transpose()).scalarMultiply(norm * eigenvalues[i]));
        }
        RealMatrix fixed = stretch;
        return mapped(functions, 1, (xs, unused) -> {
            for (double[] x : xs) {
                System.arraycopy(fixed.operate(x), 0, x, 0, nDims);
            }
        });
    }

    private static RealMatrix column(double[] values) {
        return new Array2DRowRealMatrix(values);
    }

    /**
     * The query made orthogonal to all examples, of the length that it had: nothing in the prompt says anything about a linear
     * function there.
     *
     * <p>Sampling throws an IllegalArgumentException if there are as many examples as active dimensions or more.
     */
    public static FunctionClass orthogonalQuery(FunctionClass functions) {
        return mapped(functions, 1, (xs, unused) -> {
            if (xs.length > 1) {
                makeLastOrthogonal(xs);
            }
        });
    }

    private static void makeLastOrthogonal(double[][] xs) {
        double[] query = xs[xs.length - 1];
        double length = Math.sqrt(Vectors.dot(query, query));
        RealMatrix examples = new Array2DRowRealMatrix(Arrays.copyOf(xs, xs.length - 1));
        SingularValueDecomposition svd = new SingularValueDecomposition(examples);
        RealMatrix directions = svd.getV();
        for (int i = 0; i < svd.getRank(); i++) {
            double[] direction = directions.getColumn(i);
            Vectors.add(-Vectors.dot(direction, query), direction, query);
        }
        double left = Math.sqrt(Vectors.dot(query, query));
        if (!(left > 1e-10 * length)) {
            throw new IllegalArgumentException("query orthogonal to " + (xs.length - 1) + " examples which span rank "
                    + svd.getRank() + ": there must be fewer than active dimensions");
        }
        Vectors.add(length / left - 1, query.clone(), query);
    }

    /** The query is one of the examples' inputs, any of them alike; a prompt of one point stays as it is. */
    public static FunctionClass repeatedQuery(FunctionClass functions) {
        return mapped(functions, 1, (xs, random) -> {
            int examples = xs.length - 1;
            if (examples > 0) {
                xs[examples] = xs[random.nextInt(examples)].clone();
            }
        });
    }

    /** The examples' inputs in one random orthant, a sign for each coordinate; the query anywhere. */
    public static FunctionClass orthant(FunctionClass functions) {
        return mapped(functions, 1, (xs, random) -> {
            boolean[] negative = signs(xs, random);
            for (int i = 0; i < xs.length - 1; i++) {
                moveTo(negative, false, xs[i]);
            }
        });
    }

    /** The examples' inputs in one random orthant, the query in the opposite one. */
    public static FunctionClass oppositeOrthant(FunctionClass functions) {
        return mapped(functions, 1, (xs, random) -> {
            boolean[] negative = signs(xs, random);
            for (int i = 0; i < xs.length; i++) {
                moveTo(negative, i == xs.length - 1, xs[i]);
            }
        });
    }

    private static boolean[] signs(double[][] xs, RandomStream random) {
        boolean[] negative = new boolean[xs.length == 0 ? 0 : xs[0].length];
        for (int j = 0; j < negative.length; j++) {
            negative[j] = random.nextBoolean();
        }
        return negative;
    }

    private static void moveTo(boolean[] negative, boolean opposite, double[] x) {
        for (int j = 0; j < x.length; j++) {
            x[j] = Math.copySign(x[j], negative[j] == opposite ? 1.0 : -1.0);
        }
    }

    private static FunctionClass mapped(FunctionClass functions, double scale, Shifted.Move move) {
        return new Shifted(functions, move, scale, 1, functions.noise());
    }
}
