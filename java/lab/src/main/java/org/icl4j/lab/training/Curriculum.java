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

    /**
     * That of Garg et al.: 5 coordinates and one more every so many steps. For linear functions they let points grow from 11 by 2, for
     * others from 26 by 5, every 2000 steps. Where the last number is below the first of these, it is there from the beginning.
     *
     * @param dims last number of coordinates
     * @param points last number of points
     * @param firstPoints first number of points
     * @param morePoints how many are added
     * @param interval steps between two additions
     */
    public static Curriculum garg(int dims, int points, int firstPoints, int morePoints, long interval) {
        return new Curriculum(
                new Growth(Math.min(5, dims), dims, 1, interval),
                new Growth(Math.min(firstPoints, points), points, morePoints, interval));
    }

    /** Coordinates that are active at a step, counted from 0. */
    public int dims(long step) {
        return dims.at(step);
    }

    int points(long step) {
        return points.at(step);
    }
}
