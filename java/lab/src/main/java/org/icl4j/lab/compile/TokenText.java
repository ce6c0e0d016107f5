package org.icl4j.lab.compile;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import org.icl4j.lab.experiment.InputException;

/**
 * Tokens as text: numbers with white space between them. A context is one sequence, on as many lines as one likes. A calibration has
 * a query on every line that is not blank, of one token or more, and may have the right answer of every one behind {@code ->}.
 *
 * @param vocabulary tokens are 0 … vocabulary − 1
 * @param nPositions positions that the model has
 */
record TokenText(int vocabulary, int nPositions) {
    private static final Pattern WHITE = Pattern.compile("\\s+");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");
    private static final String ARROW = "->";

    /**
     * Reads what is to be compiled. Without a calibration the last token of the context is the query.
     *
     * @throws InputException if a file cannot be read so, or a query has no place behind the context
     */
    Material read(Path contextFile, Optional<Path> calibration) {
        InputFile file = InputFile.read(contextFile);
        List<Integer> tokens = new ArrayList<>();
        List<String> lines = file.text().lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            tokens.addAll(tokens(file, i + 1, lines.get(i)));
        }
        if (calibration.isPresent()) {
            requireSome(file, tokens, 1, "of a context");
            requirePositions(file.path().toString(), tokens.size(), 1);
            InputFile asked = InputFile.read(calibration.get());
            return new Material(
                    new Sequence.Tokens(List.copyOf(tokens)),
                    queries(asked, tokens.size()),
                    file.sha256(),
                    Optional.of(asked.sha256()));
        }
        requireSome(file, tokens, 2, "of a context and, as the last one, of its query, for want of a --calibration");
        int last = tokens.size() - 1;
        requirePositions(file.path().toString(), last, 1);
        Query query = new Query(new Sequence.Tokens(List.of(tokens.get(last))), OptionalDouble.empty());
        return new Material(
                new Sequence.Tokens(List.copyOf(tokens.subList(0, last))),
                List.of(query),
                file.sha256(),
                Optional.empty());
    }

    /**
     * The same with the queries of a file, which is like a calibration, to judge by.
     *
     * @throws InputException if it cannot be read so, or a query has no place behind the context
     */
    Material readJudges(Material material, Path file) {
        InputFile asked = InputFile.read(file);
        return material.judgedBy(queries(asked, material.context().length()), asked.sha256());
    }

    private static void requireSome(InputFile file, List<Integer> tokens, int least, String of) {
        if (tokens.size() < least) {
            throw new InputException(
                    file.path() + ": " + tokens.size() + " tokens, needed are at least " + least + ": those " + of);
        }
    }

    private List<Query> queries(InputFile file, int before) {
        List<Query> queries = new ArrayList<>();
        List<String> lines = file.text().lines().toList();
        int first = 0;
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).isBlank()) {
                Query query = query(file, i + 1, lines.get(i));
                requirePositions(
                        file.path() + ", line " + (i + 1),
                        before,
                        query.positions().length());
                first = queries.isEmpty() ? i + 1 : first;
                if (!queries.isEmpty()
                        && query.answer().isPresent()
                                != queries.getFirst().answer().isPresent()) {
                    throw file.wrong(
                            i + 1,
                            (query.answer().isPresent() ? "an answer" : "no answer") + " behind " + ARROW
                                    + ", unlike line " + first + "; give the answers of all queries or of none");
                }
                queries.add(query);
            }
        }
        if (queries.isEmpty()) {
            throw new InputException(
                    file.path() + ": no queries; expected tokens on each line, as in: 3 17 " + ARROW + " 5");
        }
        return List.copyOf(queries);
    }

    private Query query(InputFile file, int line, String text) {
        int arrow = text.indexOf(ARROW);
        List<Integer> tokens = tokens(file, line, arrow < 0 ? text : text.substring(0, arrow));
        if (tokens.isEmpty()) {
            throw file.wrong(line, "no token before " + ARROW + "; a query has at least one");
        }
        Sequence positions = new Sequence.Tokens(tokens);
        if (arrow < 0) {
            return new Query(positions, OptionalDouble.empty());
        }
        List<Integer> answer = tokens(file, line, text.substring(arrow + ARROW.length()));
        if (answer.size() != 1) {
            throw file.wrong(line, answer.size() + " tokens behind " + ARROW + ", expected one, the right answer");
        }
        return new Query(positions, OptionalDouble.of(answer.getFirst()));
    }

    private List<Integer> tokens(InputFile file, int line, String text) {
        List<Integer> tokens = new ArrayList<>();
        for (String word : WHITE.split(text.strip())) {
            if (!word.isEmpty()) {
                if (!NUMBER.matcher(word).matches() || Integer.parseInt(word) >= vocabulary) {
                    throw file.wrong(
                            line, "'" + word + "' is not a token of this model; they are 0 to " + (vocabulary - 1));
                }
                tokens.add(Integer.valueOf(word));
            }
        }
        return List.copyOf(tokens);
    }

    private void requirePositions(String place, int before, int own) {
        if (before + own > nPositions) {
            throw new InputException(place + ": a context of " + before + " tokens and a query of " + own + " take "
                    + (before + own) + " positions, but the model has " + nPositions);
        }
    }
}
