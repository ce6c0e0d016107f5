package org.icl4j.lab.rank1.blocks;

import org.icl4j.lab.experiment.Estimate;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.patch.Change;
import org.icl4j.lab.patch.Patch;
import org.icl4j.lab.patch.PatchRule;
import org.icl4j.lab.rank1.Errors;

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
                plain[draw] = norm(run, BlockKind.GEMMA, draw);
                stable[draw] = norm(run, BlockKind.GEMMA_STABLE, draw);
                smaller += stable[draw] <= plain[draw] ? 1 : 0;
                run.measure("gain.plain", draw, "normOfChange", plain[draw]);
                run.measure("gain.stable", draw, "normOfChange", stable[draw]);
                stage.at(draw + 1, "");
            }
        }
        run.conclude("gain.smaller", Estimate.share((double) smaller / draws, draws));
        run.conclude("gain.plain-by-stable", Estimate.exact(Errors.median(plain) / Errors.median(stable)));
    }

    /** ‖Δm‖; both kinds draw the same block and prompt. */
    private static <A> double norm(Run<A> run, BlockKind kind, int draw) {
        Patch<A> patch = new PatchedStack<>(
                        RandomStack.draw(run, kind.config(run.settings()), kind.position(), 1, draw),
                        kind.patcher(run.settings()),
                        PatchRule.SEQUENTIAL,
                        RandomStack.tokens(run, draw))
                .patch();
        return patch.changes().stream()
                .filter(change -> change instanceof Change.Shift)
                .mapToDouble(change -> change.delta().norm())
                .sum();
    }
}
