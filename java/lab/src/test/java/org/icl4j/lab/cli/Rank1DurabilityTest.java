package org.icl4j.lab.cli;

import org.junit.jupiter.api.Tag;

/** For the experiment that trains a block; it shares with the other all that writes. */
@Tag("extended")
class Rank1DurabilityTest extends Durability {
    Rank1DurabilityTest() {
        super(SmallRun.RANK1);
    }
}
