package dev.plinth.tools.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WordsTest {
    @Test
    void quotesKeepSpacesTogether() {
        assertThat(Words.of("put \"a b\" 'c d' e")).containsExactly("put", "a b", "c d", "e");
    }

    @Test
    void escapesAreThoseOfGo() {
        assertThat(Words.of("\"\\x41\\102\\u00e9\\n\\\"\\\\\"")).containsExactly("AB\u00e9\n\"\\");
    }

    @Test
    void whatIsNotWellQuotedIsTakenAsItStands() {
        assertThat(Words.of("a\"b \"open")).containsExactly("a\"b", "\"open");
        assertThat(Words.of("\"\\q\"")).containsExactly("\"\\q\"");
        assertThat(Words.of("  ")).isEmpty();
    }

    @Test
    void aQuotedStringIsReadWithWhatFollows() {
        assertThat(Words.quoted(" \"a\\tb\") > 1")).isEqualTo(new Words.Quoted("a\tb", ") > 1"));
        assertThat(Words.quoted("`raw\\`x")).isEqualTo(new Words.Quoted("raw\\", "x"));
        assertThat(Words.quoted("plain")).isNull();
    }
}
