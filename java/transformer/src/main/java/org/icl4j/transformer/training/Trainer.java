package org.icl4j.transformer.training;

import java.util.Map;
import org.icl4j.kernels.AdamW;
import org.icl4j.kernels.Kernels;
import org.icl4j.transformer.decoder.Decoder;
import org.icl4j.transformer.decoder.DecoderPass;
import org.icl4j.transformer.optimizer.Adam;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.Tensor;

/**
 * Trains a decoder, a step at a time. What a step does follows from the parameters, the moments and its number alone, so that a
 * run that was stopped goes on to the same bytes, and so does one with another number of threads.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public final class Trainer<A> {
    private final Decoder<A> decoder;
    private final Kernels<A> kernels;
    private final Objective<A> objective;
    private final TrainingSettings settings;
    private final Adam<A> adam;
    private final Parameters<A> gradients;
    private DecoderPass<A> pass;
    private int length;

    /** Training of {@code decoder}, whose parameters every step changes. */
    public Trainer(Decoder<A> decoder, Objective<A> objective, TrainingSettings settings) {
        this.decoder = decoder;
        this.kernels = decoder.kernels();
        this.objective = objective;
        this.settings = settings;
        this.adam = new Adam<>(kernels, decoder.parameters());
        this.gradients = decoder.parameters().zerosLike();
    }

    /**
     * What a step saw.
     *
     * @param loss mean loss before it
     * @param gradientNorm norm of the gradients before they were clipped
     * @param learningRate its rate
     */
    public record Step(double loss, double gradientNorm, double learningRate) {}

    /** The optimiser, with the number of steps taken. */
    public Adam<A> adam() {
        return adam;
    }

    /** What is trained. */
    public Decoder<A> decoder() {
        return decoder;
    }

    /**
     * One step.
     *
     * @throws NonFiniteException if the loss or a gradient is not finite; parameters and moments are then as before
     */
    public Step step() {
        long number = adam.steps();
        double loss = addGradients(passFor(number), number);
        double norm = GradientNorm.of(kernels, gradients);
        if (!Double.isFinite(loss) || !Double.isFinite(norm)) {
            throw new NonFiniteException(number + 1, firstNonFinite(number));
        }
        if (norm > settings.clipNorm()) {
            GradientNorm.scale(kernels, gradients, settings.clipNorm() / norm);
        }
        double rate = settings.schedule().at(number + 1);
        AdamW adamW = settings.adamW();
        adam.step(new AdamW(rate, adamW.beta1(), adamW.beta2(), adamW.epsilon(), adamW.weightDecay()), gradients);
        return new Step(loss, norm, rate);
    }

    /** The pass for a step's length, made anew where it has changed. */
    private DecoderPass<A> passFor(long step) {
        int wanted = objective.length(step);
        if (wanted != length) {
            pass = null; // The old one's tensors go before the new one's come.
            pass = decoder.trainingPass(gradients, objective.batch(), wanted);
            length = wanted;
        }
        return pass;
    }

    private double addGradients(DecoderPass<A> over, long step) {
        int parts = settings.accumulation();
        for (Tensor<A> gradient : gradients.asMap().values()) {
            gradient.fill(0);
        }
        double loss = 0;
        for (int part = 0; part < parts; part++) {
            loss += objective.run(over, step, part, 1.0 / parts) / parts;
        }
        return loss;
    }

    /** What the same step does on kernels that are watched. */
    private String firstNonFinite(long step) {
        for (Map.Entry<String, Tensor<A>> parameter :
                decoder.parameters().asMap().entrySet()) {
            if (!Double.isFinite(kernels.sumOfSquares(parameter.getValue().matrix()))) {
                return "parameter '" + parameter.getKey() + "' is not finite, or its squares are not";
            }
        }
        Decoder<A> watched = new Decoder<>(decoder.config(), FiniteWatch.of(kernels), decoder.parameters());
        try {
            addGradients(watched.trainingPass(gradients, objective.batch(), length), step);
        } catch (FiniteWatch.Found found) {
            return found.getMessage();
        }
        return "the loss or the norm of the gradients is not finite, though all that the kernels gave is";
    }
}
