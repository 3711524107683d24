package dev.plinth.jmh.raft;

import dev.plinth.raft.Bytes;
import dev.plinth.raft.Entry;
import dev.plinth.raft.EntryType;
import dev.plinth.raft.Message;
import dev.plinth.raft.MessageType;
import dev.plinth.raft.RaftDecodeException;
import dev.plinth.raft.Ready;
import dev.plinth.raft.WireForm;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The cost of single messages: stepping them, collecting what follows, and their encoding. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class MessageBenchmark {
    private MemoryCluster cluster;
    private Message heartbeat;
    private Message heartbeatAnswer;
    private Message append;
    private byte[] encoded;
    private byte[] target;

    /** Starts a cluster of three and takes its messages. */
    @Setup
    public void start() {
        cluster = new MemoryCluster(3);
        long term = cluster.leader().basicStatus().hardState().term();
        heartbeat = Message.of(MessageType.HEARTBEAT).from(1).to(2).term(term).build();
        heartbeatAnswer = Message.of(MessageType.HEARTBEAT_RESP).from(2).to(1).term(term).build();
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            entries.add(Entry.of(term, 100 + i, EntryType.NORMAL, Bytes.wrap(new byte[256])));
        }
        append =
                Message.of(MessageType.APP)
                        .from(1)
                        .to(2)
                        .term(term)
                        .logTerm(term)
                        .index(99)
                        .entries(entries)
                        .commit(90)
                        .build();
        encoded = append.toBytes(WireForm.V3_7);
        target = new byte[encoded.length];
    }

    /** A follower's heartbeat: step, and the Ready with the answer. */
    @Benchmark
    public Ready followerHeartbeat() {
        MemoryCluster.step(cluster.node(2), heartbeat);
        return cluster.node(2).ready();
    }

    /** A leader's heartbeat answer, which asks for nothing. */
    @Benchmark
    public boolean leaderHeartbeatAnswer() {
        MemoryCluster.step(cluster.leader(), heartbeatAnswer);
        return cluster.leader().hasReady();
    }

    /** The look that finds nothing to do. */
    @Benchmark
    public boolean nothingReady() {
        return cluster.leader().hasReady();
    }

    /** An append of 16 entries of 256 bytes into a buffer. */
    @Benchmark
    public int encodeAppend() {
        return append.writeTo(target, 0, WireForm.V3_7);
    }

    /** The same back; the entries share the buffer. */
    @Benchmark
    public Message decodeAppend() throws RaftDecodeException {
        return Message.decode(encoded, 0, encoded.length);
    }
}
