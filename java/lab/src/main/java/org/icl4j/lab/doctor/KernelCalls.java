package org.icl4j.lab.doctor;

import java.util.List;
import org.icl4j.kernels.AdamW;
import org.icl4j.kernels.AttentionHeads;
import org.icl4j.kernels.Gelu;
import org.icl4j.kernels.Kernels;
import org.icl4j.transformer.tensor.Tensor;

/** A call of each kernel on a list of operands, in the order of the kernel's parameters. */
final class KernelCalls {
    private static final AttentionHeads ATTENTION =
            AttentionHeads.scaled(KernelCase.HEADS, KernelCase.WIDTH / KernelCase.HEADS);

    private KernelCalls() {}

    static <A> void gemm(Kernels<A> k, List<Tensor<A>> t) {
        k.gemm(1, t.get(0).matrix(), t.get(1).matrix(), 0, t.get(2).matrix());
    }

    static <A> void addBias(Kernels<A> k, List<Tensor<A>> t) {
        k.addBias(t.get(0).matrix(), t.get(1).matrix());
    }

    static <A> void sumRows(Kernels<A> k, List<Tensor<A>> t) {
        k.sumRows(t.get(0).matrix(), 0, t.get(1).matrix());
    }

    static <A> void softmax(Kernels<A> k, List<Tensor<A>> t) {
        k.softmax(t.get(0).matrix(), t.get(1).matrix());
    }

    static <A> void softmaxBackward(Kernels<A> k, List<Tensor<A>> t) {
        k.softmaxBackward(t.get(0).matrix(), t.get(1).matrix(), t.get(2).matrix());
    }

    static <A> void layerNorm(Kernels<A> k, List<Tensor<A>> t) {
        k.layerNorm(
                t.get(0).matrix(),
                t.get(1).matrix(),
                t.get(2).matrix(),
                1e-5,
                t.get(3).matrix(),
                t.get(4).matrix(),
                t.get(5).matrix());
    }

    static <A> void layerNormBackward(Kernels<A> k, List<Tensor<A>> t) {
        k.layerNormBackward(
                t.get(0).matrix(),
                t.get(1).matrix(),
                t.get(2).matrix(),
                t.get(3).matrix(),
                t.get(4).matrix(),
                t.get(5).matrix(),
                t.get(6).matrix(),
                t.get(7).matrix());
    }

    static <A> void relu(Kernels<A> k, List<Tensor<A>> t) {
        k.relu(t.get(0).matrix(), t.get(1).matrix());
    }

    static <A> void reluBackward(Kernels<A> k, List<Tensor<A>> t) {
        k.reluBackward(t.get(0).matrix(), t.get(1).matrix(), t.get(2).matrix());
    }

    static <A> void gelu(Kernels<A> k, List<Tensor<A>> t) {
        k.gelu(Gelu.TANH, t.get(0).matrix(), t.get(1).matrix());
    }

    static <A> void geluBackward(Kernels<A> k, List<Tensor<A>> t) {
        k.geluBackward(Gelu.TANH, t.get(0).matrix(), t.get(1).matrix(), t.get(2).matrix());
    }

    static <A> void attention(Kernels<A> k, List<Tensor<A>> t) {
        k.attention(
                ATTENTION,
                t.get(0).batch(),
                t.get(1).batch(),
                t.get(2).batch(),
                t.get(3).batch(),
                t.get(4).batch());
    }

    static <A> void attentionBackward(Kernels<A> k, List<Tensor<A>> t) {
        k.attentionBackward(
                ATTENTION,
                t.get(0).batch(),
                t.get(1).batch(),
                t.get(2).batch(),
                t.get(3).batch(),
                t.get(4).batch(),
                t.get(5).batch(),
                t.get(6).batch(),
                t.get(7).batch(),
                t.get(8).batch());
    }

    static <A> void adamW(Kernels<A> k, List<Tensor<A>> t) {
        k.adamW(
                AdamW.adam(1e-3),
                1,
                t.get(0).matrix(),
                t.get(1).matrix(),
                t.get(2).matrix(),
                t.get(3).matrix());
    }
}
