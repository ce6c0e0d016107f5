package org.icl4j.lab.compile;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.patch.Change;
import org.icl4j.lab.patch.Change.LowRank;
import org.icl4j.lab.patch.Change.Shift;
import org.icl4j.lab.patch.Patch;
import org.icl4j.transformer.files.ModelFormatException;
import org.icl4j.transformer.files.SafeTensors;
import org.icl4j.transformer.tensor.Tensor;

/**
 * {@code patch.safetensors}: the factors of each change, {@code PARAMETER.left} [out, r] and {@code PARAMETER.right} [r, in], to be
 * added as left·right, of a gain {@code PARAMETER.delta}; and, so that whoever applies it can see that it does what it did when it was made, queries of each length m,
 * {@code check.m.queries} [n, m, width], with the outputs of the model with the patch and, if there is one, with the adapter, [n, dOut].
 *
 * @param metadata what it was made of: {@code model.sha256}, {@code context.sha256}, {@code kind} and so on
 * @param changes of weights {@link LowRank}, of gains {@link Shift}
 * @param checks queries, and what comes of them
 */
record PatchFile<A>(Map<String, String> metadata, List<Change<A>> changes, List<Check> checks) {
    static final String NAME = "patch.safetensors";
    static final String FORMAT = "format";
    static final String THIS_FORMAT = "icl4j-patch-1";
    static final String MODEL_HASH = "model.sha256";
    static final String PRECISION = "precision";
    static final String FIRST_POSITION = "firstPosition";

    /** Why there is no adapter, if there is none. */
    static final String NO_ADAPTER = "noAdapter";

    private static final String LEFT = ".left";
    private static final String RIGHT = ".right";
    private static final String DELTA = ".delta";
    private static final String QUERIES = ".queries";
    private static final String PATCHED = ".patched";
    private static final String ADAPTED = ".adapted";
    private static final Pattern CHECK = Pattern.compile("(check\\.\\d+)" + Pattern.quote(QUERIES));

    /**
     * A query, and what comes of it.
     *
     * @param query what stands at each of its positions
     * @param patched output of the model with the patch
     * @param adapted output of the model with the adapter, if there is one
     */
    record Check(double[][] query, double[] patched, Optional<double[]> adapted) {}

    /** The changes as a patch. */
    Patch<A> patch() {
        return new Patch<>(changes);
    }

    void write(Path directory) throws IOException {
        Map<String, Tensor<?>> tensors = new LinkedHashMap<>();
        for (Change<A> change : changes) {
            if (change instanceof LowRank<A> product) {
                tensors.put(change.parameter() + LEFT, product.left());
                tensors.put(change.parameter() + RIGHT, product.right());
            } else {
                tensors.put(change.parameter() + DELTA, change.delta());
            }
        }
        Map<Integer, List<Check>> byLength = new TreeMap<>();
        checks.forEach(check -> byLength.computeIfAbsent(check.query().length, m -> new ArrayList<>())
                .add(check));
        byLength.forEach((length, ofLength) -> {
            String name = "check." + length;
            int width = ofLength.getFirst().query()[0].length;
            double[][] positions = ofLength.stream()
                    .flatMap(check -> List.of(check.query()).stream())
                    .toArray(double[][]::new);
            tensors.put(name + QUERIES, tensor(positions, ofLength.size(), length, width));
            double[][] patched = ofLength.stream().map(Check::patched).toArray(double[][]::new);
            tensors.put(name + PATCHED, tensor(patched, patched.length, patched[0].length));
            if (ofLength.getFirst().adapted().isPresent()) {
                double[][] adapted =
                        ofLength.stream().map(check -> check.adapted().get()).toArray(double[][]::new);
                tensors.put(name + ADAPTED, tensor(adapted, adapted.length, adapted[0].length));
            }
        });
        Map<String, String> all = new LinkedHashMap<>();
        all.put(FORMAT, THIS_FORMAT);
        all.putAll(metadata);
        SafeTensors.write(directory.resolve(NAME), all, tensors);
    }

    private static Tensor<double[]> tensor(double[][] rows, int... shape) {
        Tensor<double[]> tensor = Tensor.zeros(Precision.F64, shape);
        int width = rows[0].length;
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, tensor.array(), i * width, width);
        }
        return tensor;
    }

    /** The metadata of a patch. */
    static Map<String, String> metadata(Path directory) throws IOException {
        try (SafeTensors saved = SafeTensors.open(directory.resolve(NAME))) {
            return requireFormat(directory, saved);
        }
    }

    /**
     * @throws ModelFormatException if it is no patch, or not whole
     * @throws IOException if it cannot be read
     */
    static <A> PatchFile<A> read(Path directory, Precision<A> precision) throws IOException {
        try (SafeTensors saved = SafeTensors.open(directory.resolve(NAME))) {
            List<Change<A>> changes = new ArrayList<>();
            List<Check> checks = new ArrayList<>();
            for (String name : saved.names()) {
                Matcher check = CHECK.matcher(name);
                if (check.matches()) {
                    readChecks(saved, check.group(1), checks);
                } else if (name.endsWith(LEFT)) {
                    String parameter = name.substring(0, name.length() - LEFT.length());
                    Tensor<A> right = saved.loadAs(parameter + RIGHT, precision);
                    changes.add(new LowRank<>(parameter, saved.loadAs(name, precision), right));
                } else if (name.endsWith(DELTA)) {
                    String parameter = name.substring(0, name.length() - DELTA.length());
                    changes.add(new Shift<>(parameter, saved.loadAs(name, precision)));
                }
            }
            if (checks.isEmpty()) {
                throw new IllegalArgumentException("there are no queries to check it by");
            }
            return new PatchFile<>(requireFormat(directory, saved), List.copyOf(changes), List.copyOf(checks));
        } catch (IllegalArgumentException e) { // Factors, or checks, that do not go together.
            throw new ModelFormatException(directory.resolve(NAME), "patch", e.getMessage());
        }
    }

    private static Map<String, String> requireFormat(Path directory, SafeTensors saved) {
        require(directory, saved, FORMAT, Pattern.quote(THIS_FORMAT));
        require(directory, saved, MODEL_HASH, "[0-9a-f]{64}");
        require(directory, saved, PRECISION, "f32|f64");
        require(directory, saved, FIRST_POSITION, "\\d{1,9}");
        return saved.metadata();
    }

    private static void require(Path directory, SafeTensors saved, String name, String pattern) {
        String value = saved.metadata().get(name);
        if (value == null || !value.matches(pattern)) {
            throw new ModelFormatException(
                    directory.resolve(NAME),
                    "patch",
                    "'" + name + "' is " + value + " in the metadata; it is no patch of this version of icl4j compile");
        }
    }

    private static void readChecks(SafeTensors saved, String name, List<Check> to) throws IOException {
        Tensor<double[]> queries = saved.load(name + QUERIES, Precision.F64);
        Tensor<double[]> patched = saved.load(name + PATCHED, Precision.F64);
        Optional<Tensor<double[]>> adapted = saved.names().contains(name + ADAPTED)
                ? Optional.of(saved.load(name + ADAPTED, Precision.F64))
                : Optional.empty();
        boolean goTogether = queries.rank() == 3
                && patched.rank() == 2
                && patched.dim(0) == queries.dim(0)
                && (adapted.isEmpty()
                        || Arrays.equals(patched.shape(), adapted.get().shape()));
        if (!goTogether) {
            throw new IllegalArgumentException(
                    name + " has queries " + queries + ", outputs " + patched + " and " + adapted);
        }
        for (int i = 0; i < queries.dim(0); i++) {
            double[][] query = new double[queries.dim(1)][];
            for (int t = 0; t < query.length; t++) {
                query[t] = queries.row(i * query.length + t).array();
            }
            int number = i;
            to.add(new Check(
                    query,
                    patched.row(i).array(),
                    adapted.map(outputs -> outputs.row(number).array())));
        }
    }
}
