package org.icl4j.lab.task.token;

/** Which side of a task's division into what is trained on and what is kept for the test. */
public enum Split {
    /** What a model is trained on. */
    TRAINING,
    /** What it never saw in training. */
    HELD_OUT
}
