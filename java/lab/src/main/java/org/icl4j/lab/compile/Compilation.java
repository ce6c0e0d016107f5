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
import org.icl4j.lab.patch.Change.LowRank;
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
     * @param out directory to be made
     * @param precision to compute in; that of the model if empty
     * @param rank of the LoRA adapter; the least that loses nothing if empty
     * @param holdout share of the queries that is judged by, and not fitted on; from 0 to below 1
     * @param seed of the choice of these
     */
    public record Request(
            Path model,
            Path context,
            Optional<Path> calibration,
            Path out,
            Optional<Precision<?>> precision,
            OptionalInt rank,
            double holdout,
            long seed) {}

    private Compilation(Request request, Kernels<A> kernels) throws IOException {
        this.request = request;
        this.kernels = kernels;
        this.model = DecoderFile.load(request.model(), kernels);
        this.config = requireKnown(request.model(), model.decoder().config());
        this.material = material(request, config);
        this.all = runs(material.queries().stream().map(Query::positions).toList());
    }

    /**
     * Compiles and writes the directory, with {@code patch.safetensors}, the two files of the adapter, and the report as
     * {@code compile.json}; all of it or nothing.
     *
     * @throws UsageException if the directory holds something, or the rank cannot be
     * @throws InputException if a file cannot be read as what it is meant to be
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

    private static DecoderConfig requireKnown(Path file, DecoderConfig config) {
        if (config.block().postNormed() || config.block().experts().isPresent()) {
            throw new ModelFormatException(
                    file,
                    "config",
                    "blocks with a norm behind the MLP, or with experts; what stands for a context in them is not a"
                            + " change of weights alone, and only such changes are compiled");
        }
        return config;
    }

    private static Material material(Request request, DecoderConfig config) {
        return switch (config.input()) {
            case Input.Tokens tokens ->
                new TokenText(tokens.vocabulary(), config.nPositions()).read(request.context(), request.calibration());
            case Input.Numbers numbers -> {
                if (config.dOut() != 1) {
                    throw new ModelFormatException(
                            request.model(),
                            "config",
                            "a model from numbers to " + config.dOut() + " numbers; expected one that answers with 1");
                }
                yield new ExampleTable(numbers.width(), config.nPositions())
                        .read(request.context(), request.calibration());
            }
        };
    }

    private QueryRuns<A> runs(List<Sequence> queries) {
        return new QueryRuns<>(config, kernels, material.context().length(), queries);
    }

    private Report compile() throws IOException {
        Split split = Split.of(material.queries(), request.holdout(), request.seed());
        boolean exact = split.fitted().length == 1 && split.heldOut().length == 0;
        List<Sequence> toFit =
                Arrays.stream(split.fitted()).mapToObj(all.queries()::get).toList();
        Parameters<A> base = model.decoder().parameters();
        List<Fitted<A>> fitted = PatchFit.fit(base, runs(toFit), material.context());
        if (fitted.isEmpty()) {
            throw new InputException(request.context() + ": behind this context the model does what it does without it,"
                    + " so that there is nothing to compile");
        }
        List<LowRank<A>> changes = fitted.stream().map(Fitted::change).toList();
        Adapter<A> adapter = Adapter.of(changes, rank(changes));
        Patch<A> patch = PatchFit.patch(fitted);
        Observation context = all.behind(material.context(), base);
        Observation patched = all.alone(patch.appliedTo(base));
        Observation adapted = all.alone(adapter.patch().appliedTo(base));
        List<Quality.Answers> answers = List.of(
                new Quality.Answers(WITH_CONTEXT, context.outputs()),
                new Quality.Answers(WITH_PATCH, patched.outputs()),
                new Quality.Answers("with the adapter", adapted.outputs()),
                new Quality.Answers(WITH_NEITHER, all.alone(base).outputs()));
        List<Quality> quality = quality(split, answers, context);
        Double error = exact ? requireExact(context, patched) : null;
        Report report = report(exact, fitted, adapter, patch.numbers(), quality, error);
        write(report, changes, adapter, patched, adapted);
        return report;
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
                    quality.add(Quality.of(config.input(), name, material.queries(), numbers, one, context.outputs()));
                }
            }
        });
        return List.copyOf(quality);
    }

    private double requireExact(Observation context, Observation patched) {
        double error = Tolerance.error(context.outputs(), patched.outputs());
        double bound = Tolerance.of(kernels.precision());
        if (!(error <= bound)) {
            throw new RunFailedException("the patched model's output differs from that with the context by " + error
                    + " of the greatest output, allowed are " + bound + "; nothing was written"
                    + (kernels.precision() == Precision.F32 ? "; --precision f64 has more digits" : ""));
        }
        return error;
    }

    private Report report(
            boolean exact,
            List<Fitted<A>> fitted,
            Adapter<A> adapter,
            long numbers,
            List<Quality> quality,
            Double error) {
        List<Report.Changed> changed = fitted.stream()
                .map(one -> new Report.Changed(
                        one.change().parameter(),
                        one.change().rank(),
                        one.change().left().norm()
                                / model.decoder()
                                        .parameters()
                                        .get(one.change().parameter())
                                        .norm(),
                        one.ridge(),
                        one.residual(),
                        adapter.loss(one.change())))
                .toList();
        return new Report(
                exact ? "token-exact" : "reusable",
                request.model().toString(),
                model.sha256(),
                request.context().toString(),
                material.contextSha256(),
                request.calibration().map(Path::toString).orElse(null),
                material.calibrationSha256().orElse(null),
                kernels.precision().name(),
                material.context().length(),
                changed,
                numbers,
                adapter.rank(),
                quality,
                error,
                error == null ? null : Tolerance.of(kernels.precision()),
                recovered(quality));
    }

    private static Double recovered(List<Quality> quality) {
        Map<String, Double> losses = new LinkedHashMap<>();
        for (Quality one : quality) {
            if (one.queries().equals("held out") && one.loss() != null) {
                losses.put(one.weights(), one.loss());
            }
        }
        if (losses.isEmpty()) {
            return null;
        }
        double neither = losses.get(WITH_NEITHER);
        double gain = neither - losses.get(WITH_CONTEXT);
        return gain > 0 ? (Double) ((neither - losses.get(WITH_PATCH)) / gain) : null;
    }

    private void write(
            Report report, List<LowRank<A>> changes, Adapter<A> adapter, Observation patched, Observation adapted)
            throws IOException {
        List<PatchFile.Check> checks = new ArrayList<>();
        for (int k = 0; k < all.queries().size(); k++) {
            checks.add(new PatchFile.Check(all.queries().get(k).toArray(), patched.outputs()[k], adapted.outputs()[k]));
        }
        PatchFile<A> file = new PatchFile<>(metadata(report), changes, checks);
        AtomicDirectory.create(request.out(), directory -> {
            file.write(directory);
            adapter.write(directory, request.model().toString());
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
        metadata.put(PatchFile.PRECISION, report.precision());
        metadata.put(PatchFile.FIRST_POSITION, Integer.toString(report.contextPositions()));
        metadata.put("numbers", Long.toString(report.numbers()));
        return metadata;
    }
}
