package org.icl4j.bench.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.icl4j.bench.survey.Survey;
import org.icl4j.kernels.workload.Workload;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A library's process: asked, checked, timed. */
class PeerProcessTest {
    private static Workload<float[]> workload(String name) {
        return Survey.<float[]>catalogue().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void isCheckedAndTimed(@TempDir Path directory) throws IOException {
        try (PeerProcess process =
                new PeerProcess(PeerKind.ICL4J, 1, System.getProperty("java.class.path"), directory.resolve("log"))) {
            Map<PeerKind, Contest.Score> scores =
                    new Contest(List.of(process), directory, 3).of(workload("gemm 64x64x64 NN"));
            Contest.Score score = scores.get(PeerKind.ICL4J);
            assertEquals("", score.note());
            assertTrue(score.timing().seconds() > 0, score.toString());
            assertTrue(score.error() > 0 && score.error() < 16, score.toString());
            assertTrue(process.ask("dance").startsWith("failed "), "an unknown command is an answer, not an end");
        }
    }
}
