package org.icl4j.lab.experiment;

import static org.icl4j.lab.experiment.Claim.Verdict.FAIL;
import static org.icl4j.lab.experiment.Claim.Verdict.INCONCLUSIVE;
import static org.icl4j.lab.experiment.Claim.Verdict.PASS;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.icl4j.lab.experiment.Claim.Relation;
import org.junit.jupiter.api.Test;

class ClaimTest {
    private static Claim claim(Relation relation) {
        return new Claim("a.b.f32", "something", "somewhere", relation, 1);
    }

    @Test
    void verdicts() {
        Claim atMost = claim(Relation.AT_MOST);
        assertEquals(PASS, atMost.verdict(1, 1, 1));
        assertEquals(PASS, atMost.verdict(0.5, 0.2, 0.9));
        assertEquals(FAIL, atMost.verdict(1.5, 1.2, 1.9));
        assertEquals(INCONCLUSIVE, atMost.verdict(0.9, 0.5, 1.1));
        assertEquals(INCONCLUSIVE, atMost.verdict(1.05, 0.9, 1.2));
        Claim atLeast = claim(Relation.AT_LEAST);
        assertEquals(PASS, atLeast.verdict(1.5, 1.2, 1.9));
        assertEquals(FAIL, atLeast.verdict(0.5, 0.2, 0.9));
        assertEquals(INCONCLUSIVE, atLeast.verdict(1.1, 0.9, 1.3));
        assertEquals(PASS, claim(Relation.EQUAL).verdict(1, 1, 1));
        assertEquals(FAIL, claim(Relation.EQUAL).verdict(1 + 1e-15, 1 + 1e-15, 1 + 1e-15));
    }

    @Test
    void notANumberFails() {
        for (Relation relation : Relation.values()) {
            assertEquals(FAIL, claim(relation).verdict(Double.NaN, Double.NaN, Double.NaN));
            assertEquals(FAIL, claim(relation).verdict(1, Double.NaN, 1));
            assertEquals(FAIL, claim(relation).verdict(1, 1, Double.NaN));
            for (double infinite : new double[] {Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY}) {
                assertEquals(FAIL, claim(relation).verdict(infinite, infinite, infinite));
            }
        }
    }
}
