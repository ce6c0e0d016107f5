package org.icl4j.lab.rank1.blocks;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.experiment.Claim;
import org.icl4j.lab.experiment.Experiment;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.experiment.Scale;
import org.icl4j.lab.experiment.Setting;
import org.icl4j.lab.experiment.Settings;
import org.icl4j.lab.experiment.UsageException;
import org.icl4j.lab.patch.PatchRule;
import org.icl4j.transformer.decoder.DecoderConfig;

/**
 * The context as changes of the MLPs' weights in every kind of modern block, alone and in stacks, on random weights: GPT-2, gated
 * MLPs, Gemma's norm behind the MLP, parallel blocks, mixtures of experts; and one patch for many queries.
 */
public final class BlocksExperiment implements Experiment {
    private final PatchRule rule;

    /** The experiment with the papers' patches. */
    public BlocksExperiment() {
        this(PatchRule.SEQUENTIAL);
    }

    /** The experiment with other patches, to see that it notices. */
    BlocksExperiment(PatchRule rule) {
        this.rule = rule;
    }

    @Override
    public String name() {
        return "rank1.blocks";
    }

    @Override
    public String summary() {
        return "the prompt as rank-1 changes of the weights of every kind of block, in stacks of up to 12";
    }

    @Override
    public Map<Scale, String> durations() {
        Map<Scale, String> durations = new EnumMap<>(Scale.class);
        durations.put(Scale.QUICK, "15 s");
        durations.put(Scale.STANDARD, "1 min");
        durations.put(Scale.FULL, "3 min");
        return durations;
    }

    @Override
    public List<Setting> settings() {
        return List.of(
                Setting.integer("n", 16, 1, 1000, "tokens of context before the query"),
                Setting.integer("dModel", 32, 2, 4096, "width of the decoders; dModel/nHeads must be even"),
                Setting.integer("nHeads", 4, 1, 256, "attention heads"),
                Setting.integer("dMlp", 64, 2, 16384, "hidden width of the MLPs"),
                Setting.integer("depth", 12, 4, 48, "blocks of the deepest stacks; there are half as deep ones too"),
                Setting.integer("draws", 2, 20, 50, 2, 10_000, "random decoders of each kind and depth"),
                Setting.integer("gains", 200, 500, 2000, 2, 100_000, "random Gemma blocks to compare the two forms on"),
                Setting.integer("queries", 384, 2, Thoughts.MOST, "most queries that one patch is found from"));
    }

    @Override
    public List<Claim> claims(Scale scale, Precision<?> precision) {
        return BlocksClaims.at(scale, precision);
    }

    @Override
    public <A> void run(Run<A> run) {
        requireFitting(run.settings());
        runKinds(run);
    }

    private static void requireFitting(Settings settings) {
        try {
            for (BlockKind kind : BlockKind.values()) {
                DecoderConfig.gpt2(2, 2, 1, 1, 2).with(kind.config(settings)).with(kind.position());
            }
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
    }

    private <A> void runKinds(Run<A> run) {
        Map<BlockKind, List<StackOutcome>> outcomes = new EnumMap<>(BlockKind.class);
        int draws = run.settings().integer("draws");
        int deepest = run.settings().integer("depth");
        try (var stage = run.progress().begin("random stacks", (long) BlockKind.values().length * draws)) {
            for (BlockKind kind : BlockKind.values()) {
                List<StackOutcome> ofKind = new ArrayList<>();
                for (int draw = 0; draw < draws; draw++) {
                    for (int depth : List.of(1, deepest / 2, deepest)) {
                        StackOutcome outcome = StackOutcome.of(run, rule, kind, depth, draw);
                        outcome.record(run, kind, draw);
                        ofKind.add(outcome);
                    }
                    stage.at((long) kind.ordinal() * draws + draw + 1, kind.label());
                }
                outcomes.put(kind, ofKind);
            }
        }
        StackFindings.conclude(run, outcomes);
        StackFindings.plot(run, outcomes);
        GainChanges.run(run);
        RankControl.run(run);
        if (run.precision() == Precision.F32) {
            Thoughts.run(run);
        }
    }
}
