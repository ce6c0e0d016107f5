package org.icl4j.lab.experiment;

import java.util.Map;

/**
 * What decides the results of a run, as the user asked for it.
 *
 * @param experiment name of the experiment
 * @param scale how much work
 * @param precision {@code f32} or {@code f64}
 * @param seed seed of everything random
 * @param given settings that were given, by name; the others have their defaults
 */
public record RunRequest(String experiment, Scale scale, String precision, long seed, Map<String, String> given) {}
