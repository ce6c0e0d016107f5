package org.icl4j.lab.rank1.generation;

import java.util.Arrays;
import java.util.List;
import org.icl4j.lab.patch.OutputForm;

/** A model with a form of patch, and its name in claims and measurements. */
enum Case {
    GPT2("gpt2", ModelKind.GPT2, OutputForm.BIAS, "GPT-2"),
    GEMMA("gemma", ModelKind.GEMMA, OutputForm.GAIN, "Gemma, plain change of the gain"),
    GEMMA_STABLE("gemma-stable", ModelKind.GEMMA, OutputForm.STABLE_GAIN, "Gemma, stable form");

    private final String label;
    private final ModelKind model;
    private final OutputForm form;
    private final String inWords;

    Case(String label, ModelKind model, OutputForm form, String inWords) {
        this.label = label;
        this.model = model;
        this.form = form;
        this.inWords = inWords;
    }

    static List<Case> of(ModelKind model) {
        return Arrays.stream(values()).filter(c -> c.model == model).toList();
    }

    /** The name in claims and measurements. */
    String label() {
        return label;
    }

    OutputForm form() {
        return form;
    }

    String inWords() {
        return inWords;
    }
}
