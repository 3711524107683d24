package dev.plinth.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.server.core.ClusterMember;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemberJsonTest {
    /** Seen in databases and entries of real members. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"id\":17561236810471414731,\"peerURLs\":[\"http://127.0.0.1:21103\"],\"name\":\"v37snaps\",\"clientURLs\":[\"http://127.0.0.1:21102\"]}",
                "{\"id\":9385360065554800094,\"peerURLs\":[\"http://127.0.0.1:21214\"],\"isLearner\":true}",
                "{\"id\":6488194821893949973,\"peerURLs\":[\"http://127.0.0.1:21211\"],\"name\":\"m1\"}"
            })
    void writesBackWhatMembersWrote(String json) {
        MemberJson.Change read = MemberJson.read(json.getBytes(StandardCharsets.UTF_8));
        assertThat(MemberJson.write(read.member())).isEqualTo(json);
        assertThat(read.isPromotion()).isFalse();
    }

    @Test
    void readsAPromotion() {
        MemberJson.Change read =
                MemberJson.read(MemberJson.writePromotion(-2L).getBytes(StandardCharsets.UTF_8));
        assertThat(read.isPromotion()).isTrue();
        assertThat(read.member().id()).isEqualTo(-2L);
        assertThat(read.member().peerUrls()).isEmpty();
    }

    @Test
    void escapesAsGoDoes() {
        ClusterMember member = new ClusterMember(1, "a<\"\u2028&", List.of("u"), List.of(), false);
        String json = MemberJson.write(member);
        assertThat(json).contains("\"name\":\"a\\u003c\\\"\\u2028\\u0026\"");
        assertThat(MemberJson.read(json.getBytes(StandardCharsets.UTF_8)).member())
                .isEqualTo(member);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{\"id\":\"x\"}", "{\"id\":-1}", "{\"id\":1,\"peerURLs\":1}"})
    void refusesWhatIsNoMember(String json) {
        assertThatThrownBy(() -> MemberJson.read(json.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
