package org.icl4j.lab.curve;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.curve.Recipe.Growing;
import org.icl4j.lab.experiment.Claim;
import org.icl4j.lab.experiment.Experiment;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.experiment.Scale;
import org.icl4j.lab.experiment.Setting;
import org.icl4j.lab.experiment.Settings;
import org.icl4j.lab.experiment.UsageException;
import org.icl4j.lab.task.regression.LinearRegression;
import org.icl4j.lab.task.regression.Predictor;

/**
 * Linear functions in context (Garg et al. 2022; Akyürek et al. 2022): a decoder's error against the number of examples beside the
 * oracles', past the longest prompt of training, on prompts of another law and in another order; and which ridge regression a decoder
 * is that was taught on noisy labels.
 */
public final class IclCurveExperiment implements Experiment {
    @Override
    public String name() {
        return "icl-curve";
    }

    @Override
    public String summary() {
        return "linear functions in context: error against examples, beside least squares; length, shifts, order,"
                + " ridge";
    }

    @Override
    public Map<Scale, String> durations() {
        Map<Scale, String> durations = new EnumMap<>(Scale.class);
        durations.put(Scale.QUICK, "1 min");
        durations.put(Scale.STANDARD, "13 min");
        durations.put(Scale.FULL, "a month");
        return durations;
    }

    @Override
    public List<Setting> settings() {
        List<Setting> settings = new ArrayList<>(Recipe.declare());
        settings.add(Setting.integer("nDims", 2, 5, 20, 2, 1000, "d, dimensions of the linear functions"));
        settings.add(Setting.integer("points", 5, 11, 41, 5, 10_000, "longest prompt of training; more than 2d"));
        settings.add(Setting.integer(
                "positions",
                15,
                31,
                101,
                11,
                20_000,
                "positions of the model; two for each point of the longest prompt"));
        settings.add(Setting.integer("steps", 4000, 24_000, 500_001, 1, 100_000_000, "training steps"));
        settings.add(Setting.integer("noisyDims", 2, 3, 8, 1, 1000, "dimensions of the functions with noisy labels"));
        settings.add(Setting.integer("noisyPoints", 5, 8, 16, 2, 10_000, "longest prompt of these"));
        settings.add(Setting.integer("noisySteps", 4000, 6000, 500_001, 1, 100_000_000, "training steps on these"));
        settings.add(Setting.real("noise", 0.5, 1e-3, 100, "standard deviation of the noise on these labels"));
        settings.add(Setting.integer("orders", 12, 2, 1000, "orders of the examples of a prompt"));
        return List.copyOf(settings);
    }

    @Override
    public List<Claim> claims(Scale scale, Precision<?> precision) {
        return IclCurveClaims.at(scale, precision);
    }

    @Override
    public <A> void run(Run<A> run) throws IOException {
        Recipe recipe = new Recipe(run.settings(), run.request().scale());
        Lesson linear = linear(recipe, run.settings());
        Lesson noisy = noisy(recipe, run.settings());
        recipe.requireFitting(linear);
        recipe.requireFitting(noisy);
        int prompts = recipe.prompts();
        Predictor model = recipe.train(run, linear);
        Predictor ofNoise = recipe.train(run, noisy);
        new ContextLengthFindings(run, linear, model, prompts).report();
        new ShiftFindings(run, linear.functions(), model, prompts).report();
        OrderFindings.report(run, linear, model, prompts);
        RidgeFindings.report(run, noisy, ofNoise, prompts);
    }

    private static Lesson linear(Recipe recipe, Settings settings) {
        int nDims = settings.integer("nDims");
        int points = settings.integer("points");
        int positions = settings.integer("positions");
        if (points <= 2 * nDims) {
            throw new UsageException("points=" + points + " with nDims=" + nDims
                    + ": errors are looked at up to 2*nDims examples before a query; at least " + (2 * nDims + 1));
        }
        if (positions <= 2 * points) {
            throw new UsageException("positions=" + positions + " with points=" + points
                    + ": errors are looked at past the longest prompt of training; at least " + (2 * points + 1));
        }
        return new Lesson(
                "linear",
                new LinearRegression(nDims),
                points,
                positions,
                recipe.curriculum(Growing.LINEAR, nDims, points),
                settings.integer("steps"));
    }

    private static Lesson noisy(Recipe recipe, Settings settings) {
        int nDims = settings.integer("noisyDims");
        int points = settings.integer("noisyPoints");
        return new Lesson(
                "noisy",
                new LinearRegression(nDims, settings.real("noise")),
                points,
                2 * points - 1,
                recipe.curriculum(Growing.LINEAR, nDims, points),
                settings.integer("noisySteps"));
    }
}
