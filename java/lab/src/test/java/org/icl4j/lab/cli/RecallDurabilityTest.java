package org.icl4j.lab.cli;

/** For an experiment that trains decoders. */
class RecallDurabilityTest extends Durability {
    RecallDurabilityTest() {
        super(SmallRun.RECALL);
    }
}
