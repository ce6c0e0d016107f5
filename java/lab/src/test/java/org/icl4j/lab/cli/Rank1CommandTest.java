package org.icl4j.lab.cli;

import static org.icl4j.lab.cli.Cli.assertOneLine;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.icl4j.lab.experiment.Experiments;
import org.icl4j.lab.rank1.Rank1Experiment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a user may get wrong in the settings of rank1 and in a table, and what comes of a table that is right. */
class Rank1CommandTest {
    private static final Experiments REAL = new Experiments(List.of(new Rank1Experiment()));

    @TempDir
    private Path directory;

    private String out(String name) {
        return directory.resolve(name).toString();
    }

    private Cli.Result run(String name, String... settings) {
        List<String> args = new ArrayList<>(List.of("run", "rank1", "--out", out(name)));
        for (String setting : settings) {
            args.add("--set");
            args.add(setting);
        }
        return Cli.inProcess(REAL, args.toArray(String[]::new));
    }

    @Test
    void blockThatCannotBe() {
        assertOneLine(2, run("a", "dModel=30"), "dModel=30", "nHeads=8", "multiple");
        assertOneLine(2, run("a", "dModel=1", "nHeads=1"), "dModel=1", "from 2 to 4096");
        assertFalse(Files.exists(directory.resolve("a")), "refused before anything is written");
    }

    @Test
    void arraysThatCannotBe() {
        assertOneLine(2, run("a", "prompts=100000", "n=1000", "d=64"), "prompts=100000", "6506500000", "2147483647");
        assertOneLine(2, run("a", "batch=4096", "n=1000", "dModel=1024", "prompts=20"), "batch=4096", "n=1000");
    }

    @Test
    void columnsThatCannotBe() {
        assertOneLine(2, run("a", "data="), "data= names no file", "mtcars");
        assertOneLine(2, run("a", "target= "), "target=", "names no column");
        assertOneLine(2, run("a", "features="), "features= names no column");
        assertOneLine(2, run("a", "features=wt,,hp", "d=3"), "features=wt,,hp", "name no. 2 is empty");
        assertOneLine(2, run("a", "features=wt,"), "features=wt,", "name no. 2 is empty");
        assertOneLine(2, run("a", "features=wt, mpg"), "the target 'mpg'");
        assertOneLine(2, run("a", "features=wt, wt"), "'wt' twice");
        assertOneLine(2, run("a", "features=\"wt"), "'\"wt'", "in quotes");
        assertOneLine(3, run("a", "data=a\0b"), "not a path");
    }

    /** Standardised, these columns would be 0/0: no row could be compared, and nothing may be claimed. */
    @Test
    void tableThatCannotBeStandardised() throws IOException {
        Path table = Files.writeString(
                directory.resolve("t.csv"), "mpg,wt,hp\n1,2e-200,3\n2,4e-200,5\n4,1e-200,1\n7,3e-200,3\n");
        assertOneLine(3, run("a", "data=" + table), "t.csv, lines 2 to 5, column 2 (wt)", "standard deviation 0.0");
    }

    @Test
    void userTable() throws IOException {
        Path table = Files.writeString(
                directory.resolve("t.csv"), "\ufeffx;\"y\"\r\n1,5;2\r\n2;4\r\n3;5,5\r\n\r\n4;8,5\r\n5;9\r\n2;6\r\n");
        runOnTable("table", table, " y ", "x");
        List<String> rows = Files.readAllLines(directory.resolve("table/measurements.csv")).stream()
                .filter(line -> line.startsWith("table.actual"))
                .toList();
        assertEquals(
                List.of(
                        "table.actual,2,1,y,2.0",
                        "table.actual,3,1,y,4.0",
                        "table.actual,4,1,y,5.5",
                        "table.actual,6,1,y,8.5",
                        "table.actual,7,1,y,9.0",
                        "table.actual,8,1,y,6.0"),
                rows);
        assertOneLine(3, runOnTable("z", table, "z", "x"), "t.csv, line 1: no column 'z'");
        assertOneLine(3, runOnTable("none", directory.resolve("none.csv"), "y", "x"), "none.csv", "no such file");
        assertOneLine(2, runOnTable("many", table, "y", "x,z,w"), "d=2", "--set d=3");
    }

    /** A query at the mean of its context has A(x) = 0 and so no update: that is said, and the run goes on. */
    @Test
    void queryAtTheMean() throws IOException {
        Path table = Files.writeString(directory.resolve("m.csv"), "x,y\n1,2\n2,4\n3,5\n4,8\n2.5,5\n");
        runOnTable("table", table, "y", "x");
        List<String> patched = Files.readAllLines(directory.resolve("table/measurements.csv")).stream()
                .filter(line -> line.startsWith("table.patched"))
                .toList();
        assertEquals(4, patched.size(), patched.toString());
        assertTrue(Files.readString(directory.resolve("table/report.html")).contains("m.csv, line 6"));
    }

    /** Whoever wants to repeat the run can see whether the table is still the same. */
    @Test
    void manifestHasTheBytesOfTheTable() throws IOException {
        Path table = Files.writeString(directory.resolve("t.csv"), "\"x, y\",z\n1,2\n2,4\n3,5\n4,8\n6,9\n");
        runOnTable("table", table, "z", "\"x, y\"");
        JsonNode manifest =
                JsonMapper.builder().build().readTree(Files.readString(directory.resolve("table/manifest.json")));
        assertEquals(
                "64905e4a1ce55076992afcbb90dce54c5a889ffc90e0ee96e753992d805cc91f",
                manifest.get("inputs").get(table.toString()).asString());
    }

    private Cli.Result runOnTable(String name, Path table, String target, String features) {
        return run(name, "data=" + table, "target=" + target, "features=" + features, "steps=1", "prompts=20");
    }
}
