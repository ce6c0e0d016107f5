package org.icl4j.lab.patch;

import org.icl4j.lab.patch.BlockPatcher.Step;
import org.icl4j.transformer.decoder.Decoder;
import org.icl4j.transformer.decoder.DecoderPass;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.trace.Recorder;
import org.icl4j.transformer.trace.Trace;

/**
 * Patches of all blocks of a decoder, one after the other, for one token: the patch of a block is that from the residual stream as
 * the patched blocks below leave it to the recorded contextual one, so that the rounding errors of a block are made good by the next
 * (Goldwaser et al. 2025, Thm 2 and Alg. 1).
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public final class StackPatcher<A> {
    private final Decoder<A> decoder;
    private final BlockPatcher patcher;

    /** The input of a model at one position: a token, or the numbers of one. */
    @FunctionalInterface
    public interface Query<A> {
        /** Runs {@code pass}, which is over one sequence of one position, on it. */
        void forward(DecoderPass<A> pass, Trace<A> trace);

        /** A token. */
        static <A> Query<A> token(int token) {
            return (pass, trace) -> pass.forward(new int[] {token}, trace);
        }
    }

    /**
     * @param decoder not patched; it is not modified
     */
    public StackPatcher(Decoder<A> decoder, BlockPatcher patcher) {
        this.decoder = decoder;
        this.patcher = patcher;
    }

    /**
     * The patch with which the model gives for the query alone, at its true position, what it gives for it behind its context.
     *
     * @param context a record, by a {@link BlockPatcher#recorder} or one that keeps more, of the run over context and query
     * @param position the query's
     * @throws NoPatchException if a vector is 0 that the patch divides by
     */
    public Patch<A> patch(Recorder<A> context, int position, Query<A> query) {
        Patch<A> patch = Patch.none();
        Parameters<A> patched = decoder.parameters();
        for (int layer = 0; layer < decoder.config().nLayers(); layer++) {
            for (Step step : patcher.steps()) {
                Recorder<A> alone = recorded(patched, position, query);
                Patch<A> changes = patcher.patch(step, patched, layer, context, position, alone);
                patched = changes.appliedTo(patched);
                patch = patch.plus(changes);
            }
        }
        return patch;
    }

    private Recorder<A> recorded(Parameters<A> parameters, int position, Query<A> query) {
        Recorder<A> record = BlockPatcher.recorder();
        query.forward(alone(parameters, position), record);
        return record;
    }

    /** A pass over the query alone, at its position, with other parameters. */
    public DecoderPass<A> alone(Parameters<A> parameters, int position) {
        return new Decoder<>(decoder.config(), decoder.kernels(), parameters).pass(1, 1, position);
    }
}
