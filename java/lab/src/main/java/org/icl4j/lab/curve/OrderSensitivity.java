package org.icl4j.lab.curve;

import java.util.ArrayList;
import java.util.List;
import org.icl4j.lab.experiment.Estimate;
import org.icl4j.lab.task.probability.Draws;
import org.icl4j.lab.task.regression.Points;
import org.icl4j.lab.task.regression.Predictor;
import org.icl4j.transformer.tensor.RandomStream;

/** How much the answer to the last point of a prompt depends on the order of the examples before it. */
final class OrderSensitivity {
    private OrderSensitivity() {}

    /**
     * The mean over prompts of the standard deviation of the answer over random orders.
     *
     * @param prompts with at least one example each
     * @param seed of the orders
     * @param orders of each prompt, at least 2
     */
    static Estimate of(Predictor predictor, List<Points> prompts, long seed, int orders) {
        List<Points> ordered = new ArrayList<>();
        for (int prompt = 0; prompt < prompts.size(); prompt++) {
            Points points = prompts.get(prompt);
            RandomStream random = RandomStream.of(seed, "orders", points.count(), prompt);
            for (int i = 0; i < orders; i++) {
                int examples = points.count() - 1;
                ordered.add(points.withExamplesInOrder(Draws.distinct(random, examples, examples)));
            }
        }
        double[][] predictions = predictor.predictAll(ordered);
        double[] deviations = new double[prompts.size()];
        for (int prompt = 0; prompt < deviations.length; prompt++) {
            deviations[prompt] = deviationOfLast(predictions, prompt * orders, orders);
        }
        return Estimate.mean(deviations);
    }

    /** √(Σ(ŷ − mean)²/(n − 1)) over n rows, of their last columns: the orders are a sample of all. */
    private static double deviationOfLast(double[][] rows, int from, int count) {
        double mean = 0;
        for (int i = from; i < from + count; i++) {
            mean += last(rows[i]) / count;
        }
        double squares = 0;
        for (int i = from; i < from + count; i++) {
            squares += (last(rows[i]) - mean) * (last(rows[i]) - mean);
        }
        return Math.sqrt(squares / (count - 1));
    }

    private static double last(double[] row) {
        return row[row.length - 1];
    }
}
