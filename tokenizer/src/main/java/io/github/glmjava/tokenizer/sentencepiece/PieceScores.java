package io.github.glmjava.tokenizer.sentencepiece;

/** The scores with which the unigram model weighs pieces ({@code unigram_model.cc}). Immutable. */
final class PieceScores {
    private static final float UNKNOWN_PENALTY = 10;

    private final double[] scores;
    private final float unknown;
    private final double greatest;

    PieceScores(SentencePieceModel model) {
        float lowest = Float.MAX_VALUE;
        // The original begins with C++'s numeric_limits<float>::min(), the smallest positive number that is normal.
        float highest = Float.MIN_NORMAL;
        for (int id = 0; id < model.size(); id++) {
            if (model.type(id) == PieceType.NORMAL) {
                lowest = Math.min(lowest, model.score(id));
                highest = Math.max(highest, model.score(id));
            }
        }
        unknown = lowest - UNKNOWN_PENALTY;
        scores = new double[model.size()];
        double size = Math.abs((double) unknown);
        for (int id = 0; id < scores.length; id++) {
            scores[id] = model.type(id) == PieceType.USER_DEFINED
                    ? model.pieces().length(id) * highest - 0.1
                    : model.score(id);
            size = Math.max(size, Math.abs(scores[id]));
        }
        greatest = size;
    }

    /** The score of a NORMAL or USER_DEFINED piece. */
    double score(int id) {
        return scores[id];
    }

    /** The same, or with {@link UnigramSegmenter#UNKNOWN} the score of a character that no piece covers. */
    double scoreOrUnknown(int id) {
        return id == UnigramSegmenter.UNKNOWN ? unknown : scores[id];
    }

    /** No score is further from zero. */
    double greatest() {
        return greatest;
    }

    /** The score of a character that no piece covers. */
    float unknown() {
        return unknown;
    }
}
