package org.icl4j.lab.compile;

import java.util.List;
import java.util.Optional;

/**
 * What is to be compiled: a context, and the queries that it shall serve.
 *
 * @param context what goes before every query
 * @param queries at least one; either all have a right answer or none
 * @param contextSha256 SHA-256 of the file with the context
 * @param calibrationSha256 SHA-256 of the file with the queries, if it is another
 */
record Material(Sequence context, List<Query> queries, String contextSha256, Optional<String> calibrationSha256) {}
