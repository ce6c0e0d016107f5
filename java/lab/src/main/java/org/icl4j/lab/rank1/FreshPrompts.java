package org.icl4j.lab.rank1;

import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.task.Prompts;
import org.icl4j.transformer.block.ContextualBlock;

/** The loss of a block at the end, on prompts that nothing else has used; many of them, as squared errors have a heavy tail. */
final class FreshPrompts {
    private static final int BATCHES = 8;

    private FreshPrompts() {}

    /** Half the squared error of each prompt of several batches of {@code batch}, the same for every block of a run. */
    static <A> double[] halfSquares(Run<A> run, ContextualBlock<A> block, int batch, int examples) {
        double[] halfSquares = new double[BATCHES * batch];
        for (int i = 0; i < BATCHES; i++) {
            Prompts<A> fresh = Prompts.sample(
                    BlockSettings.task(run.settings()), run.precision(), run.seed(), "final", i, batch, examples);
            double[] squares = Errors.squaredErrors(block.apply(fresh.tokens()), fresh.targets());
            for (int b = 0; b < batch; b++) {
                halfSquares[i * batch + b] = squares[b] / 2;
            }
        }
        return halfSquares;
    }
}
