package org.icl4j.lab.compile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.experiment.InputException;
import org.icl4j.lab.experiment.RunFailedException;
import org.icl4j.lab.experiment.UsageException;
import org.icl4j.lab.patch.Patch;
import org.icl4j.transformer.decoder.Decoder;
import org.icl4j.transformer.decoder.DecoderConfig;
import org.icl4j.transformer.decoder.DecoderConfig.Input;
import org.icl4j.transformer.decoder.DecoderFile;
import org.icl4j.transformer.files.ModelFormatException;
import org.icl4j.transformer.tensor.Parameters;

/** Merges a patch, or its adapter, into the weights of its model, and sees whether the model that was written does what it did. */
public final class Application {
    private Application() {}

    /**
     * What is asked for.
     *
     * @param model the file that the patch was compiled for
     * @param patch directory that a compilation made
     * @param adapter whether to merge its LoRA adapter instead
     * @param out file to be written
     */
    public record Request(Path model, Path patch, boolean adapter, Path out) {}

    /**
     * What came of it.
     *
     * @param queries how many were asked
     * @param error greatest difference of the outputs of the model that was written from those of the model with the patch, or with the
     *     adapter, when these were made; as a part of the greatest of these
     * @param bound on {@code error}
     * @param fromPatch the same difference from the model with the patch, also where the adapter was merged
     */
    public record Result(int queries, double error, double bound, double fromPatch) {}

    /**
     * Merges, writes, reads back and compares; a file that fails is removed.
     *
     * @throws UsageException if {@code out} is there
     * @throws InputException if a file is missing, or the patch was compiled for another model
     * @throws ModelFormatException if a file is not what it is meant to be
     * @throws RunFailedException if the model that was written differs by more than the bound
     * @throws IOException if a file cannot be read or written
     */
    public static Result run(Request request, KernelOptions options) throws IOException {
        if (Files.exists(request.out())) {
            throw new UsageException(request.out() + " is there; give another --out, or remove it");
        }
        InputFile.requireFile(request.model());
        InputFile.requireFile(request.patch().resolve(PatchFile.NAME));
        Map<String, String> metadata = PatchFile.metadata(request.patch());
        if (request.adapter()) {
            if (metadata.containsKey(PatchFile.NO_ADAPTER)) {
                throw new InputException(request.patch() + ": " + metadata.get(PatchFile.NO_ADAPTER));
            }
            InputFile.requireFile(request.patch().resolve(Adapter.CONFIG));
            InputFile.requireFile(request.patch().resolve(Adapter.MODEL));
        }
        return runIn(request, Precision.of(metadata.get(PatchFile.PRECISION)), options);
    }

    private static <A> Result runIn(Request request, Precision<A> precision, KernelOptions options) throws IOException {
        try (Kernels<A> kernels = Kernels.open(precision, options)) {
            DecoderFile<A> model = DecoderFile.load(request.model(), kernels);
            PatchFile<A> file = PatchFile.read(request.patch(), precision);
            requireSameModel(request, model.sha256(), file.metadata().get(PatchFile.MODEL_HASH));
            Patch<A> patch = request.adapter() ? Adapter.read(request.patch(), precision) : file.patch();
            Decoder<A> base = model.decoder();
            Decoder<A> merged = new Decoder<>(base.config(), kernels, merged(request, patch, base.parameters()));
            createParent(request.out());
            boolean good = false;
            try {
                DecoderFile.save(request.out(), about(request, model.sha256()), merged);
                Result result = requireEqual(request, kernels, file);
                good = true;
                return result;
            } catch (IllegalArgumentException e) { // Queries that the model cannot read.
                throw new ModelFormatException(request.patch().resolve(PatchFile.NAME), "patch", e.getMessage());
            } finally {
                if (!good) {
                    Files.deleteIfExists(request.out());
                }
            }
        }
    }

    private static void requireSameModel(Request request, String found, String expected) {
        if (!found.equals(expected)) {
            throw new InputException(request.patch() + " was compiled for another model: its SHA-256 is " + expected
                    + ", and that of " + request.model() + " is " + found);
        }
    }

    private static <A> Parameters<A> merged(Request request, Patch<A> patch, Parameters<A> parameters) {
        try {
            return patch.appliedTo(parameters);
        } catch (IllegalArgumentException e) { // A parameter that the model has not, or of another shape.
            throw new ModelFormatException(request.patch(), "patch", e.getMessage());
        }
    }

    private static void createParent(Path out) throws IOException {
        Files.createDirectories(out.toAbsolutePath().getParent());
    }

    private static Map<String, String> about(Request request, String sha256) {
        Map<String, String> about = new LinkedHashMap<>();
        about.put("merged.model.sha256", sha256);
        about.put("merged.patch", request.patch().toString());
        about.put("merged.from", request.adapter() ? Adapter.MODEL : PatchFile.NAME);
        return about;
    }

    private static <A> Result requireEqual(Request request, Kernels<A> kernels, PatchFile<A> file) throws IOException {
        Decoder<A> written = DecoderFile.load(request.out(), kernels).decoder();
        int first = Integer.parseInt(file.metadata().get(PatchFile.FIRST_POSITION));
        file.checks().forEach(check -> requireWidths(written.config(), check));
        List<Sequence> queries = file.checks().stream()
                .map(check -> sequence(written.config(), check.query()))
                .toList();
        double[][] outputs = new QueryRuns<>(written.config(), kernels, first, queries)
                .alone(written.parameters())
                .outputs();
        double[][] patched =
                file.checks().stream().map(PatchFile.Check::patched).toArray(double[][]::new);
        double[][] expected = file.checks().stream()
                .map(check -> request.adapter()
                        ? check.adapted()
                                .orElseThrow(() -> new IllegalArgumentException(
                                        "there is no output of the model with the adapter to check it by"))
                        : check.patched())
                .toArray(double[][]::new);
        double error = Tolerance.error(expected, outputs);
        double bound = Tolerance.of(kernels.precision());
        if (!(error <= bound)) {
            throw new RunFailedException("the merged model's outputs differ from those of the "
                    + (request.adapter() ? "adapted" : "patched") + " model by " + error
                    + " of the greatest output, allowed are " + bound + "; " + request.out() + " is not kept");
        }
        return new Result(queries.size(), error, bound, Tolerance.error(patched, outputs));
    }

    private static void requireWidths(DecoderConfig config, PatchFile.Check check) {
        int width = switch (config.input()) {
            case Input.Tokens tokens -> 1;
            case Input.Numbers numbers -> numbers.width();
        };
        for (double[] row : check.query()) {
            requireWidth("a query to check it by has", row.length, width);
        }
        requireWidth("an output to check it by has", check.patched().length, config.dOut());
    }

    private static void requireWidth(String what, int found, int expected) {
        if (found != expected) {
            throw new IllegalArgumentException(what + " " + found + " numbers at a position, the model's " + expected);
        }
    }

    private static Sequence sequence(DecoderConfig config, double[][] rows) {
        return switch (config.input()) {
            case Input.Tokens tokens ->
                new Sequence.Tokens(Arrays.stream(rows).map(row -> (int) row[0]).toList());
            case Input.Numbers numbers -> {
                List<List<Double>> lists = new ArrayList<>();
                for (double[] row : rows) {
                    lists.add(Arrays.stream(row).boxed().toList());
                }
                yield new Sequence.Numbers(List.copyOf(lists));
            }
        };
    }
}
