package org.icl4j.lab.patch;

import org.icl4j.lab.patch.StackPatcher.Query;
import org.icl4j.transformer.trace.Recorder;

/** How experiments come by a patch: as {@link StackPatcher} does, or by another rule, to see that they notice. */
public interface PatchRule {
    /** {@link StackPatcher#patch}. */
    PatchRule SEQUENTIAL = new PatchRule() {
        @Override
        public <A> Patch<A> patch(StackPatcher<A> patcher, Recorder<A> context, int position, Query<A> query) {
            return patcher.patch(context, position, query);
        }
    };

    /** The patch for a query at its position. */
    <A> Patch<A> patch(StackPatcher<A> patcher, Recorder<A> context, int position, Query<A> query);
}
