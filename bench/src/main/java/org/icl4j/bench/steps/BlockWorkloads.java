package org.icl4j.bench.steps;

import java.util.List;
import org.icl4j.kernels.AdamW;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.workload.Cost;
import org.icl4j.kernels.workload.Operands;
import org.icl4j.kernels.workload.Workload;
import org.icl4j.transformer.block.ContextualBlock;
import org.icl4j.transformer.block.ContextualBlockConfig;
import org.icl4j.transformer.block.ContextualPass;
import org.icl4j.transformer.optimizer.Adam;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.Tensor;

/** What a run is made of: passes of the contextual block, a step of its training, the evaluation of a prompt. */
public final class BlockWorkloads {
    private static final String FORWARD = "blockForward";
    private static final String BACKWARD = "blockBackward";
    private static final String STEP = "trainingStep";
    private static final String EVALUATION = "promptEvaluation";
    /** Seed of the parameters. */
    public static final int SEED = 1;

    private static final ContextualBlockConfig SMALL = new ContextualBlockConfig(3, 32, 8, 128);
    private static final ContextualBlockConfig WIDE = new ContextualBlockConfig(21, 256, 8, 1024);

    /** Errors add up over the products of a pass. */
    private static final double BOUND_FORWARD = 64;

    private static final double BOUND_GRADIENT = 512;

    private BlockWorkloads() {}

    /** The steps on the block of the experiment rank1, and on one of the width of a small transformer. */
    public static <A> List<Workload<A>> all() {
        return List.of(
                forward(FORWARD, SMALL, 64, 51),
                backward(SMALL, 64, 51),
                trainingStep(SMALL, 64, 51),
                forward(EVALUATION, SMALL, 1, 51),
                forward(FORWARD, WIDE, 64, 41),
                backward(WIDE, 64, 41),
                trainingStep(WIDE, 64, 41),
                forward(EVALUATION, WIDE, 1, 41));
    }

    /** Whether the workload is one of these, and not a kernel. */
    public static boolean isStep(Workload<?> workload) {
        return List.of(FORWARD, BACKWARD, STEP, EVALUATION).contains(workload.kernel());
    }

    /** The sizes of a step's block. */
    public static ContextualBlockConfig config(Workload<?> step) {
        return step.shape().endsWith(" m" + SMALL.dMlp()) ? SMALL : WIDE;
    }

    private static String shape(ContextualBlockConfig c, int batch, int length) {
        return "B" + batch + " T" + length + " d" + c.dModel() + " m" + c.dMlp();
    }

    private static <A> Workload<A> forward(String name, ContextualBlockConfig config, int batch, int length) {
        Cost cost = cost(config, batch, length, forwardProducts(config, length));
        return new Workload<>(name, shape(config, batch, length), BOUND_FORWARD, cost, (kernels, operands) -> {
            Step<A> step = new Step<>(config, kernels, operands, batch, length);
            operands.result(step.pass.out().matrix());
            return step::forward;
        });
    }

    private static <A> Workload<A> backward(ContextualBlockConfig config, int batch, int length) {
        Cost cost = cost(config, batch, length, backwardProducts(config, length));
        return new Workload<>(BACKWARD, shape(config, batch, length), BOUND_GRADIENT, cost, (kernels, operands) -> {
            Step<A> step = new Step<>(config, kernels, operands, batch, length);
            step.noteGradients(operands);
            step.forward();
            step.lossGradient();
            return step::backward;
        });
    }

    private static <A> Workload<A> trainingStep(ContextualBlockConfig config, int batch, int length) {
        double products = forwardProducts(config, length) + backwardProducts(config, length);
        Cost cost = cost(config, batch, length, products);
        return new Workload<>(STEP, shape(config, batch, length), BOUND_GRADIENT, cost, (kernels, operands) -> {
            Step<A> step = new Step<>(config, kernels, operands, batch, length);
            step.noteGradients(operands);
            return step::train;
        });
    }

    /** Multiply-adds of a prompt: keys and values of all tokens; query, scores, output and MLP of the last. */
    private static double forwardProducts(ContextualBlockConfig c, int length) {
        double token = (double) c.dToken() * c.dModel();
        return (2.0 * length + 1) * token
                + 2.0 * length * c.dModel()
                + (double) c.dModel() * c.dModel()
                + (double) c.dModel() * c.dMlp()
                + (double) c.dMlp() * c.dToken();
    }

    /** The same for the gradients; that of the tokens is not needed. */
    private static double backwardProducts(ContextualBlockConfig c, int length) {
        double token = (double) c.dToken() * c.dModel();
        return (2.0 * length + 1) * token
                + 4.0 * length * c.dModel()
                + 2.0 * c.dModel() * c.dModel()
                + 2.0 * c.dModel() * c.dMlp()
                + 2.0 * c.dMlp() * c.dToken();
    }

    private static Cost cost(ContextualBlockConfig c, int batch, int length, double productsPerPrompt) {
        double tokens = (double) batch * length * c.dToken();
        double parameters =
                3.0 * c.dToken() * c.dModel() + (double) c.dModel() * c.dModel() + c.dMlp() * (c.dModel() + c.dToken());
        return Cost.products(batch * productsPerPrompt, 0, tokens + parameters, (double) batch * c.dToken());
    }

    /** A block with all that a training step needs, made once. */
    private static final class Step<A> {
        private final Tensor<A> tokens;
        private final ContextualPass<A> pass;
        private final Parameters<A> gradients;
        private final Tensor<A> dOut;
        private final Tensor<A> targets;
        private final Adam<A> adam;
        private final AdamW settings = AdamW.adam(1e-3);

        Step(ContextualBlockConfig config, Kernels<A> kernels, Operands<A> operands, int batch, int length) {
            Parameters<A> parameters = ContextualBlock.initialize(config, kernels.precision(), SEED);
            tokens = tensor(
                    operands.random(1, batch * length, config.dToken()), kernels, batch, length, config.dToken());
            targets = tensor(operands.random(1, batch, 1), kernels, batch);
            gradients = parameters.zerosLike();
            pass = new ContextualBlock<>(config, kernels, parameters).trainingPass(gradients, batch, length);
            dOut = pass.out().zerosLike();
            adam = new Adam<>(kernels, parameters);
        }

        private static <A> Tensor<A> tensor(Matrix<A> matrix, Kernels<A> kernels, int... shape) {
            return Tensor.of(kernels.precision(), matrix.array(), shape);
        }

        void noteGradients(Operands<A> operands) {
            gradients.asMap().values().forEach(gradient -> operands.result(gradient.matrix()));
        }

        void forward() {
            pass.forward(tokens);
        }

        /** Of ½(ŷ − y)², averaged over the batch; ŷ is the last number of the output. */
        void lossGradient() {
            int batch = dOut.dim(0);
            int last = dOut.dim(1) - 1;
            for (int b = 0; b < batch; b++) {
                int at = dOut.index(b, last);
                dOut.set(at, (pass.out().get(at) - targets.get(b)) / batch);
            }
        }

        void backward() {
            gradients.asMap().values().forEach(gradient -> gradient.fill(0));
            pass.backward(dOut);
        }

        void train() {
            forward();
            lossGradient();
            backward();
            adam.step(settings, gradients);
        }
    }
}
