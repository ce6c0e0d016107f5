package org.icl4j.lab.rank1;

import java.util.ArrayList;
import java.util.List;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.task.Prompts;
import org.icl4j.lab.task.regression.LeastSquares;
import org.icl4j.report.Plot;
import org.icl4j.report.Plot.Axis;
import org.icl4j.report.Plot.Series;
import org.icl4j.report.Plot.Style;

/** How the error falls with the number of examples, with the context and with the patch in its place, next to the oracle. */
final class ContextLengths {
    private static final int[] LENGTHS = {0, 1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200};

    private ContextLengths() {}

    static <A> void run(Run<A> run, PatchedBlock<A> patching, Prompts<A> heldOut) {
        List<Integer> lengths = new ArrayList<>();
        for (int length : LENGTHS) {
            if (length < heldOut.examples()) {
                lengths.add(length);
            }
        }
        lengths.add(heldOut.examples());
        int count = lengths.size();
        double[] xs = new double[count];
        double[] block = new double[count];
        double[] patched = new double[count];
        double[] leastSquares = new double[count];
        double[] zero = new double[count];
        try (var stage = run.progress().begin("context lengths", count)) {
            for (int i = 0; i < count; i++) {
                Prompts<A> prompts = heldOut.first(lengths.get(i));
                xs[i] = lengths.get(i);
                block[i] = Errors.halfMse(patching.block().apply(prompts.tokens()), prompts.targets());
                patched[i] = Errors.halfMse(patching.outputsToQueries(prompts), prompts.targets());
                leastSquares[i] = halfMse(prompts.predictions(new LeastSquares()), prompts.targets());
                zero[i] = halfMse(new double[prompts.count()], prompts.targets());
                run.measure("trained.length.block", lengths.get(i), "halfMse", block[i]);
                run.measure("trained.length.patched", lengths.get(i), "halfMse", patched[i]);
                run.measure("trained.length.leastSquares", lengths.get(i), "halfMse", leastSquares[i]);
                run.measure("trained.length.zero", lengths.get(i), "halfMse", zero[i]);
                stage.at(i + 1, "");
            }
        }
        run.plot(Plot.of(
                        "context-length",
                        "The more examples in the prompt, the smaller the error; the patch loses nothing",
                        "half mean squared error on " + heldOut.count() + " held-out prompts",
                        Axis.linear("examples in the prompt"),
                        Axis.linear("½ mean squared error"))
                .with(new Series("block, context in the prompt", Style.LINE, xs, block))
                .with(new Series("block, context in ΔW, query alone", Style.RINGS, xs, patched))
                .with(new Series("least squares", Style.LINE, xs, leastSquares))
                .with(new Series("answer 0", Style.DASHED, xs, zero)));
    }

    private static double halfMse(double[] predictions, double[] targets) {
        double sum = 0;
        for (int i = 0; i < targets.length; i++) {
            sum += Math.pow(predictions[i] - targets[i], 2) / 2;
        }
        return sum / targets.length;
    }
}
