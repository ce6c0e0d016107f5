package org.icl4j.lab.compile;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.icl4j.kernels.Kernels;
import org.icl4j.lab.experiment.RunFailedException;
import org.icl4j.transformer.decoder.Decoder;
import org.icl4j.transformer.decoder.DecoderConfig;
import org.icl4j.transformer.decoder.DecoderConfig.Input;
import org.icl4j.transformer.decoder.DecoderPass;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.Tensor;
import org.icl4j.transformer.trace.Recorder;
import org.icl4j.transformer.trace.Site;

/**
 * A decoder's passes over queries: behind a context, or alone, each at the places that it has behind the context.
 *
 * @param config of the decoder
 * @param firstPosition place of a query's first position: the length of the context
 * @param queries their inputs
 */
record QueryRuns<A>(DecoderConfig config, Kernels<A> kernels, int firstPosition, List<Sequence> queries) {
    private static final int AT_ONCE = 64;

    /**
     * What came up in passes over all queries.
     *
     * @param outputs the model's output at the last position of each query
     * @param sites what was at each place in the model, [query][position of the query][width]
     */
    record Observation(double[][] outputs, Map<String, double[][][]> sites) {
        /** What was at this place, a row for each position of each query, in order. */
        double[][] rows(int layer, Site site) {
            List<double[]> rows = new ArrayList<>();
            for (double[][] ofQuery : sites.get(key(layer, site))) {
                rows.addAll(List.of(ofQuery));
            }
            return rows.toArray(double[][]::new);
        }

        /** The same, of the last position of each query only. */
        double[][] lastRows(int layer, Site site) {
            List<double[]> rows = new ArrayList<>();
            for (double[][] ofQuery : sites.get(key(layer, site))) {
                rows.add(ofQuery[ofQuery.length - 1]);
            }
            return rows.toArray(double[][]::new);
        }

        private static String key(int layer, Site site) {
            return layer + " " + site;
        }
    }

    /** Passes behind {@code context}, of length {@code firstPosition}. */
    Observation behind(Sequence context, Parameters<A> parameters) {
        return observe(List.of(context), parameters);
    }

    /** Passes with the context hidden. */
    Observation alone(Parameters<A> parameters) {
        return observe(List.of(), parameters);
    }

    /**
     * @throws RunFailedException if an output is not finite
     */
    private Observation observe(List<Sequence> context, Parameters<A> parameters) {
        Decoder<A> decoder = new Decoder<>(config, kernels, parameters);
        Observation all = new Observation(new double[queries.size()][], new LinkedHashMap<>());
        Map<Integer, List<Integer>> byLength = new TreeMap<>();
        for (int i = 0; i < queries.size(); i++) {
            byLength.computeIfAbsent(queries.get(i).length(), length -> new ArrayList<>())
                    .add(i);
        }
        for (List<Integer> ofLength : byLength.values()) {
            for (int from = 0; from < ofLength.size(); from += AT_ONCE) {
                List<Integer> chunk = ofLength.subList(from, Math.min(ofLength.size(), from + AT_ONCE));
                observe(decoder, context, chunk, all);
            }
        }
        return all;
    }

    private void observe(Decoder<A> decoder, List<Sequence> context, List<Integer> chunk, Observation to) {
        int own = queries.get(chunk.getFirst()).length();
        int before = context.isEmpty() ? 0 : firstPosition;
        int length = before + own;
        DecoderPass<A> pass = decoder.pass(chunk.size(), length, firstPosition - before);
        List<Site> sites = sites();
        Recorder<A> recorder =
                Recorder.of(sites.getFirst(), sites.stream().skip(1).toArray(Site[]::new));
        List<Double> input = new ArrayList<>();
        for (int query : chunk) {
            context.forEach(sequence -> append(sequence, input));
            append(queries.get(query), input);
        }
        forward(pass, input, chunk.size(), length, recorder);
        for (int b = 0; b < chunk.size(); b++) {
            double[] output = rows(pass.out(), b, length - 1)[0];
            requireFinite(output);
            to.outputs[chunk.get(b)] = output;
            for (int layer = 0; layer < config.nLayers(); layer++) {
                for (Site site : sites) {
                    to.sites
                                    .computeIfAbsent(
                                            Observation.key(layer, site), key -> new double[queries.size()][][])[
                                    chunk.get(b)] =
                            rows(recorder.get(layer, site), b, before);
                }
            }
        }
    }

    private List<Site> sites() {
        List<Site> sites = new ArrayList<>(List.of(Site.MLP_IN, Site.MLP_HIDDEN, Site.RESID_POST));
        if (config.block().postNormed()) {
            sites.add(Site.MLP_OUT);
        }
        if (config.block().experts().isPresent()) {
            sites.add(Site.GATES);
        }
        return sites;
    }

    private static void append(Sequence sequence, List<Double> input) {
        for (int t = 0; t < sequence.length(); t++) {
            input.addAll(sequence.at(t));
        }
    }

    private void forward(DecoderPass<A> pass, List<Double> input, int batch, int length, Recorder<A> recorder) {
        switch (config.input()) {
            case Input.Tokens tokens ->
                pass.forward(input.stream().mapToInt(Double::intValue).toArray(), recorder);
            case Input.Numbers numbers -> {
                Tensor<A> tensor = Tensor.zeros(kernels.precision(), batch, length, numbers.width());
                for (int i = 0; i < tensor.size(); i++) {
                    tensor.set(i, input.get(i));
                }
                pass.forward(tensor, recorder);
            }
        }
    }

    /** The rows of sequence {@code b} of a tensor [B, T, width] from position {@code from} on. */
    private static double[][] rows(Tensor<?> tensor, int b, int from) {
        double[][] rows = new double[tensor.dim(1) - from][tensor.dim(2)];
        for (int t = 0; t < rows.length; t++) {
            for (int j = 0; j < rows[t].length; j++) {
                rows[t][j] = tensor.get(tensor.index(b, from + t, j));
            }
        }
        return rows;
    }

    private static void requireFinite(double[] output) {
        for (double value : output) {
            if (!Double.isFinite(value)) {
                throw new RunFailedException("the model's output at a query is " + value
                        + "; its weights or the numbers of the context are too large for it");
            }
        }
    }
}
