package org.icl4j.lab.compile;

import java.util.List;
import org.icl4j.transformer.layer.BlockConfig;

/**
 * The names of the weights of a block's MLP.
 *
 * @param in those that read the residual stream, normalised
 * @param out the one that writes to it
 */
record MlpWeights(List<String> in, String out) {
    static MlpWeights of(BlockConfig config, int layer) {
        String prefix = "h." + layer + ".mlp.";
        return switch (config.mlp()) {
            case RELU, GELU_EXACT, GELU_TANH ->
                new MlpWeights(List.of(prefix + "c_fc.weight"), prefix + "c_proj.weight");
            case SWIGLU, GEGLU_TANH ->
                new MlpWeights(
                        List.of(prefix + "gate_proj.weight", prefix + "up_proj.weight"), prefix + "down_proj.weight");
        };
    }
}
