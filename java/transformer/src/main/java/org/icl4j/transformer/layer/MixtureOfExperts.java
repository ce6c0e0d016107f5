package org.icl4j.transformer.layer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.icl4j.kernels.Kernels;
import org.icl4j.transformer.layer.ParameterSpec.Role;
import org.icl4j.transformer.tensor.Tensor;

/**
 * Σ gₑ·{@code experts.e}(x) over the experts that the router {@code gate} chooses at each position (Shazeer et al. 2017): those with
 * the largest logits, of equals the first ones, weighted by the softmax of the logits chosen (Mixtral, Jiang et al. 2024).
 *
 * <p>Clear rather than fast: every expert works at every position, and those not chosen have weight 0.
 */
final class MixtureOfExperts<A> implements Branch<A>, Interior<A> {
    private final Kernels<A> kernels;
    private final int chosen;
    private final Wires<A> wires;
    private final Linear<A> router;
    private final Tensor<A> logits;
    private final Tensor<A> gates;
    private final Tensor<A> hidden;
    private final Tensor<A> sum;
    private final List<Expert<A>> experts = new ArrayList<>();
    private final Tensor<A> dGates;
    private final Tensor<A> dResult;
    private final Tensor<A> dFromPart;

    private record Expert<A>(Branch<A> mlp, Tensor<A> result) {}

    /** Makes the MLP of an expert. */
    interface Maker<A> {
        Branch<A> make(Weights<A> weights, Wires<A> wires);
    }

    MixtureOfExperts(BlockConfig config, Weights<A> weights, Workspace<A> workspace, Wires<A> wires, Maker<A> maker) {
        BlockConfig.Experts size = config.experts().orElseThrow();
        int width = config.dModel();
        this.kernels = weights.kernels();
        this.chosen = size.chosen();
        this.wires = wires;
        this.router = new Linear<>(weights.at("gate"), false);
        this.logits = workspace.scratch("routerLogits", size.count());
        this.gates = workspace.kept("gates", size.count());
        this.hidden = workspace.scratch("hiddenOfAll", size.count() * config.dMlp());
        this.sum = workspace.scratch("sumOfExperts", width);
        for (int e = 0; e < size.count(); e++) {
            Tensor<A> result = workspace.kept("expert", width);
            Branch<A> mlp = maker.make(
                    weights.at("experts").at(Integer.toString(e)), new Wires<>(wires.in(), Optional.empty(), result));
            experts.add(new Expert<>(mlp, result));
        }
        this.dGates = workspace.scratch("dGates", size.count());
        this.dResult = workspace.scratch("dExpert", width);
        this.dFromPart = workspace.scratch("dFromPart", width);
    }

    /**
     * @param expert names the parameters of an expert
     */
    static void declare(Specs specs, BlockConfig config, Consumer<Specs> expert) {
        int count = config.experts().orElseThrow().count();
        Linear.declare(specs.at("gate"), Role.WEIGHT, config.dModel(), count, false);
        for (int e = 0; e < count; e++) {
            expert.accept(specs.at("experts").at(Integer.toString(e)));
        }
    }

    @Override
    public void forward() {
        router.forward(wires.in().matrix(), logits.matrix(), router.epilogue());
        leaveOutUnchosen();
        kernels.softmax(logits.matrix(), gates.matrix());
        sum.fill(0);
        for (int e = 0; e < experts.size(); e++) {
            Expert<A> expert = experts.get(e);
            expert.mlp.forward();
            copyHidden(e, expert.mlp.interior().inner());
            addWeighted(e, expert.result, sum);
        }
        wires.join(kernels, sum);
    }

    /** −∞ for every logit that {@link #chosen} others come before. NaN comes before all numbers, so that it shows. */
    private void leaveOutUnchosen() {
        int count = experts.size();
        double[] row = new double[count];
        for (int from = 0; from < logits.size(); from += count) {
            for (int e = 0; e < count; e++) {
                row[e] = logits.get(from + e);
            }
            for (int e = 0; e < count; e++) {
                if (rank(row, e) >= chosen) {
                    logits.set(from + e, Double.NEGATIVE_INFINITY);
                }
            }
        }
    }

    private static int rank(double[] row, int e) {
        int before = 0;
        for (int other = 0; other < row.length; other++) {
            int order = Double.compare(row[other], row[e]);
            before += order > 0 || order == 0 && other < e ? 1 : 0;
        }
        return before;
    }

    private void copyHidden(int e, Tensor<A> inner) {
        int width = inner.dim(2);
        for (int row = 0; row < inner.size() / width; row++) {
            int to = (row * experts.size() + e) * width;
            System.arraycopy(inner.array(), row * width, hidden.array(), to, width);
        }
    }

    /** to ← to + gₑ∘what, position by position. */
    private void addWeighted(int e, Tensor<A> what, Tensor<A> to) {
        for (int i = 0; i < what.size(); i++) {
            to.set(i, to.get(i) + gate(e, i) * what.get(i));
        }
    }

    /** gₑ at the position of element {@code i} of a tensor [B, T, C]. */
    private double gate(int e, int i) {
        return gates.get(i / sum.dim(2) * experts.size() + e);
    }

    @Override
    public void backward(Tensor<A> dOut, Tensor<A> dIn) {
        dIn.fill(0);
        dGates.fill(0);
        for (int e = 0; e < experts.size(); e++) {
            Expert<A> expert = experts.get(e);
            gradientOfGate(e, expert.result, dOut);
            dResult.fill(0);
            addWeighted(e, dOut, dResult);
            expert.mlp.backward(dResult, dFromPart);
            kernels.add(dIn.matrix(), dFromPart.matrix(), dIn.matrix());
        }
        kernels.softmaxBackward(gates.matrix(), dGates.matrix(), dGates.matrix());
        router.backward(wires.in().matrix(), dGates.matrix(), dFromPart.matrix());
        kernels.add(dIn.matrix(), dFromPart.matrix(), dIn.matrix());
    }

    private void gradientOfGate(int e, Tensor<A> result, Tensor<A> dOut) {
        int width = result.dim(2);
        for (int row = 0; row < result.size() / width; row++) {
            double product = 0;
            for (int j = row * width; j < (row + 1) * width; j++) {
                product += result.get(j) * dOut.get(j);
            }
            dGates.set(row * experts.size() + e, product);
        }
    }

    @Override
    public Interior<A> interior() {
        return this;
    }

    /** The hidden layers of all experts side by side. */
    @Override
    public Tensor<A> inner() {
        return hidden;
    }

    @Override
    public Tensor<A> alone() {
        return sum;
    }

    @Override
    public Optional<Tensor<A>> gates() {
        return Optional.of(gates);
    }
}
