package org.icl4j.lab.experiment;

/**
 * A claim and what came out.
 *
 * @param id the claim's
 * @param statement the claim's
 * @param source the claim's
 * @param measured the value
 * @param low lower end of its 95 % interval, or the value itself where it is exact
 * @param high upper end
 * @param threshold the claim's
 * @param relation the claim's, as it is written
 * @param verdict computed from these
 */
public record Conclusion(
        String id,
        String statement,
        String source,
        double measured,
        double low,
        double high,
        double threshold,
        String relation,
        Claim.Verdict verdict) {

    static Conclusion of(Claim claim, Estimate estimate) {
        return new Conclusion(
                claim.id(),
                claim.statement(),
                claim.source(),
                estimate.value(),
                estimate.low(),
                estimate.high(),
                claim.threshold(),
                claim.relation().symbol(),
                claim.verdict(estimate.value(), estimate.low(), estimate.high()));
    }
}
