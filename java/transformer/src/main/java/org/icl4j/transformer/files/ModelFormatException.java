package org.icl4j.transformer.files;

import java.nio.file.Path;

/** A file that breaks a rule of its format. */
public final class ModelFormatException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String rule;

    /**
     * @param path the file
     * @param rule short name of the rule, such as {@code S10} of the safetensors table
     * @param detail what was found and what is allowed
     */
    public ModelFormatException(Path path, String rule, String detail) {
        super(path + ": " + detail + " [rule " + rule + "]");
        this.rule = rule;
    }

    /** Short name of the rule. */
    public String rule() {
        return rule;
    }
}
