package dev.plinth.server.auth;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.plinth.api.etcdserverpb.Compare;
import dev.plinth.api.etcdserverpb.DeleteRangeRequest;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.api.etcdserverpb.RequestOp;
import dev.plinth.api.etcdserverpb.TxnRequest;
import dev.plinth.mvcc.lease.Lessor;
import dev.plinth.server.core.RefusedException;
import java.util.List;

/**
 * Which rights each request on keys and leases needs.
 *
 * <p>A transaction needs those of all compares and of the operations of both branches, taken or
 * not. Attaching a key to a lease, and touching a lease, needs the right to write every key that is
 * attached already, since the lease's end deletes them. Any thread.
 */
public final class RequestRights {
    private final AuthStore auth;
    private final Lessor lessor;

    /** The lessor tells the keys of leases. */
    public RequestRights(AuthStore auth, Lessor lessor) {
        this.auth = auth;
        this.lessor = lessor;
    }

    /** Refuses unless the caller may carry out the range. */
    public void check(RangeRequest request, Caller caller) throws RefusedException {
        auth.checkRead(caller, request.getKey(), request.getRangeEnd());
    }

    /** Refuses unless the caller may carry out the put. */
    public void check(PutRequest request, Caller caller) throws RefusedException {
        if (!auth.isEnabled()) {
            return;
        }
        auth.checkWrite(caller, request.getKey(), ByteString.EMPTY);
        if (request.getLease() != 0) {
            checkLease(request.getLease(), caller);
        }
        if (request.getPrevKv()) {
            auth.checkRead(caller, request.getKey(), ByteString.EMPTY);
        }
    }

    /** Refuses unless the caller may carry out the delete. */
    public void check(DeleteRangeRequest request, Caller caller) throws RefusedException {
        auth.checkWrite(caller, request.getKey(), request.getRangeEnd());
        if (request.getPrevKv()) {
            auth.checkRead(caller, request.getKey(), request.getRangeEnd());
        }
    }

    /** Refuses unless the caller may carry out every part of the transaction. */
    public void check(TxnRequest request, Caller caller) throws RefusedException {
        if (!auth.isEnabled()) {
            return;
        }
        for (Compare compare : request.getCompareList()) {
            auth.checkRead(caller, compare.getKey(), compare.getRangeEnd());
        }
        check(request.getSuccessList(), caller);
        check(request.getFailureList(), caller);
    }

    private void check(List<RequestOp> branch, Caller caller) throws RefusedException {
        for (RequestOp op : branch) {
            switch (op.getRequestCase()) {
                case REQUEST_RANGE -> check(op.getRequestRange(), caller);
                case REQUEST_PUT -> check(op.getRequestPut(), caller);
                case REQUEST_DELETE_RANGE -> check(op.getRequestDeleteRange(), caller);
                case REQUEST_TXN -> check(op.getRequestTxn(), caller);
                case REQUEST_NOT_SET -> {}
            }
        }
    }

    /** Refuses unless the caller may write all keys of the lease. */
    public void checkLease(long leaseId, Caller caller) throws RefusedException {
        if (!auth.isEnabled()) {
            return;
        }
        auth.checkUser(caller);
        if (auth.isRoot(caller)) {
            return;
        }
        for (byte[] key : lessor.keysOf(leaseId)) {
            auth.checkWrite(caller, UnsafeByteOperations.unsafeWrap(key), ByteString.EMPTY);
        }
    }

    /** Refuses unless the caller may read all keys of the lease. */
    public void checkLeaseRead(long leaseId, Caller caller) throws RefusedException {
        if (!auth.isEnabled()) {
            return;
        }
        for (byte[] key : lessor.keysOf(leaseId)) {
            auth.checkRead(caller, UnsafeByteOperations.unsafeWrap(key), ByteString.EMPTY);
        }
    }
}
