package org.icl4j.lab.rank1;

import java.util.List;
import java.util.stream.IntStream;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.task.Prompts;
import org.icl4j.transformer.tensor.Tensor;

/**
 * Learning in context and by gradient descent from the same examples, prompt by prompt (card D7).
 *
 * @param icl half squared error at the query after i examples in context, [prompt][i], i = 0 … n
 * @param sgd the same after i steps, [rate][prompt][i]; what is no number, or above {@link #LIMIT}, counts as {@link #LIMIT}
 * @param alignment cosine of the angle between ΔW of the context and ΔW of the steps, [rate][prompt][i − 1], i = 1 … n
 * @param foreign the same with ΔW of another prompt's context
 */
record LearningCurves(double[][] icl, double[][][] sgd, double[][][] alignment, double[][][] foreign) {
    /** Learning rates: the paper's, one that learns fast, and one that does not learn. */
    static final List<Double> RATES = List.of(0.01, 0.1, 0.3);

    /** Beyond it, it does not matter how large a loss is. */
    static final double LIMIT = 1e6;

    /** Learns from every prompt. */
    static <A> LearningCurves of(Run<A> run, PatchedBlock<A> trained, Prompts<A> prompts) {
        int count = prompts.count();
        int n = prompts.examples();
        int rates = RATES.size();
        LearningCurves curves = new LearningCurves(
                new double[count][n + 1],
                new double[rates][count][n + 1],
                new double[rates][count][n],
                new double[rates][count][n]);
        List<Tensor<A>> previous = updates(trained, prompts.at(count - 1));
        try (var stage = run.progress().begin("learning", count)) {
            for (int p = 0; p < count; p++) {
                Prompts<A> prompt = prompts.at(p);
                List<Tensor<A>> own = updates(trained, prompt);
                for (int i = 0; i <= n; i++) {
                    Tensor<A> output = trained.block().apply(prompt.first(i).tokens());
                    curves.icl[p][i] = halfSquare(Errors.prediction(output, 0), prompt);
                }
                for (int rate = 0; rate < rates; rate++) {
                    curves.descend(p, rate, trained, prompt, own, previous);
                }
                previous = own;
                stage.at(p + 1, "");
            }
        }
        return curves;
    }

    /** ΔW(c₁…c_i) for i = 1 … n. */
    private static <A> List<Tensor<A>> updates(PatchedBlock<A> trained, Prompts<A> prompt) {
        return IntStream.rangeClosed(1, prompt.examples())
                .mapToObj(i -> trained.update(prompt.first(i), 0, 0, i))
                .toList();
    }

    private <A> void descend(
            int p, int rate, PatchedBlock<A> trained, Prompts<A> prompt, List<Tensor<A>> own, List<Tensor<A>> other) {
        ExplicitLearner<A> learner = new ExplicitLearner<>(trained.block(), RATES.get(rate));
        Tensor<A> query = prompt.queries().tokens();
        double[] losses = sgd[rate][p];
        losses[0] = halfSquare(learner.answer(query), prompt);
        for (int i = 1; i < losses.length; i++) {
            Prompts<A> example = prompt.exampleAsQuery(i - 1);
            learner.learn(example.tokens(), example.targets()[0]);
            losses[i] = halfSquare(learner.answer(query), prompt);
            Tensor<A> learned = learner.update();
            alignment[rate][p][i - 1] = Errors.cosine(own.get(i - 1), learned);
            foreign[rate][p][i - 1] = Errors.cosine(other.get(i - 1), learned);
        }
    }

    private static double halfSquare(double answer, Prompts<?> prompt) {
        double half = Math.pow(answer - prompt.targets()[0], 2) / 2;
        return half <= LIMIT ? half : LIMIT; // Also where it is no number.
    }

    /** The value of every prompt at {@code i}. */
    static double[] at(double[][] values, int i) {
        double[] column = new double[values.length];
        for (int p = 0; p < column.length; p++) {
            column[p] = values[p][i];
        }
        return column;
    }
}
