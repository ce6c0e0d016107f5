package org.icl4j.kernels;

import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Prints, when the last test has run, how many cases each provider was put to. */
final class CaseReport implements BeforeAllCallback {
    @Override
    public void beforeAll(ExtensionContext context) {
        context.getRoot()
                .getStore(ExtensionContext.Namespace.create(CaseReport.class))
                .computeIfAbsent(CaseReport.class, key -> (AutoCloseable) CaseReport::print, AutoCloseable.class);
    }

    private static void print() {
        System.out.println("kernel cases by provider:");
        Tested.report().forEach(System.out::println);
    }
}
