package org.icl4j.lab.rank1.generation;

/** What the token alone is run on. */
enum Variant {
    /** Weights with the patch for it and its history. */
    PATCHED("patched"),
    /** The same, what is changed rounded to bf16. */
    ROUNDED("bf16"),
    /** Weights with the patch for the token before. */
    STALE("stale"),
    /** The model's own weights. */
    UNPATCHED("unpatched");

    private final String label;

    Variant(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }
}
