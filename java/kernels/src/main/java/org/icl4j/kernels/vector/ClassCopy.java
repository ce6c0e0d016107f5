package org.icl4j.kernels.vector;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

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

    /** The method {@code whole} of a copy of {@code template} with {@code constant}. */
    static MethodHandle loop(Class<?> template, Object constant, MethodType type) {
        MethodHandles.Lookup copy = of(template, constant);
        try {
            return copy.findStatic(copy.lookupClass(), "whole", type);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a copy of a class has its methods", e);
        }
    }

    /** What a handle of a method that declares no exception threw, to be thrown on. */
    static RuntimeException unchecked(Throwable thrown) {
        return switch (thrown) {
            case Error e -> throw e;
            case RuntimeException e -> e;
            default -> new IllegalStateException("the method declares no exception", thrown);
        };
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
