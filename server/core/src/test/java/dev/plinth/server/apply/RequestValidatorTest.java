package dev.plinth.server.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.Compare;
import dev.plinth.api.etcdserverpb.DeleteRangeRequest;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.api.etcdserverpb.RequestOp;
import dev.plinth.api.etcdserverpb.TxnRequest;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.RefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class RequestValidatorTest {
    private static final int OPERATIONS_MAX = 4;
    private final RequestValidator validator = new RequestValidator(OPERATIONS_MAX);

    record Branch(String name, boolean refused, List<RequestOp> ops) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }

    private static RequestOp put(String key) {
        return RequestOp.newBuilder()
                .setRequestPut(PutRequest.newBuilder().setKey(bytes(key)))
                .build();
    }

    private static RequestOp delete(String key, String end) {
        return RequestOp.newBuilder()
                .setRequestDeleteRange(
                        DeleteRangeRequest.newBuilder().setKey(bytes(key)).setRangeEnd(bytes(end)))
                .build();
    }

    private static RequestOp range(String key) {
        return RequestOp.newBuilder()
                .setRequestRange(RangeRequest.newBuilder().setKey(bytes(key)))
                .build();
    }

    private static RequestOp txn(List<RequestOp> success, List<RequestOp> failure) {
        return RequestOp.newBuilder()
                .setRequestTxn(
                        TxnRequest.newBuilder().addAllSuccess(success).addAllFailure(failure))
                .build();
    }

    private static Branch fine(String name, RequestOp... ops) {
        return new Branch(name, false, List.of(ops));
    }

    private static Branch clash(String name, RequestOp... ops) {
        return new Branch(name, true, List.of(ops));
    }

    private static Stream<Branch> branches() {
        return Stream.of(
                fine("different puts", put("a"), put("b")),
                clash("same put", put("a"), put("a")),
                fine("range of a key that is put", put("a"), range("a")),
                fine("overlapping deletes", delete("a", "c"), delete("b", "d")),
                clash("put inside a delete", delete("a", "c"), put("b")),
                clash("put before the delete of it", put("b"), delete("a", "c")),
                fine("put at the end of a delete", delete("a", "b"), put("b")),
                clash("put of a deleted key", put("a"), delete("a", "")),
                fine("put behind a deleted key", put("a!"), delete("a", "")),
                fine("from-key delete is literal", delete("a", "\0"), put("m")),
                fine("both branches of a nested one", txn(List.of(put("a")), List.of(put("a")))),
                clash("nested against sibling put", txn(List.of(put("a")), List.of()), put("a")),
                clash("nested else against sibling", txn(List.of(), List.of(put("a"))), put("a")),
                clash(
                        "two nested ones",
                        txn(List.of(put("a")), List.of()),
                        txn(List.of(), List.of(put("a")))),
                clash("nested put in delete", delete("a", "c"), txn(List.of(put("b")), List.of())),
                clash("put in nested delete", txn(List.of(delete("a", "c")), List.of()), put("b")),
                clash(
                        "put in earlier nested delete",
                        txn(List.of(delete("a", "c")), List.of()),
                        txn(List.of(put("b")), List.of())),
                fine(
                        "put before a nested delete",
                        txn(List.of(put("b")), List.of()),
                        txn(List.of(delete("a", "c")), List.of())),
                fine(
                        "delete and put in the two branches",
                        txn(List.of(delete("a", "c")), List.of(put("b")))));
    }

    @ParameterizedTest
    @MethodSource("branches")
    void noKeyIsWrittenTwiceInOneBranch(Branch branch) {
        TxnRequest success = TxnRequest.newBuilder().addAllSuccess(branch.ops()).build();
        TxnRequest failure = TxnRequest.newBuilder().addAllFailure(branch.ops()).build();
        for (TxnRequest request : List.of(success, failure)) {
            if (branch.refused()) {
                assertRefused(EtcdError.DUPLICATE_KEY, request);
            } else {
                assertThatCode(() -> validator.check(request)).doesNotThrowAnyException();
            }
        }
    }

    @Test
    void nestedTransactionsShareTheAllowance() {
        List<RequestOp> two = List.of(put("x"), put("y"));
        TxnRequest atTheLimit =
                TxnRequest.newBuilder()
                        .addSuccess(txn(two, List.of()))
                        .addSuccess(put("a"))
                        .build();
        assertThatCode(() -> validator.check(atTheLimit)).doesNotThrowAnyException();
        TxnRequest past = atTheLimit.toBuilder().addSuccess(put("b")).build();
        assertRefused(EtcdError.TOO_MANY_OPERATIONS, past);
    }

    @Test
    void everyListHasTheLimit() {
        List<Compare> compares = new ArrayList<>();
        for (int i = 0; i <= OPERATIONS_MAX; i++) {
            compares.add(Compare.newBuilder().setKey(bytes("k")).build());
        }
        TxnRequest atTheLimit =
                TxnRequest.newBuilder().addAllCompare(compares.subList(0, OPERATIONS_MAX)).build();
        assertThatCode(() -> validator.check(atTheLimit)).doesNotThrowAnyException();
        assertRefused(
                EtcdError.TOO_MANY_OPERATIONS,
                TxnRequest.newBuilder().addAllCompare(compares).build());
    }

    @Test
    void emptyOperationsAndKeysAreRefused() {
        assertRefused(
                EtcdError.KEY_NOT_FOUND,
                TxnRequest.newBuilder().addSuccess(RequestOp.getDefaultInstance()).build());
        assertRefused(
                EtcdError.KEY_NOT_PROVIDED,
                TxnRequest.newBuilder().addCompare(Compare.getDefaultInstance()).build());
        assertRefused(
                EtcdError.KEY_NOT_PROVIDED, TxnRequest.newBuilder().addFailure(put("")).build());
    }

    @Test
    void manyPutsAndDeletesAreCheckedInShortTime() {
        RequestValidator wide = new RequestValidator(200_000);
        TxnRequest.Builder request = TxnRequest.newBuilder();
        for (int i = 0; i < 50_000; i++) {
            request.addSuccess(put(String.format("p%06d", i)));
            request.addSuccess(delete(String.format("d%06d", i), ""));
        }
        // Quadratic work would be 2.5 billion comparisons.
        assertThatCode(() -> wide.check(request.build())).doesNotThrowAnyException();
    }

    @Test
    void putFlagsExcludeWhatTheyKeep() {
        PutRequest.Builder put = PutRequest.newBuilder().setKey(bytes("k"));
        assertThatThrownBy(() ->
                        validator.check(
                                put.clone().setIgnoreValue(true).setValue(bytes("v")).build()))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        e -> assertThat(e.error()).isEqualTo(EtcdError.VALUE_PROVIDED));
        assertThatThrownBy(
                        () -> validator.check(put.clone().setIgnoreLease(true).setLease(7).build()))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        e -> assertThat(e.error()).isEqualTo(EtcdError.LEASE_PROVIDED));
    }

    @Test
    void unknownSortNumbersAreRefused() {
        RangeRequest request =
                RangeRequest.newBuilder().setKey(bytes("k")).setSortOrderValue(9).build();
        assertThatThrownBy(() -> validator.check(request))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        e -> assertThat(e.error()).isEqualTo(EtcdError.INVALID_SORT_OPTION));
    }

    private void assertRefused(EtcdError error, TxnRequest request) {
        assertThatThrownBy(() -> validator.check(request))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.error()).isEqualTo(error));
    }
}
