package org.icl4j.lab.task;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.icl4j.lab.experiment.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TableReaderTest {
    @TempDir
    private Path directory;

    private Path file(String content) throws IOException {
        return file(content, StandardCharsets.UTF_8);
    }

    private Path file(String content, Charset charset) throws IOException {
        return Files.write(directory.resolve("t.csv"), content.getBytes(charset));
    }

    private Table read(String content) throws IOException {
        return TableReader.read(file(content).toString(), "y", List.of("a"));
    }

    private void assertRefused(String content, String... parts) throws IOException {
        assertRefused(file(content), parts);
    }

    private static void assertRefused(Path file, String... parts) {
        String message = assertThrows(InputException.class, () -> TableReader.read(file.toString(), "y", List.of("a")))
                .getMessage();
        assertTrue(message.startsWith(file.toString()), message);
        for (String part : parts) {
            assertTrue(message.contains(part), "'" + message + "' lacks '" + part + "'");
        }
    }

    private static final String GOOD = "a,y\n1,2\n3,4\n5,7\n";

    private static void assertGood(Table table) {
        assertArrayEquals(new double[] {2, 4, 7}, table.ys());
        assertArrayEquals(new double[][] {{1}, {3}, {5}}, table.xs());
    }

    @Test
    void plainTable() throws IOException {
        Table table = read(GOOD);
        assertGood(table);
        assertArrayEquals(new long[] {2, 3, 4}, table.lines());
    }

    @Test
    void sampleTable() {
        Table cars = TableReader.read("mtcars", "mpg", List.of("wt", "hp"));
        assertEquals(32, cars.rows());
        assertArrayEquals(new double[] {2.620, 110}, cars.xs()[0]);
        assertEquals(21.4, cars.ys()[31]);
    }

    /** The same numbers in every dress they come in. */
    @Test
    void dresses() throws IOException {
        assertGood(read("\ufeff" + GOOD));
        assertGood(read(GOOD.replace("\n", "\r\n")));
        assertGood(read(GOOD.stripTrailing()));
        assertGood(read("\"a\",\"y\"\n\"1\",\"2\"\n3,\"4\"\n5,7\n"));
        assertGood(read("name,a,y\n\"Rolls, \"\"the\"\" Royce\",1,2\n\"two\nlines\",3,4\nx,5,7\n"));
        assertGood(read("a;y\n1;2\n3;4\n5;7\n"));
        assertGood(read("a\ty\n1\t2\n3\t4\n5\t7\n"));
        assertGood(read("a;y\n1,0;2,0\n3,0;4\n5;7,00\n"));
        assertGood(read(" a , y \n 1 , 2 \n 3 , 4 \n 5 , 7 \n"));
        assertGood(read("a,y\n\n1,2\n\n3,4\n5,7\n\n\n"));
        assertGood(read("a,y\n  \n1,2\n\t\n3,4\n5,7\n \n"));
        assertGood(read("\n \r\n\ufeffa;y\n1;2\n3;4\n5;7\n"));
        assertGood(read("\ufeff\n\na;y\n1;2\n3;4\n5;7\n"));
        assertGood(read("\ra;y\r1;2\r3;4\r5;7\r"));
        assertGood(read("\ta\ty\nx\t1\t2\nx\t3\t4\nx\t5\t7\n"));
        assertGood(read(" \"a\" , \"y\"\n1, \"2\"\n3,4\n5,7\n"));
        assertGood(read("a,y\n+1,2e0\n3.,.4e1\n5,7.0E+0\n"));
        assertGood(read("y,b,a\n2,x,1\n4,,3\n7,NaN,5\n"));
    }

    @Test
    void linesAreThoseOfTheFile() throws IOException {
        assertArrayEquals(
                new long[] {2, 5, 6},
                read("n,a,y\n\"two\nlines\",1,2\n\nx,3,4\nx,5,7\n").lines());
        assertArrayEquals(new long[] {4, 5, 6}, read("\n\na;y\n1;2\n3;4\n5;7\n").lines());
        assertRefused("\n\nx,y\n1,2\n3,4\n5,7\n", "line 3: no column");
    }

    /** One comma and three digits are a thousand here and one there; the rest of the column may tell. */
    @Test
    void commasThatMayBeThousands() throws IOException {
        assertRefused("a,y\n1,2\n\"1,000\",4\n5,7\n", "line 3", "column 1 (a)", "'1,000'", "1000", "1.000");
        assertRefused("a;y\n1;2\n1,000;4\n5;7\n", "line 3", "column 1 (a)", "'1,000'", "1000", "1.000");
        assertRefused("a;y\n1,5;2\n-1,000,000;4\n5;7\n", "line 3", "thousands", "write -1000000");
        assertGood(read("a;y\n1,000;2\n3,0;4\n5;7\n"));
        assertEquals(0.125, read("a;y\n0,125;2\n3;4\n5;7\n").xs()[0][0], "no number of thousands begins with 0");
    }

    @Test
    void namesOfColumns() throws IOException {
        assertEquals(List.of("wt", "hp"), TableReader.names(" wt , hp "));
        assertEquals(List.of("power, hp", "the \"wt\""), TableReader.names("\"power, hp\", \"the \"\"wt\"\"\""));
        Path table = file("\"a, b\",y\n1,2\n3,4\n5,7\n");
        assertGood(TableReader.read(table.toString(), "y", TableReader.names("\"a, b\"")));
        assertRefused(table, "no column 'a'; there are \"a, b\", \"y\"");
    }

    @Test
    void columnsThatCannotBeStandardised() throws IOException {
        assertRefused("a,y\n2e-200,1\n4e-200,2\n1e-200,4\n", "lines 2 to 4, column 1 (a)", "standard deviation 0.0");
        assertRefused("a,y\n2,1e300\n4,3e300\n1,2e300\n", "lines 2 to 4, column 2 (y)", "another unit");
        assertRefused("a,y\n1,5\n2,6\n3,8\n4e12,7\n5,9\n", "line 5, column 1 (a)", "4.0E12", "leave the row out");
        assertRefused("a,y\n1,5\n1.0000000000000002,6\n3,8\n", "line 4, column 1 (a)", "standard deviations away");
    }

    @Test
    void otherLocales() throws IOException {
        Locale before = Locale.getDefault();
        try {
            for (String tag : new String[] {"tr", "de", "ar-EG"}) {
                Locale.setDefault(Locale.forLanguageTag(tag));
                assertGood(read(GOOD));
                assertRefused("a,y\n1,2\n1.000,5,4\n5,7\n", "line 3");
            }
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void badNumbers() throws IOException {
        assertRefused("a,y\n1,2\nthree,4\n5,7\n", "line 3", "column 1 (a)", "'three'");
        assertRefused("a,y\n1,2\n3,4\n5,\n", "line 4", "column 2 (y)", "no value");
        assertRefused("a,y\n1,2\n,4\n5,7\n", "line 3", "column 1 (a)", "no value");
        for (String bad : new String[] {
            "NaN", "nan", "NA", "Infinity", "-inf", "1e999", "0x10", "1_000", "1 000", "--1", "1d", "1f"
        }) {
            assertRefused("a,y\n1,2\n" + bad + ",4\n5,7\n", "line 3", "column 1 (a)", bad);
        }
        assertRefused("a,y\n1,2\n\"3,5\",4\n5,7\n", "line 3", "column 1 (a)", "decimal comma", "3.5");
        assertRefused("a;y\n1;2\n1.234,5;4\n5;7\n", "line 3", "1.234,5");
        assertRefused("a;y\n1;2\n1,234,567;4\n5;7\n", "line 3", "1,234,567");
    }

    @Test
    void badColumns() throws IOException {
        assertRefused("x,y\n1,2\n3,4\n5,7\n", "line 1", "'a'", "\"x\", \"y\"");
        assertRefused("A,y\n1,2\n3,4\n5,7\n", "'a'");
        assertRefused("a,a,y\n1,1,2\n3,3,4\n5,5,7\n", "'a'", "twice", "1", "2");
        assertRefused("a,y\n1,2\n3\n5,7\n", "line 3", "1 field,", "2");
        assertRefused("a,y\n1,2\n3,4,5\n5,7\n", "line 3", "3 fields", "2");
        assertRefused("a,y\n2,2\n2,4\n2,7\n", "lines 2 to 4, column 1 (a)", "constant", "2.0");
        assertRefused("a,y\n1,5\n3,5\n4,5\n", "column 2 (y)", "constant");
        assertRefused("a,y\n2,1\n2,4\n2,6\n9,7\n", "lines 2 to 5, column 1 (a)", "constant but for one row");
    }

    @Test
    void badFiles() throws IOException {
        assertRefused("", "empty");
        assertRefused(" \n \n", "empty");
        assertRefused("a,y\n", "0 rows", "3");
        assertRefused("a,y\n1,2\n", "1 row ", "3");
        assertRefused("a,y\n1,2\n3,4\n", "2 rows", "3");
        assertRefused("a,y\n1,2\n\"3,4\n5,7\n", "not a CSV table");
        assertRefused(directory.resolve("none.csv"), "no such file");
        assertRefused(directory, "not a regular file");
        assertRefused(file("a,y\n\u00e4,2\n", StandardCharsets.ISO_8859_1), "UTF-8");
        assertRefused(file(GOOD, StandardCharsets.UTF_16), "UTF-8");
    }
}
