package org.icl4j.transformer.layer;

import java.util.Optional;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.Rotary;
import org.icl4j.kernels.RotaryAngles;
import org.icl4j.kernels.RotaryPairing;
import org.icl4j.transformer.layer.ParameterSpec.Role;
import org.icl4j.transformer.tensor.Tensor;

/**
 * What stands around attention of either kind: queries, keys and values from one product ({@code c_attn}), turned by their
 * positions if the model has rotary ones, and the product that brings the heads together again ({@code c_proj}).
 */
final class HeadProjections<A> {
    private final Kernels<A> kernels;
    private final Wires<A> wires;
    private final Linear<A> in;
    final Output<A> output;
    private final Optional<RotaryAngles<A>> angles;
    private final Rotary queryHeads;
    private final Rotary keyHeads;
    private final Matrix<A> joint;
    private final Matrix<A> dJoint;
    final Matrix<A> q;
    final Matrix<A> k;
    final Matrix<A> v;
    final Matrix<A> z;
    final Matrix<A> dq;
    final Matrix<A> dk;
    final Matrix<A> dv;
    final Matrix<A> dz;
    private final Matrix<A> dzRows;

    /**
     * @param angles those of the positions of the workspace, if they are rotary
     */
    HeadProjections(
            BlockConfig config,
            Optional<RotaryAngles<A>> angles,
            Weights<A> weights,
            Workspace<A> workspace,
            Wires<A> wires) {
        int queries = config.dModel();
        int keys = config.dKeys();
        this.kernels = weights.kernels();
        this.wires = wires;
        this.in = new Linear<>(weights.at("c_attn"), config.biased());
        this.angles = angles;
        this.queryHeads = new Rotary(config.nHeads(), RotaryPairing.HALVES);
        this.keyHeads = new Rotary(config.nKeyHeads(), RotaryPairing.HALVES);
        Tensor<A> qkv = workspace.kept("qkv", queries + 2 * keys);
        Tensor<A> dQkv = workspace.scratch("dQkv", queries + 2 * keys);
        Tensor<A> heads = workspace.kept("z", queries);
        Tensor<A> dHeads = workspace.scratch("dz", queries);
        this.joint = qkv.matrix();
        this.dJoint = dQkv.matrix();
        this.q = qkv.batch().columns(0, queries);
        this.k = qkv.batch().columns(queries, queries + keys);
        this.v = qkv.batch().columns(queries + keys, queries + 2 * keys);
        this.dq = dQkv.batch().columns(0, queries);
        this.dk = dQkv.batch().columns(queries, queries + keys);
        this.dv = dQkv.batch().columns(queries + keys, queries + 2 * keys);
        this.z = heads.batch();
        this.output = new Output<>(new Linear<>(weights.at("c_proj"), config.biased()), heads, workspace, wires);
        this.dz = dHeads.batch();
        this.dzRows = dHeads.matrix();
    }

    static void declare(Specs specs, BlockConfig config) {
        int joint = config.dModel() + 2 * config.dKeys();
        Linear.declare(specs.at("c_attn"), Role.WEIGHT, config.dModel(), joint, config.biased());
        Linear.declare(specs.at("c_proj"), Role.RESIDUAL_WEIGHT, config.dModel(), config.dModel(), config.biased());
    }

    /** Leaves q, k and v. */
    void project() {
        in.forward(wires.in().matrix(), joint, in.epilogue());
        if (angles.isPresent()) {
            kernels.rotary(queryHeads, angles.get(), q, q);
            kernels.rotary(keyHeads, angles.get(), k, k);
        }
    }

    /** Leaves dz. */
    void joinBackward(Tensor<A> dOut) {
        output.backward(dOut, dzRows);
    }

    /** From dq, dk and dv, which are overwritten. */
    void projectBackward(Tensor<A> dIn) {
        if (angles.isPresent()) {
            kernels.rotaryBackward(queryHeads, angles.get(), dq, dq);
            kernels.rotaryBackward(keyHeads, angles.get(), dk, dk);
        }
        in.backward(wires.in().matrix(), dJoint, dIn.matrix());
    }
}
