package org.icl4j.lab.rank1;

import java.util.LinkedHashMap;
import java.util.Map;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.task.Prompts;
import org.icl4j.transformer.block.ContextualBlock;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.Tensor;

/** A trained block and prompts, number for number, in double precision: only the arithmetic is finer. */
final class InDouble {
    private InDouble() {}

    /** The block with the same weights on other kernels. */
    static PatchedBlock<double[]> of(PatchedBlock<?> trained, Kernels<double[]> kernels) {
        ContextualBlock<?> block = trained.block();
        Map<String, Tensor<double[]>> weights = new LinkedHashMap<>();
        block.parameters().asMap().forEach((name, weight) -> weights.put(name, of(weight)));
        return new PatchedBlock<>(
                new ContextualBlock<>(block.config(), kernels, Parameters.of(weights)), trained.rule());
    }

    /** The same prompts. */
    static Prompts<double[]> of(Prompts<?> prompts) {
        return new Prompts<>(of(prompts.tokens()), prompts.targets());
    }

    private static Tensor<double[]> of(Tensor<?> tensor) {
        Tensor<double[]> widened = Tensor.zeros(Precision.F64, tensor.shape());
        for (int i = 0; i < tensor.size(); i++) {
            widened.set(i, tensor.get(i));
        }
        return widened;
    }
}
