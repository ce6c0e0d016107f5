package org.icl4j.lab.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.icl4j.lab.experiment.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What may stand in files of contexts and calibrations, and what is said of what may not. */
class InputFilesTest {
    private static final TokenText TOKENS = new TokenText(32, 8);
    private static final ExampleTable NUMBERS = new ExampleTable(2, 7);

    @TempDir
    private Path directory;

    private Path file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    private Material tokens(String context, String calibration) throws IOException {
        return TOKENS.read(file("c.txt", context), Optional.of(file("q.txt", calibration)));
    }

    private Material numbers(String context, String calibration) throws IOException {
        return NUMBERS.read(file("c.csv", context), Optional.of(file("q.csv", calibration)));
    }

    private static Sequence sequence(Integer... tokens) {
        return new Sequence.Tokens(List.of(tokens));
    }

    @Test
    void tokensAndQueries() throws IOException {
        Material material = tokens("\ufeff0 17\n\t3\u000b31\r\n", "3 -> 5\n\n 0 1 2->31 \n");
        assertEquals(sequence(0, 17, 3, 31), material.context());
        assertEquals(
                List.of(
                        new Query(sequence(3), OptionalDouble.of(5)),
                        new Query(sequence(0, 1, 2), OptionalDouble.of(31))),
                material.queries());
        assertEquals(64, material.contextSha256().length());
        assertEquals(
                List.of(
                        new Query(sequence(7), OptionalDouble.empty()),
                        new Query(sequence(7, 8), OptionalDouble.empty())),
                tokens("1", "7\n7 8").queries());
    }

    @Test
    void withoutQueriesTheLastTokenIsOne() throws IOException {
        Material material = TOKENS.read(file("c.txt", "0 17 3"), Optional.empty());
        assertEquals(sequence(0, 17), material.context());
        assertEquals(List.of(new Query(sequence(3), OptionalDouble.empty())), material.queries());
        assertEquals(Optional.empty(), material.calibrationSha256());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "0 32; 1; c.txt, line 1: '32'|0 to 31",
                "0 -1; 1; c.txt, line 1: '-1'",
                "0 1.5; 1; c.txt, line 1: '1.5'",
                "0 99999999999; 1; '99999999999'",
                "0 1 2 3 4 5 6 7; 1; c.txt|context of 8 tokens|9 positions|model has 8",
                "0 1 2 3 4 5 6; 1 2; q.txt, line 1|a query of 2|9 positions",
                "0 1; 1 -> 2 3; q.txt, line 1: 2 tokens behind ->",
                "0 1; 1 ->; q.txt, line 1: 0 tokens behind ->",
                "0 1; -> 3; q.txt, line 1: no token before ->",
                "0 1; x -> 3; q.txt, line 1: 'x'",
                "0 1; 1 2 -> 3 -> 4; q.txt, line 1: '->'"
            })
    void tokensThatCannotBe(String context, String calibration, String parts) {
        refused(parts, () -> tokens(context, calibration));
    }

    @Test
    void moreThatCannotBe() {
        refused("c.txt: 0 tokens", () -> tokens(" \n", "1"));
        refused("c.txt: 1 tokens|--calibration", () -> TOKENS.read(file("c.txt", "1"), Optional.empty()));
        refused("q.txt: no queries", () -> tokens("1", "\n \n"));
        refused("q.txt, line 3: no answer|line 1", () -> tokens("1", "1 -> 2\n\n4"));
        refused("q.txt, line 2: an answer|line 1", () -> tokens("1", "1\n4 -> 2"));
        refused("none.txt: no such file", () -> TOKENS.read(directory.resolve("none.txt"), Optional.empty()));
        refused("not a regular file", () -> TOKENS.read(directory, Optional.empty()));
        refused(
                "not UTF-8",
                () -> TOKENS.read(Files.write(directory.resolve("b"), new byte[] {(byte) 0xff}), Optional.empty()));
    }

    private interface Reading {
        void read() throws IOException;
    }

    private static void refused(String parts, Reading reading) {
        String message = assertThrows(InputException.class, reading::read).getMessage();
        for (String part : parts.split("\\|")) {
            assertTrue(message.contains(part), message);
        }
    }

    /** The positions of Garg et al.: x, (y, 0), x, (y, 0), then the query x. */
    @Test
    void examplesAndQueries() throws IOException {
        Material material = numbers("x1,x2,y\n1,2,3\n-4,5e-1,6\n", "y;x2;x1\n9;8;7\n");
        assertEquals(
                new Sequence.Numbers(
                        List.of(List.of(1.0, 2.0), List.of(3.0, 0.0), List.of(-4.0, 0.5), List.of(6.0, 0.0))),
                material.context());
        assertEquals(
                List.of(new Query(new Sequence.Numbers(List.of(List.of(7.0, 8.0))), OptionalDouble.of(9))),
                material.queries());
        Material last = NUMBERS.read(file("c.csv", "x1,x2,y\n1,2,3\n4,5,6\n"), Optional.empty());
        assertEquals(2, last.context().length());
        assertEquals(
                List.of(new Query(new Sequence.Numbers(List.of(List.of(4.0, 5.0))), OptionalDouble.of(6))),
                last.queries());
    }

    @Test
    void numbersThatCannotBe() {
        String query = "x1,x2,y\n1,2,3\n";
        refused("c.csv, line 1: column \"x3\"|[x1, x2]", () -> numbers("x1,x2,x3,y\n1,2,3,4\n", query));
        refused("c.csv, line 1: no column 'x2'", () -> numbers("x1,y\n1,2\n", query));
        refused("c.csv, line 3, column 2 (x2): 'a'", () -> numbers("x1,x2,y\n1,2,3\n1,a,3\n", query));
        refused("c.csv, line 2|2 fields", () -> numbers("x1,x2,y\n1,2\n", query));
        refused("c.csv, line 2: y is 1.0E10", () -> numbers("x1,x2,y\n1,2,1e10\n", query));
        refused("q.csv: no rows", () -> numbers(query, "x1,x2,y\n"));
        refused(
                "c.csv: 4 examples and a query take 9 positions|has 7|3 examples",
                () -> numbers("x1,x2,y\n1,2,3\n1,2,3\n1,2,3\n1,2,3\n", query));
        refused("1 row|--calibration", () -> NUMBERS.read(file("c.csv", query), Optional.empty()));
        refused("no such file", () -> NUMBERS.read(directory.resolve("none.csv"), Optional.empty()));
    }
}
