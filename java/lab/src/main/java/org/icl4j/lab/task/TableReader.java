package org.icl4j.lab.task;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.icl4j.lab.experiment.InputException;

/**
 * Reads a {@link Table} from a CSV file: UTF-8, with or without byte order mark, lines ended by LF or CRLF, fields in quotes or
 * not, separated by commas, semicolons or tabs, as the header line shows. In a file that is not separated by commas, a comma in a
 * number is the decimal sign. Whatever cannot be read as meant is an error that names file, line and column.
 */
public final class TableReader {
    /** The name of the table that comes with the program. */
    public static final String SAMPLE = "mtcars";

    private static final long MAX_BYTES = 64L << 20;
    private static final int MIN_ROWS = 3;
    private static final Pattern DECIMAL_POINT = Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");
    private static final Pattern DECIMAL_COMMA = Pattern.compile("[+-]?(\\d+,\\d*|,\\d+)([eE][+-]?\\d+)?");

    private final String name;
    private final String target;
    private final List<String> features;

    private TableReader(String name, String target, List<String> features) {
        this.name = name;
        this.target = target;
        this.features = features;
    }

    /**
     * Reads the columns {@code target} and {@code features}.
     *
     * @param source a path, or {@link #SAMPLE}
     * @throws InputException if the file cannot be read, or not as a table of these numbers
     */
    public static Table read(String source, String target, List<String> features) {
        TableReader reader = new TableReader(source, target, features);
        byte[] bytes = source.equals(SAMPLE) ? sample() : reader.fileBytes(source);
        return reader.parse(bytes);
    }

    private static byte[] sample() {
        try (InputStream in = TableReader.class.getResourceAsStream(SAMPLE + ".csv")) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException("the sample table is part of the program", e);
        }
    }

    private byte[] fileBytes(String source) {
        Path path = Path.of(source);
        try {
            if (!Files.isRegularFile(path)) {
                throw new InputException(name + ": " + (Files.exists(path) ? "not a regular file" : "no such file"));
            }
            if (Files.size(path) > MAX_BYTES) {
                throw new InputException(name + ": " + Files.size(path) + " bytes, allowed are " + MAX_BYTES);
            }
            return Files.readAllBytes(path);
        } catch (IOException e) {
            throw new InputException(name + ": cannot be read (" + e + ")", e);
        }
    }

    private Table parse(byte[] bytes) {
        String text = decode(bytes);
        if (text.isBlank()) {
            throw new InputException(name + ": the file is empty; expected a header line and rows of numbers");
        }
        char separator = separator(text);
        List<CsvRecord> records = records(text, separator);
        if (records.isEmpty()) {
            throw new InputException(name + ": no header line");
        }
        return convert(records, separator);
    }

    private String decode(byte[] bytes) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.startsWith("\ufeff") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw new InputException(name + ": not UTF-8 text; save the table as CSV in UTF-8", e);
        }
    }

    /** The commonest of the possible separators on the first line, outside quotes. */
    private static char separator(String text) {
        char[] candidates = {',', ';', '\t'};
        int[] counts = new int[candidates.length];
        boolean quoted = false;
        for (int i = 0; i < text.length() && (quoted || text.charAt(i) != '\n'); i++) {
            char c = text.charAt(i);
            quoted ^= c == '"';
            for (int k = 0; k < candidates.length && !quoted; k++) {
                counts[k] += c == candidates[k] ? 1 : 0;
            }
        }
        int best = 0;
        for (int k = 1; k < candidates.length; k++) {
            best = counts[k] > counts[best] ? k : best;
        }
        return candidates[best];
    }

    private List<CsvRecord> records(String text, char separator) {
        try (CsvReader<CsvRecord> reader = CsvReader.builder()
                .fieldSeparator(separator)
                .skipEmptyLines(true)
                .allowUnclosedQuote(false)
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                .ofCsvRecord(text)) {
            return reader.stream().toList();
        } catch (CsvParseException e) {
            String cause = e.getCause() == null
                    ? e.getMessage()
                    : e.getMessage() + " " + e.getCause().getMessage();
            throw new InputException(name + ": not a CSV table: " + cause, e);
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory", e);
        }
    }

    private Table convert(List<CsvRecord> records, char separator) {
        CsvRecord header = records.getFirst();
        List<String> names = header.getFields().stream().map(String::strip).toList();
        List<String> wanted = new ArrayList<>(features);
        wanted.add(target);
        int[] columns =
                wanted.stream().mapToInt(column -> column(names, column)).toArray();
        int rows = records.size() - 1;
        if (rows < MIN_ROWS) {
            throw new InputException(name + ": " + rows + (rows == 1 ? " row" : " rows") + " of numbers, but at least "
                    + MIN_ROWS + " are needed: one is the query, the others the context");
        }
        double[] ys = new double[rows];
        double[][] xs = new double[rows][features.size()];
        long[] lines = new long[rows];
        for (int i = 0; i < rows; i++) {
            CsvRecord record = records.get(i + 1);
            requireWidth(record, names.size());
            for (int j = 0; j < features.size(); j++) {
                xs[i][j] = number(record, columns[j], names, separator);
            }
            ys[i] = number(record, columns[features.size()], names, separator);
            lines[i] = record.getStartingLineNumber();
        }
        Table table = new Table(name, target, List.copyOf(features), ys, xs, lines);
        requireVariation(table);
        return table;
    }

    private int column(List<String> names, String wanted) {
        int first = names.indexOf(wanted);
        if (first < 0) {
            throw new InputException(name + ", line 1: no column '" + wanted + "'; there are " + names);
        }
        if (names.lastIndexOf(wanted) != first) {
            throw new InputException(name + ", line 1: column '" + wanted + "' is there twice, as no. " + (first + 1)
                    + " and " + (names.lastIndexOf(wanted) + 1));
        }
        return first;
    }

    private void requireWidth(CsvRecord record, int width) {
        if (record.getFieldCount() != width) {
            throw new InputException(name + ", line " + record.getStartingLineNumber() + ": " + record.getFieldCount()
                    + " fields, but the header has " + width);
        }
    }

    private double number(CsvRecord record, int column, List<String> names, char separator) {
        String text = record.getField(column).strip();
        boolean decimalComma = separator != ',' && DECIMAL_COMMA.matcher(text).matches();
        if (decimalComma || DECIMAL_POINT.matcher(text).matches()) {
            double value = Double.parseDouble(text.replace(',', '.'));
            if (Double.isFinite(value)) {
                return value;
            }
        }
        String place = name + ", line " + record.getStartingLineNumber() + ", column " + (column + 1) + " ("
                + names.get(column) + "): ";
        if (text.isEmpty()) {
            throw new InputException(place + "no value; fill it in or leave the row out");
        }
        if (DECIMAL_COMMA.matcher(text).matches()) {
            throw new InputException(place + "'" + text + "' has a decimal comma in a table separated by commas; write "
                    + text.replace(',', '.') + ", or separate the table by semicolons");
        }
        throw new InputException(place + "'" + text + "' is not a finite number");
    }

    private void requireVariation(Table table) {
        for (int j = 0; j < features.size(); j++) {
            int column = j;
            requireVariation(
                    features.get(j),
                    IntStream.range(0, table.rows())
                            .mapToDouble(i -> table.xs()[i][column])
                            .toArray());
        }
        requireVariation(target, table.ys());
    }

    /** A column that would be constant with any one row left out cannot be standardised. */
    private void requireVariation(String column, double[] values) {
        long differing = Arrays.stream(values).filter(v -> v != values[0]).count();
        boolean onlyOneDiffers = differing == 1 || differing == values.length - 1;
        if (differing == 0) {
            throw new InputException(
                    name + ": column '" + column + "' is constant (" + values[0] + "), so it says nothing");
        }
        if (onlyOneDiffers && Arrays.stream(values).distinct().count() == 2) {
            throw new InputException(name + ": column '" + column
                    + "' is constant but for one row, and so is constant when that " + "row is the query");
        }
    }
}
