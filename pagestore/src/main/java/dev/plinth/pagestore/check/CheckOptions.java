package dev.plinth.pagestore.check;

/**
 * What to check, and how to print keys.
 *
 * @param startPage check the tree below this page alone; 0 for the whole file
 * @param printableKeys print keys that are printable text as they are, as the command line does;
 *     else all keys in hexadecimal
 */
public record CheckOptions(long startPage, boolean printableKeys) {
    /** The whole file, keys in hexadecimal. */
    public static CheckOptions wholeFile() {
        return new CheckOptions(0, false);
    }
}
