package dev.plinth.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.client.Reason;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.rpc.ErrorMapping;
import io.grpc.Status;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The client knows every refusal that etcd has too by its name, status and text. Plinth's own have
 * texts that change with the case, and come as what they are: exhausted or invalid.
 */
class ReasonsTest {
    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {
                "UNMAPPED",
                "INVALID_NAMESPACE_QUOTA",
                "NAMESPACE_QUOTA_EXCEEDED",
                "MEMORY_BUDGET_EXCEEDED",
                "RANGE_STREAM_SORT_UNSUPPORTED",
                "RANGE_STREAM_FILTER_UNSUPPORTED"
            })
    void theClientKnows(EtcdError error) {
        Status status = ErrorMapping.status(error);
        Reason reason = Reason.valueOf(error.name());
        assertThat(reason.code()).isEqualTo(status.getCode());
        assertThat(reason.text()).isEqualTo(status.getDescription());
    }
}
