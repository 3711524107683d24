package dev.plinth.mvcc.index;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The index as the specification words it: generations as lists, in a sorted map. */
public final class ModelIndex {

    /** One change of a key. */
    public record Rev(long main, int sub) {}

    /** What a key is at a revision. */
    public record Found(long mod, int sub, long create, long version) {}

    private static final class Generation {
        long created;
        long version;
        List<Rev> revs = new ArrayList<>();
    }

    private final TreeMap<byte[], List<Generation>> keys = new TreeMap<>(Arrays::compareUnsigned);

    public ModelIndex copy() {
        ModelIndex copy = new ModelIndex();
        keys.forEach((key, generations) -> {
            List<Generation> list = new ArrayList<>();
            for (Generation g : generations) {
                Generation h = new Generation();
                h.created = g.created;
                h.version = g.version;
                h.revs = new ArrayList<>(g.revs);
                list.add(h);
            }
            copy.keys.put(key, list);
        });
        return copy;
    }

    public Found put(byte[] key, long main, int sub) {
        List<Generation> generations = keys.computeIfAbsent(key, k -> newList());
        Generation last = generations.getLast();
        if (last.revs.isEmpty()) {
            last.created = main;
        }
        last.revs.add(new Rev(main, sub));
        last.version++;
        return new Found(main, sub, last.created, last.version);
    }

    public boolean tombstone(byte[] key, long main, int sub) {
        List<Generation> generations = keys.get(key);
        if (generations == null || generations.getLast().revs.isEmpty()) {
            return false;
        }
        generations.getLast().revs.add(new Rev(main, sub));
        generations.getLast().version++;
        generations.add(new Generation());
        return true;
    }

    public @Nullable Found find(byte[] key, long at) {
        List<Generation> generations = keys.get(key);
        if (generations == null) {
            return null;
        }
        for (int i = generations.size() - 1; i >= 0; i--) {
            Generation g = generations.get(i);
            if (g.revs.isEmpty()) {
                continue;
            }
            boolean isLast = i == generations.size() - 1;
            if (!isLast && g.revs.getLast().main() <= at) {
                return null;
            }
            if (g.revs.getFirst().main() <= at) {
                for (int r = g.revs.size() - 1; r >= 0; r--) {
                    if (g.revs.get(r).main() <= at) {
                        long version = g.version - (g.revs.size() - 1 - r);
                        Rev rev = g.revs.get(r);
                        return new Found(rev.main(), rev.sub(), g.created, version);
                    }
                }
            }
        }
        return null;
    }

    public Map<byte[], Found> range(byte[] key, byte @Nullable [] end, long at) {
        TreeMap<byte[], Found> result = new TreeMap<>(Arrays::compareUnsigned);
        keys.forEach((k, generations) -> {
            boolean inside =
                    end == null
                            ? Arrays.equals(k, key)
                            : Arrays.compareUnsigned(k, key) >= 0
                                    && (end.length == 0 || Arrays.compareUnsigned(k, end) < 0);
            Found found = inside ? find(k, at) : null;
            if (found != null) {
                result.put(k, found);
            }
        });
        return result;
    }

    private static int chosen(List<Generation> generations, long at) {
        int i = 0;
        while (i < generations.size() - 1 && generations.get(i).revs.getLast().main() < at) {
            i++;
        }
        return i;
    }

    private static int pick(Generation g, long at) {
        int picked = -1;
        for (int r = 0; r < g.revs.size(); r++) {
            if (g.revs.get(r).main() <= at) {
                picked = r;
            }
        }
        return picked;
    }

    public void compact(long at) {
        Iterator<List<Generation>> all = keys.values().iterator();
        while (all.hasNext()) {
            List<Generation> generations = all.next();
            int chosen = chosen(generations, at);
            Generation g = generations.get(chosen);
            int picked = pick(g, at);
            if (picked > 0) {
                g.revs = new ArrayList<>(g.revs.subList(picked, g.revs.size()));
            }
            generations.subList(0, chosen).clear();
            if (generations.size() == 1 && generations.getFirst().revs.isEmpty()) {
                all.remove();
            }
        }
    }

    public @Nullable Rev kept(byte[] key, long at) {
        List<Generation> generations = keys.get(key);
        if (generations == null) {
            return null;
        }
        int chosen = chosen(generations, at);
        Generation g = generations.get(chosen);
        int picked = pick(g, at);
        boolean tombstone = chosen != generations.size() - 1 && picked == g.revs.size() - 1;
        return picked < 0 || tombstone ? null : g.revs.get(picked);
    }

    public List<Rev> all(byte[] key) {
        List<Rev> result = new ArrayList<>();
        for (Generation g : keys.getOrDefault(key, List.of())) {
            result.addAll(g.revs);
        }
        return result;
    }

    public Iterable<byte[]> keys() {
        return keys.keySet();
    }

    private static List<Generation> newList() {
        List<Generation> list = new ArrayList<>();
        list.add(new Generation());
        return list;
    }
}
