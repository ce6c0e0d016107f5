package org.icl4j.lab.compile;

import java.util.List;

/**
 * What came of a compilation; the content of {@code compile.json}.
 *
 * @param kind {@code token-exact} or {@code reusable}
 * @param model file of the model, as it was given
 * @param modelSha256 SHA-256 of that file
 * @param context file of the context
 * @param contextSha256 SHA-256 of that file
 * @param calibration file of the queries, or null
 * @param calibrationSha256 SHA-256 of that file, or null
 * @param judge file of the queries to judge by, or null
 * @param judgeSha256 SHA-256 of that file, or null
 * @param precision {@code f32} or {@code f64}
 * @param contextPositions positions that the context takes, and the place of a query's first one
 * @param changes what was changed
 * @param numbers how many the changes are stored in
 * @param adapterRank rank of the LoRA adapter, or null if there is none
 * @param noAdapter why there is none, or null
 * @param quality answers with the context, with the patch, with the adapter and with neither
 * @param error greatest difference of the patched model's outputs from those with the context, as a part of the greatest of these; of a
 *     token-exact patch, otherwise null
 * @param bound on {@code error}, or null
 * @param recovered (loss with neither − loss with the patch) / (loss with neither − loss with the context) on the held-out queries;
 *     null if there are none or the context brings less than 1 % of the loss
 */
public record Report(
        String kind,
        String model,
        String modelSha256,
        String context,
        String contextSha256,
        String calibration,
        String calibrationSha256,
        String judge,
        String judgeSha256,
        String precision,
        int contextPositions,
        List<Changed> changes,
        long numbers,
        Integer adapterRank,
        String noAdapter,
        List<Quality> quality,
        Double error,
        Double bound,
        Double recovered) {
    static final String NAME = "compile.json";

    /**
     * A changed weight.
     *
     * @param parameter its name
     * @param rank of the change; null of a vector
     * @param size norm of the change as a part of that of the weight (Frobenius)
     * @param ridge λ of the fit; 0 for one query, and of a vector
     * @param residual what the fit leaves of what the change was to do, as a part of it, on the queries that it was fitted on
     * @param adapterLoss what the adapter leaves out of the change, as a part of it; null if there is none
     */
    public record Changed(
            String parameter, Integer rank, double size, double ridge, double residual, Double adapterLoss) {}
}
