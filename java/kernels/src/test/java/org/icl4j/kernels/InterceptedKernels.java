package org.icl4j.kernels;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;

/** Kernels of which a test sees or alters every call, from outside: nothing of it is in the code that it tests. */
final class InterceptedKernels {
    private InterceptedKernels() {}

    /** What happens in place of a call. */
    @FunctionalInterface
    interface Interception<A> {
        Object run(Call<A> call) throws Throwable;
    }

    /** A call of {@code kernel}, not yet made. */
    record Call<A>(Kernels<A> kernels, Method kernel, Object[] arguments) {
        Object proceed() throws Throwable {
            try {
                return kernel.invoke(kernels, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }

        /** Argument number {@code i}, an operand. */
        @SuppressWarnings("unchecked")
        Matrix<A> operand(int i) {
            return (Matrix<A>) arguments[i];
        }
    }

    @SuppressWarnings("unchecked")
    static <A> Kernels<A> of(Kernels<A> kernels, Interception<A> interception) {
        return (Kernels<A>) Proxy.newProxyInstance(
                Kernels.class.getClassLoader(),
                new Class<?>[] {Kernels.class},
                (proxy, kernel, arguments) -> interception.run(new Call<>(kernels, kernel, arguments)));
    }

    /** Adds to {@code results} what is returned by the kernels that return a number instead of writing one. */
    static <A> Kernels<A> recording(Kernels<A> kernels, List<Double> results) {
        return of(kernels, call -> {
            Object result = call.proceed();
            if (result instanceof Double number) {
                results.add(number);
            }
            return result;
        });
    }
}
