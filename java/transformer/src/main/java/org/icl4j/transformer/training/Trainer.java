package org.icl4j.transformer.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.icl4j.kernels.AdamW;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Matrix;
import org.icl4j.transformer.decoder.Decoder;
import org.icl4j.transformer.optimizer.Adam;
import org.icl4j.transformer.tensor.Tensor;

/**
 * Trains a decoder, a step at a time. What a step does follows from the parameters, the moments and its number alone, so that a
 * run that was stopped goes on to the same bytes.
 *
 * <p>The batch is split into {@link #SHARES} shares, whatever the number of threads, and their gradients are added up in order: so
 * a run has the same bytes with 1, 2 or 4 threads. The threads work on shares, and then on parameters, each with kernels of one thread but
 * on OpenBLAS. In the steady state a step on the vector provider makes a few objects, as many for any model and batch.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public final class Trainer<A> implements AutoCloseable {
    /** Shares of a batch, and the most threads that can be busy. Part of the result's identity: changing it changes bits. */
    public static final int SHARES = 4;

    private final Decoder<A> decoder;
    private final Kernels<A> kernels;
    private final Objective<A> objective;
    private final TrainingSettings settings;
    private final Adam<A> adam;
    private final Kernels<A> ofOneThread;
    private final List<BatchShare<A>> shares = new ArrayList<>();
    private final ShareThreads threads;
    private final GradientNorm<A> norm;

    /** By shares: their gradients, in the order of the parameters. */
    private final List<List<Matrix<A>>> gradients = new ArrayList<>();

    /**
     * Training of {@code decoder}, whose parameters every step changes.
     *
     * @param nThreads threads that work on a step, at least 1; beyond {@link #SHARES} they have nothing to do
     */
    public Trainer(Decoder<A> decoder, Objective<A> objective, TrainingSettings settings, int nThreads) {
        this.decoder = decoder;
        this.kernels = decoder.kernels();
        this.objective = objective;
        this.settings = settings;
        this.ofOneThread = ofOneThread(kernels);
        this.adam = new Adam<>(ofOneThread, decoder.parameters());
        Decoder<A> worker = new Decoder<>(decoder.config(), ofOneThread, decoder.parameters());
        int count = Math.min(SHARES, objective.batch());
        for (int i = 0; i < count; i++) {
            BatchShare<A> share = share(worker, i, count);
            shares.add(share);
            gradients.add(share.gradients().asMap().values().stream()
                    .map(Tensor::matrix)
                    .toList());
        }
        this.threads = new ShareThreads(Math.min(nThreads, count));
        this.norm = new GradientNorm<>(ofOneThread, shares.getFirst().gradients(), threads);
    }

    /**
     * These if they are, as threads within kernels would be more than there are cores; and these with OpenBLAS, whose number of threads
     * is that of the process.
     */
    private static <A> Kernels<A> ofOneThread(Kernels<A> kernels) {
        if (kernels.info().threads() == 1 || kernels.info().openBlas().isPresent()) {
            return kernels;
        }
        String provider = kernels.info().provider();
        return Kernels.open(
                kernels.precision(), KernelOptions.defaults().provider(provider).threads(1));
    }

    private BatchShare<A> share(Decoder<A> over, int number, int count) {
        int first = objective.batch() * number / count;
        int end = objective.batch() * (number + 1) / count;
        return new BatchShare<>(over, objective, decoder.parameters().zerosLike(), first, end - first);
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

    /** Threads that work on a step. */
    public int threads() {
        return threads.count();
    }

    /** What is trained. */
    public Decoder<A> decoder() {
        return decoder;
    }

    /**
     * Floating-point operations of the products of the next step, as {@link
     * org.icl4j.transformer.decoder.DecoderConfig#operations} counts.
     */
    public double operations() {
        return 3 * decoder.config().operations(objective.batch(), objective.length(adam.steps()));
    }

    /**
     * One step.
     *
     * @throws NonFiniteException if the loss or a gradient is not finite; parameters and moments are then as before
     */
    public Step step() {
        long number = adam.steps();
        threads.run(shares.size(), i -> shares.get(i).run(number));
        double loss = shares.stream().mapToDouble(BatchShare::loss).sum() / objective.batch();
        sumGradients();
        double length = norm.value();
        if (!Double.isFinite(loss) || !Double.isFinite(length)) {
            throw new NonFiniteException(number + 1, firstNonFinite(number));
        }
        if (length > settings.clipNorm()) {
            norm.scale(settings.clipNorm() / length);
        }
        double rate = settings.schedule().at(number + 1);
        AdamW adamW = settings.adamW();
        adam.step(
                new AdamW(rate, adamW.beta1(), adamW.beta2(), adamW.epsilon(), adamW.weightDecay()),
                shares.getFirst().gradients(),
                threads::run);
        return new Step(loss, length, rate);
    }

    /** Adds to those of the first share the others' in order. */
    private void sumGradients() {
        List<Matrix<A>> sums = gradients.getFirst();
        threads.run(sums.size(), n -> {
            for (int share = 1; share < gradients.size(); share++) {
                ofOneThread.add(sums.get(n), gradients.get(share).get(n), sums.get(n));
            }
        });
    }

    /** What the same step does on kernels that are watched, a share after the other. */
    private String firstNonFinite(long step) {
        for (Map.Entry<String, Tensor<A>> parameter :
                decoder.parameters().asMap().entrySet()) {
            if (!Double.isFinite(kernels.sumOfSquares(parameter.getValue().matrix()))) {
                return "parameter '" + parameter.getKey() + "' is not finite, or its squares are not";
            }
        }
        Decoder<A> watched = new Decoder<>(decoder.config(), FiniteWatch.of(kernels), decoder.parameters());
        try {
            IntStream.range(0, shares.size())
                    .forEach(i -> share(watched, i, shares.size()).run(step));
        } catch (FiniteWatch.Found found) {
            return found.getMessage();
        }
        return "the loss or the norm of the gradients is not finite, though all that the kernels gave is";
    }

    /** Ends the threads. */
    @Override
    public void close() {
        threads.close();
        if (ofOneThread != kernels) {
            ofOneThread.close();
        }
    }
}
