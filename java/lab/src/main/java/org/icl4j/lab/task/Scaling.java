package org.icl4j.lab.task;

import org.hipparchus.stat.descriptive.moment.Mean;
import org.hipparchus.stat.descriptive.moment.StandardDeviation;

/**
 * Numbers as multiples of their standard deviation from their mean.
 *
 * @param mean what is subtracted
 * @param deviation what is divided by
 */
record Scaling(double mean, double deviation) {
    static Scaling of(double[] values) {
        return new Scaling(new Mean().evaluate(values), new StandardDeviation().evaluate(values));
    }

    double apply(double value) {
        return (value - mean) / deviation;
    }
}
