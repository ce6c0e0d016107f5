package org.icl4j.lab.task.regression;

/** Sums over the coordinates of vectors of one length, in order. */
final class Vectors {
    private Vectors() {}

    /** ⟨a, b⟩. */
    static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int j = 0; j < a.length; j++) {
            sum += a[j] * b[j];
        }
        return sum;
    }

    /** ‖a − b‖². */
    static double squaredDistance(double[] a, double[] b) {
        double sum = 0;
        for (int j = 0; j < a.length; j++) {
            double difference = a[j] - b[j];
            sum += difference * difference;
        }
        return sum;
    }

    /** to ← to + factor·a. */
    static void add(double factor, double[] a, double[] to) {
        for (int j = 0; j < a.length; j++) {
            to[j] += factor * a[j];
        }
    }
}
