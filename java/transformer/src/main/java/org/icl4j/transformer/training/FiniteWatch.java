package org.icl4j.transformer.training;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Optional;
import org.icl4j.kernels.Epilogue;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.Precision;
import org.icl4j.kernels.SelectiveScan;
import org.icl4j.transformer.layer.Watched;

/**
 * Kernels that look at every matrix they were given once a kernel is done, and stop at the first that has a NaN or an infinity. As
 * all that came before was finite, that kernel made it. Slow: for a pass that is known to fail.
 */
final class FiniteWatch<A> implements InvocationHandler {
    private final Kernels<A> kernels;
    private final String part;

    private FiniteWatch(Kernels<A> kernels, String part) {
        this.kernels = kernels;
        this.part = part;
    }

    /** The first kernel whose result was not finite, and the layer that called it. */
    static final class Found extends RuntimeException {
        private static final long serialVersionUID = 1;

        Found(String where) {
            super(where);
        }
    }

    /** These kernels, watched. */
    static <A> Kernels<A> of(Kernels<A> kernels) {
        return proxy(new FiniteWatch<>(kernels, ""));
    }

    @SuppressWarnings("unchecked") // The proxy implements what it is cast to.
    private static <A> Kernels<A> proxy(FiniteWatch<A> watch) {
        return (Kernels<A>) Proxy.newProxyInstance(
                FiniteWatch.class.getClassLoader(), new Class<?>[] {Kernels.class, Watched.class}, watch);
    }

    @Override
    public Object invoke(Object self, Method method, Object[] arguments) throws Throwable {
        if (method.getDeclaringClass() == Watched.class) {
            return method.getName().equals("within") ? within((String) arguments[0]) : given((Matrix<?>) arguments[0]);
        }
        Object result = call(method, arguments);
        if (arguments != null) {
            for (Object argument : arguments) {
                requireFinite(method.getName(), argument);
            }
        }
        return result;
    }

    private Kernels<A> within(String name) {
        return proxy(new FiniteWatch<>(kernels, part.isEmpty() ? name : part + "." + name));
    }

    private Object given(Matrix<?> numbers) {
        if (!isFinite(numbers)) {
            throw new Found("the data that the model is trained on are not finite");
        }
        return null; // What a proxy returns for a method that returns nothing.
    }

    private Object call(Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(kernels, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private void requireFinite(String kernel, Object argument) {
        switch (argument) {
            case Matrix<?> matrix
            when !isFinite(matrix) ->
                throw new Found("layer '" + (part.isEmpty() ? "input" : part) + "', kernel " + kernel
                        + ": its result is not finite");
            case Epilogue<?> epilogue -> {
                requireFinite(kernel, epilogue.kept());
                requireFinite(kernel, epilogue.residual());
            }
            case SelectiveScan<?> scan -> {
                for (Matrix<?> matrix :
                        List.of(scan.x(), scan.delta(), scan.a(), scan.b(), scan.c(), scan.skip(), scan.initial())) {
                    requireFinite(kernel, matrix);
                }
            }
            case Optional<?> given -> given.ifPresent(inner -> requireFinite(kernel, inner));
            case null, default -> {}
        }
    }

    @SuppressWarnings("unchecked") // A matrix of these kernels is of their precision.
    private boolean isFinite(Matrix<?> given) {
        Matrix<A> matrix = (Matrix<A>) given;
        Precision<A> precision = kernels.precision();
        for (int b = 0; b < matrix.count(); b++) {
            for (int i = 0; i < matrix.rows(); i++) {
                for (int j = 0; j < matrix.cols(); j++) {
                    if (!Double.isFinite(precision.get(matrix.array(), matrix.index(b, i, j)))) {
                        return false;
                    }
                }
            }
        }
        return true;
    }
}
