package dev.plinth.server.cli;

/** How far a word that was typed is from one that exists. */
public final class EditDistance {
    private EditDistance() {}

    /**
     * How many letters have to be changed, added or taken away to make one of the other
     * (Levenshtein). Time is the product of the lengths, space the right one's.
     */
    public static int between(String left, String right) {
        int[] row = new int[right.length() + 1];
        for (int j = 0; j <= right.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= left.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.length(); j++) {
                int above = row[j];
                int replaced = diagonal + (left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, Math.min(above, row[j - 1]) + 1);
                diagonal = above;
            }
        }
        return row[right.length()];
    }
}
