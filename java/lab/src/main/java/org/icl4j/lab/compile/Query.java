package org.icl4j.lab.compile;

import java.util.OptionalDouble;

/**
 * What a model is asked behind a context.
 *
 * @param positions its input; the last position asks
 * @param answer the right answer, if it is known: a token, or a number
 */
record Query(Sequence positions, OptionalDouble answer) {}
