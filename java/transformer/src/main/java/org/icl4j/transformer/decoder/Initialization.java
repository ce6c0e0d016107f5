package org.icl4j.transformer.decoder;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.icl4j.kernels.Precision;
import org.icl4j.transformer.layer.ParameterSpec;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.RandomStream;
import org.icl4j.transformer.tensor.Tensor;

/** How fresh parameters are drawn. All weights are normal with mean 0; biases are 0 and gains 1. */
public enum Initialization {
    /**
     * GPT-2 (Radford et al. 2019, §2.3, and the released code): 0.02 for all weights, 0.01 for positions, and weights whose result
     * is added to the residual stream divided by √(2·nLayers).
     */
    GPT2 {
        @Override
        double standardDeviation(ParameterSpec spec, int nLayers) {
            return switch (spec.role()) {
                case RESIDUAL_WEIGHT -> 0.02 / Math.sqrt(2.0 * nLayers);
                case POSITION -> 0.01;
                default -> 0.02;
            };
        }
    },
    /** As {@link #GPT2}, with 0.02 for positions too. */
    NANO_GPT {
        @Override
        double standardDeviation(ParameterSpec spec, int nLayers) {
            return spec.role() == ParameterSpec.Role.POSITION ? 0.02 : GPT2.standardDeviation(spec, nLayers);
        }
    },
    /**
     * Garg et al. (2022), {@code models.py} of the released code: Hugging Face's GPT-2, which is {@link #NANO_GPT}, between PyTorch's
     * linear layers, whose weights have the deviation 1/√(3·fan-in). Theirs are uniform, here they are normal; their biases, drawn
     * likewise, are 0 here.
     */
    GARG {
        @Override
        double standardDeviation(ParameterSpec spec, int nLayers) {
            return switch (spec.role()) {
                case READ_IN, READ_OUT -> 1 / Math.sqrt(3.0 * spec.fanIn());
                default -> NANO_GPT.standardDeviation(spec, nLayers);
            };
        }
    },
    /**
     * For narrow models that are trained for minutes: 1/√fan-in, divided by √(2·nLayers) where the result is added to the residual
     * stream; 0.02 for positions and the read-out, 0.5 for token embeddings.
     */
    FAN_IN {
        @Override
        double standardDeviation(ParameterSpec spec, int nLayers) {
            double fanIn = 1 / Math.sqrt(spec.fanIn());
            return switch (spec.role()) {
                case RESIDUAL_WEIGHT -> fanIn / Math.sqrt(2.0 * nLayers);
                case POSITION, READ_OUT -> 0.02;
                case EMBEDDING -> 0.5;
                default -> fanIn;
            };
        }
    },
    /** For models without a residual stream: 1/√fan-in for every weight (LeCun, Bottou, Orr and Müller 1998, §4.6). */
    LECUN {
        @Override
        double standardDeviation(ParameterSpec spec, int nLayers) {
            return 1 / Math.sqrt(spec.fanIn());
        }
    };

    /** Steps of a selective model begin near softplus(−2) = 0.13. */
    private static final double STEP_BIAS = -2;

    /** The decays of a state begin at σ(−3) … σ(3), evenly spread in their logarithmic odds. */
    private static final double WIDEST_DECAY = 3;

    abstract double standardDeviation(ParameterSpec spec, int nLayers);

    /**
     * Parameters from the streams (seed, "init", 0, number of the parameter).
     *
     * @param nLayers blocks whose results are added to one residual stream
     */
    public <A> Parameters<A> draw(List<ParameterSpec> specs, int nLayers, Precision<A> precision, long seed) {
        Map<String, Tensor<A>> tensors = new LinkedHashMap<>();
        for (ParameterSpec spec : specs) {
            Tensor<A> tensor = Tensor.zeros(precision, spec.dimensions());
            switch (spec.role()) {
                case BIAS -> {}
                case GAIN -> tensor.fill(1);
                case DECAY -> spread(tensor);
                case STEP_BIAS -> tensor.fill(STEP_BIAS);
                case LOG_RATE -> integers(tensor);
                default ->
                    RandomStream.of(seed, "init", 0, tensors.size())
                            .fillGaussian(tensor, standardDeviation(spec, nLayers));
            }
            tensors.put(spec.name(), tensor);
        }
        return Parameters.of(tensors);
    }

    private static void spread(Tensor<?> tensor) {
        int intervals = Math.max(1, tensor.size() - 1);
        for (int i = 0; i < tensor.size(); i++) {
            tensor.set(i, WIDEST_DECAY * (2.0 * i / intervals - 1));
        }
    }

    /** The rates of every channel begin at 1, 2, 3 … (S4D-Real, Gu et al. 2022). */
    private static void integers(Tensor<?> logRates) {
        int nStates = logRates.dim(1);
        for (int i = 0; i < logRates.size(); i++) {
            logRates.set(i, StrictMath.log(1.0 + i % nStates));
        }
    }
}
