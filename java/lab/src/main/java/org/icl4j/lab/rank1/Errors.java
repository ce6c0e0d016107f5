package org.icl4j.lab.rank1;

import java.util.Arrays;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.SingularValueDecomposition;
import org.hipparchus.stat.descriptive.rank.Median;
import org.icl4j.transformer.tensor.Tensor;

/** How far outputs and updates are from what they should be. Comparisons let a NaN through, so that it fails a claim. */
public final class Errors {
    private Errors() {}

    /**
     * For each row, ‖actual − expected‖∞ relative to ‖expected‖∞, or to the usual size of the rows where that is more: an output
     * that happens to be near 0 has the rounding errors of the usual ones.
     */
    static double[] relative(Tensor<?> expected, Tensor<?> actual) {
        return relative(expected, actual, usualSize(expected));
    }

    /** The same with the usual size given. */
    static double[] relative(Tensor<?> expected, Tensor<?> actual, double usualSize) {
        double[] errors = new double[expected.dim(0)];
        for (int b = 0; b < errors.length; b++) {
            double difference = 0;
            for (int j = 0; j < expected.dim(1); j++) {
                int at = expected.index(b, j);
                difference = Math.max(difference, Math.abs(actual.get(at) - expected.get(at)));
            }
            errors[b] = difference == 0 ? 0 : difference / Math.max(size(expected, b), usualSize);
        }
        return errors;
    }

    /** Root mean square, over the rows, of ‖row‖∞. */
    static double usualSize(Tensor<?> rows) {
        double sumOfSquares = 0;
        for (int b = 0; b < rows.dim(0); b++) {
            sumOfSquares += Math.pow(size(rows, b), 2);
        }
        return Math.sqrt(sumOfSquares / rows.dim(0));
    }

    private static double size(Tensor<?> rows, int b) {
        double size = 0;
        for (int j = 0; j < rows.dim(1); j++) {
            size = Math.max(size, Math.abs(rows.get(rows.index(b, j))));
        }
        return size;
    }

    /** The greatest value; NaN if there is one, or no value at all. */
    public static double worst(double[] values) {
        return Arrays.stream(values).reduce(Math::max).orElse(Double.NaN);
    }

    /** The least value; NaN if there is one, or no value at all. */
    public static double least(double[] values) {
        return Arrays.stream(values).reduce(Math::min).orElse(Double.NaN);
    }

    /** The median; NaN if there is one, or no value at all. */
    public static double median(double[] values) {
        return Arrays.stream(values).anyMatch(Double::isNaN) ? Double.NaN : new Median().evaluate(values);
    }

    /** Half the mean squared difference between the last components of the outputs, the predictions, and the targets. */
    static double halfMse(Tensor<?> outputs, double[] targets) {
        double sum = 0;
        for (double squared : squaredErrors(outputs, targets)) {
            sum += squared / 2;
        }
        return sum / targets.length;
    }

    /** Squared difference between prediction and target, of each prompt. */
    static double[] squaredErrors(Tensor<?> outputs, double[] targets) {
        double[] errors = new double[targets.length];
        for (int b = 0; b < errors.length; b++) {
            errors[b] = Math.pow(prediction(outputs, b) - targets[b], 2);
        }
        return errors;
    }

    /** The last component of output {@code b}. */
    static double prediction(Tensor<?> outputs, int b) {
        return outputs.get(outputs.index(b, outputs.dim(1) - 1));
    }

    /** Singular values of a rank-2 tensor, in descending order. */
    static double[] singularValues(Tensor<?> matrix) {
        RealMatrix dense = new Array2DRowRealMatrix(matrix.dim(0), matrix.dim(1));
        for (int i = 0; i < matrix.dim(0); i++) {
            for (int j = 0; j < matrix.dim(1); j++) {
                dense.setEntry(i, j, matrix.get(matrix.index(i, j)));
            }
        }
        return new SingularValueDecomposition(dense).getSingularValues();
    }

    /** σ₂/σ₁: 0 for a matrix of rank 1, or of zeros. */
    public static double secondToFirst(Tensor<?> matrix) {
        double[] values = singularValues(matrix);
        return values[0] == 0 ? 0 : values[1] / values[0];
    }

    /**
     * √(σ₂² + σ₃² + …)/σ₁, or a little more: what a matrix has beside the nearest one of rank 1, by that. From three steps of the power
     * iteration, which for a matrix near rank 1 are two too many. 0 for a matrix of zeros.
     */
    public static double besideRankOne(Tensor<?> matrix) {
        double[] right = longestRow(matrix);
        double[] left = new double[matrix.dim(0)];
        for (int step = 0; step < 3; step++) {
            for (int i = 0; i < left.length; i++) {
                left[i] = 0;
                for (int j = 0; j < right.length; j++) {
                    left[i] += matrix.get(matrix.index(i, j)) * right[j];
                }
            }
            double squared = Arrays.stream(left).map(x -> x * x).sum();
            if (squared == 0) {
                return 0;
            }
            for (int j = 0; j < right.length; j++) {
                right[j] = 0;
                for (int i = 0; i < left.length; i++) {
                    right[j] += matrix.get(matrix.index(i, j)) * left[i] / squared;
                }
            }
        }
        double rest = 0;
        double first = 0;
        for (int i = 0; i < left.length; i++) {
            for (int j = 0; j < right.length; j++) {
                rest += Math.pow(matrix.get(matrix.index(i, j)) - left[i] * right[j], 2);
                first += Math.pow(left[i] * right[j], 2);
            }
        }
        return Math.sqrt(rest / first);
    }

    private static double[] longestRow(Tensor<?> matrix) {
        double[] longest = new double[matrix.dim(1)];
        double greatest = 0;
        for (int i = 0; i < matrix.dim(0); i++) {
            double[] row = new double[longest.length];
            double square = 0;
            for (int j = 0; j < row.length; j++) {
                row[j] = matrix.get(matrix.index(i, j));
                square += row[j] * row[j];
            }
            if (!(square <= greatest)) { // So that a NaN is seen.
                greatest = square;
                longest = row;
            }
        }
        return longest;
    }

    /** The greatest magnitude of an entry. */
    static double largestEntry(Tensor<?> tensor) {
        double largest = 0;
        for (int i = 0; i < tensor.size(); i++) {
            largest = Math.max(largest, Math.abs(tensor.get(i)));
        }
        return largest;
    }

    /** Cosine of the angle between two tensors of one shape, as vectors; NaN if one is 0. */
    static double cosine(Tensor<?> x, Tensor<?> y) {
        double sum = 0;
        for (int i = 0; i < x.size(); i++) {
            sum += x.get(i) * y.get(i);
        }
        return sum / x.norm() / y.norm();
    }
}
