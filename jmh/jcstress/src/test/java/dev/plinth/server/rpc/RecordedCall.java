package dev.plinth.server.rpc;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;

/** A call whose client takes everything; counts what it got. One thread at a time. */
final class RecordedCall extends ServerCall<Object, Reply> {
    int messages;
    int ends;

    @Override
    public void request(int numMessages) {}

    @Override
    public void sendHeaders(Metadata headers) {}

    @Override
    public void sendMessage(Reply message) {
        messages++;
    }

    @Override
    public void close(Status status, Metadata trailers) {
        ends++;
    }

    @Override
    public boolean isCancelled() {
        return false;
    }

    @Override
    public MethodDescriptor<Object, Reply> getMethodDescriptor() {
        throw new UnsupportedOperationException();
    }
}
