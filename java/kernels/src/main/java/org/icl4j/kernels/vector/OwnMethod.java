package org.icl4j.kernels.vector;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * Static methods that the compiler compiles by themselves and never inlines: called through a handle in a field that is not final. A loop
 * around a long function of vectors needs it, for inlined into a caller beside another such loop the function would be beyond what the
 * compiler has room for, become a call, and its vectors boxes. A call takes some nanoseconds.
 */
final class OwnMethod {
    private OwnMethod() {}

    /** The static method of the class that {@code lookup} looks from. */
    static MethodHandle of(MethodHandles.Lookup lookup, String name, Class<?>... parameters) {
        try {
            return lookup.findStatic(lookup.lookupClass(), name, MethodType.methodType(void.class, parameters));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a class has its own methods", e);
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
}
