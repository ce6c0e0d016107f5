package org.icl4j.lab.experiment;

/**
 * A sentence that a run tests, with the number that decides it.
 *
 * @param id dotted: experiment, quantity, variant, precision
 * @param statement what is claimed, in words
 * @param source paper, and equation, figure or card
 * @param relation how the measured value must stand to the threshold
 * @param threshold the number
 */
public record Claim(String id, String statement, String source, Relation relation, double threshold) {
    /** How a measured value must stand to a threshold. */
    public enum Relation {
        /** At most. */
        AT_MOST("<="),
        /** At least. */
        AT_LEAST(">="),
        /** Exactly. */
        EQUAL("==");

        private final String symbol;

        Relation(String symbol) {
            this.symbol = symbol;
        }

        /** The relation as it is written. */
        public String symbol() {
            return symbol;
        }

        private boolean holds(double value, double threshold) {
            return switch (this) {
                case AT_MOST -> value <= threshold;
                case AT_LEAST -> value >= threshold;
                case EQUAL -> value == threshold;
            };
        }
    }

    /** What a test ends in. */
    public enum Verdict {
        /** The relation holds over the whole interval. */
        PASS,
        /** The relation holds nowhere in the interval, or what was measured is no finite number. */
        FAIL,
        /** The interval lies on both sides of the threshold. */
        INCONCLUSIVE
    }

    /** The verdict on a value known to lie in [low, high]. */
    public Verdict verdict(double measured, double low, double high) {
        if (!Double.isFinite(measured) || Double.isNaN(low) || Double.isNaN(high)) {
            return Verdict.FAIL;
        }
        boolean lowHolds = relation.holds(low, threshold);
        boolean highHolds = relation.holds(high, threshold);
        if (lowHolds && highHolds && relation.holds(measured, threshold)) {
            return Verdict.PASS;
        }
        return lowHolds || highHolds ? Verdict.INCONCLUSIVE : Verdict.FAIL;
    }
}
