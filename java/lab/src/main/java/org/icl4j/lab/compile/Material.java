package org.icl4j.lab.compile;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is to be compiled: a context, and the queries that it shall serve.
 *
 * @param context what goes before every query
 * @param queries at least one; either all have a right answer or none
 * @param judges more queries, not to be fitted on but to judge by; either all have a right answer or none
 * @param contextSha256 SHA-256 of the file with the context
 * @param calibrationSha256 SHA-256 of the file with the queries, if it is another
 * @param judgesSha256 SHA-256 of the file with the judges, if there are any
 */
record Material(
        Sequence context,
        List<Query> queries,
        List<Query> judges,
        String contextSha256,
        Optional<String> calibrationSha256,
        Optional<String> judgesSha256) {
    /** Without judges. */
    Material(Sequence context, List<Query> queries, String contextSha256, Optional<String> calibrationSha256) {
        this(context, queries, List.of(), contextSha256, calibrationSha256, Optional.empty());
    }

    /** The same with judges. */
    Material judgedBy(List<Query> others, String sha256) {
        return new Material(context, queries, others, contextSha256, calibrationSha256, Optional.of(sha256));
    }

    /** Queries, and then the judges. */
    List<Query> all() {
        return Stream.concat(queries.stream(), judges.stream()).toList();
    }
}
