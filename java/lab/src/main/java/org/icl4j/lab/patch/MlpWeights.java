package org.icl4j.lab.patch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.icl4j.transformer.layer.BlockConfig;
import org.icl4j.transformer.tensor.Parameters;

/**
 * The parameters of a block's MLP by their names, and what it makes of its hidden layer. A single MLP counts as expert 0, whose gate
 * is 1.
 *
 * @param config of the block
 * @param layer number of the block
 */
public record MlpWeights(BlockConfig config, int layer) {
    private static final double[] ALONE = {1};

    /** Whether there is a router. */
    public boolean isRouted() {
        return config.experts().isPresent();
    }

    /** The weight that chooses among the experts. */
    public String router() {
        return mlp() + "gate.weight";
    }

    /** The weights of an expert that read the residual stream, normalised. */
    public List<String> inputs(int expert) {
        List<String> maps = config.mlp().isGated() ? List.of("gate_proj", "up_proj") : List.of("c_fc");
        return maps.stream().map(map -> mlp(expert) + map + ".weight").toList();
    }

    /** The weight of an expert that reads its hidden layer. */
    public String last(int expert) {
        return lastMap(expert) + ".weight";
    }

    /** The bias beside it, of those that have one. */
    public String lastBias(int expert) {
        return lastMap(expert) + ".bias";
    }

    /** The gain of the norm behind the MLP, of those that have one. */
    public String gain() {
        return "h." + layer + ".post_feedforward_layernorm.weight";
    }

    private String lastMap(int expert) {
        return mlp(expert) + (config.mlp().isGated() ? "down_proj" : "c_proj");
    }

    private String mlp() {
        return "h." + layer + ".mlp.";
    }

    private String mlp(int expert) {
        return mlp() + (isRouted() ? "experts." + expert + "." : "");
    }

    /** The gates of an MLP without a router. */
    public static double[] alone() {
        return ALONE.clone();
    }

    /** The experts whose gates are above 0. */
    public static List<Integer> chosen(double[] gates) {
        List<Integer> chosen = new ArrayList<>();
        for (int e = 0; e < gates.length; e++) {
            if (gates[e] > 0) {
                chosen.add(e);
            }
        }
        return chosen;
    }

    /** The part of an expert in the hidden layers of all, side by side. */
    public double[] hidden(double[] ofAll, int expert) {
        return Arrays.copyOfRange(ofAll, expert * config.dMlp(), (expert + 1) * config.dMlp());
    }

    /**
     * Σ gₑ·(Wₑ·hₑ + bₑ): what the MLP gives before any norm.
     *
     * @param hidden h of all experts, side by side
     * @param gates g
     */
    public double[] result(Parameters<?> parameters, double[] hidden, double[] gates) {
        double[] sum = new double[config.dModel()];
        for (int e : chosen(gates)) {
            Doubles.add(sum, gates[e], Doubles.product(parameters.get(last(e)), hidden(hidden, e)));
            if (config.biased() && !config.mlp().isGated()) {
                Doubles.add(sum, gates[e], Doubles.of(parameters.get(lastBias(e))));
            }
        }
        return sum;
    }
}
