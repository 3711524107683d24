package dev.plinth.server.rpc;

import io.grpc.Attributes;
import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalProtocolNegotiationEvent;
import io.grpc.netty.ProtocolNegotiationEvent;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/**
 * Puts the frames of a message that is still being written on the wire.
 *
 * <p>gRPC hands over a frame for each mebibyte of a message, but has its connection send them only
 * when the message has ended, so that a message of any size would lie in memory as a whole. The
 * connection's queue is not part of gRPC's public classes; where it cannot be reached a message is
 * held as a whole, as before.
 */
final class FrameFlush {
    private static final Attributes.Key<GrpcHttp2ConnectionHandler> CONNECTION =
            Attributes.Key.create("dev.plinth.connection");
    private static final @Nullable MethodHandle SCHEDULE = schedule();

    private FrameFlush() {}

    private static @Nullable MethodHandle schedule() {
        try {
            Class<?> handler = Class.forName("io.grpc.netty.NettyServerHandler");
            Class<?> queue = Class.forName("io.grpc.netty.WriteQueue");
            MethodHandles.Lookup inside =
                    MethodHandles.privateLookupIn(handler, MethodHandles.lookup());
            MethodHandle queueOf =
                    inside.findVirtual(handler, "getWriteQueue", MethodType.methodType(queue));
            MethodHandle flush =
                    inside.findVirtual(queue, "scheduleFlush", MethodType.methodType(void.class));
            return MethodHandles.filterReturnValue(queueOf, flush)
                    .asType(MethodType.methodType(void.class, GrpcHttp2ConnectionHandler.class));
        } catch (ReflectiveOperationException _) {
            return null;
        }
    }

    /** Makes the calls of a connection know it. */
    static ProtocolNegotiationEvent withConnection(
            ProtocolNegotiationEvent event, GrpcHttp2ConnectionHandler connection) {
        Attributes known = InternalProtocolNegotiationEvent.getAttributes(event);
        return InternalProtocolNegotiationEvent.withAttributes(
                event, known.toBuilder().set(CONNECTION, connection).build());
    }

    /**
     * Sends the frames that a call's connection has been given.
     *
     * @return false where that is not possible before the message ends
     */
    static boolean send(Attributes call) {
        GrpcHttp2ConnectionHandler connection = call.get(CONNECTION);
        MethodHandle schedule = SCHEDULE;
        if (connection == null || schedule == null) {
            return false;
        }
        try {
            schedule.invokeExact(connection);
            return true;
        } catch (Throwable e) {
            throw new IllegalStateException("the connection's queue", e);
        }
    }
}
