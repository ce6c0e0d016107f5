package org.icl4j.lab.rank1.blocks;

import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.SingularValueDecomposition;

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
            return new SingularValueDecomposition(x).getSolver().solve(missing).transpose();
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
    /** Their sum times rank/T, with all directions counted, however little of x there is in them. */
    RANK("rank", "rank-1 changes times rank/T") {
        @Override
        RealMatrix change(RealMatrix x, RealMatrix missing) {
            int rank = Math.min(x.getRowDimension(), x.getColumnDimension());
            return sum(x, missing).scalarMultiply((double) rank / x.getRowDimension());
        }
    };

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

    /** Σ missing·xᵀ/‖x‖². */
    private static RealMatrix sum(RealMatrix x, RealMatrix missing) {
        RealMatrix scaled = x.copy();
        for (int t = 0; t < x.getRowDimension(); t++) {
            scaled.setRowVector(
                    t, x.getRowVector(t).mapDivide(Math.pow(x.getRowVector(t).getNorm(), 2)));
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
