package org.icl4j.lab.task;

import de.siegmar.fastcsv.reader.CsvRecord;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.icl4j.lab.experiment.InputException;

/** A column of a CSV table that must hold numbers which can be standardised with any one row left out. */
final class NumberColumn {
    private static final Pattern DECIMAL_POINT = Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");
    private static final Pattern DECIMAL_COMMA = Pattern.compile("[+-]?(\\d+,\\d*|,\\d+)([eE][+-]?\\d+)?");

    /** Thousands in one country; with one comma, three decimals in another. */
    private static final Pattern GROUPS = Pattern.compile("[+-]?[1-9]\\d{0,2}(,\\d{3})+");

    /** Squares of standard deviations outside of this range would leave that of double. */
    private static final double MIN_DEVIATION = 1e-150;

    private static final double MAX_DEVIATION = 1e150;

    /** A query farther off, in standard deviations of the other rows, may leave the range of single precision in the block. */
    private static final double MAX_DISTANCE = 1e9;

    private final String file;
    private final String name;
    private final int index;
    private final List<CsvRecord> rows;
    private final boolean commasSeparate;
    private final boolean commasAreDecimal;

    /**
     * @param file the table's name, for messages
     * @param name the column's name
     * @param index number of the column, from 0
     * @param rows the rows below the header, each with this column
     * @param separator what stands between the fields
     */
    NumberColumn(String file, String name, int index, List<CsvRecord> rows, char separator) {
        this.file = file;
        this.name = name;
        this.index = index;
        this.rows = rows;
        this.commasSeparate = separator == ',';
        this.commasAreDecimal = !commasSeparate && rows.stream().map(this::cell).anyMatch(NumberColumn::isDecimalComma);
    }

    private String cell(CsvRecord row) {
        return row.getField(index).strip();
    }

    private static boolean isDecimalComma(String text) {
        return DECIMAL_COMMA.matcher(text).matches() && !GROUPS.matcher(text).matches();
    }

    /**
     * The numbers.
     *
     * @throws InputException if a cell is not one, or they cannot be standardised
     */
    double[] read() {
        double[] values = numbers();
        requireVariation(values);
        requireNearness(values);
        return values;
    }

    /**
     * The numbers as they stand.
     *
     * @throws InputException if a cell is not one
     */
    double[] numbers() {
        return rows.stream().mapToDouble(this::number).toArray();
    }

    private double number(CsvRecord row) {
        String text = cell(row);
        boolean mayBeGroups = GROUPS.matcher(text).matches();
        boolean hasDecimalComma = DECIMAL_COMMA.matcher(text).matches();
        boolean decimalComma = hasDecimalComma && !commasSeparate && (!mayBeGroups || commasAreDecimal);
        if (decimalComma || DECIMAL_POINT.matcher(text).matches()) {
            double value = Double.parseDouble(text.replace(',', '.'));
            if (Double.isFinite(value)) {
                return value;
            }
        }
        throw new InputException(place(row.getStartingLineNumber()) + problem(text, mayBeGroups, hasDecimalComma));
    }

    private static String problem(String text, boolean mayBeGroups, boolean hasDecimalComma) {
        if (text.isEmpty()) {
            return "no value; fill it in or leave the row out";
        }
        if (mayBeGroups && hasDecimalComma) {
            return "'" + text + "' can be read as " + text.replace(",", "") + " or as " + text.replace(',', '.')
                    + "; write the one that is meant, without a comma";
        }
        if (mayBeGroups) {
            return "'" + text + "' has commas between its thousands; write " + text.replace(",", "");
        }
        if (hasDecimalComma) {
            return "'" + text + "' has a decimal comma in a table separated by commas; write " + text.replace(',', '.')
                    + ", or separate the table by semicolons";
        }
        return "'" + text + "' is not a finite number";
    }

    private String place(long line) {
        return file + ", line " + line + ", column " + (index + 1) + " (" + name + "): ";
    }

    private String everywhere() {
        return file + ", lines " + rows.getFirst().getStartingLineNumber() + " to "
                + rows.getLast().getStartingLineNumber() + ", column " + (index + 1) + " (" + name + "): ";
    }

    private void requireVariation(double[] values) {
        long differing = Arrays.stream(values).filter(v -> v != values[0]).count();
        boolean onlyOneDiffers = differing == 1 || differing == values.length - 1;
        if (differing == 0) {
            throw new InputException(everywhere() + "constant (" + values[0] + "), so it says nothing");
        }
        if (onlyOneDiffers && Arrays.stream(values).distinct().count() == 2) {
            throw new InputException(
                    everywhere() + "constant but for one row, and so constant when that row is the query");
        }
        // The least variation is left where the least or the greatest value is the query.
        double[] sorted = sorted(values);
        requireRange(Scaling.of(sorted));
        requireRange(Scaling.of(Arrays.copyOf(sorted, sorted.length - 1)));
        requireRange(Scaling.of(Arrays.copyOfRange(sorted, 1, sorted.length)));
    }

    private static double[] sorted(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted;
    }

    private void requireRange(Scaling scaling) {
        if (!(scaling.deviation() >= MIN_DEVIATION && scaling.deviation() <= MAX_DEVIATION)) {
            throw new InputException(everywhere() + "standard deviation " + scaling.deviation()
                    + " with one row left out, allowed are " + MIN_DEVIATION + " to " + MAX_DEVIATION
                    + "; give the column in another unit");
        }
    }

    private void requireNearness(double[] values) {
        double[] sorted = sorted(values);
        requireNearness(values, sorted[0], Arrays.copyOfRange(sorted, 1, sorted.length));
        requireNearness(values, sorted[sorted.length - 1], Arrays.copyOf(sorted, sorted.length - 1));
    }

    private void requireNearness(double[] values, double value, double[] others) {
        double distance = Math.abs(Scaling.of(others).apply(value));
        if (!(distance <= MAX_DISTANCE)) {
            int row = 0;
            while (values[row] != value) {
                row++;
            }
            throw new InputException(place(rows.get(row).getStartingLineNumber()) + value + " is "
                    + String.format(Locale.ROOT, "%.1e", distance)
                    + " standard deviations away from the mean of the other rows, allowed are "
                    + String.format(Locale.ROOT, "%.0e", MAX_DISTANCE) + "; mend it or leave the row out");
        }
    }
}
