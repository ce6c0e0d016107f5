package org.icl4j.lab.curve;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.curve.Recipe.Growing;
import org.icl4j.lab.experiment.Claim;
import org.icl4j.lab.experiment.Estimate;
import org.icl4j.lab.experiment.Experiment;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.experiment.Scale;
import org.icl4j.lab.experiment.Setting;
import org.icl4j.lab.experiment.Settings;
import org.icl4j.lab.experiment.UsageException;
import org.icl4j.lab.task.regression.DecisionTree;
import org.icl4j.lab.task.regression.FunctionClass;
import org.icl4j.lab.task.regression.Lasso;
import org.icl4j.lab.task.regression.LeastSquares;
import org.icl4j.lab.task.regression.NearestNeighbours;
import org.icl4j.lab.task.regression.Predictor;
import org.icl4j.lab.task.regression.Ridge;
import org.icl4j.lab.task.regression.SparseLinearRegression;
import org.icl4j.lab.task.regression.TwoLayerNetwork;
import org.icl4j.lab.task.regression.WithIntercept;
import org.icl4j.lab.training.Curriculum;
import org.icl4j.transformer.tensor.RandomStream;

/**
 * Other classes of functions in context (Garg et al. 2022, Section 5): sparse linear functions, decision trees and two-layer networks;
 * a decoder of its own for each, beside estimators that are made for the class or for any.
 */
public final class IclClassesExperiment implements Experiment {
    private static final String NEIGHBOURS = "3 nearest neighbours";
    private static final String LEAST_SQUARES = "least squares";
    private static final double[] LAMBDAS = {0.1, 1, 10};

    @Override
    public String name() {
        return "icl-classes";
    }

    @Override
    public String summary() {
        return "sparse functions, trees and networks in context; of the paper's gain on sparse ones a part at most";
    }

    @Override
    public Map<Scale, String> durations() {
        Map<Scale, String> durations = new EnumMap<>(Scale.class);
        durations.put(Scale.QUICK, "1 min");
        durations.put(Scale.STANDARD, "13 min");
        durations.put(Scale.FULL, "months");
        return durations;
    }

    @Override
    public List<Setting> settings() {
        List<Setting> settings = new ArrayList<>(Recipe.declare());
        settings.add(Setting.integer("sparseDims", 3, 4, 20, 2, 1000, "d, dimensions of the sparse functions"));
        settings.add(Setting.integer("nonzero", 1, 1, 3, 1, 1000, "their coefficients that are not 0"));
        settings.add(Setting.integer("sparsePoints", 5, 8, 41, 3, 10_000, "longest prompt of these"));
        settings.add(Setting.integer("sparseSteps", 2500, 12_000, 500_001, 1, 100_000_000, "training steps on these"));
        settings.add(Setting.integer("treeDims", 2, 4, 20, 1, 1000, "dimensions of the decision trees"));
        settings.add(Setting.integer("depth", 2, 2, 4, 0, 20, "questions that a tree asks"));
        settings.add(Setting.integer("treePoints", 12, 32, 101, 2, 10_000, "longest prompt of these"));
        settings.add(Setting.integer("treeSteps", 2000, 5000, 500_001, 1, 100_000_000, "training steps on these"));
        settings.add(Setting.integer("networkDims", 2, 3, 20, 1, 1000, "dimensions of the networks"));
        settings.add(Setting.integer("hidden", 4, 8, 100, 1, 10_000, "their hidden units"));
        settings.add(Setting.integer("networkPoints", 12, 24, 101, 2, 10_000, "longest prompt of these"));
        settings.add(Setting.integer("networkSteps", 2000, 5000, 500_001, 1, 100_000_000, "training steps on these"));
        return List.copyOf(settings);
    }

    @Override
    public List<Claim> claims(Scale scale, Precision<?> precision) {
        return IclClassesClaims.at(scale, precision);
    }

    @Override
    public <A> void run(Run<A> run) throws IOException {
        Recipe recipe = new Recipe(run.settings(), run.request().scale());
        Settings s = run.settings();
        Lesson sparse = lesson(
                recipe,
                "sparse",
                Growing.LINEAR,
                () -> new SparseLinearRegression(s.integer("sparseDims"), s.integer("nonzero"), 0));
        Lesson tree = lesson(
                recipe, "tree", Growing.OTHER, () -> new DecisionTree(s.integer("treeDims"), s.integer("depth")));
        Lesson network = lesson(
                recipe,
                "network",
                Growing.OTHER,
                () -> new TwoLayerNetwork(s.integer("networkDims"), s.integer("hidden")));
        requireHalf(sparse);
        Predictor ofSparse = recipe.train(run, sparse);
        Predictor ofTrees = recipe.train(run, tree);
        Predictor ofNetworks = recipe.train(run, network);
        int prompts = recipe.prompts();
        reportSparse(run, sparse, curves(run, sparse, prompts, ofSparse, rivalsOfSparse(sparse)));
        reportTrees(run, tree, curves(run, tree, prompts, ofTrees, rivalsOfTrees()));
        reportNetworks(run, network, curves(run, network, prompts, ofNetworks, rivalsOfNetworks()));
    }

    private static Lesson lesson(Recipe recipe, String name, Growing growing, Supplier<FunctionClass> functions) {
        Settings settings = recipe.settings();
        int points = settings.integer(name + "Points");
        FunctionClass drawn;
        Curriculum curriculum;
        try {
            drawn = functions.get();
            curriculum = recipe.curriculum(growing, drawn.nDims(), points);
            drawn.sample(RandomStream.of(0, "check", 0, 0), points, curriculum.dims(0));
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
        Lesson lesson = new Lesson(name, drawn, points, 2 * points - 1, curriculum, settings.integer(name + "Steps"));
        recipe.requireFitting(lesson);
        return lesson;
    }

    private static void requireHalf(Lesson sparse) {
        int half = half(sparse);
        if (sparse.points() <= half) {
            throw new UsageException("sparsePoints=" + sparse.points() + " with sparseDims="
                    + sparse.functions().nDims() + ": errors are looked at up to half as many examples as dimensions;"
                    + " at least " + (half + 1));
        }
    }

    private static int quarter(Lesson sparse) {
        return Math.ceilDiv(sparse.functions().nDims(), 4);
    }

    private static int half(Lesson sparse) {
        return Math.ceilDiv(sparse.functions().nDims(), 2);
    }

    private static Map<String, Predictor> rivalsOfSparse(Lesson lesson) {
        Map<String, Predictor> rivals = new LinkedHashMap<>();
        rivals.put(LEAST_SQUARES, new LeastSquares());
        rivals.put("Lasso 0.01", new Lasso(0.01));
        lesson.functions().bayes().ifPresent(bayes -> rivals.put("Bayes", bayes));
        return rivals;
    }

    private static Map<String, Predictor> rivalsOfTrees() {
        Map<String, Predictor> rivals = new LinkedHashMap<>();
        rivals.put(NEIGHBOURS, new NearestNeighbours(3));
        rivals.put(LEAST_SQUARES, new LeastSquares());
        return rivals;
    }

    private static Map<String, Predictor> rivalsOfNetworks() {
        Map<String, Predictor> rivals = new LinkedHashMap<>();
        rivals.put(NEIGHBOURS, new NearestNeighbours(3));
        for (double lambda : LAMBDAS) {
            rivals.put(ridge(lambda), new WithIntercept(new Ridge(lambda)));
        }
        return rivals;
    }

    private static String ridge(double lambda) {
        return "ridge " + lambda;
    }

    private static ErrorCurves curves(
            Run<?> run, Lesson lesson, int prompts, Predictor model, Map<String, Predictor> rivals) {
        return new ErrorCurves(
                lesson.fresh(run.seed(), prompts, lesson.points()),
                lesson.functions().zeroError(),
                model,
                rivals);
    }

    private static void reportSparse(Run<?> run, Lesson lesson, ErrorCurves curves) {
        curves.measure(run, lesson.name());
        run.conclude("sparse.at-quarter", curves.ratio(LEAST_SQUARES, quarter(lesson)));
        run.conclude("sparse.at-half", curves.ratio(LEAST_SQUARES, half(lesson)));
        run.plot(
                curves.plot(lesson.name(), "Sparse linear functions: what it gains on least squares", lesson.points()));
    }

    private static void reportTrees(Run<?> run, Lesson lesson, ErrorCurves curves) {
        int most = lesson.points() - 1;
        curves.measure(run, lesson.name());
        run.conclude("tree.error", curves.model().mean(most));
        run.conclude("tree.neighbours", curves.ratio(NEIGHBOURS, most));
        run.plot(curves.plot(lesson.name(), "Decision trees are learned in context", lesson.points()));
    }

    private static void reportNetworks(Run<?> run, Lesson lesson, ErrorCurves curves) {
        int most = lesson.points() - 1;
        curves.measure(run, lesson.name());
        run.conclude("network.error", curves.model().mean(most));
        run.conclude("network.neighbours", curves.ratio(NEIGHBOURS, most));
        Estimate toBestRidge = Arrays.stream(LAMBDAS)
                .mapToObj(lambda -> curves.ratio(ridge(lambda), most))
                .max(Comparator.comparingDouble(Estimate::value))
                .orElseThrow();
        run.conclude("network.ridge", toBestRidge);
        run.plot(curves.plot(lesson.name(), "Two-layer networks are learned in context", lesson.points()));
    }
}
