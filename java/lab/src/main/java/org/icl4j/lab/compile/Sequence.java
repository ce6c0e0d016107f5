package org.icl4j.lab.compile;

import java.util.List;

/** Positions of a decoder's input, one after the other. */
sealed interface Sequence {
    /** Number of positions. */
    int length();

    /** What stands at a position: numbers, or one token. */
    List<Double> at(int position);

    /** The same of all positions. */
    default double[][] toArray() {
        double[][] rows = new double[length()][];
        for (int t = 0; t < rows.length; t++) {
            rows[t] = at(t).stream().mapToDouble(Double::doubleValue).toArray();
        }
        return rows;
    }

    /**
     * One token a position.
     *
     * @param ids tokens
     */
    record Tokens(List<Integer> ids) implements Sequence {
        @Override
        public int length() {
            return ids.size();
        }

        @Override
        public List<Double> at(int position) {
            return List.of((double) ids.get(position));
        }
    }

    /**
     * Some numbers a position.
     *
     * @param rows of one width
     */
    record Numbers(List<List<Double>> rows) implements Sequence {
        @Override
        public int length() {
            return rows.size();
        }

        @Override
        public List<Double> at(int position) {
            return rows.get(position);
        }
    }
}
