package org.icl4j.lab.task.mixture;

import org.icl4j.transformer.tensor.RandomStream;

/** The law of a label's mean μ, of which points z = μ + ε·η, η ~ N(0, I/d), tell. */
interface MeanPrior {
    /** Draws a mean. */
    double[] draw(RandomStream random);

    /** No points yet. */
    Evidence evidence();

    /** What the points of one label say about its mean. */
    interface Evidence {
        /** Log density of the next point at {@code z}, but for a term that depends on z and d alone. */
        double logDensity(double[] z);

        /** Takes a point in. */
        void add(double[] z);
    }
}
