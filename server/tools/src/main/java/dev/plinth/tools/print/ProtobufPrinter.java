package dev.plinth.tools.print;

import com.google.protobuf.Message;
import dev.plinth.api.etcdserverpb.LeaseGrantResponse;
import dev.plinth.api.etcdserverpb.LeaseKeepAliveResponse;
import dev.plinth.api.etcdserverpb.LeaseLeasesResponse;
import dev.plinth.api.etcdserverpb.LeaseTimeToLiveResponse;
import dev.plinth.api.etcdserverpb.WatchResponse;
import dev.plinth.tools.text.Console;

/** The answer's own bytes, without a newline. Of answers about leases only the header comes out. */
final class ProtobufPrinter extends Printer {
    private final Console console;

    ProtobufPrinter(Console console) {
        super("protobuf");
        this.console = console;
    }

    @Override
    void message(Message answer) {
        console.write(answer.toByteArray());
    }

    @Override
    public void watch(WatchResponse answer) {
        message(answer.toBuilder().clearWatchId().clearCancelReason().clearFragment().build());
    }

    @Override
    public void leaseGrant(LeaseGrantResponse answer) {
        message(answer.getHeader());
    }

    @Override
    public void leaseKeepAlive(LeaseKeepAliveResponse answer) {
        message(answer.getHeader());
    }

    @Override
    public void leaseTimeToLive(LeaseTimeToLiveResponse answer, boolean withKeys) {
        message(answer.getHeader());
    }

    @Override
    public void leaseList(LeaseLeasesResponse answer) {
        message(answer.getHeader());
    }
}
