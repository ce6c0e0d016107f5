package org.icl4j.lab.training;

/**
 * How prompts grow in training (Garg et al. 2022, §A.2): every {@code interval} steps by so many coordinates and points, up to a last
 * number of each.
 *
 * @param dims coordinates that are active, in time
 * @param points points of a prompt, in time
 */
public record Curriculum(Growth dims, Growth points) {
    /**
     * A number that grows.
     *
     * @param first at the beginning
     * @param last greatest
     * @param by what is added
     * @param interval steps between two additions
     */
    public record Growth(int first, int last, int by, long interval) {
        /**
         * @throws IllegalArgumentException if it does not go up from at least 1
         */
        public Growth {
            if (first < 1 || last < first || by < 0 || interval < 1) {
                throw new IllegalArgumentException("growth from " + first + " to " + last + " by " + by + " every "
                        + interval + " steps: needed are 1 <= first <= last, by >= 0 and interval >= 1");
            }
        }

        /** The number at a step, counted from 0. */
        int at(long step) {
            return (int) Math.min(last, first + step / interval * by);
        }
    }

    /** None: the same at every step. */
    public static Curriculum none(int dims, int points) {
        return new Curriculum(new Growth(dims, dims, 0, 1), new Growth(points, points, 0, 1));
    }

    /** That of Garg et al. for linear functions of 20 coordinates: 5 to 20 of them, 11 to 41 points, every 2000 steps. */
    public static Curriculum garg() {
        return new Curriculum(new Growth(5, 20, 1, 2000), new Growth(11, 41, 2, 2000));
    }

    int dims(long step) {
        return dims.at(step);
    }

    int points(long step) {
        return points.at(step);
    }
}
