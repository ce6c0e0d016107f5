package org.icl4j.lab.compile;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.compile.PatchFit.Fitted;
import org.icl4j.lab.patch.BlockPatcher;
import org.icl4j.lab.patch.Change;
import org.icl4j.lab.patch.NoPatchException;
import org.icl4j.lab.patch.OutputForm;
import org.icl4j.lab.patch.Patch;
import org.icl4j.lab.patch.StackPatcher;
import org.icl4j.transformer.decoder.Decoder;
import org.icl4j.transformer.decoder.DecoderConfig;
import org.icl4j.transformer.decoder.DecoderConfig.Position;
import org.icl4j.transformer.decoder.Initialization;
import org.icl4j.transformer.layer.BlockConfig.Mixer;
import org.icl4j.transformer.layer.BlockConfig.Mlp;
import org.icl4j.transformer.layer.BlockConfig.Residual;
import org.icl4j.transformer.layer.Norm;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.RandomStream;
import org.icl4j.transformer.trace.Recorder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PatchFitTest {
    private static final long SEED = Long.getLong("tests.seed", System.nanoTime());
    private static final DecoderConfig TOKENS = DecoderConfig.gpt2(9, 12, 3, 2, 16);
    private static final DecoderConfig NUMBERS = DecoderConfig.garg(3, 12, 3, 2, 16);

    private static final DecoderConfig GEMMA = TOKENS.with(Position.ROTARY)
            .with(TOKENS.block()
                    .with(Norm.RMS)
                    .with(Mlp.GEGLU_TANH, 24)
                    .withPostNorms()
                    .withoutBiases());

    static {
        System.out.println("patch fit: -Dtests.seed=" + SEED);
    }

    static Stream<DecoderConfig> kinds() {
        return Stream.of(
                TOKENS,
                NUMBERS,
                TOKENS.with(Position.ROTARY).with(TOKENS.block().with(Norm.RMS).with(Mlp.SWIGLU, 24)),
                NUMBERS.with(NUMBERS.block().with(Mlp.GEGLU_TANH, 24).withoutBiases()),
                NUMBERS.with(NUMBERS.block().with(Mixer.GRU)),
                NUMBERS.with(NUMBERS.block().with(Mixer.SELECTIVE_SSM)),
                NUMBERS.with(NUMBERS.block().with(Mixer.DIAGONAL_SSM).with(Norm.NONE)),
                TOKENS.with(TOKENS.block().with(Mixer.LINEAR_ATTENTION).with(Residual.PARALLEL)),
                TOKENS.with(TOKENS.block().with(Mlp.SWIGLU, 24).withExperts(4, 2)),
                NUMBERS.with(NUMBERS.block().withExperts(3, 1)),
                GEMMA,
                TOKENS.with(TOKENS.block().with(Norm.RMS).withPostNorms().withExperts(3, 2)),
                TOKENS.with(Position.SINUSOIDAL)
                        .with(TOKENS.block().with(Norm.NONE).with(Residual.NONE)));
    }

    private static Sequence sequence(DecoderConfig config, String purpose, int number, int length) {
        RandomStream random = RandomStream.of(SEED, purpose, 0, number);
        if (config.input() instanceof DecoderConfig.Input.Tokens tokens) {
            return new Sequence.Tokens(
                    random.ints(length, 0, tokens.vocabulary()).boxed().toList());
        }
        List<List<Double>> rows = new ArrayList<>();
        for (int t = 0; t < length; t++) {
            rows.add(List.of(random.nextGaussian(), random.nextGaussian(), random.nextGaussian()));
        }
        return new Sequence.Numbers(List.copyOf(rows));
    }

    private static <A> Kernels<A> open(Precision<A> precision) {
        return Kernels.open(precision, KernelOptions.defaults().provider("scalar"));
    }

    private record Exact(double error, double control, List<Integer> ranks) {}

    private static <A> Exact exact(DecoderConfig config, Precision<A> precision, int queryLength) {
        try (Kernels<A> kernels = open(precision)) {
            Parameters<A> base = Decoder.initialize(config, Initialization.FAN_IN, precision, SEED);
            Sequence context = sequence(config, "context", 0, 6);
            List<Sequence> query = List.of(sequence(config, "query", 0, queryLength));
            QueryRuns<A> runs = new QueryRuns<>(config, kernels, 6, query);
            List<Fitted<A>> fitted = PatchFit.fit(base, runs, context);
            double[][] expected = runs.behind(context, base).outputs();
            Parameters<A> patched = PatchFit.patch(fitted).appliedTo(base);
            return new Exact(
                    Tolerance.error(expected, runs.alone(patched).outputs()),
                    Tolerance.error(expected, runs.alone(base).outputs()),
                    fitted.stream()
                            .filter(one -> one.change() instanceof Change.LowRank)
                            .map(one -> ((Change.LowRank<A>) one.change()).rank())
                            .toList());
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void oneQueryIsServedExactlyByRankOneChanges(DecoderConfig config) {
        for (int length : new int[] {1, 3}) {
            Exact exact = exact(config, Precision.F64, length);
            assertTrue(exact.error() <= 1e-12, exact + ", -Dtests.seed=" + SEED);
            assertTrue(exact.control() >= 1e-4, exact + ", -Dtests.seed=" + SEED);
            exact.ranks().forEach(rank -> assertEquals(1, rank));
        }
        Exact single = exact(config, Precision.F32, 1);
        assertTrue(single.error() <= 1e-4, single + ", -Dtests.seed=" + SEED);
    }

    /** For one token the changes are those of the stack's patcher in its form without biases. */
    @Test
    void forOneTokenTheFitIsThePatchOfTheStack() {
        try (Kernels<double[]> kernels = open(Precision.F64)) {
            Parameters<double[]> base = Decoder.initialize(TOKENS, Initialization.FAN_IN, Precision.F64, SEED);
            Decoder<double[]> decoder = new Decoder<>(TOKENS, kernels, base);
            Sequence.Tokens context = (Sequence.Tokens) sequence(TOKENS, "context", 0, 6);
            Recorder<double[]> record = BlockPatcher.recorder();
            int[] prompt = IntStream.concat(context.ids().stream().mapToInt(i -> i), IntStream.of(5))
                    .toArray();
            decoder.pass(1, 7).forward(prompt, record);
            Patch<double[]> expected = new StackPatcher<>(decoder, new BlockPatcher(TOKENS.block(), OutputForm.WEIGHT))
                    .patch(record, 6, StackPatcher.Query.token(5));
            List<Sequence> query = List.of(new Sequence.Tokens(List.of(5)));
            List<Fitted<double[]>> fitted = PatchFit.fit(base, new QueryRuns<>(TOKENS, kernels, 6, query), context);
            assertEquals(expected.changes().size(), fitted.size());
            for (int i = 0; i < fitted.size(); i++) {
                Change<double[]> change = expected.changes().get(i);
                assertEquals(change.parameter(), fitted.get(i).change().parameter());
                assertArrayEquals(
                        change.delta().array(), fitted.get(i).change().delta().array(), 1e-12, change.parameter());
            }
        }
    }

    /** Of four experts two work at the one position: their three matrices each, and the router's. */
    @Test
    void chosenExpertsAndTheRouterAreChanged() {
        DecoderConfig experts = TOKENS.with(TOKENS.block().with(Mlp.SWIGLU, 24).withExperts(4, 2));
        assertEquals(3 * 7, exact(experts, Precision.F64, 1).ranks().size());
    }

    /** As many weights are changed as the theory says: a parallel block's MLP does not see what its own mixer brings. */
    @Test
    void aParallelBlockIsChangedInItsLastMatrixOnly() {
        DecoderConfig parallel = TOKENS.with(TOKENS.block().with(Residual.PARALLEL));
        assertEquals(3, exact(parallel, Precision.F64, 1).ranks().size());
        assertEquals(6, exact(TOKENS, Precision.F64, 1).ranks().size());
        DecoderConfig gated = TOKENS.with(TOKENS.block().with(Mlp.SWIGLU, 24));
        assertEquals(9, exact(gated, Precision.F64, 1).ranks().size());
    }

    /** Queries of different lengths, fewer than the width: the patch of all of them does what it can, which is nearly everything. */
    @Test
    void manyQueriesAreServedByOnePatch() {
        manyQueriesAreServedByOnePatch(TOKENS);
        manyQueriesAreServedByOnePatch(GEMMA);
        manyQueriesAreServedByOnePatch(TOKENS.with(TOKENS.block().withExperts(2, 2)));
    }

    private static void manyQueriesAreServedByOnePatch(DecoderConfig config) {
        try (Kernels<double[]> kernels = open(Precision.F64)) {
            Parameters<double[]> base = Decoder.initialize(config, Initialization.FAN_IN, Precision.F64, SEED);
            Sequence context = sequence(config, "context", 0, 6);
            List<Sequence> queries = new ArrayList<>();
            for (int token = 0; token < 9; token++) {
                queries.add(new Sequence.Tokens(List.of(token)));
            }
            queries.add(new Sequence.Tokens(List.of(3, 4)));
            QueryRuns<double[]> runs = new QueryRuns<>(config, kernels, 6, queries);
            Patch<double[]> patch = PatchFit.patch(PatchFit.fit(base, runs, context));
            double[][] expected = runs.behind(context, base).outputs();
            double error =
                    Tolerance.error(expected, runs.alone(patch.appliedTo(base)).outputs());
            double control = Tolerance.error(expected, runs.alone(base).outputs());
            assertTrue(error < control / 2, config + ": " + error + " against " + control + ", -Dtests.seed=" + SEED);
        }
    }

    @Test
    void aVectorOfZerosIsNamed() {
        try (Kernels<double[]> kernels = open(Precision.F64)) {
            DecoderConfig config =
                    NUMBERS.with(Position.NONE).with(NUMBERS.block().with(Norm.NONE));
            Parameters<double[]> base = Decoder.initialize(config, Initialization.FAN_IN, Precision.F64, SEED);
            Sequence context = sequence(config, "context", 0, 6);
            List<Sequence> zero = List.of(new Sequence.Numbers(List.of(List.of(0.0, 0.0, 0.0))));
            QueryRuns<double[]> runs = new QueryRuns<>(config, kernels, 6, zero);
            String message = assertThrows(NoPatchException.class, () -> PatchFit.fit(base, runs, context))
                    .getMessage();
            assertTrue(message.contains("h.0.mlp.c_fc.weight") && message.contains("0.0"), message);
        }
    }
}
