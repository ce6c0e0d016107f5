package org.icl4j.lab.curve;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.List;
import org.icl4j.lab.task.TaskSeed;
import org.icl4j.lab.task.regression.LinearRegression;
import org.icl4j.lab.task.regression.Points;
import org.icl4j.lab.task.regression.Shifts;
import org.icl4j.lab.training.Curriculum;
import org.icl4j.transformer.tensor.RandomStream;
import org.junit.jupiter.api.Test;

class LessonTest {
    private static final LinearRegression FUNCTIONS = new LinearRegression(3);

    private static Lesson lesson(int positions) {
        return new Lesson("linear", FUNCTIONS, 5, positions, Curriculum.none(3, 5), 1);
    }

    /** x y x y … x: two positions for each point but the last. */
    @Test
    void longestPrompt() {
        assertEquals(5, lesson(9).longest());
        assertEquals(5, lesson(10).longest());
        assertEquals(51, lesson(101).longest());
    }

    @Test
    void promptsAreThoseOfTheSeed() {
        List<Points> prompts = lesson(9).fresh(TaskSeed.SEED, 3, 4);
        assertArrayEquals(
                prompts.get(2).xs(), lesson(9).fresh(TaskSeed.SEED, 5, 4).get(2).xs());
        assertNotEquals(prompts.get(0).xs()[0][0], prompts.get(1).xs()[0][0]);
        Points ofTraining = FUNCTIONS.sample(RandomStream.of(TaskSeed.SEED, "train", 0, 0), 4);
        assertNotEquals(ofTraining.xs()[0][0], prompts.get(0).xs()[0][0]);
    }

    /** Shifts are compared on the same functions and inputs. */
    @Test
    void promptsOfAShiftAreThePromptsShifted() {
        Points prompt = lesson(9).fresh(TaskSeed.SEED, 1, 4).getFirst();
        Points scaled = Lesson.draw(Shifts.scaledInputs(FUNCTIONS, 3), TaskSeed.SEED, 1, 4)
                .getFirst();
        for (int i = 0; i < 4; i++) {
            assertEquals(3 * prompt.targets()[i], scaled.targets()[i], 1e-12, TaskSeed.hint());
        }
    }
}
