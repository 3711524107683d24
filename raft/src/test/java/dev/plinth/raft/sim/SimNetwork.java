package dev.plinth.raft.sim;

import dev.plinth.raft.Message;
import dev.plinth.raft.MessageType;
import dev.plinth.raft.RaftDecodeException;
import java.util.SplittableRandom;

/**
 * Links between members that lose, delay, double and reorder messages, and that can be cut in each
 * direction alone.
 */
final class SimNetwork {
    private final Simulation simulation;
    private final SimulationOptions options;
    private final SplittableRandom random;
    private final boolean[][] cut;
    private boolean healed;

    SimNetwork(Simulation simulation, SplittableRandom random, int memberCount) {
        this.simulation = simulation;
        this.options = simulation.options();
        this.random = random;
        cut = new boolean[memberCount + 1][memberCount + 1];
    }

    /** From here on nothing is lost and all is quick. */
    void heal() {
        healed = true;
        clearCuts();
    }

    void clearCuts() {
        for (boolean[] row : cut) {
            java.util.Arrays.fill(row, false);
        }
    }

    /**
     * Draws a new partition: one member alone, two sides, one-way losses, or two sides with one
     * bridge.
     */
    String partition() {
        clearCuts();
        int n = cut.length - 1;
        return switch (random.nextInt(4)) {
            case 0 -> {
                int alone = 1 + random.nextInt(n);
                for (int i = 1; i <= n; i++) {
                    cutBoth(alone, i);
                }
                yield "member " + alone + " alone";
            }
            case 1 -> "sides " + cutSides(0);
            case 2 -> {
                for (int from = 1; from <= n; from++) {
                    for (int to = 1; to <= n; to++) {
                        cut[from][to] = from != to && random.nextInt(4) == 0;
                    }
                }
                yield "one-way losses";
            }
            default -> {
                int bridge = 1 + random.nextInt(n);
                yield "sides " + cutSides(bridge) + " with bridge " + bridge;
            }
        };
    }

    private String cutSides(int bridge) {
        int n = cut.length - 1;
        int sides = random.nextInt(1 << n);
        for (int a = 1; a <= n; a++) {
            for (int b = 1; b <= n; b++) {
                boolean apart = ((sides >> (a - 1)) & 1) != ((sides >> (b - 1)) & 1);
                if (apart && a != bridge && b != bridge) {
                    cut[a][b] = true;
                }
            }
        }
        return Integer.toBinaryString(sides);
    }

    private void cutBoth(int a, int b) {
        if (a != b) {
            cut[a][b] = true;
            cut[b][a] = true;
        }
    }

    void send(SimMember from, Message m) {
        int to = (int) m.to();
        if (to < 1 || to >= cut.length) {
            return;
        }
        boolean lost =
                cut[(int) from.id()][to] || (!healed && random.nextDouble() < options.loss());
        // A proposal that comes twice is appended twice, rightly: it is for the application to know
        // its requests.
        boolean mayDouble = !healed && m.type() != MessageType.PROP;
        int copies = mayDouble && random.nextDouble() < options.duplicate() ? 2 : 1;
        if (lost) {
            copies = 0;
            if (random.nextInt(4) == 0) {
                from.later(delay(), () -> from.unreachable(to));
            }
        }
        for (int i = 0; i < copies; i++) {
            Message travelling = options.wire() ? encodedAndDecoded(m) : m;
            simulation.after(delay(), () -> simulation.deliver(travelling));
        }
        if (m.type() == MessageType.SNAP) {
            boolean failed = copies == 0;
            from.later(2 * delay(), () -> from.snapshotSent(to, failed));
        }
    }

    private Message encodedAndDecoded(Message m) {
        byte[] bytes = m.toBytes(options.wireForm());
        try {
            return Message.decode(bytes, 0, bytes.length);
        } catch (RaftDecodeException e) {
            throw new Violation("wire", e);
        }
    }

    private long delay() {
        long spread = options.delayMax() - options.delayMin();
        if (healed) {
            return options.delayMin();
        }
        long delay = options.delayMin() + (spread > 0 ? random.nextLong(spread) : 0);
        return random.nextDouble() < options.delaySpike()
                ? delay + random.nextLong(2 * options.electionMicros())
                : delay;
    }
}
