package org.icl4j.lab.experiment;

import java.util.Locale;

/** How much work a run does. */
public enum Scale {
    /** A minute or two, and still ends in verdicts. */
    QUICK,

    /** About 15 minutes at most. */
    STANDARD,

    /** The paper's size. */
    FULL;

    /**
     * The scale of this name.
     *
     * @throws UsageException if there is none
     */
    public static Scale of(String label) {
        for (Scale scale : values()) {
            if (scale.label().equals(label)) {
                return scale;
            }
        }
        throw new UsageException("--scale " + label + ": allowed are quick, standard and full");
    }

    /** The name on the command line. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
