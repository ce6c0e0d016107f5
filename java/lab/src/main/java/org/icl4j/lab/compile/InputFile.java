package org.icl4j.lab.compile;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.icl4j.lab.experiment.InputException;
import org.icl4j.transformer.files.Sha256;

/**
 * A text that a user gives.
 *
 * @param path where it is
 * @param text its content
 * @param sha256 SHA-256 of the file
 */
record InputFile(Path path, String text, String sha256) {
    private static final long MAX_BYTES = 64L << 20;

    /**
     * @throws InputException if it is not there, no regular file, too large, or no UTF-8
     */
    static InputFile read(Path path) {
        requireFile(path);
        try {
            if (Files.size(path) > MAX_BYTES) {
                throw new InputException(path + ": " + Files.size(path) + " bytes, allowed are " + MAX_BYTES);
            }
            byte[] bytes = Files.readAllBytes(path);
            return new InputFile(path, decoded(path, bytes), Sha256.of(bytes));
        } catch (IOException e) {
            throw new InputException(path + ": cannot be read (" + e + ")", e);
        }
    }

    /**
     * @throws InputException if there is no such file, or it is no regular one
     */
    static void requireFile(Path path) {
        if (!Files.isRegularFile(path)) {
            throw new InputException(path + ": " + (Files.exists(path) ? "not a regular file" : "no such file"));
        }
    }

    private static String decoded(Path path, byte[] bytes) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.startsWith("\ufeff") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw new InputException(path + ": not UTF-8 text", e);
        }
    }

    /** What is wrong at a line, counted from 1. */
    InputException wrong(int line, String what) {
        return new InputException(path + ", line " + line + ": " + what);
    }
}
