package org.icl4j.lab.rank1.blocks;

import org.icl4j.lab.experiment.Settings;
import org.icl4j.lab.patch.BlockPatcher;
import org.icl4j.lab.patch.OutputForm;
import org.icl4j.transformer.decoder.DecoderConfig.Position;
import org.icl4j.transformer.layer.BlockConfig;
import org.icl4j.transformer.layer.BlockConfig.Mlp;
import org.icl4j.transformer.layer.BlockConfig.Residual;
import org.icl4j.transformer.layer.Norm;

/** The kinds of blocks that the theorems are stated for. */
enum BlockKind {
    GPT2(
            "gpt2",
            "GPT-2, pre-norm with biases",
            "Dherin et al. 2025 (arXiv 2507.16003), App. A; cards D3, G5",
            Position.LEARNED) {
        @Override
        BlockConfig of(BlockConfig gpt2) {
            return gpt2;
        }
    },
    GPT2_NO_BIAS(
            "gpt2-no-bias",
            "GPT-2 without biases",
            BlockKind.GOLDWASER + "Table 1; card G5" + BlockKind.AUDIT,
            Position.LEARNED) {
        @Override
        BlockConfig of(BlockConfig gpt2) {
            return gpt2.withoutBiases();
        }
    },
    SWIGLU("swiglu", "Llama, SwiGLU", BlockKind.GOLDWASER + "Thm 1, 2; card G1" + BlockKind.AUDIT, Position.ROTARY) {
        @Override
        BlockConfig of(BlockConfig gpt2) {
            return llama(gpt2);
        }
    },
    GEGLU("geglu", "GeGLU", BlockKind.GOLDWASER + "Thm 1, 2; card G1" + BlockKind.AUDIT, Position.ROTARY) {
        @Override
        BlockConfig of(BlockConfig gpt2) {
            return llama(gpt2).with(Mlp.GEGLU_TANH, gpt2.dMlp());
        }
    },
    GEMMA(
            "gemma",
            "Gemma, plain change of the gain",
            BlockKind.GOLDWASER + "Thm 1; card G2" + BlockKind.GEMMA_3,
            Position.ROTARY) {
        @Override
        BlockConfig of(BlockConfig gpt2) {
            return GEGLU.of(gpt2).withPostNorms();
        }

        @Override
        BlockPatcher patcher(Settings settings) {
            return new BlockPatcher(config(settings), OutputForm.GAIN);
        }
    },
    GEMMA_STABLE(
            "gemma-stable",
            "Gemma, stable form",
            BlockKind.GOLDWASER + "App. B; card G2" + BlockKind.GEMMA_3,
            Position.ROTARY) {
        @Override
        BlockConfig of(BlockConfig gpt2) {
            return GEMMA.of(gpt2);
        }
    },
    PARALLEL(
            "parallel",
            "parallel, as in GPT-J",
            BlockKind.GOLDWASER + "Table 1; card G3" + BlockKind.AUDIT,
            Position.ROTARY) {
        @Override
        BlockConfig of(BlockConfig gpt2) {
            return gpt2.with(Residual.PARALLEL).withoutBiases();
        }
    },
    EXPERTS("moe", "2 of 4 experts", BlockKind.GOLDWASER + "Table 1; card G4" + BlockKind.AUDIT, Position.ROTARY) {
        @Override
        BlockConfig of(BlockConfig gpt2) {
            return llama(gpt2).withExperts(4, 2);
        }
    };

    static final String GOLDWASER = "Goldwaser et al. 2025 (arXiv 2511.17864), ";

    private static final String AUDIT = " (an audit of eight classes of blocks in f64: 4.4e-15, control at least 2.5)";
    private static final String GEMMA_3 = " (Gemma 3 in f32: 100 % of tokens; an audit: 7.6e-6 in one layer, 6.1e-5 in"
            + " 26, unpatched logits 23.5)";

    private final String label;
    private final String inWords;
    private final String source;
    private final Position position;

    BlockKind(String label, String inWords, String source, Position position) {
        this.label = label;
        this.inWords = inWords;
        this.source = source;
        this.position = position;
    }

    /** Its block, from the one of GPT-2. */
    abstract BlockConfig of(BlockConfig gpt2);

    private static BlockConfig llama(BlockConfig gpt2) {
        return gpt2.with(Norm.RMS).with(Mlp.SWIGLU, gpt2.dMlp()).withoutBiases();
    }

    BlockConfig config(Settings settings) {
        BlockConfig gpt2 = BlockConfig.gpt2(settings.integer("dModel"), settings.integer("nHeads"));
        return of(gpt2.with(Mlp.GELU_TANH, settings.integer("dMlp")));
    }

    BlockPatcher patcher(Settings settings) {
        return BlockPatcher.of(config(settings));
    }

    /** The name in claims and measurements. */
    String label() {
        return label;
    }

    String inWords() {
        return inWords;
    }

    String source() {
        return source;
    }

    /** How such models are told where they are. */
    Position position() {
        return position;
    }
}
