package org.icl4j.report;

import java.io.PrintStream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Progress as bars on a terminal, with rate and time left; elsewhere, nothing. */
public final class ProgressBars {
    private static final int MAX_WIDTH = 100;
    private static final int NAME_WIDTH = 16;

    private ProgressBars() {}

    /** Bars on {@code err}, if a person watches it. */
    public static Progress on(PrintStream err, boolean terminal) {
        return terminal ? (name, total) -> new Bar(err, name, total) : Progress.silent();
    }

    private static final class Bar implements Progress.Stage {
        private final ProgressBar bar;

        Bar(PrintStream err, String name, long total) {
            bar = new ProgressBarBuilder()
                    .setTaskName(name + " ".repeat(Math.max(0, NAME_WIDTH - name.length())))
                    .setInitialMax(total)
                    .setStyle(ProgressBarStyle.ASCII)
                    .setUpdateIntervalMillis(200)
                    .setConsumer(new ConsoleProgressBarConsumer(err, width()))
                    .showSpeed()
                    .build();
        }

        /** A line that fills the window makes some terminals begin the next. */
        private static int width() {
            return Math.min(MAX_WIDTH, Terminal.columns() - 1);
        }

        @Override
        public void at(long done, String note) {
            bar.stepTo(done);
            bar.setExtraMessage(note.isEmpty() ? "" : "  " + note);
        }

        @Override
        public boolean isWatched() {
            return true;
        }

        @Override
        public void close() {
            bar.close();
        }
    }
}
