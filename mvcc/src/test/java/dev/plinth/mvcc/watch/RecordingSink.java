package dev.plinth.mvcc.watch;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A sink with room for so many calls, which writes down what it takes. */
public final class RecordingSink implements WatchSink {
    private final List<String> log = new ArrayList<>();
    private final Map<Long, List<String>> events = new TreeMap<>();
    private final Map<Long, List<Long>> revisions = new TreeMap<>();
    private int room;
    private int flushes;

    public RecordingSink(int room) {
        this.room = room;
    }

    public void makeRoom(int calls) {
        room += calls;
    }

    /** Everything taken, in words, in order. */
    public List<String> log() {
        return log;
    }

    /** Events that a watcher got, in words, in order. */
    public List<String> events(long watchId) {
        return events.getOrDefault(watchId, List.of());
    }

    /** Revisions of the events that a watcher got. */
    public List<Long> revisions(long watchId) {
        return revisions.getOrDefault(watchId, List.of());
    }

    public int flushes() {
        return flushes;
    }

    private boolean take(String call) {
        if (room == 0) {
            return false;
        }
        room--;
        log.add(call);
        return true;
    }

    @Override
    public void created(long watchId, long currentRevision) {
        log.add("created " + watchId + " at " + currentRevision);
    }

    @Override
    public boolean events(long watchId, WatchEvents batch, long revision) {
        StringBuilder call = new StringBuilder("events " + watchId + " at " + revision + ":");
        for (int i = 0; i < batch.size(); i++) {
            call.append(' ').append(words(batch.get(i)));
        }
        if (!take(call.toString())) {
            return false;
        }
        for (int i = 0; i < batch.size(); i++) {
            events.computeIfAbsent(watchId, id -> new ArrayList<>()).add(words(batch.get(i)));
            revisions
                    .computeIfAbsent(watchId, id -> new ArrayList<>())
                    .add(batch.get(i).modRevision());
        }
        return true;
    }

    static String words(WatchEvent event) {
        String key = new String(event.key(), StandardCharsets.UTF_8);
        return (event.isDelete() ? "-" : "+") + key + "@" + event.modRevision();
    }

    @Override
    public boolean progress(long watchId, long revision) {
        return take("progress " + watchId + " at " + revision);
    }

    @Override
    public boolean compacted(long watchId, long compactRevision) {
        return take("compacted " + watchId + " at " + compactRevision);
    }

    @Override
    public void flush() {
        flushes++;
    }
}
