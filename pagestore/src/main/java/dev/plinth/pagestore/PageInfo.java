package dev.plinth.pagestore;

/**
 * What a page of a state is.
 *
 * @param id its number
 * @param type {@code branch}, {@code leaf}, {@code meta}, {@code freelist}, {@code free}, or {@code
 *     unknown<xx>} for bytes that are none of these
 * @param count number of elements; of a freelist the field as it stands
 * @param overflow pages that follow and belong to it
 */
public record PageInfo(long id, String type, int count, long overflow) {
    /** Whether the page is free or pending. */
    public boolean isFree() {
        return type.equals("free");
    }
}
