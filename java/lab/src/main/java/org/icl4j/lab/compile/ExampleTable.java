package org.icl4j.lab.compile;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.icl4j.lab.experiment.InputException;
import org.icl4j.lab.task.Table;
import org.icl4j.lab.task.TableReader;

/**
 * Examples as a CSV table with the columns x1 … xd and y. A row of a context is an example, which a model reads as the two positions
 * x and (y, 0, …) of Garg et al. (2022); a row of a calibration is a query x with the right answer y.
 *
 * @param nDims d, numbers at a position of the model
 * @param nPositions positions that the model has
 */
record ExampleTable(int nDims, int nPositions) {
    private static final String TARGET = "y";
    private static final double LARGEST = 1e9;

    /**
     * Reads what is to be compiled. Without a calibration the last row of the context is the query.
     *
     * @throws InputException if a file cannot be read so, or a query has no place behind the context
     */
    Material read(Path contextFile, Optional<Path> calibration) {
        Table table = table(contextFile);
        int rows = table.rows();
        if (calibration.isEmpty() && rows < 2) {
            throw new InputException(contextFile + ": " + rows
                    + " row, needed are at least 2: the last one is the query, for want of a --calibration");
        }
        int examples = calibration.isPresent() ? rows : rows - 1;
        requirePositions(contextFile, examples);
        Sequence context = new Sequence.Numbers(IntStream.range(0, examples)
                .boxed()
                .flatMap(i -> Stream.of(point(table, i), label(table, i)))
                .toList());
        if (calibration.isEmpty()) {
            return new Material(context, queries(table).subList(examples, rows), table.sha256(), Optional.empty());
        }
        Table asked = table(calibration.get());
        return new Material(context, queries(asked), table.sha256(), Optional.of(asked.sha256()));
    }

    /**
     * The same with the queries of a file, which is like a calibration, to judge by.
     *
     * @throws InputException if it cannot be read so
     */
    Material readJudges(Material material, Path file) {
        Table asked = table(file);
        return material.judgedBy(queries(asked), asked.sha256());
    }

    private Table table(Path file) {
        InputFile.requireFile(file);
        List<String> features =
                IntStream.rangeClosed(1, nDims).mapToObj(j -> "x" + j).toList();
        Table table = TableReader.readAsItStands(file, TARGET, features);
        for (int i = 0; i < table.rows(); i++) {
            for (int j = 0; j <= nDims; j++) {
                double value = j < nDims ? table.xs()[i][j] : table.ys()[i];
                if (Math.abs(value) > LARGEST) {
                    throw new InputException(file + ", line " + table.lines()[i] + ": "
                            + (j < nDims ? features.get(j) : TARGET) + " is " + value + ", allowed are -" + LARGEST
                            + " to " + LARGEST);
                }
            }
        }
        return table;
    }

    private static List<Double> point(Table table, int row) {
        return Arrays.stream(table.xs()[row]).boxed().toList();
    }

    private List<Double> label(Table table, int row) {
        List<Double> label = new ArrayList<>(Collections.nCopies(nDims, 0.0));
        label.set(0, table.ys()[row]);
        return List.copyOf(label);
    }

    private static List<Query> queries(Table table) {
        return IntStream.range(0, table.rows())
                .mapToObj(i ->
                        new Query(new Sequence.Numbers(List.of(point(table, i))), OptionalDouble.of(table.ys()[i])))
                .toList();
    }

    private void requirePositions(Path file, int examples) {
        int needed = 2 * examples + 1;
        if (needed > nPositions) {
            throw new InputException(file + ": " + examples + " examples and a query take " + needed
                    + " positions, but the model has " + nPositions + ", enough for " + (nPositions - 1) / 2
                    + " examples");
        }
    }
}
