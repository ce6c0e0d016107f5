package org.icl4j.transformer.decoder;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.RotaryAngles;
import org.icl4j.transformer.decoder.DecoderConfig.Input;
import org.icl4j.transformer.decoder.DecoderConfig.Position;
import org.icl4j.transformer.layer.Block;
import org.icl4j.transformer.layer.Weights;
import org.icl4j.transformer.layer.Workspace;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.Tensor;
import org.icl4j.transformer.trace.Site;
import org.icl4j.transformer.trace.Trace;

/**
 * A decoder on one shape of input: B sequences of T positions. All tensors are made once, so that passes allocate none. Not for
 * several threads at once; the kernels have theirs.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public final class DecoderPass<A> {
    private final DecoderConfig config;
    private final boolean trains;
    private final Stem<A> stem;
    private final Optional<PositionVectors<A>> positions;
    private final Tensor<A> x;
    private final List<Block<A>> blocks = new ArrayList<>();
    private final Readout<A> readout;
    private final Tensor<A> dx;

    DecoderPass(Decoder<A> decoder, Optional<Parameters<A>> gradients, int batch, int length, int first) {
        this.config = decoder.config();
        this.trains = gradients.isPresent();
        if (batch < 1 || length < 1 || first < 0 || length > config.nPositions() - first) {
            throw new IllegalArgumentException("pass over batch=" + batch + " length=" + length + " from position "
                    + first + ": batch must be at least 1, and the positions among 0 to nPositions="
                    + config.nPositions());
        }
        Kernels<A> kernels = decoder.kernels();
        Weights<A> weights = new Weights<>(kernels, decoder.parameters(), gradients, "");
        Workspace<A> workspace = new Workspace<>(kernels.precision(), batch, length, trains);
        this.stem = stem(weights, batch, length);
        this.x = workspace.own(config.block().dModel());
        this.dx = workspace.own(config.block().dModel());
        this.positions = positions(weights, first);
        Optional<RotaryAngles<A>> angles = config.position() == Position.ROTARY
                ? Optional.of(RotaryAngles.of(
                                kernels.precision(),
                                first + length,
                                config.block().dHead() / 2,
                                RotaryAngles.BASE)
                        .rows(first, first + length))
                : Optional.empty();
        Tensor<A> residual = x;
        for (int layer = 0; layer < config.nLayers(); layer++) {
            Weights<A> ofBlock = weights.at("h").at(Integer.toString(layer));
            blocks.add(new Block<>(config.block(), config.nPositions(), angles, ofBlock, workspace, residual));
            residual = blocks.getLast().y();
        }
        this.readout = new Readout<>(config, weights, workspace, residual);
    }

    private Stem<A> stem(Weights<A> weights, int batch, int length) {
        return switch (config.input()) {
            case Input.Numbers numbers -> new NumberStem<>(weights, batch, length, numbers.width());
            case Input.Tokens tokens -> new TokenStem<>(weights, Math.multiplyExact(batch, length));
        };
    }

    private Optional<PositionVectors<A>> positions(Weights<A> weights, int first) {
        return switch (config.position()) {
            case NONE, ROTARY -> Optional.empty();
            case LEARNED -> Optional.of(PositionVectors.learned(weights.at("wpe"), first, x, dx));
            case SINUSOIDAL -> Optional.of(PositionVectors.sinusoidal(weights.kernels(), first, x));
        };
    }

    /**
     * Computes {@link #out} for numbers.
     *
     * @param numbers [B, T, width], not modified, and not to be changed before {@link #backward}
     * @throws IllegalArgumentException if it has another shape
     * @throws IllegalStateException if the model reads tokens
     */
    public void forward(Tensor<A> numbers) {
        read(numbers);
        forwardFromStem();
    }

    /** As {@link #forward(Tensor)}, to the same bits, while {@code trace} looks on. */
    public void forward(Tensor<A> numbers, Trace<A> trace) {
        read(numbers);
        forwardFromStem(trace);
    }

    private void read(Tensor<A> numbers) {
        if (!(stem instanceof NumberStem<A> reads)) {
            throw new IllegalStateException("numbers for a model of " + config.input());
        }
        reads.forward(numbers, x);
    }

    /**
     * Computes {@link #out} for tokens.
     *
     * @param tokens token (b, t) at b·T + t; not modified, and not to be changed before {@link #backward}
     * @throws IllegalArgumentException if there are not B·T, or one is not in the vocabulary
     * @throws IllegalStateException if the model reads numbers
     */
    public void forward(int[] tokens) {
        read(tokens);
        forwardFromStem();
    }

    /** As {@link #forward(int[])}, to the same bits, while {@code trace} looks on. */
    public void forward(int[] tokens, Trace<A> trace) {
        read(tokens);
        forwardFromStem(trace);
    }

    private void read(int[] tokens) {
        if (!(stem instanceof TokenStem<A> reads)) {
            throw new IllegalStateException("tokens for a model of " + config.input());
        }
        reads.forward(tokens, x);
    }

    private void forwardFromStem() {
        if (positions.isPresent()) {
            positions.get().addToX();
        }
        for (Block<A> block : blocks) {
            block.forward();
        }
        readout.forward();
    }

    private void forwardFromStem(Trace<A> trace) {
        positions.ifPresent(PositionVectors::addToX);
        for (int layer = 0; layer < blocks.size(); layer++) {
            blocks.get(layer).forward(layer, trace);
        }
        readout.forward();
        trace.at(blocks.size(), Site.LOGITS, out());
    }

    /** The output of the last forward pass, [B, T, dOut]; overwritten by the next. */
    public Tensor<A> out() {
        return readout.out();
    }

    /**
     * Adds to the gradients of the parameters those of the last forward pass.
     *
     * @param dOut gradient with respect to {@link #out}, of its shape, not modified
     * @throws IllegalArgumentException if it has another shape
     * @throws IllegalStateException if the pass was made without gradients
     */
    public void backward(Tensor<A> dOut) {
        if (!trains) {
            throw new IllegalStateException("backward on a pass without gradients; make it by trainingPass");
        }
        if (!dOut.isShapedAs(out())) {
            throw new IllegalArgumentException("gradient " + dOut + " for the output " + out());
        }
        readout.backward(dOut, dx);
        for (int layer = blocks.size() - 1; layer >= 0; layer--) {
            blocks.get(layer).backward(dx);
        }
        if (positions.isPresent()) {
            positions.get().backward();
        }
        stem.backward(dx);
    }
}
