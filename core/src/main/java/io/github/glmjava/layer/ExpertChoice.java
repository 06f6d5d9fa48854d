package io.github.glmjava.layer;

/** Which experts some tokens go through: scratch space of one sequence, used again for every layer. */
final class ExpertChoice {
    /** {@code tokens x experts}. */
    float[] scores = new float[0];

    /** Scores as the choice sees them. */
    float[] corrected = scores;

    /** {@code tokens x groups}. */
    float[] groups = scores;

    /** {@code tokens x perToken}: each token's experts, and how much of each. */
    int[] experts = new int[0];

    float[] weights = scores;

    /** The tokens that go through one expert, and where in {@code weights} its weight for each stands. */
    int[] tokens = experts;

    int[] places = experts;

    private int perToken;
    private int count;

    void reserve(ExpertsConfig config, int tokenCount) {
        perToken = config.perToken();
        count = tokenCount;
        if (scores.length < tokenCount * config.experts() || experts.length < tokenCount * perToken) {
            scores = new float[tokenCount * config.experts()];
            corrected = new float[tokenCount * config.experts()];
            groups = new float[tokenCount * config.groups()];
            experts = new int[tokenCount * perToken];
            weights = new float[tokenCount * perToken];
            tokens = new int[tokenCount];
            places = new int[tokenCount];
        }
    }

    /** Notes which tokens go through one expert, in their order, and returns how many do. */
    int select(int expert) {
        int selected = 0;
        for (int place = 0; place < count * perToken; place++) {
            if (experts[place] == expert) {
                tokens[selected] = place / perToken;
                places[selected] = place;
                selected++;
            }
        }
        return selected;
    }
}
