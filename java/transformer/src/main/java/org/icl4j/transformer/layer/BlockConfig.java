package org.icl4j.transformer.layer;

import java.util.Objects;
import java.util.Optional;

/**
 * What a block is made of.
 *
 * @param dModel C, width of the residual stream
 * @param nHeads attention heads; divides dModel
 * @param nKeyHeads heads of keys and values; divides nHeads
 * @param dMlp hidden width of the MLP
 * @param mixer what carries information from position to position
 * @param mlp what works at each position
 * @param norm what the input of each of the two is normalised by
 * @param eps of the norms
 * @param residual how the two are joined
 * @param postNormed whether what each of the two gives is normalised too before it is joined, by its root mean square (Gemma 2)
 * @param experts how many MLPs there are and work at a position, if there is more than the one
 * @param biased whether the linear maps of mixer and MLP have biases; those of gated MLPs never do
 */
public record BlockConfig(
        int dModel,
        int nHeads,
        int nKeyHeads,
        int dMlp,
        Mixer mixer,
        Mlp mlp,
        Norm norm,
        double eps,
        Residual residual,
        boolean postNormed,
        Optional<Experts> experts,
        boolean biased) {
    /** What carries information from position to position. */
    public enum Mixer {
        /** Causal softmax attention (Vaswani et al. 2017). */
        SOFTMAX_ATTENTION,
        /** Causal attention without the softmax, its scores divided by the number of positions that the model has. */
        LINEAR_ATTENTION,
        /** A network of tanh units (Elman 1990), C of them. */
        RNN,
        /** Gated recurrent units (Cho et al. 2014), C of them. */
        GRU,
        /** C states with real decays in (0, 1) (S4D-Real, Gu et al. 2022). */
        DIAGONAL_SSM,
        /** C channels of 8 states whose steps, inputs and outputs follow from the token (Mamba, Gu and Dao 2023), gated. */
        SELECTIVE_SSM
    }

    /** What works at each position. */
    public enum Mlp {
        /** max(h, 0). */
        RELU,
        /** h·Φ(h). */
        GELU_EXACT,
        /** The approximation of it by tanh, as in GPT-2. */
        GELU_TANH,
        /** silu(g)∘u, as in Llama. */
        SWIGLU,
        /** gelu(g)∘u by tanh, as in Gemma. */
        GEGLU_TANH;

        /** Whether it has a gate. */
        public boolean isGated() {
            return this == SWIGLU || this == GEGLU_TANH;
        }
    }

    /**
     * MLPs of which a router chooses some at each position.
     *
     * @param count E
     * @param chosen k
     */
    public record Experts(int count, int chosen) {
        /**
         * @throws IllegalArgumentException unless 1 ≤ {@code chosen} ≤ {@code count}
         */
        public Experts {
            if (chosen < 1 || chosen > count) {
                throw new IllegalArgumentException("experts with count=" + count + " chosen=" + chosen
                        + ": at least 1 must be chosen, and no more than there are");
            }
        }
    }

    /** How mixer and MLP are joined. */
    public enum Residual {
        /** y = mlp(mixer(x)). */
        NONE,
        /** m = x + mixer(norm(x)), y = m + mlp(norm(m)), as in GPT-2. */
        SEQUENTIAL,
        /** y = x + mixer(norm(x)) + mlp(norm(x)) with one norm for both, as in GPT-J. */
        PARALLEL
    }

    /**
     * @throws IllegalArgumentException if a size is below 1, one does not divide the other, or eps is not above 0
     */
    public BlockConfig {
        Objects.requireNonNull(mixer, "mixer");
        Objects.requireNonNull(mlp, "mlp");
        Objects.requireNonNull(norm, "norm");
        Objects.requireNonNull(residual, "residual");
        Objects.requireNonNull(experts, "experts");
        if (dModel < 1 || dMlp < 1 || nHeads < 1 || dModel % nHeads != 0 || nKeyHeads < 1 || nHeads % nKeyHeads != 0) {
            throw new IllegalArgumentException("block with dModel=" + dModel + " nHeads=" + nHeads + " nKeyHeads="
                    + nKeyHeads + " dMlp=" + dMlp
                    + ": sizes must be at least 1, dModel a multiple of nHeads, and nHeads one of nKeyHeads");
        }
        if (mixer == Mixer.LINEAR_ATTENTION && nKeyHeads != nHeads) {
            throw new IllegalArgumentException("linear attention with nHeads=" + nHeads + " nKeyHeads=" + nKeyHeads
                    + ": every head has keys of its own, so both must be the same");
        }
        if (!(eps > 0)) {
            throw new IllegalArgumentException("block with eps=" + eps + ": it must be above 0, usually 1e-5");
        }
    }

    /** As in GPT-2 (Radford et al. 2019): LayerNorm before each part, GELU by tanh on 4·dModel, biases. */
    public static BlockConfig gpt2(int dModel, int nHeads) {
        return new BlockConfig(
                dModel,
                nHeads,
                nHeads,
                4 * dModel,
                Mixer.SOFTMAX_ATTENTION,
                Mlp.GELU_TANH,
                Norm.LAYER,
                1e-5,
                Residual.SEQUENTIAL,
                false,
                Optional.empty(),
                true);
    }

    /** The same with another mixer. */
    public BlockConfig with(Mixer other) {
        return new BlockConfig(
                dModel, nHeads, nKeyHeads, dMlp, other, mlp, norm, eps, residual, postNormed, experts, biased);
    }

    /** The same with another MLP of {@code width}. */
    public BlockConfig with(Mlp other, int width) {
        return new BlockConfig(
                dModel, nHeads, nKeyHeads, width, mixer, other, norm, eps, residual, postNormed, experts, biased);
    }

    /** The same with other norms. */
    public BlockConfig with(Norm other) {
        return new BlockConfig(
                dModel, nHeads, nKeyHeads, dMlp, mixer, mlp, other, eps, residual, postNormed, experts, biased);
    }

    /** The same joined otherwise. */
    public BlockConfig with(Residual other) {
        return new BlockConfig(
                dModel, nHeads, nKeyHeads, dMlp, mixer, mlp, norm, eps, other, postNormed, experts, biased);
    }

    /** The same with {@code heads} heads of keys and values. */
    public BlockConfig withKeyHeads(int heads) {
        return new BlockConfig(
                dModel, nHeads, heads, dMlp, mixer, mlp, norm, eps, residual, postNormed, experts, biased);
    }

    /** The same with a norm behind mixer and MLP too. */
    public BlockConfig withPostNorms() {
        return new BlockConfig(dModel, nHeads, nKeyHeads, dMlp, mixer, mlp, norm, eps, residual, true, experts, biased);
    }

    /** The same with {@code count} MLPs, of which {@code chosen} work at a position. */
    public BlockConfig withExperts(int count, int chosen) {
        Optional<Experts> several = Optional.of(new Experts(count, chosen));
        return new BlockConfig(
                dModel, nHeads, nKeyHeads, dMlp, mixer, mlp, norm, eps, residual, postNormed, several, biased);
    }

    /** The same without biases in mixer and MLP. */
    public BlockConfig withoutBiases() {
        return new BlockConfig(
                dModel, nHeads, nKeyHeads, dMlp, mixer, mlp, norm, eps, residual, postNormed, experts, false);
    }

    /** Width of a head. */
    public int dHead() {
        return dModel / nHeads;
    }

    /** Width of all keys, and of all values. */
    public int dKeys() {
        return nKeyHeads * dHead();
    }
}
