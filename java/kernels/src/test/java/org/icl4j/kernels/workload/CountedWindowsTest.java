package org.icl4j.kernels.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class CountedWindowsTest {
    private static final double BOXES = 1e6;

    private final CountedWindows windows = new CountedWindows(9);

    private void add(int times, double rate, double bytesPerMilli) {
        for (int i = 0; i < times; i++) {
            windows.add(rate, bytesPerMilli);
        }
    }

    @Test
    void bestOfEnough() {
        windows.add(12, 0);
        add(7, 10, 0);
        assertFalse(windows.enough(), "8 windows");
        windows.add(11, CountedWindows.MAX_BYTES_PER_MILLI);
        assertTrue(windows.enough(), "9 windows");
        assertEquals(12, windows.best());
    }

    /** However many there were, and however fast they seem. */
    @Test
    void windowsThatAllocateDoNotCount() {
        add(1000, 0.1, BOXES);
        add(1000, 1e9, CountedWindows.MAX_BYTES_PER_MILLI + 1);
        assertFalse(windows.enough());
        assertEquals(0, windows.best());
        add(9, 100, 0);
        assertTrue(windows.enough());
        assertEquals(100, windows.best());
    }

    /** Compiled, deoptimised for larger arrays, compiled again. */
    @Test
    void windowsOfADeoptimisedLoop() {
        add(5, 68, 0);
        add(400, 2, BOXES);
        add(3, 60, 0);
        assertFalse(windows.enough());
        windows.add(60, 0);
        assertTrue(windows.enough());
        assertEquals(68, windows.best());
    }

    /** A loop without vectors allocates nothing, compiled or not. */
    @Test
    void risingRatesAreNotTheLast() {
        add(8, 1, 0);
        windows.add(40, 0);
        assertFalse(windows.enough(), "just compiled");
        add(2, 40, 0);
        assertFalse(windows.enough(), "no window before the last shows that it stays so");
        windows.add(41, 0);
        assertTrue(windows.enough());
        assertEquals(41, windows.best());
    }

    @Test
    void fallingRatesAreNoise() {
        add(6, 10, 0);
        add(3, 5, 0);
        assertTrue(windows.enough());
        assertEquals(10, windows.best());
    }

    @Test
    void whatWasSeenIsTold() {
        add(2, 1, 0);
        add(4, 1, BOXES);
        assertEquals("2 windows counted, and the least that was allocated in a millisecond is 0 bytes", windows.seen());
    }
}
