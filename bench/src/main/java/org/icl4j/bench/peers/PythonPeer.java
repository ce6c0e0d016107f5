package org.icl4j.bench.peers;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.icl4j.bench.BenchException;
import org.icl4j.bench.steps.DecoderWorkloads;
import org.icl4j.bench.steps.LinearWorkloads;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.Precision;
import org.icl4j.kernels.workload.Workload;
import org.icl4j.kernels.workload.Workload.Prepared;
import org.icl4j.transformer.decoder.DecoderConfig;
import org.icl4j.transformer.files.SafeTensors;
import org.icl4j.transformer.tensor.Tensor;

/** PyTorch in an interpreter of its own, which computes training steps. The numbers go there and back as files. */
final class PythonPeer implements Peer {
    /** The system property that names the interpreter. */
    static final String INTERPRETER = "icl4j.peers.python";

    private static final String PROGRAM = "torch_peer.py";

    /** Bytes of memory that the allocator may keep. */
    private static final String KEPT = Long.toString(1L << 34);

    private static final String OPERANDS = "operands.safetensors";
    private static final String RESULTS = "results.f32";

    private final Path directory;
    private final Conversation python;

    private PythonPeer(Path directory, Conversation python) {
        this.directory = directory;
        this.python = python;
    }

    /**
     * Starts the interpreter.
     *
     * @param kind one of those in Python
     */
    static PythonPeer start(PeerKind kind, int threads) {
        try (InputStream program = PythonPeer.class.getResourceAsStream(PROGRAM)) {
            Path directory = Files.createTempDirectory("icl4j-torch");
            Path file = directory.resolve(PROGRAM);
            Files.copy(program, file, StandardCopyOption.REPLACE_EXISTING);
            String mode = kind == PeerKind.TORCH_COMPILED ? "compiled" : "eager";
            List<String> command = List.of(System.getProperty(INTERPRETER), file.toString(), "" + threads, mode);
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
            // Unlike those of the presets, its two threads take twice as long where they do not wait actively.
            builder.environment().keySet().removeAll(PeerProcess.PASSIVE_WAITING.keySet());
            // Else glibc gives memory back and fetches it anew, page by page, in many a step.
            builder.environment().putAll(Map.of("MALLOC_MMAP_THRESHOLD_", KEPT, "MALLOC_TRIM_THRESHOLD_", KEPT));
            Conversation python = new Conversation(kind.label(), "its log", builder);
            for (String name : List.of("", PROGRAM, OPERANDS, RESULTS)) {
                directory.resolve(name).toFile().deleteOnExit();
            }
            return new PythonPeer(directory, python);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The version of an interpreter's PyTorch.
     *
     * @throws BenchException if there is none
     */
    static String version(Path interpreter) throws IOException {
        String question = "import torch; print(torch.__version__)";
        ProcessBuilder builder = new ProcessBuilder(interpreter.toString(), "-c", question);
        try (var answer =
                builder.redirectError(ProcessBuilder.Redirect.DISCARD).start().inputReader()) {
            return Optional.ofNullable(answer.readLine())
                    .orElseThrow(() -> BenchException.environment("--python " + interpreter
                            + ": cannot import torch; python3 -m venv DIR && DIR/bin/pip install torch makes"
                            + " DIR/bin/python, which can"));
        }
    }

    @Override
    public Optional<Call> prepare(Workload<float[]> workload, Prepared<float[]> operands) {
        Map<String, Tensor<float[]>> tensors = new LinkedHashMap<>();
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("kernel", workload.kernel());
        switch (workload.kernel()) {
            case DecoderWorkloads.STEP -> decoderStep(workload, operands, tensors, settings);
            case LinearWorkloads.STEP -> linearStep(operands, tensors, settings);
            default -> {
                return Optional.empty();
            }
        }
        try {
            Path file = directory.resolve(OPERANDS);
            SafeTensors.write(file, settings, tensors);
            python.require("ready", "prepare " + file);
            return Optional.of(new PythonCall(operands.results()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void decoderStep(
            Workload<float[]> workload,
            Prepared<float[]> operands,
            Map<String, Tensor<float[]>> tensors,
            Map<String, String> settings) {
        DecoderConfig config = DecoderWorkloads.config(workload);
        settings.put("layers", Integer.toString(config.nLayers()));
        settings.put("heads", Integer.toString(config.block().nHeads()));
        settings.put("eps", Double.toString(config.block().eps()));
        settings.put("rate", Double.toString(DecoderWorkloads.RATE));
        tensors.putAll(DecoderWorkloads.parameters(config, Precision.F32).asMap());
        Matrix<float[]> tokens = operands.operands().get(0);
        Matrix<float[]> labels = operands.operands().get(1);
        int batch = DecoderWorkloads.BATCH;
        tensors.put("tokens", tensor(tokens, batch, tokens.rows() / batch, tokens.cols()));
        tensors.put("labels", tensor(labels, batch, labels.cols()));
    }

    private static void linearStep(
            Prepared<float[]> operands, Map<String, Tensor<float[]>> tensors, Map<String, String> settings) {
        settings.put("rate", Double.toString(LinearWorkloads.RATE));
        tensors.putAll(LinearWorkloads.parameters(Precision.F32).asMap());
        Matrix<float[]> prompts = operands.operands().get(0);
        int batch = prompts.count();
        tensors.put("prompts", tensor(prompts, batch, prompts.rows(), prompts.cols()));
        tensors.put("queries", tensor(operands.operands().get(1), batch, LinearWorkloads.DIMS));
        tensors.put("targets", tensor(operands.operands().get(2), batch));
    }

    private static Tensor<float[]> tensor(Matrix<float[]> matrix, int... shape) {
        return Tensor.of(Precision.F32, matrix.array(), shape);
    }

    /** What was prepared last. */
    private final class PythonCall implements Call {
        private final List<Matrix<float[]>> results;

        PythonCall(List<Matrix<float[]>> results) {
            this.results = results;
        }

        @Override
        public void run() {
            run(1);
        }

        @Override
        public void run(int times) {
            try {
                python.require("done", "run " + times);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void collect() {
            try {
                Path file = directory.resolve(RESULTS);
                Files.deleteIfExists(file);
                python.require("done", "collect " + file);
                ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.nativeOrder());
                for (Matrix<float[]> result : results) {
                    for (int i = 0; i < result.array().length; i++) {
                        result.array()[i] = bytes.getFloat();
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
