package org.icl4j.lab.patch;

import java.util.Arrays;
import org.icl4j.transformer.tensor.Tensor;

/**
 * What is added to one parameter of a model.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public sealed interface Change<A> {
    /** Name of the parameter, as in {@code h.0.mlp.c_fc.weight}. */
    String parameter();

    /** What is added, in full: of the parameter's shape. */
    Tensor<A> delta();

    /** Numbers that it takes to store the change. */
    int numbers();

    /**
     * {@code value} + {@code factor}·{@link #delta}, worked out in double and rounded once; {@code value} is not modified.
     *
     * @throws IllegalArgumentException if {@code value} has another shape
     */
    Tensor<A> addedTo(Tensor<A> value, double factor);

    /**
     * ΔW = left·rightᵀ.
     *
     * @param left [out]
     * @param right [in]
     */
    record RankOne<A>(String parameter, Tensor<A> left, Tensor<A> right) implements Change<A> {
        /**
         * @throws IllegalArgumentException if one of the two is not a vector
         */
        public RankOne {
            if (left.rank() != 1 || right.rank() != 1) {
                throw new IllegalArgumentException("rank-1 change of '" + parameter + "' from " + left + " and " + right
                        + ": both must be vectors");
            }
        }

        @Override
        public Tensor<A> delta() {
            return addedTo(Tensor.zeros(left.precision(), left.size(), right.size()), 1);
        }

        @Override
        public int numbers() {
            return left.size() + right.size();
        }

        @Override
        public Tensor<A> addedTo(Tensor<A> value, double factor) {
            requireShape(this, value, left.size(), right.size());
            Tensor<A> sum = value.copy();
            for (int i = 0; i < left.size(); i++) {
                for (int j = 0; j < right.size(); j++) {
                    int at = sum.index(i, j);
                    sum.set(at, sum.get(at) + factor * left.get(i) * right.get(j));
                }
            }
            return sum;
        }
    }

    /**
     * ΔW = left·right, of some rank r.
     *
     * @param left [out, r]
     * @param right [r, in]
     */
    record LowRank<A>(String parameter, Tensor<A> left, Tensor<A> right) implements Change<A> {
        /**
         * @throws IllegalArgumentException if the two are no matrices that can be multiplied
         */
        public LowRank {
            if (left.rank() != 2 || right.rank() != 2 || left.dim(1) != right.dim(0)) {
                throw new IllegalArgumentException("low-rank change of '" + parameter + "' from " + left + " and "
                        + right + ": expected [out, r] and [r, in]");
            }
        }

        /** r, number of columns of the one factor and of rows of the other. */
        public int rank() {
            return left.dim(1);
        }

        @Override
        public Tensor<A> delta() {
            return addedTo(Tensor.zeros(left.precision(), left.dim(0), right.dim(1)), 1);
        }

        @Override
        public int numbers() {
            return left.size() + right.size();
        }

        @Override
        public Tensor<A> addedTo(Tensor<A> value, double factor) {
            requireShape(this, value, left.dim(0), right.dim(1));
            Tensor<A> sum = value.copy();
            for (int i = 0; i < left.dim(0); i++) {
                for (int j = 0; j < right.dim(1); j++) {
                    double product = 0;
                    for (int k = 0; k < rank(); k++) {
                        product += left.get(left.index(i, k)) * right.get(right.index(k, j));
                    }
                    int at = sum.index(i, j);
                    sum.set(at, sum.get(at) + factor * product);
                }
            }
            return sum;
        }
    }

    /**
     * What is added to a bias or a gain, as it stands.
     *
     * @param delta of the parameter's shape
     */
    record Shift<A>(String parameter, Tensor<A> delta) implements Change<A> {
        @Override
        public int numbers() {
            return delta.size();
        }

        @Override
        public Tensor<A> addedTo(Tensor<A> value, double factor) {
            requireShape(this, value, delta.shape());
            Tensor<A> sum = value.copy();
            for (int i = 0; i < delta.size(); i++) {
                sum.set(i, sum.get(i) + factor * delta.get(i));
            }
            return sum;
        }
    }

    private static void requireShape(Change<?> change, Tensor<?> value, int... shape) {
        if (!Arrays.equals(value.shape(), shape)) {
            throw new IllegalArgumentException("change of shape " + Arrays.toString(shape) + " for parameter '"
                    + change.parameter() + "', which is " + value);
        }
    }
}
