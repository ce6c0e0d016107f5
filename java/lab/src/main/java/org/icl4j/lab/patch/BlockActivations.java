package org.icl4j.lab.patch;

import org.icl4j.transformer.layer.BlockConfig;
import org.icl4j.transformer.trace.Recorder;
import org.icl4j.transformer.trace.Site;

/**
 * What a block's patch asks of one position.
 *
 * @param residMid v, the residual stream behind the mixer
 * @param mlpIn z, what the MLP reads
 * @param hidden h, what the MLP's last linear map reads, of experts side by side
 * @param mlpOut what the MLP gives, behind its norm if it has one
 * @param gates weights of the experts; a single 1 where there is one MLP only
 */
record BlockActivations(double[] residMid, double[] mlpIn, double[] hidden, double[] mlpOut, double[] gates) {
    /** Those at a position of the first sequence that was recorded. */
    static BlockActivations of(BlockConfig config, Recorder<?> record, int layer, int position) {
        return new BlockActivations(
                Doubles.of(record.get(layer, Site.RESID_MID, position)),
                Doubles.of(record.get(layer, Site.MLP_IN, position)),
                Doubles.of(record.get(layer, Site.MLP_HIDDEN, position)),
                Doubles.of(record.get(layer, Site.MLP_OUT, position)),
                config.experts().isPresent()
                        ? Doubles.of(record.get(layer, Site.GATES, position))
                        : MlpWeights.alone());
    }
}
