package org.icl4j.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.xml.parsers.DocumentBuilderFactory;
import org.icl4j.report.Plot.Axis;
import org.icl4j.report.Plot.Series;
import org.icl4j.report.Plot.Style;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class SvgRendererTest {
    private static Document parse(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
    }

    private static Plot plot(Axis x, Axis y) {
        return Plot.of("p", "A title & more", "a subtitle", x, y)
                .with(new Series("first <one>", Style.LINE, new double[] {1, 2, 30}, new double[] {1e-9, 1e-3, 5}))
                .with(new Series("second", Style.RINGS, new double[] {1, 2, 0}, new double[] {1, Double.NaN, -3}))
                .with(new Series("third", Style.DASHED, new double[] {1, 30}, new double[] {2, 2}))
                .with(new Series("fourth", Style.POINTS, new double[] {4}, new double[] {3}));
    }

    /** Well-formed, with every word in it, and nothing that is not a number among the coordinates. */
    @Test
    void everyWordIsThere() throws Exception {
        for (boolean logarithmic : new boolean[] {false, true}) {
            Axis x = logarithmic ? Axis.logarithmic("the x axis") : Axis.linear("the x axis");
            Axis y = logarithmic ? Axis.logarithmic("the y axis") : Axis.linear("the y axis");
            Document svg = parse(SvgRenderer.render(plot(x, y)));
            assertEquals("svg", svg.getDocumentElement().getTagName());
            String text = svg.getDocumentElement().getTextContent();
            for (String word :
                    List.of("A title & more", "a subtitle", "the x axis", "the y axis", "first <one>", "second")) {
                assertTrue(text.contains(word), "'" + word + "' is not in the picture");
            }
        }
    }

    /** Two plots on one page do not take each other's clips and styles. */
    @Test
    void namesOfElements() {
        Axis x = Axis.linear("x");
        String svg = SvgRenderer.render(plot(x, Axis.linear("y")));
        assertEquals(svg, SvgRenderer.render(plot(x, Axis.linear("y"))));
        Set<String> names = names(svg, "id=\"([^\"]+)\"");
        assertTrue(names.size() > 2, names.toString());
        Set<String> references = names(svg, "url\\(#([^)]+)\\)");
        references.addAll(names(svg, "#(p[\\w-]+) \\."));
        assertTrue(references.size() > 2 && names.containsAll(references), names + " and " + references);
        Set<String> others = names(SvgRenderer.render(plot(x, Axis.linear("z"))), "id=\"([^\"]+)\"");
        assertEquals(names.size(), others.size());
        assertTrue(Collections.disjoint(names, others), names + " and " + others);
    }

    private static Set<String> names(String svg, String regex) {
        return Pattern.compile(regex)
                .matcher(svg)
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void namedCategories() throws Exception {
        Plot plot = plot(Axis.named("which", List.of("zero", "one", "two")), Axis.linear("y"));
        String text = parse(SvgRenderer.render(plot)).getDocumentElement().getTextContent();
        assertTrue(text.contains("zero") && text.contains("two"), text);
    }

    @Test
    void nothingToDraw() throws Exception {
        parse(SvgRenderer.render(Plot.of("p", "t", "s", Axis.logarithmic("x"), Axis.logarithmic("y"))
                .with(new Series("empty", Style.LINE, new double[0], new double[0]))
                .with(new Series("bad", Style.LINE, new double[] {0}, new double[] {Double.NaN}))));
    }

    @Test
    void otherLocales() throws Exception {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.GERMANY);
        try {
            parse(SvgRenderer.render(plot(Axis.logarithmic("x"), Axis.logarithmic("y"))));
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void unequalLengths() {
        assertThrows(IllegalArgumentException.class, () -> new Series("s", Style.LINE, new double[2], new double[3]));
    }
}
