package org.icl4j.lab.curve;

import java.util.ArrayList;
import java.util.List;
import org.icl4j.lab.task.regression.FunctionClass;
import org.icl4j.lab.task.regression.Points;
import org.icl4j.lab.training.Curriculum;
import org.icl4j.transformer.tensor.RandomStream;

/**
 * What a decoder is taught.
 *
 * @param name of the model
 * @param functions what it learns in context
 * @param points of the longest prompt in training
 * @param nPositions positions of the model, two for each point but the last
 * @param curriculum how prompts grow to that
 * @param steps of training
 */
record Lesson(String name, FunctionClass functions, int points, int nPositions, Curriculum curriculum, int steps) {
    /** Points of the longest prompt that the model has positions for. */
    int longest() {
        return (nPositions + 1) / 2;
    }

    /** Prompts of this class that are not in training; the same for every model and every number of points, as far as they go. */
    List<Points> fresh(long seed, int count, int points) {
        return draw(functions, seed, count, points);
    }

    /** The same of another class. Prompts of equal numbers come from equal streams. */
    static List<Points> draw(FunctionClass functions, long seed, int count, int points) {
        List<Points> prompts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            prompts.add(functions.sample(RandomStream.of(seed, "evaluate", 0, i), points));
        }
        return prompts;
    }
}
