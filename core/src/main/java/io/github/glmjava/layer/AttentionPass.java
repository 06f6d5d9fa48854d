package io.github.glmjava.layer;

import io.github.glmjava.tensor.AttentionTile;
import io.github.glmjava.tensor.Kernels;
import io.github.glmjava.tensor.ParallelTask;
import io.github.glmjava.tensor.WorkerTeam;

/**
 * Causal attention of new tokens to everything in the cache, split over a team by query group and token. The rows of a
 * tile are the heads of one group, which read the same keys and values, for one or several tokens. One object per
 * sequence, used for every layer, so that a decode step allocates nothing.
 */
final class AttentionPass implements ParallelTask {
    private static final int PAGE = AttentionTile.PAGE;

    /** Rows of a tile: enough tokens share a page while it is in the first cache level. */
    private static final int ROWS = 64;

    private final AttentionConfig config;
    private final Kernels kernels;
    private final WorkerTeam team;
    private final KeyValueCache cache;
    private final AttentionTile[] tiles;
    private final int tokensPerTile;
    private final float scale;

    // The pass being run.
    private int layer;
    private float[] queries = new float[0];
    private float[] output = queries;
    private int firstPosition;
    private int tokens;
    private int tilesPerGroup;

    AttentionPass(AttentionConfig config, Kernels kernels, WorkerTeam team, KeyValueCache cache) {
        this.config = config;
        this.kernels = kernels;
        this.team = team;
        this.cache = cache;
        tokensPerTile = Math.max(1, ROWS / config.headsPerGroup());
        tiles = new AttentionTile[team.threads()];
        for (int i = 0; i < tiles.length; i++) {
            tiles[i] = new AttentionTile(tokensPerTile * config.headsPerGroup(), config.keySize());
        }
        scale = (float) config.scale();
    }

    /**
     * Attends with the rotated queries of {@code count} tokens, whose keys and values are in the cache already.
     *
     * @param queryKeyValue {@code count x projectedSize}; each token's queries come first
     * @param result receives {@code count x outputSize}
     * @param position the first token's position
     */
    void attend(int inLayer, float[] queryKeyValue, float[] result, int position, int count) {
        layer = inLayer;
        queries = queryKeyValue;
        output = result;
        firstPosition = position;
        tokens = count;
        tilesPerGroup = Math.ceilDiv(count, tokensPerTile);
        team.run(this, config.groups() * tilesPerGroup, 1);
    }

    @Override
    public void run(int worker, int from, int to) {
        for (int item = from; item < to; item++) {
            int firstToken = item % tilesPerGroup * tokensPerTile;
            attend(tiles[worker], item / tilesPerGroup, firstToken, Math.min(tokensPerTile, tokens - firstToken));
        }
    }

    private void attend(AttentionTile tile, int group, int firstToken, int count) {
        int heads = config.headsPerGroup();
        int firstHead = group * heads;
        tile.begin(count * heads);
        for (int token = 0; token < count; token++) {
            int source = (firstToken + token) * config.projectedSize() + firstHead * config.keySize();
            for (int head = 0; head < heads; head++) {
                tile.query(token * heads + head, queries, source + head * config.keySize(), scale);
            }
        }
        int lastPosition = firstPosition + firstToken + count - 1;
        for (int page = 0; page <= lastPosition / PAGE; page++) {
            for (int token = 0; token < count; token++) {
                int seen = firstPosition + firstToken + token + 1 - page * PAGE;
                for (int head = 0; head < heads; head++) {
                    tile.see(token * heads + head, Math.clamp(seen, 0, PAGE));
                }
            }
            kernels.attend(
                    tile,
                    cache.keyPage(layer, page),
                    cache.keyOffset(group),
                    cache.valuePage(layer, page),
                    cache.valueOffset(group));
        }
        for (int token = 0; token < count; token++) {
            int target = (firstToken + token) * config.outputSize() + firstHead * config.valueSize();
            for (int head = 0; head < heads; head++) {
                tile.finish(token * heads + head, output, target + head * config.valueSize());
            }
        }
    }
}
