package org.icl4j.lab.cli;

import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.icl4j.lab.experiment.Progress;

/** Progress as bars on a terminal, with rate and time left; elsewhere, nothing. */
final class ProgressBars {
    private static final int WIDTH = 100;
    private static final int NAME_WIDTH = 16;

    private ProgressBars() {}

    static Progress on(Console console) {
        return console.terminal() ? (name, total) -> new Bar(console, name, total) : Progress.silent();
    }

    private static final class Bar implements Progress.Stage {
        private final ProgressBar bar;

        Bar(Console console, String name, long total) {
            bar = new ProgressBarBuilder()
                    .setTaskName(name + " ".repeat(Math.max(0, NAME_WIDTH - name.length())))
                    .setInitialMax(total)
                    .setStyle(ProgressBarStyle.ASCII)
                    .setUpdateIntervalMillis(200)
                    .setConsumer(new ConsoleProgressBarConsumer(console.err(), WIDTH))
                    .showSpeed()
                    .build();
        }

        @Override
        public void at(long done, String note) {
            bar.stepTo(done);
            bar.setExtraMessage(note.isEmpty() ? "" : "  " + note);
        }

        @Override
        public void close() {
            bar.close();
        }
    }
}
