package org.icl4j.lab.training;

import java.util.List;
import org.icl4j.kernels.Targets;
import org.icl4j.lab.task.token.TokenBatch;
import org.icl4j.lab.task.token.TokenTask;
import org.icl4j.transformer.decoder.Decoder;
import org.icl4j.transformer.decoder.DecoderPass;
import org.icl4j.transformer.tensor.Tensor;

/** The share of questions whose likeliest answer is right, on fixed prompts of each kind; preceded by 1 − that of the first kind. */
public final class TokenAccuracy<A> implements TrainingRun.Evaluator {
    /** Where the share on prompts of the first kind stands, and that of the second. */
    public static final int FIRST = 1;

    public static final int SECOND = 2;

    private final List<? extends TokenTask> kinds;
    private final long seed;
    private final int prompts;
    private final DecoderPass<A> pass;

    /**
     * @param kinds tasks of one length
     * @param prompts of each
     */
    public TokenAccuracy(Decoder<A> decoder, List<? extends TokenTask> kinds, long seed, int prompts) {
        this.kinds = kinds;
        this.seed = seed;
        this.prompts = prompts;
        this.pass = decoder.pass(prompts, kinds.getFirst().length());
    }

    @Override
    public int width() {
        return 1 + kinds.size();
    }

    @Override
    public double[] measure() {
        double[] shares = new double[width()];
        for (int kind = 0; kind < kinds.size(); kind++) {
            TokenBatch batch = new TokenBatch(kinds.get(kind), prompts);
            batch.sample(seed, "evaluate", kind, 0);
            pass.forward(batch.tokens());
            shares[1 + kind] = share(pass.out(), batch.targets());
        }
        shares[0] = 1 - shares[FIRST];
        return shares;
    }

    private static double share(Tensor<?> logits, Targets targets) {
        int asked = 0;
        int right = 0;
        int vocabulary = logits.dim(2);
        for (int row = 0; row < logits.dim(0) * logits.dim(1); row++) {
            int target = targets.get(row);
            if (target != Targets.IGNORED) {
                asked++;
                right += likeliest(logits, row * vocabulary, vocabulary) == target ? 1 : 0;
            }
        }
        return (double) right / asked;
    }

    private static int likeliest(Tensor<?> logits, int from, int n) {
        int best = 0;
        for (int j = 1; j < n; j++) {
            best = logits.get(from + j) > logits.get(from + best) ? j : best;
        }
        return best;
    }
}
