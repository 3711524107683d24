package dev.plinth.server.gateway;

import dev.plinth.api.etcdserverpb.AlarmMember;
import dev.plinth.api.etcdserverpb.AlarmType;
import dev.plinth.mvcc.RangeQuery;
import dev.plinth.mvcc.RangeQuery.KeysOnly;
import dev.plinth.mvcc.RangeQuery.RevisionFilter;
import dev.plinth.mvcc.RangeQuery.SortOrder;
import dev.plinth.mvcc.RangeQuery.SortTarget;
import dev.plinth.mvcc.ReadView;
import dev.plinth.server.core.Barrier;
import dev.plinth.server.core.Build;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.RefusedException;
import dev.plinth.server.json.JsonStrings;
import dev.plinth.server.metrics.Metrics;
import dev.plinth.server.metrics.TextForm;
import dev.plinth.server.rpc.ErrorMapping;
import dev.plinth.server.rpc.ServiceContext;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The fixed paths: health, liveness, readiness, version, metrics. Nothing here blocks. */
public final class Endpoints {
    private static final String LIVEZ = "/livez";
    private static final String READYZ = "/readyz";

    /** The second one is ours: etcd does not notice a device that hangs. */
    private static final List<String> LIVE_CHECKS = List.of("serializable_read", "disk_stall");

    private static final List<String> READY_CHECKS =
            List.of("data_corruption", "serializable_read", "linearizable_read", "non_learner");

    /** Any key, of which only the existence of an answer counts. */
    private static final RangeQuery PROBE =
            new RangeQuery(
                    new byte[0],
                    null,
                    1,
                    0,
                    SortOrder.NONE,
                    SortTarget.KEY,
                    KeysOnly.FROM_INDEX,
                    false,
                    RevisionFilter.NONE);

    private final ServiceContext context;
    private final LocalMember member;
    private final Metrics metrics;
    private final DiskWatchdog watchdog;
    private final HealthMetrics health;

    /** Answers from the given member. */
    public Endpoints(ServiceContext context, Metrics metrics, DiskWatchdog watchdog) {
        this.context = context;
        this.member = context.member();
        this.metrics = metrics;
        this.watchdog = watchdog;
        this.health = new HealthMetrics(metrics);
    }

    /** Answers the request if the path is one of ours. */
    boolean handle(
            HttpMethod method, QueryStringDecoder uri, HttpHeaders headers, HttpAnswer answer) {
        String path = uri.path();
        switch (path) {
            case "/health" -> onlyGet(method, answer, () -> health(uri.parameters(), answer));
            case "/version" -> onlyGet(method, answer, () -> version(answer));
            case "/metrics" -> metrics(headers, answer);
            default -> {
                List<String> checks = checks(path);
                if (checks == null) {
                    return false;
                }
                String type = path.startsWith(LIVEZ) ? "livez" : "readyz";
                onlyGet(method, answer, () -> run(type, checks, uri.parameters(), answer));
            }
        }
        return true;
    }

    private static void onlyGet(HttpMethod method, HttpAnswer answer, Runnable action) {
        if (method.equals(HttpMethod.GET)) {
            action.run();
            return;
        }
        answer.header("Allow", "GET");
        HttpConnection.refuse(
                answer, HttpResponseStatus.METHOD_NOT_ALLOWED, "Method Not Allowed\n");
    }

    private void health(Map<String, List<String>> parameters, HttpAnswer answer) {
        List<String> excluded = parameters.getOrDefault("exclude", List.of());
        boolean serializable = parameters.getOrDefault("serializable", List.of()).contains("true");
        for (AlarmMember alarm : context.alarms().active(AlarmType.NONE)) {
            String name = alarm.getAlarm().name();
            if (!excluded.contains(name)) {
                unhealthy(answer, "ALARM " + name);
                return;
            }
        }
        if (!serializable && member.leaderId() == 0) {
            unhealthy(answer, "RAFT NO LEADER");
            return;
        }
        probe(
                serializable,
                failure -> {
                    if (failure == null) {
                        health.success();
                        answer.reply(
                                HttpResponseStatus.OK,
                                HttpGateway.TEXT,
                                JsonMapping.utf8("{\"health\":\"true\",\"reason\":\"\"}"));
                    } else {
                        unhealthy(answer, "RANGE ERROR:" + failure);
                    }
                });
    }

    private void unhealthy(HttpAnswer answer, String reason) {
        health.failure();
        answer.reply(
                HttpResponseStatus.SERVICE_UNAVAILABLE,
                HttpGateway.TEXT,
                JsonMapping.utf8(
                        "{\"health\":\"false\",\"reason\":" + JsonStrings.quote(reason) + "}\n"));
    }

    /** Tells null when a read works, else why it does not. */
    private void probe(boolean serializable, Consumer<@Nullable String> result) {
        if (serializable) {
            result.accept(read());
            return;
        }
        member.readBarrier(
                new Barrier() {
                    @Override
                    public void passed() {
                        result.accept(read());
                    }

                    @Override
                    public void failed(RefusedException reason) {
                        result.accept(ErrorMapping.text(reason));
                    }
                });
    }

    private @Nullable String read() {
        try (ReadView view = context.store().read()) {
            view.range(PROBE);
            return null;
        } catch (RuntimeException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private void version(HttpAnswer answer) {
        String text =
                "{\"etcdserver\":"
                        + JsonStrings.quote(member.serverVersion())
                        + ",\"etcdcluster\":"
                        + JsonStrings.quote(
                                Objects.requireNonNullElse(member.clusterVersion(), "not_decided"))
                        + ",\"storage\":"
                        + JsonStrings.quote(
                                Objects.requireNonNullElse(member.storageVersion(), "unknown"))
                        + ",\"plinth\":"
                        + JsonStrings.quote(Build.OWN.version())
                        + ",\"commit\":"
                        + JsonStrings.quote(Build.OWN.commit())
                        + "}";
        answer.reply(HttpResponseStatus.OK, "application/json", JsonMapping.utf8(text));
    }

    private void metrics(HttpHeaders headers, HttpAnswer answer) {
        health.scraped();
        TextForm form = TextForm.accepted(String.join(",", headers.getAll(HttpHeaderNames.ACCEPT)));
        byte[] text = JsonMapping.utf8(form.write(metrics));
        boolean isCompressed = GzipBody.isAccepted(headers);
        if (isCompressed) {
            answer.header("Content-Encoding", "gzip");
        }
        answer.reply(
                HttpResponseStatus.OK, form.contentType(), isCompressed ? GzipBody.of(text) : text);
    }

    private static @Nullable List<String> checks(String path) {
        List<String> all;
        String rest;
        if (path.startsWith(LIVEZ)) {
            all = LIVE_CHECKS;
            rest = path.substring(LIVEZ.length());
        } else if (path.startsWith(READYZ)) {
            all = READY_CHECKS;
            rest = path.substring(READYZ.length());
        } else {
            return null;
        }
        if (rest.isEmpty() || rest.equals("/")) {
            return all;
        }
        String name = rest.substring(1);
        return rest.startsWith("/") && all.contains(name) ? List.of(name) : null;
    }

    private void run(
            String type,
            List<String> checks,
            Map<String, List<String>> parameters,
            HttpAnswer answer) {
        List<String> excluded = parameters.getOrDefault("exclude", List.of());
        List<String> wanted = checks.stream().filter(check -> !excluded.contains(check)).toList();
        boolean verbose = parameters.containsKey("verbose");
        Report report = new Report(wanted, verbose, answer);
        if (wanted.isEmpty()) {
            report.send();
        }
        for (String check : wanted) {
            start(
                    check,
                    failure -> {
                        health.checked(type, check, failure == null);
                        report.add(check, failure);
                    });
        }
    }

    private void start(String check, Consumer<@Nullable String> result) {
        switch (check) {
            case "serializable_read" -> probe(true, result);
            case "linearizable_read" -> probe(false, result);
            case "data_corruption" ->
                    result.accept(
                            context.alarms().isActive(AlarmType.CORRUPT)
                                    ? "alarm activated: CORRUPT"
                                    : null);
            case "disk_stall" -> result.accept(watchdog.complaint());
            case "non_learner" ->
                    result.accept(member.isLearner() ? "not supported for learner" : null);
            default -> throw new IllegalStateException(check);
        }
    }

    /** Collects the outcomes of checks and answers with the last one. */
    private static final class Report {
        private final List<String> lines = new ArrayList<>();
        private final AtomicInteger missing;
        private final boolean verbose;
        private final HttpAnswer answer;
        private boolean failed;

        Report(List<String> checks, boolean verbose, HttpAnswer answer) {
            this.missing = new AtomicInteger(checks.size());
            this.verbose = verbose;
            this.answer = answer;
        }

        void add(String check, @Nullable String failure) {
            synchronized (lines) {
                failed |= failure != null;
                lines.add(
                        failure == null
                                ? "[+]" + check + " ok\n"
                                : "[-]" + check + " failed: " + failure + "\n");
            }
            if (missing.decrementAndGet() == 0) {
                send();
            }
        }

        void send() {
            String text;
            boolean bad;
            synchronized (lines) {
                bad = failed;
                text = bad || verbose ? String.join("", lines) : "";
            }
            answer.header("X-Content-Type-Options", "nosniff");
            answer.reply(
                    bad ? HttpResponseStatus.SERVICE_UNAVAILABLE : HttpResponseStatus.OK,
                    HttpGateway.TEXT,
                    JsonMapping.utf8(text + (bad ? "\n" : "ok\n")));
        }
    }
}
