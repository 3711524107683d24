package dev.plinth.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Scanner;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against orders that were made by the real {@code sort.Sort}. */
final class GoSortTest {
    private record Element(int key, int was) {}

    static Stream<String> sorted() throws IOException {
        try (BufferedReader recorded =
                new BufferedReader(
                        new InputStreamReader(
                                Objects.requireNonNull(
                                        GoSortTest.class.getResourceAsStream("/auth/go-sort.txt")),
                                StandardCharsets.UTF_8))) {
            return recorded.lines().filter(line -> !line.startsWith("#")).toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("sorted")
    void equalElementsGetThePlacesThatGoGivesThem(String line) {
        String numbers = line.substring(line.indexOf(':') + 1, line.indexOf("->"));
        List<Element> elements = new ArrayList<>();
        for (int key : numbersOf(numbers)) {
            elements.add(new Element(key, elements.size()));
        }
        GoSort.sort(elements, Comparator.comparingInt(Element::key));
        assertThat(elements.stream().map(Element::was).toList())
                .isEqualTo(numbersOf(line.substring(line.indexOf("->") + 2)));
    }

    private static List<Integer> numbersOf(String text) {
        try (Scanner scanner = new Scanner(text)) {
            return scanner.tokens().map(Integer::valueOf).toList();
        }
    }
}
