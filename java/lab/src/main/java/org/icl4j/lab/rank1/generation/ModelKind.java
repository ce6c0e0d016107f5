package org.icl4j.lab.rank1.generation;

import org.icl4j.lab.experiment.Settings;
import org.icl4j.lab.task.token.RepeatedTokens;
import org.icl4j.transformer.decoder.DecoderConfig;
import org.icl4j.transformer.decoder.DecoderConfig.Position;
import org.icl4j.transformer.layer.BlockConfig;
import org.icl4j.transformer.layer.BlockConfig.Mlp;
import org.icl4j.transformer.layer.Norm;

/** The models that are trained to generate. */
enum ModelKind {
    /** GPT-2's blocks and learned positions. */
    GPT2("gpt2") {
        @Override
        DecoderConfig of(DecoderConfig gpt2) {
            return gpt2;
        }
    },
    /** Gemma's blocks: RMS norms before and behind, GeGLU, no biases; rotary positions. */
    GEMMA("gemma") {
        @Override
        DecoderConfig of(DecoderConfig gpt2) {
            BlockConfig block = gpt2.block()
                    .with(Norm.RMS)
                    .with(Mlp.GEGLU_TANH, 2 * gpt2.block().dModel())
                    .withPostNorms()
                    .withoutBiases();
            return gpt2.with(block).with(Position.ROTARY);
        }
    };

    private final String label;

    ModelKind(String label) {
        this.label = label;
    }

    abstract DecoderConfig of(DecoderConfig gpt2);

    /** The name in claims, measurements and checkpoints. */
    String label() {
        return label;
    }

    DecoderConfig config(Settings settings) {
        RepeatedTokens task = GenerationExperiment.task(settings);
        return of(DecoderConfig.gpt2(
                        task.vocabulary(),
                        task.length(),
                        settings.integer("nLayers"),
                        settings.integer("nHeads"),
                        settings.integer("dModel"))
                .untied());
    }
}
