package org.icl4j.lab.patch;

import org.icl4j.transformer.tensor.Tensor;

/** Vectors and weights in double, whatever they are stored in: a patch is worked out in double and rounded once. */
final class Doubles {
    private Doubles() {}

    /** The elements of a tensor. */
    static double[] of(Tensor<?> vector) {
        double[] values = new double[vector.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = vector.get(i);
        }
        return values;
    }

    /** {@code values}·{@code factor} as a tensor like {@code like} of rank 1. */
    static <A> Tensor<A> tensor(Tensor<A> like, double[] values, double factor) {
        Tensor<A> vector = Tensor.zeros(like.precision(), values.length);
        for (int i = 0; i < values.length; i++) {
            vector.set(i, values[i] * factor);
        }
        return vector;
    }

    /** W·x for W [out, in]. */
    static double[] product(Tensor<?> weight, double[] x) {
        double[] y = new double[weight.dim(0)];
        for (int i = 0; i < y.length; i++) {
            for (int j = 0; j < x.length; j++) {
                y[i] += weight.get(weight.index(i, j)) * x[j];
            }
        }
        return y;
    }

    /** a − b. */
    static double[] difference(double[] a, double[] b) {
        double[] difference = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            difference[i] = a[i] - b[i];
        }
        return difference;
    }

    /** to ← to + factor·what. */
    static void add(double[] to, double factor, double[] what) {
        for (int i = 0; i < to.length; i++) {
            to[i] += factor * what[i];
        }
    }

    /** ‖x‖². */
    static double squaredNorm(double[] x) {
        double sum = 0;
        for (double value : x) {
            sum += value * value;
        }
        return sum;
    }

    /** √(mean of x²). */
    static double rootMeanSquare(double[] x) {
        return Math.sqrt(squaredNorm(x) / x.length);
    }
}
