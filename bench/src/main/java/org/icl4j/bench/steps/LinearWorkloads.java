package org.icl4j.bench.steps;

import java.util.List;
import org.icl4j.kernels.Precision;
import org.icl4j.kernels.workload.Cost;
import org.icl4j.kernels.workload.Workload;
import org.icl4j.transformer.linear.LinearSelfAttention;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.Tensor;

/**
 * A step of gradient descent of linear self-attention (Zhang, Frei and Bartlett 2023) on the error of its predictions: forward,
 * backward, parameters. Their operands are the prompts, the queries and the targets, the results the gradients of both parameters.
 */
public final class LinearWorkloads {
    /** Its name among the kernels. */
    public static final String STEP = "linearSelfAttentionStep";

    /** Width of a point. */
    public static final int DIMS = 20;

    /** Rate of the step. */
    public static final double RATE = 1e-3;

    private static final int EXAMPLES = 40;
    private static final int BATCH = 256;
    private static final int SEED = 1;

    /** Errors add up over the products and the prompts of a pass. */
    private static final double BOUND = 512;

    private LinearWorkloads() {}

    /** One. */
    public static <A> List<Workload<A>> all() {
        return List.of(step());
    }

    /** The parameters before the first step. */
    public static <A> Parameters<A> parameters(Precision<A> precision) {
        return LinearSelfAttention.initialize(DIMS, 0.5, precision, SEED);
    }

    private static <A> Workload<A> step() {
        int width = DIMS + 1;
        int length = EXAMPLES + 1;
        double elements = (double) BATCH * width * length;
        double question = (double) BATCH * width * DIMS;
        Cost cost = Cost.products(4 * elements + 2 * question, 0, elements + BATCH * width, width * width);
        String shape = "B" + BATCH + " N" + EXAMPLES + " d" + DIMS;
        return new Workload<>(STEP, shape, BOUND, cost, (kernels, operands) -> {
            Precision<A> precision = kernels.precision();
            Tensor<A> prompts =
                    Tensor.of(precision, operands.random(BATCH, width, length).array(), BATCH, width, length);
            Tensor<A> queries =
                    Tensor.of(precision, operands.random(1, BATCH, DIMS).array(), BATCH, DIMS);
            Tensor<A> targets =
                    Tensor.of(precision, operands.random(1, 1, BATCH).array(), BATCH);
            LinearSelfAttention<A> model = new LinearSelfAttention<>(kernels, parameters(precision));
            LinearSelfAttention.Pass<A> pass = model.pass(prompts, queries);
            pass.gradients().asMap().values().forEach(gradient -> operands.result(gradient.matrix()));
            return () -> {
                pass.forward();
                pass.backward(targets);
                model.step(RATE, pass.gradients());
            };
        });
    }
}
