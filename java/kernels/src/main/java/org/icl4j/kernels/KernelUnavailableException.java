package org.icl4j.kernels;

/**
 * A provider that was asked for cannot run here. The message names the reason and what would cure
 * it.
 */
public final class KernelUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String provider;
    private final String reason;
    private final String remedy;

    /**
     * @param provider name of the provider
     * @param reason what is missing, as found
     * @param remedy what the user can do
     */
    public KernelUnavailableException(String provider, String reason, String remedy) {
        super("provider " + provider + ": " + reason + "; " + remedy);
        this.provider = provider;
        this.reason = reason;
        this.remedy = remedy;
    }

    /** Name of the provider. */
    public String provider() {
        return provider;
    }

    /** What is missing, as found. */
    public String reason() {
        return reason;
    }

    /** What the user can do. */
    public String remedy() {
        return remedy;
    }
}
