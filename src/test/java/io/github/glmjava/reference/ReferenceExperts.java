package io.github.glmjava.reference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.ojalgo.matrix.MatrixR064;

/**
 * A mixture of experts: each token goes through the experts with the highest scores.
 *
 * <p>Source: DeepSeek-AI, "DeepSeek-V3" (2024), equations 12 to 16; {@code route_tokens_to_experts} of
 * {@code modeling_glm4_moe.py}, which sets the scores outside of the best groups to 0.
 *
 * @param router to one logit an expert
 * @param correction added to the scores for the choice
 * @param experts what each expert computes for tokens in rows
 * @param shared what the shared experts add
 * @param perToken experts a token goes through
 * @param groups groups of neighbouring experts
 * @param groupsPerToken groups that a token's experts are from
 * @param normalized whether the weights of a token's experts sum to the scale
 * @param scale of the weights
 */
@SuppressWarnings("ArrayRecordComponent") // no one compares these
record ReferenceExperts(
        Linear router,
        double[] correction,
        List<UnaryOperator<MatrixR064>> experts,
        UnaryOperator<MatrixR064> shared,
        int perToken,
        int groups,
        int groupsPerToken,
        boolean normalized,
        double scale) {

    MatrixR064 forward(MatrixR064 x) {
        MatrixR064 logits = router.apply(x);
        double[][] sums = new double[x.getRowDim()][];
        for (int token = 0; token < sums.length; token++) {
            MatrixR064 alone = Matrices.rows(x, token, 1);
            double[] scores = Arrays.stream(Matrices.row(logits, token))
                    .map(Activation::sigmoid)
                    .toArray();
            List<Integer> chosen = choose(scores);
            double total = chosen.stream().mapToDouble(expert -> scores[expert]).sum();
            MatrixR064 sum = shared.apply(alone);
            for (int expert : chosen) {
                double weight = scale * scores[expert] / (normalized ? total : 1);
                sum = sum.add(experts.get(expert).apply(alone).multiply(weight));
            }
            sums[token] = Matrices.row(sum, 0);
        }
        return Matrices.ofRows(sums);
    }

    private List<Integer> choose(double[] scores) {
        int size = scores.length / groups;
        double[] corrected = new double[scores.length];
        Arrays.setAll(corrected, expert -> scores[expert] + correction[expert]);
        List<Integer> bestGroups = best(
                groups,
                group -> {
                    double[] sorted = Arrays.copyOfRange(corrected, group * size, (group + 1) * size);
                    Arrays.sort(sorted);
                    return sorted[size - 1] + sorted[size - 2];
                },
                groupsPerToken);
        return best(scores.length, expert -> bestGroups.contains(expert / size) ? corrected[expert] : 0, perToken);
    }

    private interface Score {
        double of(int candidate);
    }

    private static List<Integer> best(int candidates, Score score, int count) {
        return new ArrayList<>(IntStream.range(0, candidates)
                .boxed()
                .sorted(Comparator.comparingDouble(candidate -> -score.of(candidate)))
                .limit(count)
                .toList());
    }
}
