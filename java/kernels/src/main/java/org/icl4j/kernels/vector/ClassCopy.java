package org.icl4j.kernels.vector;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandles;

/** Copies of a class that differ in one constant, for code that the compiler is to compile once for each value of it. */
final class ClassCopy {
    private ClassCopy() {}

    /** A copy of {@code template}, a class of this package, with {@code constant} as its class data. */
    static MethodHandles.Lookup of(Class<?> template, Object constant) {
        try (InputStream in = template.getResourceAsStream(template.getSimpleName() + ".class")) {
            return MethodHandles.lookup().defineHiddenClassWithClassData(in.readAllBytes(), constant, true);
        } catch (IOException e) {
            throw new UncheckedIOException(template.getSimpleName() + ".class is part of the program", e);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("a copy of a class is as good as the class", e);
        }
    }

    /** The constant of the copy that {@code lookup} looks from; null in the class itself. */
    static <T> T constant(MethodHandles.Lookup lookup, Class<T> type) {
        try {
            return MethodHandles.classData(lookup, ConstantDescs.DEFAULT_NAME, type);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("a class may read its own data", e);
        }
    }
}
