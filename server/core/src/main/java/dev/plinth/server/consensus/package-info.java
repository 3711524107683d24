/**
 * The loops that carry a write from its proposal to its result, and the queues between them.
 *
 * <pre>
 * propose ─> RaftLoop ─append─> WalWriter ─(durable)─> RaftLoop ─committed─> ApplyLoop ─> waiter
 *               │ peers' messages, ticks                                     │
 *               └ read index ─────────────> AppliedIndex <───────────────────┘
 * </pre>
 *
 * <p>Each loop is an {@link dev.plinth.server.consensus.Agent}: it owns its state, does bounded
 * work in {@code doWork}, never blocks but in the log writer's disk calls, and is driven by a
 * thread or by a test. Time comes in through a clock; nothing here starts a thread by itself.
 */
@NullMarked
package dev.plinth.server.consensus;

import org.jspecify.annotations.NullMarked;
