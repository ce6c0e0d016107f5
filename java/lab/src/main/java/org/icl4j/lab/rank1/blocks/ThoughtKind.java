package org.icl4j.lab.rank1.blocks;

import java.util.stream.IntStream;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.QRDecomposition;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.SingularValueDecomposition;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.patch.Conditioning;
import org.icl4j.lab.patch.NoPatchException;

/** How one change of a weight, or of its bias, is found that serves many queries (Mazzawi et al. 2025, arXiv 2510.08734). */
enum ThoughtKind {
    /** Thought vector (eq. 8): the bias gets the mean of what is missing. */
    VECTOR("vector", "thought vector") {
        @Override
        RealMatrix change(RealMatrix x, RealMatrix missing) {
            RealMatrix ones = new Array2DRowRealMatrix(x.getRowDimension(), 1).scalarAdd(1.0 / x.getRowDimension());
            return missing.transposeMultiply(ones);
        }
    },
    /** Thought matrix by least squares, of these the one of least norm. */
    LEAST_SQUARES("least-squares", "thought matrix, least squares") {
        @Override
        RealMatrix change(RealMatrix x, RealMatrix missing) {
            SingularValueDecomposition svd = decomposed(x);
            RealMatrix onto = missing.transposeMultiply(x.multiply(svd.getV()));
            double[] values = svd.getSingularValues();
            for (int k = 0; k < values.length; k++) {
                double inverse = standsOut(values, k) ? 1 / (values[k] * values[k]) : 0;
                onto.setColumnVector(k, onto.getColumnVector(k).mapMultiply(inverse));
            }
            return onto.multiply(svd.getVT());
        }
    },
    /** The mean of the rank-1 changes for the queries (eq. 24 with λ = 1/T). */
    MEAN("mean", "mean of rank-1 changes") {
        @Override
        RealMatrix change(RealMatrix x, RealMatrix missing) {
            return sum(x, missing).scalarMultiply(1.0 / x.getRowDimension());
        }
    },
    /**
     * Their sum times r/T, r the effective rank of the directions x/‖x‖, (tr G)²/tr G² of their G = Σ x·xᵀ/‖x‖²: what is unbiased if
     * they point everywhere alike.
     */
    SCALED("scaled", "rank-1 changes times effective rank/T") {
        @Override
        RealMatrix change(RealMatrix x, RealMatrix missing) {
            double queries = x.getRowDimension();
            double effectiveRank = Math.pow(queries / sum(x, x).getFrobeniusNorm(), 2);
            return sum(x, missing).scalarMultiply(effectiveRank / queries);
        }
    },
    /** Their sum times rank/T, with all directions counted that stand out of rounding, however little of x there is in them. */
    RANK("rank", "rank-1 changes times rank/T") {
        @Override
        RealMatrix change(RealMatrix x, RealMatrix missing) {
            double[] values = decomposed(x).getSingularValues();
            long rank = IntStream.range(0, values.length)
                    .filter(k -> standsOut(values, k))
                    .count();
            return sum(x, missing).scalarMultiply((double) rank / x.getRowDimension());
        }
    };

    /** Directions with singular values below this part of the greatest are rounding, of single precision. */
    private static final double ROUNDING = 1e-6;

    private final String label;
    private final String inWords;

    ThoughtKind(String label, String inWords) {
        this.label = label;
        this.inWords = inWords;
    }

    /**
     * What is added.
     *
     * @param x what the weight reads, [T, in]
     * @param missing what it is to give more than it does, [T, out]
     * @return [out, in], or [out, 1] for the bias
     */
    abstract RealMatrix change(RealMatrix x, RealMatrix missing);

    /** The singular values and right singular vectors: of many rows from their triangular factor, which has the same ones. */
    private static SingularValueDecomposition decomposed(RealMatrix x) {
        int width = x.getColumnDimension();
        return new SingularValueDecomposition(
                x.getRowDimension() <= width
                        ? x
                        : new QRDecomposition(x).getR().getSubMatrix(0, width - 1, 0, width - 1));
    }

    /** Whether singular value {@code k} is more than rounding; the greatest is the first. */
    private static boolean standsOut(double[] values, int k) {
        return values[k] > ROUNDING * values[0];
    }

    /**
     * Σ missing·xᵀ/‖x‖².
     *
     * @throws NoPatchException if an x is 0
     */
    private static RealMatrix sum(RealMatrix x, RealMatrix missing) {
        RealMatrix scaled = x.copy();
        for (int t = 0; t < x.getRowDimension(); t++) {
            double norm = x.getRowVector(t).getNorm();
            new Conditioning(norm, missing.getRowVector(t).getNorm())
                    .require(
                            Precision.F32,
                            "the weight that reads x",
                            "|x| of calibration query " + (t + 1),
                            "the size of what is missing");
            scaled.setRowVector(t, x.getRowVector(t).mapDivide(norm * norm));
        }
        return missing.transposeMultiply(scaled);
    }

    String label() {
        return label;
    }

    String inWords() {
        return inWords;
    }

    boolean isOfTheBias() {
        return this == VECTOR;
    }
}
