package dev.plinth.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class BytesTest {
    @Test
    void orderIsThatOfUnsignedBytes() {
        assertThat(Bytes.copyOf((byte) 0xff)).isGreaterThan(Bytes.copyOf((byte) 1));
        assertThat(Bytes.of("a")).isLessThan(Bytes.of("ab"));
        assertThat(Bytes.of("ab")).isEqualByComparingTo(Bytes.of("ab")).isEqualTo(Bytes.of("ab"));
    }

    @Test
    void theEndOfAPrefixIsLargerThanAllThatBeginWithIt() {
        assertThat(Bytes.of("a").prefixEnd()).isEqualTo(Bytes.of("b"));
        assertThat(Bytes.copyOf((byte) 'a', (byte) 0xff).prefixEnd()).isEqualTo(Bytes.of("b"));
        assertThat(Bytes.copyOf((byte) 0xff, (byte) 0xff).prefixEnd()).isNull();
        assertThat(Bytes.EMPTY.prefixEnd()).isNull();
    }

    @Test
    void copiesAreCopiesAndViewsAreViews() {
        byte[] array = {1, 2, 3};
        Bytes copy = Bytes.copyOf(array);
        Bytes view = Bytes.view(MemorySegment.ofArray(array));
        array[0] = 9;
        assertThat(copy.at(0)).isEqualTo((byte) 1);
        assertThat(view.at(0)).isEqualTo((byte) 9);
    }

    @Test
    void whatIsNotTextSaysSo() {
        assertThat(Bytes.of("grüß").utf8()).isEqualTo("grüß");
        assertThatThrownBy(() -> Bytes.copyOf((byte) 0xff).utf8())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("\\xff");
    }

    @Test
    void aRangeWithoutKeysCannotBeWrittenDown() {
        assertThatThrownBy(() -> KeyRange.between(Bytes.of("b"), Bytes.of("a")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> KeyRange.between(Bytes.of("b"), Bytes.EMPTY))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> KeyRange.between(Bytes.EMPTY, Bytes.copyOf(new byte[1])))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
