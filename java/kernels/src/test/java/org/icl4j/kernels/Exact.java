package org.icl4j.kernels;

import java.util.Arrays;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.hipparchus.dfp.Dfp;
import org.hipparchus.dfp.DfpField;

/** The kernels' formulas in decimal numbers of 60 digits: an oracle that shares neither code nor rounding with them. */
final class Exact {
    private static final DfpField FIELD = new DfpField(60);
    private static final Dfp HALF = FIELD.getOne().divide(2);

    private Exact() {}

    /** The very number that {@code x} is. */
    static Dfp of(double x) {
        return FIELD.newDfp(x);
    }

    /** |expected − actual|, NaN if {@code actual} is. */
    static double distance(Dfp expected, double actual) {
        return Double.isFinite(actual) ? expected.subtract(of(actual)).abs().toDouble() : Double.NaN;
    }

    static Dfp dot(Dfp[] x, Dfp[] y) {
        Dfp sum = FIELD.getZero();
        for (int i = 0; i < x.length; i++) {
            sum = sum.add(x[i].multiply(y[i]));
        }
        return sum;
    }

    /** The sum of matrices of one shape. */
    static Dfp[][] sum(Stream<Dfp[][]> matrices) {
        return matrices.reduce((x, y) -> IntStream.range(0, x.length)
                        .mapToObj(i -> IntStream.range(0, x[i].length)
                                .mapToObj(j -> x[i][j].add(y[i][j]))
                                .toArray(Dfp[]::new))
                        .toArray(Dfp[][]::new))
                .orElseThrow();
    }

    static Dfp mean(Dfp[] x) {
        return Arrays.stream(x).reduce(FIELD.getZero(), Dfp::add).divide(x.length);
    }

    /** 1/√(var + eps). */
    static Dfp reciprocalDeviation(Dfp[] x, double eps) {
        Dfp mean = mean(x);
        Dfp[] squares = Arrays.stream(x)
                .map(value -> value.subtract(mean).multiply(value.subtract(mean)))
                .toArray(Dfp[]::new);
        return mean(squares).add(of(eps)).sqrt().reciprocal();
    }

    static Dfp[] softmax(Dfp[] x) {
        Dfp[] e = Arrays.stream(x).map(Dfp::exp).toArray(Dfp[]::new);
        Dfp sum = Arrays.stream(e).reduce(FIELD.getZero(), Dfp::add);
        return Arrays.stream(e).map(value -> value.divide(sum)).toArray(Dfp[]::new);
    }

    static Dfp density(Dfp x) {
        return x.multiply(x)
                .divide(2)
                .negate()
                .exp()
                .divide(FIELD.getPi().multiply(2).sqrt());
    }

    /** Φ by its Taylor series about 0, of which the tail at 12 leaves 26 digits. */
    private static Dfp distribution(Dfp x) {
        // Farther out ½ + φ·series would cancel all digits, and the asymptotic series has settled.
        double at = x.toDouble();
        if (Math.abs(at) > 12) {
            return at < 0 ? farTail(x.negate()) : FIELD.getOne().subtract(farTail(x));
        }
        Dfp term = x;
        Dfp sum = FIELD.getZero();
        for (int n = 3; !sum.add(term).equals(sum); n += 2) {
            sum = sum.add(term);
            term = term.multiply(x).multiply(x).divide(n);
        }
        return HALF.add(density(x).multiply(sum));
    }

    /** 1 − Φ(x) ~ φ(x)/x·(1 − 1/x² + 3/x⁴ − …), broken off after 30 terms: below 1e-20 relative for x > 12. */
    private static Dfp farTail(Dfp x) {
        Dfp term = FIELD.getOne();
        Dfp sum = FIELD.getZero();
        for (int n = 1; n < 60; n += 2) {
            sum = sum.add(term);
            term = term.multiply(-n).divide(x.multiply(x));
        }
        return density(x).divide(x).multiply(sum);
    }

    /** √(2/π)·(x + 0.044715·x³). */
    static Dfp tanhArgument(double x) {
        Dfp at = of(x);
        Dfp cubic = FIELD.newDfp("0.044715").multiply(at).multiply(at).multiply(at);
        return FIELD.getTwo().divide(FIELD.getPi()).sqrt().multiply(at.add(cubic));
    }

    /** Φ(x), or ½·(1 + tanh u) = 1/(1 + exp(−2u)). */
    private static Dfp gate(Gelu form, double x) {
        return switch (form) {
            case EXACT -> distribution(of(x));
            case TANH -> tanhArgument(x).multiply(-2).exp().add(1).reciprocal();
        };
    }

    static Dfp gelu(Gelu form, double x) {
        return of(x).multiply(gate(form, x));
    }

    /** gate + x·gate′; of tanh, gate′ = 2u′·gate·(1 − gate). */
    static Dfp geluSlope(Gelu form, double x) {
        Dfp at = of(x);
        Dfp gate = gate(form, x);
        Dfp slope = switch (form) {
            case EXACT -> density(at);
            case TANH -> {
                Dfp inner = FIELD.newDfp("0.134145").multiply(at).multiply(at).add(1);
                Dfp uSlope = FIELD.getTwo().divide(FIELD.getPi()).sqrt().multiply(inner);
                yield uSlope.multiply(2).multiply(gate).multiply(FIELD.getOne().subtract(gate));
            }
        };
        return gate.add(at.multiply(slope));
    }

    /** What one step of AdamW leaves. */
    record AdamStep(Dfp p, Dfp m, Dfp v) {}

    static AdamStep adamW(AdamW s, int step, double p, double g, double m, double v) {
        Dfp one = FIELD.getOne();
        Dfp beta1 = of(s.beta1());
        Dfp beta2 = of(s.beta2());
        Dfp newM = beta1.multiply(of(m)).add(one.subtract(beta1).multiply(of(g)));
        Dfp newV = beta2.multiply(of(v)).add(one.subtract(beta2).multiply(of(g)).multiply(of(g)));
        Dfp mHat = newM.divide(one.subtract(beta1.pow(step)));
        Dfp vHat = newV.divide(one.subtract(beta2.pow(step)));
        Dfp rate = of(s.learningRate());
        Dfp move = rate.multiply(mHat).divide(vHat.sqrt().add(of(s.epsilon())));
        Dfp decay = rate.multiply(of(s.weightDecay())).multiply(of(p));
        return new AdamStep(of(p).subtract(decay).subtract(move), newM, newV);
    }

    /**
     * One head of causal attention; {@code out} is what the forward pass stored, and enters the gradients.
     *
     * @param heads scale, cap and window
     * @param bias [nQueries, nKeys], of finite numbers
     */
    record Head(AttentionHeads heads, Dfp[][] bias, Dfp[][] q, Dfp[][] k, Dfp[][] v, Dfp[][] out, Dfp[][] dOut) {
        private int last(int i) {
            return k.length - q.length + i;
        }

        private int first(int i) {
            return Math.max(0, last(i) - Math.min(last(i), heads.window() - 1));
        }

        /** s/softCap, of which the cap takes tanh; 0 where there is no cap. */
        private Dfp[] capped(int i) {
            return seen(i, j -> heads.isCapped() ? product(i, j).divide(of(heads.softCap())) : FIELD.getZero());
        }

        private Dfp product(int i, int j) {
            return dot(q[i], k[j]).multiply(of(heads.scale()));
        }

        /** One number for each key that query i sees. */
        private Dfp[] seen(int i, IntFunction<Dfp> of) {
            return IntStream.rangeClosed(first(i), last(i)).mapToObj(of).toArray(Dfp[]::new);
        }

        private Dfp[] scores(int i) {
            Dfp[] argument = capped(i);
            return seen(i, j -> {
                Dfp score =
                        heads.isCapped() ? argument[j - first(i)].tanh().multiply(of(heads.softCap())) : product(i, j);
                return score.add(bias[i][j]);
            });
        }

        Dfp logSumExp(int i) {
            return Arrays.stream(scores(i))
                    .map(Dfp::exp)
                    .reduce(FIELD.getZero(), Dfp::add)
                    .log();
        }

        /** What the forward pass should have stored. */
        Dfp[][] mix() {
            Dfp[][] sum = zeros(q);
            for (int i = 0; i < q.length; i++) {
                Dfp[] p = softmax(scores(i));
                for (int j = first(i); j <= last(i); j++) {
                    addTo(sum[i], p[j - first(i)], v[j]);
                }
            }
            return sum;
        }

        /** scale·p∘(dp − dOut·out)∘cap′ of query i. */
        private Dfp[] scoreGradients(int i) {
            Dfp[] p = softmax(scores(i));
            Dfp[] argument = capped(i);
            return seen(i, j -> {
                Dfp tanh = argument[j - first(i)].tanh();
                return dot(dOut[i], v[j])
                        .subtract(dot(dOut[i], out[i]))
                        .multiply(p[j - first(i)])
                        .multiply(FIELD.getOne().subtract(tanh.multiply(tanh)))
                        .multiply(of(heads.scale()));
            });
        }

        Dfp[][] dq() {
            Dfp[][] sum = zeros(q);
            for (int i = 0; i < q.length; i++) {
                Dfp[] ds = scoreGradients(i);
                for (int j = first(i); j <= last(i); j++) {
                    addTo(sum[i], ds[j - first(i)], k[j]);
                }
            }
            return sum;
        }

        Dfp[][] dk() {
            Dfp[][] sum = zeros(k);
            for (int i = 0; i < q.length; i++) {
                Dfp[] ds = scoreGradients(i);
                for (int j = first(i); j <= last(i); j++) {
                    addTo(sum[j], ds[j - first(i)], q[i]);
                }
            }
            return sum;
        }

        Dfp[][] dv() {
            Dfp[][] sum = zeros(v);
            for (int i = 0; i < q.length; i++) {
                Dfp[] p = softmax(scores(i));
                for (int j = first(i); j <= last(i); j++) {
                    addTo(sum[j], p[j - first(i)], dOut[i]);
                }
            }
            return sum;
        }

        private static Dfp[][] zeros(Dfp[][] like) {
            Dfp[][] zeros = new Dfp[like.length][like[0].length];
            Arrays.stream(zeros).forEach(row -> Arrays.fill(row, FIELD.getZero()));
            return zeros;
        }

        private static void addTo(Dfp[] sum, Dfp factor, Dfp[] x) {
            Arrays.setAll(sum, d -> sum[d].add(factor.multiply(x[d])));
        }
    }
}
