package org.icl4j.report;

/** Tells a waiting person how far a run is. */
@FunctionalInterface
public interface Progress {
    /** Begins a stage of {@code total} steps. */
    Stage begin(String name, long total);

    /** A stage under way; closing it ends it. */
    interface Stage extends AutoCloseable {
        /** {@code done} steps are done; {@code note} is a few words beside the bar, such as the loss. */
        void at(long done, String note);

        /** Whether a person sees it; what serves notes alone need not be found out otherwise. */
        default boolean isWatched() {
            return false;
        }

        @Override
        void close();
    }

    /** Tells nobody. */
    static Progress silent() {
        return (name, total) -> new Stage() {
            @Override
            public void at(long done, String note) {}

            @Override
            public void close() {}
        };
    }
}
