package org.icl4j.lab.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class EntryTest {
    private static final int JAVA_8 = 52;

    @Test
    void everyJavaCanReadIt() throws IOException {
        try (DataInputStream in = new DataInputStream(Entry.class.getResourceAsStream("Entry.class"))) {
            assertEquals(0xCAFEBABE, in.readInt());
            assertEquals(0, in.readUnsignedShort());
            assertEquals(JAVA_8, in.readUnsignedShort());
        }
    }

    @Test
    void olderJavaIsTold() {
        for (String version : new String[] {"1.8", "11", "17", "24"}) {
            String problem = Entry.problem(version, "/opt/java");
            assertTrue(problem.contains("needs Java 25, this is " + version + " (/opt/java)"), problem);
        }
        assertNull(Entry.problem("25", "/opt/java"));
        assertNull(Entry.problem("26", "/opt/java"));
    }
}
