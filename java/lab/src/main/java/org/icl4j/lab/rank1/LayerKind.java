package org.icl4j.lab.rank1;

import org.icl4j.transformer.layer.BlockConfig.Mixer;

/**
 * The contextual layers that the theorem is tried on, and how they are trained (theory of the project, §1.6): Adam's learning rate
 * is doubled for the GRU and the state-space models.
 */
enum LayerKind {
    SOFTMAX("softmax", "softmax attention", Mixer.SOFTMAX_ATTENTION, 1, true),
    LINEAR("linear", "linear attention", Mixer.LINEAR_ATTENTION, 1, true),
    RNN("rnn", "tanh RNN", Mixer.RNN, 1, false),
    GRU("gru", "GRU", Mixer.GRU, 2, false),
    DIAGONAL_SSM("diagonal-ssm", "diagonal SSM", Mixer.DIAGONAL_SSM, 2, false),
    SELECTIVE_SSM("selective-ssm", "selective SSM", Mixer.SELECTIVE_SSM, 2, false);

    private final String label;
    private final String title;
    private final Mixer mixer;
    private final double rateFactor;
    private final boolean averages;

    LayerKind(String label, String title, Mixer mixer, double rateFactor, boolean averages) {
        this.label = label;
        this.title = title;
        this.mixer = mixer;
        this.rateFactor = rateFactor;
        this.averages = averages;
    }

    /** In ids, file names and legends. */
    String label() {
        return label;
    }

    /** In sentences. */
    String title() {
        return title;
    }

    Mixer mixer() {
        return mixer;
    }

    /** What the learning rate is multiplied by. */
    double rateFactor() {
        return rateFactor;
    }

    /** Whether each example has a weight near 1/n in what the layer gives. */
    boolean averages() {
        return averages;
    }
}
