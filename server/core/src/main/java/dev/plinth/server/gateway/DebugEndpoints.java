package dev.plinth.server.gateway;

import dev.plinth.server.core.LocalMember;
import dev.plinth.server.json.JsonStrings;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryUsage;
import java.lang.management.ThreadInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.List;
import java.util.concurrent.Executor;
import javax.management.JMException;
import javax.management.ObjectName;
import jdk.jfr.Configuration;
import jdk.jfr.Recording;
import org.jspecify.annotations.Nullable;

/**
 * Looks inside a running process, where etcd has {@code pprof}: threads, heap, flight recorder.
 * {@code /debug/vars} is always there, the rest with {@code --enable-pprof} or at log level debug,
 * as etcd's. Nothing here shows keys, values or tokens.
 *
 * <pre>
 *  GET  /debug/vars                      what etcd shows of itself, as JSON
 *  GET  /debug/pprof/                    this list
 *  GET  /debug/threads                   stack of every platform thread
 *  GET  /debug/heap                      pools, and the classes that fill the heap
 *  POST /debug/flight-recorder/start     begins a recording; 409 if one runs
 *  POST /debug/flight-recorder/stop      ends it
 *  GET  /debug/flight-recorder/download  what it has so far, or had at its end
 * </pre>
 *
 * <p>What takes long runs on the executor; any thread.
 */
public final class DebugEndpoints implements Site {
    private static final long RECORDED_BYTES_MAX = 64L << 20;
    private static final String JSON = "application/json; charset=utf-8";
    private static final String INDEX =
            """
            Go's profiles do not exist here; instead there are
            GET  /debug/threads
            GET  /debug/heap
            POST /debug/flight-recorder/start
            POST /debug/flight-recorder/stop
            GET  /debug/flight-recorder/download
            """;

    private final LocalMember member;
    private final boolean isProfiling;
    private final List<String> commandLine;
    private final Executor background;
    private @Nullable Recording recording;

    /**
     * @param isProfiling whether more than {@code /debug/vars} is shown
     * @param commandLine arguments of the process, without secrets
     * @param background runs what takes long
     */
    public DebugEndpoints(
            LocalMember member,
            boolean isProfiling,
            List<String> commandLine,
            Executor background) {
        this.member = member;
        this.isProfiling = isProfiling;
        this.commandLine = List.copyOf(commandLine);
        this.background = background;
    }

    /** Answers the request if the path is one of these. */
    @Override
    public boolean handle(HttpMethod method, String path, HttpAnswer answer) {
        if (path.equals("/debug/vars")) {
            reply(answer, JSON, variables());
            return true;
        }
        if (!isProfiling) {
            return false;
        }
        switch (path) {
            case "/debug/pprof", "/debug/pprof/" -> reply(answer, HttpGateway.TEXT, INDEX);
            case "/debug/threads" ->
                    background.execute(() -> reply(answer, HttpGateway.TEXT, threads()));
            case "/debug/heap" -> background.execute(() -> reply(answer, HttpGateway.TEXT, heap()));
            case "/debug/flight-recorder/start",
                    "/debug/flight-recorder/stop",
                    "/debug/flight-recorder/download" -> {
                boolean isDownload = path.endsWith("download");
                if (method.equals(isDownload ? HttpMethod.GET : HttpMethod.POST)) {
                    background.execute(() -> record(path, answer));
                } else {
                    fail(answer, HttpResponseStatus.METHOD_NOT_ALLOWED, "Method Not Allowed");
                }
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private static void reply(HttpAnswer answer, String type, String text) {
        answer.reply(HttpResponseStatus.OK, type, JsonMapping.utf8(text));
    }

    private static void fail(HttpAnswer answer, HttpResponseStatus status, String text) {
        answer.reply(status, HttpGateway.TEXT, JsonMapping.utf8(text + "\n"));
    }

    private String variables() {
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        StringBuilder out = new StringBuilder("{\n\"cmdline\": [");
        String separator = "";
        for (String word : commandLine) {
            out.append(separator);
            JsonStrings.append(out, word);
            separator = ",";
        }
        return out.append("],\n\"file_descriptor_limit\": ")
                .append(fileLimit())
                .append(",\n\"memstats\": {\"HeapAlloc\":")
                .append(heap.getUsed())
                .append(",\"HeapSys\":")
                .append(heap.getCommitted())
                .append(",\"Sys\":")
                .append(Runtime.getRuntime().totalMemory())
                .append("},\n\"raft.status\": {\"id\":")
                .append(JsonStrings.quote(Long.toHexString(member.memberId())))
                .append(",\"term\":")
                .append(member.raftTerm())
                .append(",\"commit\":")
                .append(member.committedIndex())
                .append(",\"applied\":")
                .append(member.appliedIndex())
                .append(",\"lead\":")
                .append(JsonStrings.quote(Long.toHexString(member.leaderId())))
                .append(",\"raftState\":")
                .append(
                        JsonStrings.quote(
                                member.leaderId() == member.memberId()
                                        ? "StateLeader"
                                        : "StateFollower"))
                .append("}\n}\n")
                .toString();
    }

    private static String fileLimit() {
        try {
            Object limit =
                    ManagementFactory.getPlatformMBeanServer()
                            .getAttribute(
                                    new ObjectName("java.lang:type=OperatingSystem"),
                                    "MaxFileDescriptorCount");
            return String.valueOf(limit);
        } catch (JMException _) {
            return "0";
        }
    }

    private static String threads() {
        StringBuilder out = new StringBuilder(1 << 16);
        for (ThreadInfo thread :
                ManagementFactory.getThreadMXBean().dumpAllThreads(true, true, Integer.MAX_VALUE)) {
            out.append('"')
                    .append(thread.getThreadName())
                    .append("\" ")
                    .append(thread.getThreadState());
            if (thread.getLockName() != null) {
                out.append(" on ").append(thread.getLockName());
            }
            out.append('\n');
            for (StackTraceElement frame : thread.getStackTrace()) {
                out.append("    at ").append(frame).append('\n');
            }
            out.append('\n');
        }
        return out.toString();
    }

    private static String heap() {
        StringBuilder out = new StringBuilder();
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            MemoryUsage usage = pool.getUsage();
            out.append(
                    "%-40s used %d committed %d max %d%n"
                            .formatted(
                                    pool.getName(),
                                    usage.getUsed(),
                                    usage.getCommitted(),
                                    usage.getMax()));
        }
        try {
            out.append('\n')
                    .append(
                            ManagementFactory.getPlatformMBeanServer()
                                    .invoke(
                                            new ObjectName(
                                                    "com.sun.management:type=DiagnosticCommand"),
                                            "gcClassHistogram",
                                            new Object[] {new String[0]},
                                            new String[] {String[].class.getName()}));
        } catch (JMException e) {
            out.append("no histogram of classes: ").append(e.getMessage()).append('\n');
        }
        return out.toString();
    }

    private synchronized void record(String path, HttpAnswer answer) {
        Recording current = recording;
        try {
            switch (path.substring(path.lastIndexOf('/') + 1)) {
                case "start" -> {
                    if (current != null && current.getState() == jdk.jfr.RecordingState.RUNNING) {
                        fail(answer, HttpResponseStatus.CONFLICT, "a recording runs");
                        return;
                    }
                    if (current != null) {
                        current.close();
                    }
                    Recording started = new Recording(Configuration.getConfiguration("default"));
                    started.setMaxSize(RECORDED_BYTES_MAX);
                    started.start();
                    recording = started;
                    reply(answer, HttpGateway.TEXT, "recording\n");
                }
                case "stop" -> {
                    if (current == null || current.getState() != jdk.jfr.RecordingState.RUNNING) {
                        fail(answer, HttpResponseStatus.CONFLICT, "no recording runs");
                        return;
                    }
                    current.stop();
                    reply(answer, HttpGateway.TEXT, "stopped\n");
                }
                default -> download(current, answer);
            }
        } catch (IOException | ParseException e) {
            fail(answer, HttpResponseStatus.INTERNAL_SERVER_ERROR, String.valueOf(e.getMessage()));
        }
    }

    private static void download(@Nullable Recording current, HttpAnswer answer)
            throws IOException {
        if (current == null) {
            fail(answer, HttpResponseStatus.NOT_FOUND, "nothing has been recorded");
            return;
        }
        Path file = Files.createTempFile("plinth", ".jfr");
        try {
            current.dump(file);
            answer.header("Content-Disposition", "attachment; filename=\"plinth.jfr\"");
            answer.reply(
                    HttpResponseStatus.OK, "application/octet-stream", Files.readAllBytes(file));
        } finally {
            Files.deleteIfExists(file);
        }
    }
}
