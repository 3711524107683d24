package dev.plinth.raft;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Messages with anything in them, for codec tests. */
final class RandomMessages {
    private RandomMessages() {}

    static Message next(RandomGenerator random, int depth) {
        MessageType[] types = MessageType.values();
        Message.Builder message =
                Message.of(types[random.nextInt(types.length)])
                        .to(number(random))
                        .from(number(random))
                        .term(number(random))
                        .logTerm(number(random))
                        .index(number(random))
                        .commit(number(random))
                        .reject(random.nextBoolean())
                        .rejectHint(number(random))
                        .vote(number(random))
                        .context(bytes(random));
        List<Entry> entries = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            entries.add(entry(random));
        }
        message.entries(entries);
        if (random.nextInt(4) == 0) {
            message.snapshot(
                    new Snapshot(
                            random.nextBoolean() ? null : bytes(random),
                            new SnapshotMetadata(
                                    new ConfState(
                                            ids(random),
                                            ids(random),
                                            ids(random),
                                            ids(random),
                                            random.nextBoolean(),
                                            random.nextBoolean()),
                                    1 + (number(random) >>> 1),
                                    number(random))));
        }
        if (depth > 0) {
            List<Message> responses = new ArrayList<>();
            for (int i = random.nextInt(3); i > 0; i--) {
                responses.add(next(random, depth - 1));
            }
            message.responses(responses);
        }
        return message.build();
    }

    private static Entry entry(RandomGenerator random) {
        EntryType[] types = EntryType.values();
        return Entry.of(
                number(random),
                number(random),
                types[random.nextInt(types.length)],
                random.nextInt(4) == 0 ? null : bytes(random),
                random.nextBoolean() ? WireForm.V3_5 : WireForm.V3_7);
    }

    private static List<Long> ids(RandomGenerator random) {
        List<Long> ids = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            ids.add(number(random));
        }
        return ids;
    }

    private static Bytes bytes(RandomGenerator random) {
        byte[] bytes = new byte[random.nextInt(200)];
        random.nextBytes(bytes);
        int from = random.nextInt(bytes.length + 1);
        return Bytes.wrap(bytes, from, bytes.length - from);
    }

    private static long number(RandomGenerator random) {
        return random.nextInt(3) == 0 ? 0 : random.nextLong() >>> random.nextInt(64);
    }
}
