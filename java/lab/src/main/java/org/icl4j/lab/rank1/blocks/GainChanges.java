package org.icl4j.lab.rank1.blocks;

import java.util.stream.Stream;
import org.icl4j.lab.experiment.Estimate;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.patch.BlockPatcher;
import org.icl4j.lab.patch.Change;
import org.icl4j.lab.patch.Patch;
import org.icl4j.lab.patch.StackPatcher;
import org.icl4j.lab.rank1.Errors;
import org.icl4j.transformer.decoder.Decoder;
import org.icl4j.transformer.trace.Recorder;

/** How much the gain of Gemma's norm must change in the plain form and in the stable one, on single random blocks. */
final class GainChanges {
    private GainChanges() {}

    static <A> void run(Run<A> run) {
        int draws = run.settings().integer("gains");
        double[] plain = new double[draws];
        double[] stable = new double[draws];
        int smaller = 0;
        try (var stage = run.progress().begin("changes of gains", draws)) {
            for (int draw = 0; draw < draws; draw++) {
                double[] norms = norms(run, draw);
                plain[draw] = norms[0];
                stable[draw] = norms[1];
                smaller += stable[draw] <= plain[draw] ? 1 : 0;
                run.measure("gain.plain", draw, "normOfChange", plain[draw]);
                run.measure("gain.stable", draw, "normOfChange", stable[draw]);
                stage.at(draw + 1, "");
            }
        }
        run.conclude("gain.smaller", Estimate.share((double) smaller / draws, draws));
        run.conclude("gain.plain-by-stable", Estimate.exact(Errors.median(plain) / Errors.median(stable)));
    }

    /** ‖Δm‖ of the plain form and of the stable one, on the same block and prompt. */
    private static <A> double[] norms(Run<A> run, int draw) {
        BlockKind plain = BlockKind.GEMMA;
        Decoder<A> decoder = RandomStack.draw(run, plain.config(run.settings()), plain.position(), 1, draw);
        int[] tokens = RandomStack.tokens(run, draw);
        Recorder<A> context = BlockPatcher.recorder();
        decoder.pass(1, tokens.length).forward(tokens, context);
        return Stream.of(plain, BlockKind.GEMMA_STABLE)
                .mapToDouble(kind -> norm(new StackPatcher<>(decoder, kind.patcher(run.settings()))
                        .patch(context, tokens.length - 1, StackPatcher.Query.token(tokens[tokens.length - 1]))))
                .toArray();
    }

    private static double norm(Patch<?> patch) {
        return patch.changes().stream()
                .filter(change -> change instanceof Change.Shift)
                .mapToDouble(change -> change.delta().norm())
                .sum();
    }
}
