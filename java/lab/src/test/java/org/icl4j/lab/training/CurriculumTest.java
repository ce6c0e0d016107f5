package org.icl4j.lab.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.icl4j.lab.training.Curriculum.Growth;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CurriculumTest {
    /** Garg et al., App. A: 5 to 20 coordinates and 11 to 41 points, every 2000 steps; both end at step 30,000. */
    @ParameterizedTest
    @CsvSource({"0, 5, 11", "1999, 5, 11", "2000, 6, 13", "29999, 19, 39", "30000, 20, 41", "500000, 20, 41"})
    void gargsForLinearFunctions(long step, int dims, int points) {
        Curriculum curriculum = Curriculum.garg(20, 41, 11, 2, 2000);
        assertEquals(dims, curriculum.dims(step));
        assertEquals(points, curriculum.points(step));
    }

    @Test
    void smallerThanTheBeginning() {
        Curriculum curriculum = Curriculum.garg(3, 8, 11, 2, 10);
        for (long step : new long[] {0, 10, 1000}) {
            assertEquals(3, curriculum.dims(step));
            assertEquals(8, curriculum.points(step));
        }
    }

    @Test
    void theLastNumberIsNotPassed() {
        Growth growth = new Growth(1, 6, 4, 1);
        assertEquals(1, growth.at(0));
        assertEquals(5, growth.at(1));
        assertEquals(6, growth.at(2));
        assertEquals(6, growth.at(Integer.MAX_VALUE));
    }

    @Test
    void none() {
        assertEquals(4, Curriculum.none(4, 9).dims(123));
        assertEquals(9, Curriculum.none(4, 9).points(123));
    }

    @Test
    void growthThatDoesNotGrow() {
        String message = assertThrows(IllegalArgumentException.class, () -> new Growth(5, 4, 1, 10))
                .getMessage();
        assertTrue(message.contains("from 5 to 4 by 1 every 10"), message);
        assertThrows(IllegalArgumentException.class, () -> new Growth(0, 4, 1, 10));
        assertThrows(IllegalArgumentException.class, () -> new Growth(1, 4, -1, 10));
        assertThrows(IllegalArgumentException.class, () -> new Growth(1, 4, 1, 0));
    }
}
