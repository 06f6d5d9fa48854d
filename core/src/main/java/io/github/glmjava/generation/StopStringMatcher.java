package io.github.glmjava.generation;

import java.util.List;

/**
 * Finds the first stop string in a text that arrives in pieces, and holds back what may be the beginning of one. First
 * means: ends first; of several that end at the same place the longest counts. Which text comes out does not depend on
 * how it is cut into pieces.
 *
 * <p>Each stop string has a Knuth-Morris-Pratt automaton: its state is the length of the longest beginning of the stop
 * string that the text so far ends with.
 */
final class StopStringMatcher {
    private final String[] stops;
    private final int[][] borders;
    private final int[] states;
    private final StringBuilder held = new StringBuilder();
    private boolean matched;

    StopStringMatcher(List<String> stopStrings) {
        stops = stopStrings.toArray(String[]::new);
        borders = new int[stops.length][];
        for (int i = 0; i < stops.length; i++) {
            borders[i] = borders(stops[i]);
        }
        states = new int[stops.length];
    }

    /** For each n the length of the longest proper beginning of the first n characters that they also end with. */
    private static int[] borders(String stop) {
        int[] borders = new int[stop.length() + 1];
        int state = 0;
        for (int i = 1; i < stop.length(); i++) {
            state = next(stop, borders, state, stop.charAt(i));
            borders[i + 1] = state;
        }
        return borders;
    }

    private static int next(String stop, int[] borders, int state, char character) {
        int longest = state;
        while (longest > 0 && stop.charAt(longest) != character) {
            longest = borders[longest];
        }
        return stop.charAt(longest) == character ? longest + 1 : 0;
    }

    /** Whether a stop string was found; nothing may be given to the matcher any more. */
    boolean matched() {
        return matched;
    }

    /**
     * Takes the next piece.
     *
     * @return the text that is certainly before any stop string
     */
    String accept(String piece) {
        if (stops.length == 0) {
            return piece;
        }
        int begun = 0;
        for (int i = 0; i < piece.length(); i++) {
            char character = piece.charAt(i);
            held.append(character);
            begun = 0;
            int found = 0;
            for (int s = 0; s < stops.length; s++) {
                states[s] = next(stops[s], borders[s], states[s], character);
                begun = Math.max(begun, states[s]);
                if (states[s] == stops[s].length()) {
                    found = Math.max(found, states[s]);
                }
            }
            if (found > 0) {
                matched = true;
                held.setLength(held.length() - found);
                return finish();
            }
        }
        if (piece.isEmpty()) {
            return "";
        }
        int certain = held.length() - begun;
        String text = held.substring(0, certain);
        held.delete(0, certain);
        return text;
    }

    /** Gives out what was held back, for no more text will come. */
    String finish() {
        String rest = held.toString();
        held.setLength(0);
        return rest;
    }
}
