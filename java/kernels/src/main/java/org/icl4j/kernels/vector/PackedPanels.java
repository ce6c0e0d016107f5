package org.icl4j.kernels.vector;

import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.VectorProducts.blockTerms;

import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.PackedMatrix;
import org.icl4j.kernels.WeightType;
import org.icl4j.kernels.provider.Weights;

/**
 * All of B in panels, block by block of {@link VectorProducts#blockTerms} rows: what {@link Panels} makes of a part of B for one
 * product. Elements of 16 bits stand in the same places of an array of shorts.
 *
 * @param floats the panels, if the type is f32; else empty
 * @param shorts the panels otherwise
 */
record PackedPanels(int rows, int cols, WeightType type, float[] floats, short[] shorts)
        implements PackedMatrix<float[]> {

    static PackedPanels of(Weights<float[]> weights) {
        int n = weights.cols();
        boolean wide = weights.type() == WeightType.F32;
        int size = Math.addExact(
                ProductBlock.ALIGNED, Math.multiplyExact(Panels.padded(weights.rows()), Panels.padded(n)));
        float[] floats = new float[wide ? size : 0];
        short[] shorts = new short[wide ? 0 : size];
        PackedPanels packed = new PackedPanels(weights.rows(), n, weights.type(), floats, shorts);
        int terms = blockTerms(weights.rows());
        float[] block = wide ? floats : new float[Math.multiplyExact(Panels.padded(terms), Panels.padded(n))];
        for (int k0 = 0; k0 < weights.rows(); k0 += terms) {
            int kc = Math.min(terms, weights.rows() - k0);
            Matrix<float[]> some = weights.block().rows(k0, k0 + kc);
            int at = packed.at(k0, kc, 0);
            Panels.pack(some, 0, 0, kc, 0, Panels.count(n), block, wide ? at : 0);
            if (!wide) {
                packed.encode(block, at, kc);
            }
        }
        return packed;
    }

    private void encode(float[] block, int at, int kc) {
        for (int i = 0; i < Panels.padded(kc) * Panels.padded(cols); i++) {
            shorts[at + i] = type.encode(block[i]);
        }
    }

    /** Where the panel starts in its block of {@code kc} rows from {@code k0} on. */
    int at(int k0, int kc, int panel) {
        return ProductBlock.ALIGNED + k0 * Panels.padded(cols) + Panels.first(cols, panel) * LENGTH * Panels.padded(kc);
    }

    @Override
    public long bytes() {
        return (long) Float.BYTES * floats.length + (long) Short.BYTES * shorts.length;
    }
}
