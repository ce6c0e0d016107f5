/** Transformers on {@link org.icl4j.kernels.Kernels}: tensors, blocks, optimisers, files. */
module org.icl4j.transformer {
    requires transitive org.icl4j.kernels;
    requires tools.jackson.core;

    exports org.icl4j.transformer.block;
    exports org.icl4j.transformer.decoder;
    exports org.icl4j.transformer.files;
    exports org.icl4j.transformer.layer;
    exports org.icl4j.transformer.linear;
    exports org.icl4j.transformer.optimizer;
    exports org.icl4j.transformer.tensor;
    exports org.icl4j.transformer.trace;
    exports org.icl4j.transformer.training;
}
