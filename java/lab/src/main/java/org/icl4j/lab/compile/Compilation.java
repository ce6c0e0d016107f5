package org.icl4j.lab.compile;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.compile.PatchFit.Fitted;
import org.icl4j.lab.compile.QueryRuns.Observation;
import org.icl4j.lab.experiment.InputException;
import org.icl4j.lab.experiment.RunFailedException;
import org.icl4j.lab.experiment.UsageException;
import org.icl4j.lab.patch.Change;
import org.icl4j.lab.patch.Change.LowRank;
import org.icl4j.lab.patch.NoPatchException;
import org.icl4j.lab.patch.Patch;
import org.icl4j.report.Json;
import org.icl4j.transformer.decoder.DecoderConfig;
import org.icl4j.transformer.decoder.DecoderConfig.Input;
import org.icl4j.transformer.decoder.DecoderFile;
import org.icl4j.transformer.files.AtomicDirectory;
import org.icl4j.transformer.files.AtomicFile;
import org.icl4j.transformer.files.ModelFormatException;
import org.icl4j.transformer.tensor.Parameters;

/** Turns a context into a patch of a model's weights, and says how well the patch stands in for it. */
public final class Compilation<A> {
    private static final String WITH_CONTEXT = "with the context";
    private static final String WITH_PATCH = "with the patch";
    private static final String WITH_NEITHER = "with neither";

    /** Less than that part of the loss, and what a patch recovers of it says nothing. */
    private static final double LEAST_GAIN = 0.01;

    private final Request request;
    private final Kernels<A> kernels;
    private final DecoderFile<A> model;
    private final DecoderConfig config;
    private final Material material;
    private final QueryRuns<A> all;

    /**
     * What is asked for.
     *
     * @param model a decoder's file, such as the checkpoint of a training run
     * @param context what the model is to have read
     * @param calibration queries that the patch shall serve; without them the end of the context is the one query
     * @param judge more queries, that are judged by and not fitted on
     * @param out directory to be made
     * @param precision to compute in; that of the model if empty
     * @param rank of the LoRA adapter; the least that loses nothing if empty
     * @param holdout share of the queries that is judged by, and not fitted on; from 0 to below 1; of no effect where there are others
     *     to judge by
     * @param seed of the choice of these
     */
    public record Request(
            Path model,
            Path context,
            Optional<Path> calibration,
            Optional<Path> judge,
            Path out,
            Optional<Precision<?>> precision,
            OptionalInt rank,
            double holdout,
            long seed) {}

    private Compilation(Request request, Kernels<A> kernels) throws IOException {
        this.request = request;
        this.kernels = kernels;
        this.model = DecoderFile.load(request.model(), kernels);
        this.config = model.decoder().config();
        this.material = material(request, config);
        this.all = runs(material.all().stream().map(Query::positions).toList());
    }

    /**
     * Compiles and writes the directory, with {@code patch.safetensors}, the two files of the adapter, and the report as
     * {@code compile.json}; all of it or nothing. Of a patch that changes more than matrices there is no adapter, and the report says so.
     *
     * @throws UsageException if the directory holds something, or the rank cannot be
     * @throws InputException if a file cannot be read as what it is meant to be, or no patch stands for the context
     * @throws ModelFormatException if the model's file cannot
     * @throws RunFailedException if outputs are not finite, or a token-exact patch is not exact
     * @throws IOException if the directory cannot be written
     */
    public static Report run(Request request, KernelOptions options) throws IOException {
        OutDirectory.requireFree(request.out());
        InputFile.requireFile(request.model());
        Precision<?> precision =
                request.precision().isPresent() ? request.precision().get() : DecoderFile.precision(request.model());
        return runIn(request, precision, options);
    }

    private static <A> Report runIn(Request request, Precision<A> precision, KernelOptions options) throws IOException {
        try (Kernels<A> kernels = Kernels.open(precision, options)) {
            return new Compilation<>(request, kernels).compile();
        }
    }

    private static Material material(Request request, DecoderConfig config) {
        return switch (config.input()) {
            case Input.Tokens tokens -> {
                TokenText text = new TokenText(tokens.vocabulary(), config.nPositions());
                Material material = text.read(request.context(), request.calibration());
                yield request.judge()
                        .map(file -> text.readJudges(material, file))
                        .orElse(material);
            }
            case Input.Numbers numbers -> {
                if (config.dOut() != 1) {
                    throw new ModelFormatException(
                            request.model(),
                            "config",
                            "a model from numbers to " + config.dOut() + " numbers; expected one that answers with 1");
                }
                ExampleTable table = new ExampleTable(numbers.width(), config.nPositions());
                Material material = table.read(request.context(), request.calibration());
                yield request.judge()
                        .map(file -> table.readJudges(material, file))
                        .orElse(material);
            }
        };
    }

    private QueryRuns<A> runs(List<Sequence> queries) {
        return new QueryRuns<>(config, kernels, material.context().length(), queries);
    }

    private Split split() {
        if (request.judge().isEmpty()) {
            return Split.of(material.queries(), request.holdout(), request.seed());
        }
        Split split = Split.at(material.all(), material.queries().size());
        if (split.heldOut().length == 0) {
            throw new InputException(
                    request.judge().get() + ": all of its queries are fitted on; give others to judge by");
        }
        return split;
    }

    private Report compile() throws IOException {
        Split split = split();
        Parameters<A> base = model.decoder().parameters();
        List<Fitted<A>> fitted = fit(base, split);
        List<Change<A>> changes = fitted.stream().map(Fitted::change).toList();
        Optional<Adapter<A>> adapter = adapter(changes);
        Observation context = all.behind(material.context(), base);
        Observation patched = all.alone(new Patch<>(changes).appliedTo(base));
        Optional<Observation> adapted = adapter.map(one -> all.alone(one.patch().appliedTo(base)));
        List<Quality.Answers> answers = new ArrayList<>();
        answers.add(new Quality.Answers(WITH_CONTEXT, context.outputs()));
        answers.add(new Quality.Answers(WITH_PATCH, patched.outputs()));
        adapted.ifPresent(one -> answers.add(new Quality.Answers("with the adapter", one.outputs())));
        answers.add(new Quality.Answers(WITH_NEITHER, all.alone(base).outputs()));
        Double error = split.fitted().length == 1 ? requireExact(split, context, patched) : null;
        Report report = report(fitted, adapter, quality(split, answers, context), error);
        write(report, changes, adapter, patched, adapted);
        return report;
    }

    private List<Fitted<A>> fit(Parameters<A> base, Split split) {
        List<Sequence> toFit =
                Arrays.stream(split.fitted()).mapToObj(all.queries()::get).toList();
        List<Fitted<A>> fitted;
        try {
            fitted = PatchFit.fit(base, runs(toFit), material.context());
        } catch (NoPatchException e) {
            throw new InputException(request.context() + ": " + e.getMessage());
        }
        if (fitted.isEmpty()) {
            throw new InputException(request.context() + ": behind this context the model does what it does without it,"
                    + " so that there is nothing to compile");
        }
        return fitted;
    }

    private Optional<Adapter<A>> adapter(List<Change<A>> changes) {
        Optional<String> refusal = Adapter.refusal(changes);
        if (refusal.isPresent()) {
            if (request.rank().isPresent()) {
                throw new UsageException("--rank " + request.rank().getAsInt() + ": " + refusal.get());
            }
            return Optional.empty();
        }
        List<LowRank<A>> matrices =
                changes.stream().map(change -> (LowRank<A>) change).toList();
        return Optional.of(Adapter.of(matrices, rank(matrices)));
    }

    private int rank(List<LowRank<A>> changes) {
        int most = 1;
        for (LowRank<A> change : changes) {
            most = Math.max(most, Math.min(change.left().dim(0), change.right().dim(1)));
        }
        if (request.rank().isPresent()
                && (request.rank().getAsInt() < 1 || request.rank().getAsInt() > most)) {
            throw new UsageException("--rank " + request.rank().getAsInt() + ": allowed are 1 to " + most
                    + ", the least dimension of the weights that are changed");
        }
        return request.rank().orElseGet(() -> Adapter.fullRank(changes));
    }

    private List<Quality> quality(Split split, List<Quality.Answers> answers, Observation context) {
        List<Quality> quality = new ArrayList<>();
        Map<String, int[]> parts = new LinkedHashMap<>();
        parts.put("held out", split.heldOut());
        parts.put("fitted", split.known());
        parts.forEach((name, numbers) -> {
            if (numbers.length > 0) {
                for (Quality.Answers one : answers) {
                    quality.add(Quality.of(config.input(), name, material.all(), numbers, one, context.outputs()));
                }
            }
        });
        return List.copyOf(quality);
    }

    private double requireExact(Split split, Observation context, Observation patched) {
        double error = Tolerance.error(picked(context, split.known()), picked(patched, split.known()));
        double bound = Tolerance.of(kernels.precision());
        if (!(error <= bound)) {
            throw new RunFailedException("the patched model's output differs from that with the context by " + error
                    + " of the greatest output, allowed are " + bound + "; nothing was written"
                    + (kernels.precision() == Precision.F32 ? "; --precision f64 has more digits" : ""));
        }
        return error;
    }

    private static double[][] picked(Observation observed, int[] numbers) {
        return Arrays.stream(numbers).mapToObj(k -> observed.outputs()[k]).toArray(double[][]::new);
    }

    private Report report(List<Fitted<A>> fitted, Optional<Adapter<A>> adapter, List<Quality> quality, Double error) {
        List<Change<A>> changes = fitted.stream().map(Fitted::change).toList();
        return new Report(
                error == null ? "reusable" : "token-exact",
                request.model().toString(),
                model.sha256(),
                request.context().toString(),
                material.contextSha256(),
                request.calibration().map(Path::toString).orElse(null),
                material.calibrationSha256().orElse(null),
                request.judge().map(Path::toString).orElse(null),
                material.judgesSha256().orElse(null),
                kernels.precision().name(),
                material.context().length(),
                fitted.stream().map(one -> changed(one, adapter)).toList(),
                new Patch<>(changes).numbers(),
                adapter.map(Adapter::rank).orElse(null),
                Adapter.refusal(changes).orElse(null),
                quality,
                error,
                error == null ? null : Tolerance.of(kernels.precision()),
                recovered(quality));
    }

    private Report.Changed changed(Fitted<A> one, Optional<Adapter<A>> adapter) {
        Change<A> change = one.change();
        double before = model.decoder().parameters().get(change.parameter()).norm();
        return switch (change) {
            case LowRank<A> matrix ->
                new Report.Changed(
                        change.parameter(),
                        matrix.rank(),
                        matrix.left().norm() / before,
                        one.ridge(),
                        one.residual(),
                        adapter.map(lora -> lora.loss(matrix)).orElse(null));
            default ->
                new Report.Changed(
                        change.parameter(), null, change.delta().norm() / before, one.ridge(), one.residual(), null);
        };
    }

    private static Double recovered(List<Quality> quality) {
        Map<String, Double> losses = new LinkedHashMap<>();
        for (Quality one : quality) {
            if (one.queries().equals("held out")) {
                losses.put(one.weights(), one.loss());
            }
        }
        if (losses.isEmpty()) {
            return null;
        }
        double neither = losses.get(WITH_NEITHER);
        double gain = neither - losses.get(WITH_CONTEXT);
        return gain > LEAST_GAIN * neither ? (Double) ((neither - losses.get(WITH_PATCH)) / gain) : null;
    }

    private void write(
            Report report,
            List<Change<A>> changes,
            Optional<Adapter<A>> adapter,
            Observation patched,
            Optional<Observation> adapted)
            throws IOException {
        List<PatchFile.Check> checks = new ArrayList<>();
        for (int k = 0; k < all.queries().size(); k++) {
            int number = k;
            checks.add(new PatchFile.Check(
                    all.queries().get(k).toArray(),
                    patched.outputs()[k],
                    adapted.map(observed -> observed.outputs()[number])));
        }
        PatchFile<A> file = new PatchFile<>(metadata(report), changes, checks);
        AtomicDirectory.create(request.out(), directory -> {
            file.write(directory);
            if (adapter.isPresent()) {
                adapter.get().write(directory);
            }
            AtomicFile.replace(directory.resolve(Report.NAME), Json.text(report));
        });
    }

    private static Map<String, String> metadata(Report report) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("kind", report.kind());
        metadata.put("model.file", report.model());
        metadata.put(PatchFile.MODEL_HASH, report.modelSha256());
        metadata.put("context.file", report.context());
        metadata.put("context.sha256", report.contextSha256());
        if (report.calibration() != null) {
            metadata.put("calibration.file", report.calibration());
            metadata.put("calibration.sha256", report.calibrationSha256());
        }
        if (report.noAdapter() != null) {
            metadata.put(PatchFile.NO_ADAPTER, report.noAdapter());
        }
        metadata.put(PatchFile.PRECISION, report.precision());
        metadata.put(PatchFile.FIRST_POSITION, Integer.toString(report.contextPositions()));
        metadata.put("numbers", Long.toString(report.numbers()));
        return metadata;
    }
}
