package org.icl4j.bench.peers;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.icl4j.bench.survey.Survey;
import org.icl4j.bench.survey.Timing;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.Precision;
import org.icl4j.kernels.workload.Workload;
import org.icl4j.kernels.workload.Workload.Prepared;

/** One workload on all libraries, in turn: a round is one short measurement of each. */
final class Contest {
    /** Allowed error, in bounds of the workload: a peer need not be as exact as we are, but it must compute the same. */
    private static final double LENIENCE = 32;

    /**
     * How a library did.
     *
     * @param timing median and spread over the rounds, or null if the answer was wrong or there was none
     * @param error distance from the specification, in the workload's unit
     * @param note why there is no time, or empty
     */
    record Score(Timing timing, double error, String note) {}

    private final List<PeerProcess> peers;
    private final Path scratch;
    private final int rounds;

    Contest(List<PeerProcess> peers, Path scratch, int rounds) {
        this.peers = peers;
        this.scratch = scratch;
        this.rounds = rounds;
    }

    /** Scores by library; those that have no such function are left out. */
    Map<PeerKind, Score> of(Workload<float[]> workload) throws IOException {
        Map<PeerKind, Score> scores = new LinkedHashMap<>();
        Map<PeerProcess, double[]> times = new LinkedHashMap<>();
        Reference reference = new Reference(workload);
        for (PeerProcess peer : peers) {
            String answer = peer.ask("prepare " + workload.name());
            if (answer.equals("ready")) {
                scores.put(peer.kind(), reference.judge(peer, scratch));
                if (scores.get(peer.kind()).note().isEmpty()) {
                    peer.ask("warm");
                    times.put(peer, new double[rounds]);
                }
            } else if (!answer.equals("none")) {
                scores.put(peer.kind(), failed(answer));
            }
        }
        for (int round = 0; round < rounds; round++) {
            for (Map.Entry<PeerProcess, double[]> entry : times.entrySet()) {
                entry.getValue()[round] = entry.getKey().measure();
            }
        }
        times.forEach((peer, seconds) -> scores.put(
                peer.kind(),
                new Score(Timing.ofSeconds(seconds), scores.get(peer.kind()).error(), "")));
        return scores;
    }

    private static Score failed(String answer) {
        return new Score(null, Double.NaN, answer);
    }

    /** The specification's answer. */
    private static final class Reference {
        private final Workload<float[]> workload;
        private final Prepared<double[]> expected;

        Reference(Workload<float[]> workload) {
            this.workload = workload;
            Workload<double[]> same = Survey.<double[]>catalogue().stream()
                    .filter(each -> each.name().equals(workload.name()))
                    .findFirst()
                    .orElseThrow();
            KernelOptions options = KernelOptions.defaults()
                    .provider("scalar")
                    .threads(Runtime.getRuntime().availableProcessors());
            try (Kernels<double[]> scalar = Kernels.open(Precision.F64, options)) {
                expected = same.prepare(scalar);
                expected.call().run();
            }
        }

        /** Without a time: whether there is an answer, and a right one. */
        Score judge(PeerProcess peer, Path scratch) throws IOException {
            Path file = scratch.resolve(peer.kind().label() + ".f32");
            String answer = peer.ask("answer " + file);
            if (!answer.equals("done")) {
                return failed(answer);
            }
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
            List<Matrix<float[]>> results = new ArrayList<>();
            for (Matrix<double[]> result : expected.results()) {
                float[] values = new float[result.array().length];
                for (int i = 0; i < values.length; i++) {
                    values[i] = bytes.getFloat();
                }
                results.add(Matrix.row(values, 0, values.length));
            }
            double error = Workload.error(new Prepared<>(Precision.F32, workload::name, List.of(), results), expected);
            return new Score(null, error, error <= LENIENCE * workload.bound() ? "" : "wrong");
        }
    }
}
