package org.icl4j.lab.rank1;

/** There is no rank-1 update: the vector that the patched weight would act on is 0, or nearly. */
final class NoUpdateException extends RuntimeException {
    private static final long serialVersionUID = 1;

    NoUpdateException(double norm, double target, double limit) {
        super("no rank-1 update exists: |A(x)| = " + norm + " against |A(C,x)| = " + target + ", and must be above "
                + limit + " of it");
    }
}
