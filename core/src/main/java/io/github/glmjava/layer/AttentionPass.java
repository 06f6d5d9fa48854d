package io.github.glmjava.layer;

import io.github.glmjava.tensor.AttentionTile;
import io.github.glmjava.tensor.Kernels;
import io.github.glmjava.tensor.ParallelTask;
import io.github.glmjava.tensor.WorkerTeam;

/**
 * Attention of new tokens to what is in the cache up to themselves, split over a team by query group and token. The rows of a
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
    private int firstSlot;
    private int tokens;
    private int tilesPerGroup;

    /** The slots that every token sees, even those that come after it. */
    private int seenByAll;

    AttentionPass(AttentionConfig config, Kernels kernels, WorkerTeam team, KeyValueCache cache) {
        this.config = config;
        this.kernels = kernels;
        this.team = team;
        this.cache = cache;
        tokensPerTile = Math.max(1, ROWS / config.headsPerGroup());
        tiles = new AttentionTile[team.threads()];
        for (int i = 0; i < tiles.length; i++) {
            tiles[i] = new AttentionTile(tokensPerTile * config.headsPerGroup(), config.keySize(), config.valueSize());
        }
        scale = (float) config.scale();
    }

    /** Says that every token sees the first slots of the cache, even those that come after it. */
    void seenByAll(int slots) {
        seenByAll = slots;
    }

    /**
     * Attends with the rotated queries of {@code count} tokens, whose keys and values are in the cache already.
     *
     * @param queryKeyValue {@code count x projectedSize}; each token's queries come first
     * @param result receives {@code count x outputSize}
     * @param slot the first token's place in the cache
     */
    void attend(int inLayer, float[] queryKeyValue, float[] result, int slot, int count) {
        layer = inLayer;
        queries = queryKeyValue;
        output = result;
        firstSlot = slot;
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
            int source = (firstToken + token) * config.projectedSize();
            for (int head = 0; head < heads; head++) {
                tile.query(token * heads + head, queries, source + config.queryOffset(firstHead + head), scale);
            }
        }
        int lastSlot = Math.max(firstSlot + firstToken + count, seenByAll) - 1;
        for (int page = 0; page <= lastSlot / PAGE; page++) {
            for (int token = 0; token < count; token++) {
                int seen = Math.max(firstSlot + firstToken + token + 1, seenByAll) - page * PAGE;
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
