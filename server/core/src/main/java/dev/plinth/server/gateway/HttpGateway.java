package dev.plinth.server.gateway;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Message;
import dev.plinth.server.json.JsonStrings;
import dev.plinth.server.rpc.PlainHttp;
import dev.plinth.server.tls.RemoteIdentity;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.Status;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Decides what an HTTP request on the client port means. */
public final class HttpGateway implements PlainHttp, HttpConnection.Dispatcher {
    static final String TEXT = "text/plain; charset=utf-8";
    private static final String JSON = "application/json";
    private static final String METADATA_PREFIX = "grpc-metadata-";

    private final Channel services;
    private final Endpoints endpoints;
    private final HttpOptions options;
    private final BooleanSupplier isAuthEnabled;
    private final List<Site> sites;
    private final JsonShape.Shapes shapes = new JsonShape.Shapes();
    private final Executor background;

    /**
     * @param services the services, in the process
     * @param sites what is served beside the API and the endpoints
     * @param background writes long answers as JSON, at the pace of their receivers; virtual
     *     threads
     */
    public HttpGateway(
            Channel services,
            Endpoints endpoints,
            HttpOptions options,
            BooleanSupplier isAuthEnabled,
            List<Site> sites,
            Executor background) {
        this.background = background;
        this.sites = List.copyOf(sites);
        this.services = services;
        this.endpoints = endpoints;
        this.options = options;
        this.isAuthEnabled = isAuthEnabled;
    }

    @Override
    public void serve(ChannelPipeline pipeline) {
        HttpPipeline.http1(pipeline, this);
    }

    @Override
    public void serveHttp2(ChannelPipeline pipeline) {
        HttpPipeline.http2(pipeline, this);
    }

    @Override
    public Exchange dispatch(
            HttpRequest request,
            HttpAnswer answer,
            Executor loop,
            @Nullable RemoteIdentity identity) {
        String host = hostName(request.headers().get(HttpHeaderNames.HOST));
        if (identity == null && !options.allowsHost(host)) {
            answer.reply(
                    HttpResponseStatus.MISDIRECTED_REQUEST,
                    TEXT,
                    JsonMapping.utf8(unknownHost(host)));
            return HttpConnection.IgnoredBody.INSTANCE;
        }
        allowOrigin(request, answer);
        if (request.method().equals(HttpMethod.OPTIONS)) {
            answer.reply(HttpResponseStatus.OK, "", new byte[0]);
            return HttpConnection.IgnoredBody.INSTANCE;
        }
        QueryStringDecoder uri = new QueryStringDecoder(request.uri());
        String path = uri.path();
        if (options.gatewayEnabled() && Routes.isGatewayPath(path)) {
            if (identity != null && namesUser(identity)) {
                HttpConnection.refuse(
                        answer,
                        HttpResponseStatus.BAD_REQUEST,
                        "CommonName of client sending a request against gateway will be"
                                + " ignored and not used as expected\n");
                return HttpConnection.IgnoredBody.INSTANCE;
            }
            return call(request, path, answer, loop);
        }
        for (Site site : sites) {
            if (site.handle(request.method(), path, answer)) {
                return HttpConnection.IgnoredBody.INSTANCE;
            }
        }
        if (!endpoints.handle(request.method(), uri, request.headers(), answer)) {
            HttpConnection.refuse(answer, HttpResponseStatus.NOT_FOUND, "404 page not found\n");
        }
        return HttpConnection.IgnoredBody.INSTANCE;
    }

    /** Any path of the gateway may: what is wrong with it is told over the socket, as by etcd. */
    @Override
    public int webSocketBytesMax(HttpRequest request, @Nullable RemoteIdentity identity) {
        boolean isAllowed =
                options.gatewayEnabled()
                        && Routes.isGatewayPath(new QueryStringDecoder(request.uri()).path())
                        && (identity == null
                                ? options.allowsHost(
                                        hostName(request.headers().get(HttpHeaderNames.HOST)))
                                : !namesUser(identity));
        return isAllowed ? GatewayCall.documentBytesMax(options.messageBytesMax()) : 0;
    }

    /** The gateway's callers say by a token who they are: a name in a certificate misleads. */
    private boolean namesUser(RemoteIdentity identity) {
        return options.certificatesNameUsers()
                && !identity.commonName().isEmpty()
                && isAuthEnabled.getAsBoolean();
    }

    private Exchange call(HttpRequest request, String path, HttpAnswer answer, Executor loop) {
        MethodDescriptor<?, ?> method = Routes.method(path);
        if (method == null) {
            refuse(
                    answer,
                    HttpResponseStatus.NOT_FOUND,
                    Status.NOT_FOUND.withDescription("Not Found"));
            return HttpConnection.IgnoredBody.INSTANCE;
        }
        if (!request.method().equals(HttpMethod.POST)) {
            refuse(
                    answer,
                    HttpResponseStatus.NOT_IMPLEMENTED,
                    Status.UNIMPLEMENTED.withDescription("Method Not Allowed"));
            return HttpConnection.IgnoredBody.INSTANCE;
        }
        return new GatewayCall(
                services,
                ofMessages(method),
                callOptions(request),
                metadata(request),
                new JsonAnswers(
                        answerOf(method), !method.getType().serverSendsOneMessage(), shapes),
                answer,
                loop,
                background,
                options.messageBytesMax());
    }

    private static Descriptor answerOf(MethodDescriptor<?, ?> method) {
        var marshaller = (PrototypeMarshaller<?>) method.getResponseMarshaller();
        return ((Message) Objects.requireNonNull(marshaller.getMessagePrototype()))
                .getDescriptorForType();
    }

    /** Every method of the routes takes and gives protobuf messages. */
    @SuppressWarnings("unchecked")
    private static MethodDescriptor<Message, Message> ofMessages(MethodDescriptor<?, ?> method) {
        return (MethodDescriptor<Message, Message>) method;
    }

    private static void refuse(HttpAnswer answer, HttpResponseStatus httpStatus, Status status) {
        answer.reply(httpStatus, JSON, JsonMapping.utf8(JsonMapping.error(status)));
    }

    private void allowOrigin(HttpRequest request, HttpAnswer answer) {
        String allowed = null;
        if (options.corsOrigins().contains("*")) {
            allowed = "*";
        } else {
            String origin = request.headers().get(HttpHeaderNames.ORIGIN);
            if (origin != null && options.corsOrigins().contains(origin)) {
                allowed = origin;
            }
        }
        if (allowed != null) {
            answer.header("Access-Control-Allow-Methods", "POST, GET, OPTIONS, PUT, DELETE");
            answer.header("Access-Control-Allow-Origin", allowed);
            answer.header("Access-Control-Allow-Headers", "accept, content-type, authorization");
        }
    }

    private static CallOptions callOptions(HttpRequest request) {
        String timeout = request.headers().get("Grpc-Timeout");
        long nanos = timeout == null ? -1 : timeoutNanos(timeout);
        return nanos < 0
                ? CallOptions.DEFAULT
                : CallOptions.DEFAULT.withDeadlineAfter(nanos, TimeUnit.NANOSECONDS);
    }

    /** A gRPC timeout: up to eight digits and a unit; -1 when malformed. */
    static long timeoutNanos(String timeout) {
        if (!timeout.matches("[0-9]{1,8}[HMSmun]")) {
            return -1;
        }
        long amount = Long.parseLong(timeout.substring(0, timeout.length() - 1));
        TimeUnit unit =
                switch (timeout.charAt(timeout.length() - 1)) {
                    case 'H' -> TimeUnit.HOURS;
                    case 'M' -> TimeUnit.MINUTES;
                    case 'S' -> TimeUnit.SECONDS;
                    case 'm' -> TimeUnit.MILLISECONDS;
                    case 'u' -> TimeUnit.MICROSECONDS;
                    default -> TimeUnit.NANOSECONDS;
                };
        return unit.toNanos(amount);
    }

    private static Metadata metadata(HttpRequest request) {
        Metadata metadata = new Metadata();
        for (Map.Entry<String, String> header : request.headers()) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (name.startsWith(METADATA_PREFIX) && !name.endsWith("-bin")) {
                put(metadata, name.substring(METADATA_PREFIX.length()), header.getValue());
            } else if (name.equals("authorization")) {
                put(metadata, name, header.getValue());
            } else if (name.equals("accept") || name.equals("user-agent")) {
                put(metadata, "grpcgateway-" + name, header.getValue());
            }
        }
        return metadata;
    }

    private static void put(Metadata metadata, String name, String value) {
        if (name.matches("[0-9a-z_.-]+")) {
            metadata.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
        }
    }

    private static String hostName(@Nullable String host) {
        if (host == null) {
            return "";
        }
        int colon = host.lastIndexOf(':');
        String name = colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
        return name.startsWith("[") && name.endsWith("]")
                ? name.substring(1, name.length() - 1)
                : name;
    }

    private static String unknownHost(String host) {
        return "\netcd received your request, but the Host header was unrecognized.\n\n"
                + "To fix this, choose one of the following options:\n"
                + "- Enable TLS, then any HTTPS request will be allowed.\n"
                + "- Add the hostname you want to use to the whitelist in settings.\n"
                + "  - e.g. etcd --host-whitelist "
                + JsonStrings.quote(host)
                + "\n\nThis requirement has been added to help prevent \"DNS Rebinding\" attacks (CVE-2018-5702).\n";
    }
}
