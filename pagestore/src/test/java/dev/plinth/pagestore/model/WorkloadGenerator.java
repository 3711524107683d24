package dev.plinth.pagestore.model;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Draws workloads from a seed. */
public final class WorkloadGenerator {
    private static final List<String> NAMES = List.of("a", "b", "cc");

    private final RandomGenerator random;
    private final int keySpace;
    private final int valueMax;
    private final boolean readers;

    /**
     * A generator.
     *
     * @param readers whether readers are opened, and the database reopened, in between
     */
    public WorkloadGenerator(long seed, boolean readers) {
        this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        this.keySpace = 4 << random.nextInt(9);
        this.valueMax = 1 << random.nextInt(1, 12);
        this.readers = readers;
    }

    /** A workload of that many steps. */
    public List<Step> workload(int steps, int changesMax) {
        List<Step> workload = new ArrayList<>();
        for (int i = 0; i < steps; i++) {
            workload.add(step(changesMax));
        }
        return workload;
    }

    private Step step(int changesMax) {
        int kind = random.nextInt(20);
        if (kind < 3) {
            return new Step.Checkpoint();
        }
        if (kind == 19) {
            return new Step.Shrink(random.nextInt(1, 40));
        }
        if (readers && kind < 5) {
            return new Step.OpenReader();
        }
        if (readers && kind < 7) {
            return new Step.CloseReader();
        }
        if (readers && kind < 8) {
            return new Step.Reopen();
        }
        List<Step.Change> changes = new ArrayList<>();
        int count = random.nextInt(changesMax) + 1;
        List<String> home = path();
        while (changes.size() < count) {
            run(changes, random.nextInt(3) == 0 ? path() : home);
        }
        return new Step.Write(changes, random.nextInt(8) != 0);
    }

    /** Some changes of one kind: runs of puts and of deletes are what splits and merges pages. */
    private void run(List<Step.Change> changes, List<String> path) {
        switch (random.nextInt(16)) {
            case 0 -> changes.add(new Step.CreateBucket(path, name()));
            case 1 -> {
                if (random.nextInt(3) == 0) {
                    changes.add(new Step.DeleteBucket(path, name()));
                }
            }
            case 2 -> changes.add(new Step.MoveBucket(path, name(), path()));
            case 3 -> changes.add(new Step.SetSequence(path, random.nextLong(1000)));
            case 4 -> changes.add(new Step.SetFill(path, random.nextDouble(0.1, 1.0)));
            case 5 -> changes.add(new Step.DeleteWithCursor(path, key(), random.nextInt(keySpace)));
            case 6, 7, 8 -> {
                int start = random.nextInt(keySpace);
                for (int i = random.nextInt(1 + keySpace / 2); i >= 0; i--) {
                    changes.add(new Step.Delete(path, key(start + i)));
                }
            }
            case 9, 10 -> {
                int start = random.nextInt(keySpace);
                for (int i = 0; i < random.nextInt(1, 40); i++) {
                    changes.add(put(path, key(start + i)));
                }
            }
            default -> changes.add(put(path, key()));
        }
    }

    private Step.Put put(List<String> path, String key) {
        return new Step.Put(path, key, random.nextInt(valueMax), random.nextInt(256));
    }

    private String key() {
        return key(random.nextInt(keySpace));
    }

    private String key(int number) {
        String digits = String.format("%05d", number);
        return number % 17 == 0 ? digits + "-".repeat(number % 300) : digits;
    }

    private String name() {
        return NAMES.get(random.nextInt(NAMES.size()));
    }

    private List<String> path() {
        List<String> path = new ArrayList<>();
        path.add(name());
        while (path.size() < 3 && random.nextInt(3) == 0) {
            path.add(name());
        }
        return path;
    }
}
