package org.icl4j.bench.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.icl4j.bench.survey.Survey;
import org.icl4j.bench.survey.Timing;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.Precision;
import org.icl4j.kernels.workload.Workload;
import org.icl4j.kernels.workload.Workload.Prepared;

/**
 * The process of one library. It obeys lines on standard input, answers each by one line, and waits in between, so that of all
 * the libraries' processes one works at a time.
 *
 * <pre>
 * prepare WORKLOAD   ready | none | failed REASON
 * answer FILE        done                          (the results of the first call as f32, little-endian)
 * warm               done
 * hurry              done                          (warm, in less time)
 * measure            seconds of a call
 * bits               width of the vectors
 * </pre>
 */
public final class PeerWorker {
    private static final Timing.Effort EFFORT =
            new Timing.Effort(30_000_000, 500_000_000, 8_000_000_000L, 1, 25_000_000);

    private static final Timing.Effort HURRY =
            new Timing.Effort(20_000_000, 300_000_000, 6_000_000_000L, 1, 25_000_000);

    private final Peer peer;
    private final Kernels<float[]> kernels;
    private Prepared<float[]> operands;
    private Peer.Call call;
    private int callsPerMeasurement;

    private PeerWorker(Peer peer, Kernels<float[]> kernels) {
        this.peer = peer;
        this.kernels = kernels;
    }

    /**
     * Serves until the input ends.
     *
     * @param args name of the library, number of threads
     */
    public static void main(String[] args) throws IOException {
        PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(System.err); // What libraries print is not an answer.
        PeerKind kind = PeerKind.of(args[0]);
        int threads = Integer.parseInt(args[1]);
        KernelOptions options =
                KernelOptions.defaults().provider(kind.provider()).threads(threads);
        try (Kernels<float[]> kernels = Kernels.open(Precision.F32, options)) {
            PeerWorker worker = new PeerWorker(kind.open(threads), kernels);
            BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                answers.println(worker.obey(line));
            }
        }
        System.exit(0); // Some libraries leave threads behind.
    }

    private String obey(String line) throws IOException {
        String[] words = line.split(" ", 2);
        try {
            return switch (words[0]) {
                case "prepare" -> prepare(words[1]);
                case "answer" -> answer(Path.of(words[1]));
                case "warm" -> warm(EFFORT);
                case "hurry" -> warm(HURRY);
                case "measure" -> Double.toString(measure());
                case "bits" -> Integer.toString(kernels.info().speciesBits());
                default -> throw new IllegalArgumentException("no command " + words[0]);
            };
        } catch (RuntimeException | LinkageError e) {
            return "failed " + String.valueOf(e).replace('\n', ' ');
        }
    }

    private String prepare(String name) {
        Workload<float[]> workload = Survey.<float[]>catalogue().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
        operands = workload.prepare(kernels);
        Optional<Peer.Call> prepared = peer.prepare(workload, operands);
        call = prepared.orElse(null);
        if (prepared.isEmpty()) {
            return "none";
        }
        callsPerMeasurement = 1;
        return "ready";
    }

    private String warm(Timing.Effort effort) {
        callsPerMeasurement = (int) Math.max(1, effort.roundNanos() / Timing.warmUp(call::run, effort));
        return "done";
    }

    private double measure() {
        return Timing.secondsPerCall(() -> call.run(callsPerMeasurement), 1) / callsPerMeasurement;
    }

    private String answer(Path file) throws IOException {
        call.run();
        call.collect();
        int floats = operands.results().stream()
                .mapToInt(result -> result.array().length)
                .sum();
        ByteBuffer bytes =
                ByteBuffer.allocate(Math.multiplyExact(floats, Float.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
        for (Matrix<float[]> result : operands.results()) {
            for (float value : result.array()) {
                bytes.putFloat(value);
            }
        }
        Files.write(file, bytes.array());
        return "done";
    }
}
