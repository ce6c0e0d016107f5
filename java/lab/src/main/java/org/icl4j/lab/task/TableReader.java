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
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.icl4j.lab.experiment.InputException;
import org.icl4j.lab.experiment.UsageException;
import org.icl4j.transformer.files.Sha256;

/**
 * Reads a {@link Table} from a CSV file: UTF-8, with or without byte order mark, lines ended by LF, CRLF or CR, fields in quotes
 * or not, separated by commas, semicolons or tabs, as the header line shows; blank lines are skipped. In a file that is not
 * separated by commas, a comma in a number is the decimal sign. Whatever cannot be read as meant, or in two ways, is an error that
 * names file, line and column.
 */
public final class TableReader {
    /** The name of the table that comes with the program. */
    public static final String SAMPLE = "mtcars";

    private static final long MAX_BYTES = 64L << 20;
    private static final int MIN_ROWS = 3;

    private final String name;
    private final String target;
    private final List<String> features;
    private final boolean asItStands;

    private TableReader(String name, String target, List<String> features, boolean asItStands) {
        this.name = name;
        this.target = target;
        this.features = features;
        this.asItStands = asItStands;
    }

    /**
     * Reads the columns {@code target} and {@code features}, which are to be standardised with any one row left out.
     *
     * @param source a path, or {@link #SAMPLE}
     * @throws InputException if the file cannot be read, or not as a table of these numbers
     */
    public static Table read(String source, String target, List<String> features) {
        TableReader reader = new TableReader(source, target, features, false);
        byte[] bytes = source.equals(SAMPLE) ? sample() : reader.fileBytes(source);
        return reader.parse(bytes);
    }

    /**
     * Reads a table of one row or more that has the columns {@code target} and {@code features}, in any order, and no others; its
     * numbers are taken as they stand.
     *
     * @throws InputException if the file cannot be read, or not as a table of these numbers
     */
    public static Table readAsItStands(Path file, String target, List<String> features) {
        TableReader reader = new TableReader(file.toString(), target, features, true);
        return reader.parse(reader.fileBytes(file.toString()));
    }

    private static byte[] sample() {
        try (InputStream in = TableReader.class.getResourceAsStream(SAMPLE + ".csv")) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException("the sample table is part of the program", e);
        }
    }

    /**
     * The names in a list of columns, which is a line of CSV itself: a name with a comma stands in quotes.
     *
     * @throws UsageException if a quote is not closed
     */
    public static List<String> names(String list) {
        try {
            CsvRecord names = CsvReader.builder()
                    .allowUnclosedQuote(false)
                    .trimWhitespacesAroundQuotes(true)
                    .ofSingleCsvRecord(list);
            return names.getFields().stream().map(String::strip).toList();
        } catch (CsvParseException e) {
            throw new UsageException("'" + list
                    + "' is not a list of columns; separate names by commas, and put a name that has one in quotes, as"
                    + " in --set 'features=wt,\"power, hp\"'");
        }
    }

    private byte[] fileBytes(String source) {
        try {
            Path path = Path.of(source);
            if (!Files.isRegularFile(path)) {
                throw new InputException(name + ": " + (Files.exists(path) ? "not a regular file" : "no such file"));
            }
            if (Files.size(path) > MAX_BYTES) {
                throw new InputException(name + ": " + Files.size(path) + " bytes, allowed are " + MAX_BYTES);
            }
            return Files.readAllBytes(path);
        } catch (InvalidPathException e) {
            throw new InputException(name + ": not a path on this system (" + e.getReason() + ")", e);
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
        return convert(records, separator, Sha256.of(bytes));
    }

    private String decode(byte[] bytes) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return withoutMark(text);
        } catch (CharacterCodingException e) {
            throw new InputException(name + ": not UTF-8 text; save the table as CSV in UTF-8", e);
        }
    }

    /** Drops the byte order mark before the first word; programs that join files leave it below blank lines. */
    private static String withoutMark(String text) {
        int first = 0;
        while (first < text.length() && Character.isWhitespace(text.charAt(first))) {
            first++;
        }
        return text.startsWith("\ufeff", first) ? text.substring(0, first) + text.substring(first + 1) : text;
    }

    /** The commonest of the possible separators on the first line that is not blank, outside quotes. */
    private static char separator(String text) {
        char[] candidates = {',', ';', '\t'};
        int[] counts = new int[candidates.length];
        boolean quoted = false;
        for (int i = startOfHeader(text); i < text.length() && (quoted || !endsLine(text.charAt(i))); i++) {
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

    private static int startOfHeader(String text) {
        int start = 0;
        for (int i = 0; i < text.length() && Character.isWhitespace(text.charAt(i)); i++) {
            start = endsLine(text.charAt(i)) ? i + 1 : start;
        }
        return start;
    }

    private static boolean endsLine(char c) {
        return c == '\n' || c == '\r';
    }

    private List<CsvRecord> records(String text, char separator) {
        try (CsvReader<CsvRecord> reader = CsvReader.builder()
                .fieldSeparator(separator)
                .skipEmptyLines(true)
                .allowUnclosedQuote(false)
                .trimWhitespacesAroundQuotes(true)
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                .ofCsvRecord(text)) {
            return reader.stream().filter(record -> !isBlank(record)).toList();
        } catch (CsvParseException e) {
            String cause = e.getCause() == null
                    ? e.getMessage()
                    : e.getMessage() + " " + e.getCause().getMessage();
            throw new InputException(name + ": not a CSV table: " + cause, e);
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory", e);
        }
    }

    private static boolean isBlank(CsvRecord record) {
        return record.getFieldCount() == 1 && record.getField(0).isBlank();
    }

    private Table convert(List<CsvRecord> records, char separator, String sha256) {
        CsvRecord header = records.getFirst();
        List<String> names = header.getFields().stream().map(String::strip).toList();
        int targetColumn = column(header, names, target);
        int[] columns =
                features.stream().mapToInt(name -> column(header, names, name)).toArray();
        List<CsvRecord> rows = records.subList(1, records.size());
        if (asItStands) {
            requireNoOthers(header, names);
        }
        requireRows(rows);
        rows.forEach(row -> requireWidth(row, names.size()));
        double[][] xs = new double[rows.size()][features.size()];
        for (int j = 0; j < columns.length; j++) {
            double[] values = numbers(new NumberColumn(name, features.get(j), columns[j], rows, separator));
            for (int i = 0; i < values.length; i++) {
                xs[i][j] = values[i];
            }
        }
        double[] ys = numbers(new NumberColumn(name, target, targetColumn, rows, separator));
        long[] lines = rows.stream().mapToLong(CsvRecord::getStartingLineNumber).toArray();
        return new Table(name, target, List.copyOf(features), ys, xs, lines, sha256);
    }

    private double[] numbers(NumberColumn column) {
        return asItStands ? column.numbers() : column.read();
    }

    private void requireRows(List<CsvRecord> rows) {
        if (asItStands && rows.isEmpty()) {
            throw new InputException(name + ": no rows of numbers below the header");
        }
        if (!asItStands && rows.size() < MIN_ROWS) {
            throw new InputException(name + ": " + counted(rows.size(), "row") + " of numbers, but at least " + MIN_ROWS
                    + " are needed: one is the query, the others the context");
        }
    }

    private void requireNoOthers(CsvRecord header, List<String> names) {
        for (String given : names) {
            if (!given.equals(target) && !features.contains(given)) {
                throw new InputException(name + ", line " + header.getStartingLineNumber() + ": column " + quoted(given)
                        + " is not expected; allowed are " + features + " and '" + target + "'");
            }
        }
    }

    private int column(CsvRecord header, List<String> names, String wanted) {
        String place = name + ", line " + header.getStartingLineNumber() + ": ";
        int first = names.indexOf(wanted);
        if (first < 0) {
            throw new InputException(place + "no column '" + wanted + "'; there are "
                    + names.stream().map(TableReader::quoted).collect(Collectors.joining(", ")));
        }
        if (names.lastIndexOf(wanted) != first) {
            throw new InputException(place + "column '" + wanted + "' is there twice, as no. " + (first + 1) + " and "
                    + (names.lastIndexOf(wanted) + 1));
        }
        return first;
    }

    private static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    private void requireWidth(CsvRecord row, int width) {
        if (row.getFieldCount() != width) {
            throw new InputException(name + ", line " + row.getStartingLineNumber() + ": "
                    + counted(row.getFieldCount(), "field") + ", but the header has " + width);
        }
    }

    private static String counted(int count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }
}
