package io.github.glmjava.layer;

import io.github.glmjava.tensor.AttentionTile;
import io.github.glmjava.tensor.Kernels;
import io.github.glmjava.tensor.ParallelTask;
import io.github.glmjava.tensor.WorkerTeam;

/**
 * Attention of new tokens to what they see of their caches, split over a team by query group and token. The rows of a tile
 * are the heads of one group, which read the same keys and values, for one or several tokens of a sequence. One object is
 * used for every layer, so that a decode step allocates nothing.
 */
final class AttentionPass implements ParallelTask {
    private static final int PAGE = AttentionTile.PAGE;

    /** Rows of a tile: enough tokens share a page while it is in the first cache level. */
    private static final int ROWS = 64;

    private final AttentionConfig config;
    private final Kernels kernels;
    private final WorkerTeam team;
    private final TokenRows tokens;
    private final AttentionTile[] tiles;
    private final int tokensPerTile;
    private final float scale;

    // The pass being run.
    private int layer;
    private float[] queries = new float[0];
    private float[] output = queries;

    /** The first token of each tile; the token after the last tile is there too. */
    private int[] tileStarts = new int[2];

    private int tilesPerGroup;

    AttentionPass(AttentionConfig config, Kernels kernels, WorkerTeam team, TokenRows tokens) {
        this.config = config;
        this.kernels = kernels;
        this.team = team;
        this.tokens = tokens;
        tokensPerTile = Math.max(1, ROWS / config.headsPerGroup());
        tiles = new AttentionTile[team.threads()];
        for (int i = 0; i < tiles.length; i++) {
            tiles[i] = new AttentionTile(tokensPerTile * config.headsPerGroup(), config.keySize(), config.valueSize());
        }
        scale = (float) config.scale();
    }

    /**
     * Attends with the rotated queries of all tokens, whose keys and values are in their caches already.
     *
     * @param queryKeyValue {@code tokens x projectedSize}
     * @param result receives {@code tokens x outputSize}
     */
    void attend(int inLayer, float[] queryKeyValue, float[] result) {
        layer = inLayer;
        queries = queryKeyValue;
        output = result;
        if (tileStarts.length <= tokens.count()) {
            tileStarts = new int[tokens.count() + 1];
        }
        tilesPerGroup = 0;
        for (int token = 0; token < tokens.count(); token = tileStarts[tilesPerGroup]) {
            tilesPerGroup++;
            tileStarts[tilesPerGroup] = tokens.endOfRun(token, tokensPerTile);
        }
        team.run(this, config.groups() * tilesPerGroup, 1);
    }

    @Override
    public void run(int worker, int from, int to) {
        for (int item = from; item < to; item++) {
            int tile = item % tilesPerGroup;
            int firstToken = tileStarts[tile];
            attend(tiles[worker], item / tilesPerGroup, firstToken, tileStarts[tile + 1] - firstToken);
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
        KeyValueCache cache = tokens.cache(firstToken);
        int farthest = tokens.seen(firstToken + count - 1);
        for (int page = 0; page * PAGE < farthest; page++) {
            for (int token = 0; token < count; token++) {
                int seen = tokens.seen(firstToken + token) - page * PAGE;
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
