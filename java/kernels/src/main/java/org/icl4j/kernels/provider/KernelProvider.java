package org.icl4j.kernels.provider;

import org.icl4j.kernels.KernelUnavailableException;
import org.icl4j.kernels.Precision;

/**
 * One way to run the kernels. Implementations have a public constructor without arguments and are
 * loaded by name.
 */
public interface KernelProvider {
    /**
     * Makes the kernels, which may assume that their arguments were checked.
     *
     * @throws KernelUnavailableException if this machine, JVM or class path lacks what they need
     */
    <A> KernelParts<A> open(Precision<A> precision, WorkerPool workers);
}
