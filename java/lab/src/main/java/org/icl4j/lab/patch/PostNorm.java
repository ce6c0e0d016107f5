package org.icl4j.lab.patch;

import org.icl4j.kernels.Precision;
import org.icl4j.transformer.tensor.Parameters;

/**
 * The norm behind an MLP, p ↦ m∘f with f = p/√(mean p² + ε).
 *
 * @param parameter name of m
 * @param gain m
 * @param eps ε
 */
public record PostNorm(String parameter, double[] gain, double eps) {
    /** The one of a block that has one. */
    public static PostNorm of(MlpWeights weights, Parameters<?> parameters) {
        return new PostNorm(
                weights.gain(),
                Doubles.of(parameters.get(weights.gain())),
                weights.config().eps());
    }

    /**
     * f, from what the norm made of p: to its last digits where m is not 0.
     *
     * @param result p
     * @param out m∘f, as the model has it
     */
    public double[] normed(double[] result, double[] out) {
        double size = Math.sqrt(Doubles.squaredNorm(result) / result.length + eps);
        double[] normed = new double[result.length];
        for (int j = 0; j < normed.length; j++) {
            normed[j] = gain[j] == 0 ? result[j] / size : out[j] / gain[j];
        }
        return normed;
    }

    /**
     * The vector as long as p with which the norm, its gain as it is, comes nearest to giving {@code more} than of p (Goldwaser et al.
     * 2025, App. B). The norm makes s·y of ‖p‖·y, y of mean square 1, with s = 1 but for ε; so s·m is the gain of y.
     */
    public double[] turned(double[] result, double[] more) {
        double size = Doubles.rootMeanSquare(result);
        double length = size > 0 ? size : 1;
        double[] ofY = new double[gain.length];
        Doubles.add(ofY, length / Math.sqrt(length * length + eps), gain);
        double[] goal = more.clone();
        for (int j = 0; j < goal.length; j++) {
            goal[j] += ofY[j] * result[j] / length;
        }
        double[] turned = new double[more.length];
        Doubles.add(turned, length, SphereProjection.of(ofY, goal).y());
        return turned;
    }

    /**
     * Δm with which the norm gives {@code missing} more: argmin Σ_k ‖Δm∘f_k − missing_k‖², which for one f is missing⊘f and exact.
     *
     * @param missing what is to be added, [K][C]
     * @param normed f, [K][C]
     * @param remedy what the error says in the end, where there is something missing and f is 0
     * @throws NoPatchException if all f are 0 in a component where something is missing
     */
    public double[] change(Precision<?> precision, double[][] missing, double[][] normed, String remedy) {
        double[] change = new double[gain.length];
        for (int j = 0; j < change.length; j++) {
            double product = 0;
            double square = 0;
            double wanted = 0;
            for (int k = 0; k < missing.length; k++) {
                product += missing[k][j] * normed[k][j];
                square += normed[k][j] * normed[k][j];
                wanted += missing[k][j] * missing[k][j];
            }
            if (wanted == 0) {
                continue;
            }
            new Conditioning(Math.sqrt(square), Math.sqrt(wanted))
                    .requireOfComponent(
                            precision,
                            "'" + parameter + "'",
                            "component " + j + " of what it multiplies",
                            "what is missing there" + remedy);
            change[j] = missing.length == 1 ? missing[0][j] / normed[0][j] : product / square;
        }
        return change;
    }
}
