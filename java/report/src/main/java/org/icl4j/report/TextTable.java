package org.icl4j.report;

import java.util.List;

/** Rows of text with their columns aligned. */
public final class TextTable {
    private static final int GAP = 2;

    private TextTable() {}

    /** The rows as lines; a row's last cell is not filled up. */
    public static String of(List<List<String>> rows) {
        int columns = rows.stream().mapToInt(List::size).max().orElse(0);
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                String cell = row.get(i);
                text.append(cell);
                if (i < row.size() - 1) {
                    text.repeat(' ', widths[i] - cell.length() + GAP);
                }
            }
            text.append(System.lineSeparator());
        }
        return text.toString();
    }
}
