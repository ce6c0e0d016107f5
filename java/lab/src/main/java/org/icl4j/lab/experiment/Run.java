package org.icl4j.lab.experiment;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Precision;
import org.icl4j.report.Plot;
import org.icl4j.report.Progress;

/**
 * One run of an experiment: what it is given, and where it puts what it finds.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public final class Run<A> {
    private final RunRequest request;
    private final Settings settings;
    private final Kernels<A> kernels;
    private final Path checkpoints;
    private final Progress progress;
    private final Map<String, Claim> claims = new LinkedHashMap<>();
    private final Map<String, Conclusion> conclusions = new LinkedHashMap<>();
    private final Map<String, String> inputs = new LinkedHashMap<>();
    private final List<Measurement> measurements = new ArrayList<>();
    private final List<Plot> plots = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    /**
     * @param checkpoints directory for checkpoints, which exists
     */
    public Run(
            Experiment experiment,
            RunRequest request,
            Settings settings,
            Kernels<A> kernels,
            Path checkpoints,
            Progress progress) {
        this.request = request;
        this.settings = settings;
        this.kernels = kernels;
        this.checkpoints = checkpoints;
        this.progress = progress;
        for (Claim claim : experiment.claims(request.scale(), kernels.precision())) {
            claims.put(claim.id(), claim);
        }
    }

    /** What the user asked for. */
    public RunRequest request() {
        return request;
    }

    /** The settings, resolved. */
    public Settings settings() {
        return settings;
    }

    /** The seed of weights, data and evaluation, told apart by the purpose of their streams. */
    public long seed() {
        return request.seed();
    }

    /** The kernels to run on. */
    public Kernels<A> kernels() {
        return kernels;
    }

    /** The storage type of everything. */
    public Precision<A> precision() {
        return kernels.precision();
    }

    /** All that decides what is computed, by name: what a checkpoint must agree with to be taken up. */
    public Map<String, String> identity() {
        Map<String, String> identity = new LinkedHashMap<>();
        identity.put("seed", Long.toString(seed()));
        identity.put("precision", precision().name());
        identity.put("provider", kernels.info().provider());
        identity.put("scale", request.scale().label());
        identity.putAll(settings.asMap());
        return identity;
    }

    /** Directory for checkpoints. */
    public Path checkpoints() {
        return checkpoints;
    }

    /** Whom to tell how far the run is. */
    public Progress progress() {
        return progress;
    }

    /** Records a row, with the run's seed. */
    public void measure(String condition, long position, String metric, double value) {
        measure(condition, position, seed(), metric, value);
    }

    /** Records a row of a repetition with a seed of its own. */
    public void measure(String condition, long position, long seed, String metric, double value) {
        measurements.add(new Measurement(condition, position, seed, metric, value));
    }

    /**
     * Concludes on the claim whose id is {@code quantity} between the experiment's name and the run's precision.
     *
     * @throws IllegalArgumentException if there is no such claim or it was concluded on before
     */
    public void conclude(String quantity, Estimate estimate) {
        conclude(quantity, precision(), estimate);
    }

    /** The same for what was computed in another precision than the run's, and claimed in that. */
    public void conclude(String quantity, Precision<?> precision, Estimate estimate) {
        String id = request.experiment() + "." + quantity + "." + precision.name();
        Claim claim = claims.get(id);
        if (claim == null || conclusions.containsKey(id)) {
            throw new IllegalArgumentException(
                    "claim '" + id + "' is " + (claim == null ? "not declared" : "concluded on twice"));
        }
        conclusions.put(id, Conclusion.of(claim, estimate));
    }

    /** Records a file that was read, so that the run can be repeated on the same bytes. */
    public void input(String file, String sha256) {
        inputs.put(file, sha256);
    }

    /** Adds a plot to the report. */
    public void plot(Plot plot) {
        plots.add(plot);
    }

    /** Adds a sentence that the user should read, to the report and to the warnings. */
    public void warn(String sentence) {
        warnings.add(sentence);
        System.getLogger(request.experiment()).log(System.Logger.Level.WARNING, "{0}", sentence);
    }

    /** SHA-256 of every file that was read, by its name. */
    public Map<String, String> inputs() {
        return Collections.unmodifiableMap(inputs);
    }

    /** The rows, in the order in which they were recorded. */
    public List<Measurement> measurements() {
        return List.copyOf(measurements);
    }

    /** The plots, in the order in which they were added. */
    public List<Plot> plots() {
        return List.copyOf(plots);
    }

    /** What the user should read. */
    public List<String> warnings() {
        return List.copyOf(warnings);
    }

    /**
     * What came out for each claim, in the order of their declaration.
     *
     * @throws IllegalStateException if a claim was not concluded on
     */
    public List<Conclusion> conclusions() {
        List<Conclusion> ordered = new ArrayList<>();
        for (String id : claims.keySet()) {
            Conclusion conclusion = conclusions.get(id);
            if (conclusion == null) {
                throw new IllegalStateException("the run ended without a conclusion on claim '" + id + "'");
            }
            ordered.add(conclusion);
        }
        return ordered;
    }
}
