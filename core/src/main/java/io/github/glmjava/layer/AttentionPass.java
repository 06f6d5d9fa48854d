package io.github.glmjava.layer;

import io.github.glmjava.tensor.AttentionState;
import io.github.glmjava.tensor.AttentionTile;
import io.github.glmjava.tensor.Kernels;
import io.github.glmjava.tensor.ParallelTask;
import io.github.glmjava.tensor.WorkerTeam;

/**
 * Attention of new tokens to what they see of their caches. The rows of a tile are the heads of one group, which read the
 * same keys and values, for one or several tokens of a sequence. Contexts are cut into blocks at fixed positions: the
 * softmax starts anew in each block, and the blocks' results are merged in order. So a team may split the work by group,
 * token and, where these are few, by block too (Flash-Decoding, Dao et al. 2023), and the bits are the same. One object is
 * used for every layer, so that a decode step allocates nothing.
 */
final class AttentionPass implements ParallelTask {
    private static final int PAGE = AttentionTile.PAGE;

    /** Positions of a block. */
    private static final int BLOCK = 4 * PAGE;

    /** Rows of a tile: enough tokens share a page while it is in the first cache level. */
    private static final int ROWS = 64;

    /** With fewer items for each thread, blocks are handed out one by one. */
    private static final int ITEMS_PER_THREAD = 8;

    private final AttentionConfig config;
    private final Kernels kernels;
    private final WorkerTeam team;
    private final TokenRows tokens;
    private final AttentionTile[] tiles;
    private final AttentionState[] totals;
    private final int heads;
    private final int tokensPerTile;
    private final float scale;

    // The pass being run.
    private int layer;
    private float[] queries = new float[0];
    private float[] output = queries;

    /** The first token of each tile; the token after the last tile is there too. */
    private int[] tileStarts = new int[2];

    private int tilesPerGroup;

    /** Blocks of the longest context if they are handed out one by one, else 0. */
    private int separateBlocks;

    /** The results of separate blocks: {@code items x heads} rows. */
    private AttentionState parts;

    AttentionPass(AttentionConfig config, Kernels kernels, WorkerTeam team, TokenRows tokens) {
        this.config = config;
        this.kernels = kernels;
        this.team = team;
        this.tokens = tokens;
        heads = config.headsPerGroup();
        tokensPerTile = Math.max(1, ROWS / heads);
        tiles = new AttentionTile[team.threads()];
        totals = new AttentionState[team.threads()];
        for (int i = 0; i < tiles.length; i++) {
            tiles[i] = new AttentionTile(tokensPerTile * heads, config.keySize(), config.valueSize());
            totals[i] = new AttentionState(tokensPerTile * heads, config.valueSize());
        }
        parts = new AttentionState(0, config.valueSize());
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
        cutIntoTiles();
        int items = config.groups() * tilesPerGroup;
        separateBlocks = 0;
        if (tilesPerGroup == tokens.count() && team.threads() > 1 && items < team.threads() * ITEMS_PER_THREAD) {
            separateBlocks = mostBlocks();
        }
        if (separateBlocks <= 1) {
            separateBlocks = 0;
            team.run(this, items, 1);
            return;
        }
        items *= separateBlocks;
        if (parts.rows() < items * heads) {
            parts = new AttentionState(items * heads, config.valueSize());
        }
        team.run(this, items, 1);
        mergeBlocks();
    }

    private void cutIntoTiles() {
        if (tileStarts.length <= tokens.count()) {
            tileStarts = new int[tokens.count() + 1];
        }
        tilesPerGroup = 0;
        for (int token = 0; token < tokens.count(); token = tileStarts[tilesPerGroup]) {
            tilesPerGroup++;
            tileStarts[tilesPerGroup] = tokens.endOfRun(token, tokensPerTile);
        }
    }

    private int mostBlocks() {
        int most = 0;
        for (int tile = 0; tile < tilesPerGroup; tile++) {
            most = Math.max(most, blocks(tile));
        }
        return most;
    }

    /** The blocks that the last token of a tile, and so all of them together, see. */
    private int blocks(int tile) {
        return Math.ceilDiv(tokens.seen(tileStarts[tile + 1] - 1), BLOCK);
    }

    @Override
    public void run(int worker, int from, int to) {
        for (int item = from; item < to; item++) {
            if (separateBlocks == 0) {
                attendToAll(worker, item % tilesPerGroup, item / tilesPerGroup);
            } else {
                attendToBlock(worker, item);
            }
        }
    }

    /** All blocks, one after another. */
    private void attendToAll(int worker, int tile, int group) {
        AttentionTile rows = tiles[worker];
        AttentionState total = totals[worker];
        int firstToken = tileStarts[tile];
        int count = (tileStarts[tile + 1] - firstToken) * heads;
        readQueries(rows, tile, group);
        total.clear(count);
        for (int block = 0; block < blocks(tile); block++) {
            attend(rows, tile, group, block);
            for (int row = 0; row < count; row++) {
                if (tokens.seen(firstToken + row / heads) > block * BLOCK) {
                    kernels.merge(total, row, rows.state(), row);
                }
            }
        }
        finish(total, tile, group);
    }

    /** One block of one token's group, kept for {@link #mergeBlocks}. */
    private void attendToBlock(int worker, int item) {
        int block = item % separateBlocks;
        int tile = item / separateBlocks % tilesPerGroup;
        int group = item / separateBlocks / tilesPerGroup;
        if (block < blocks(tile)) {
            readQueries(tiles[worker], tile, group);
            attend(tiles[worker], tile, group, block);
            parts.copy(tiles[worker].state(), 0, item * heads, heads);
        }
    }

    private void mergeBlocks() {
        AttentionState total = totals[0];
        int part = 0;
        for (int group = 0; group < config.groups(); group++) {
            for (int tile = 0; tile < tilesPerGroup; tile++) {
                total.clear(heads);
                for (int block = 0; block < blocks(tile); block++) {
                    for (int head = 0; head < heads; head++) {
                        kernels.merge(total, head, parts, part + block * heads + head);
                    }
                }
                finish(total, tile, group);
                part += separateBlocks * heads;
            }
        }
    }

    private void readQueries(AttentionTile rows, int tile, int group) {
        int firstToken = tileStarts[tile];
        for (int token = firstToken; token < tileStarts[tile + 1]; token++) {
            int source = token * config.projectedSize();
            for (int head = 0; head < heads; head++) {
                int query = source + config.queryOffset(group * heads + head);
                rows.query((token - firstToken) * heads + head, queries, query, scale);
            }
        }
    }

    /** Attends to one block, page by page. */
    private void attend(AttentionTile rows, int tile, int group, int block) {
        int firstToken = tileStarts[tile];
        int afterLast = tileStarts[tile + 1];
        KeyValueCache cache = tokens.cache(firstToken);
        int end = Math.min((block + 1) * BLOCK, tokens.seen(afterLast - 1));
        rows.begin((afterLast - firstToken) * heads);
        for (int start = block * BLOCK; start < end; start += PAGE) {
            for (int token = firstToken; token < afterLast; token++) {
                int seen = Math.clamp(tokens.seen(token) - start, 0, PAGE);
                for (int head = 0; head < heads; head++) {
                    rows.see((token - firstToken) * heads + head, seen);
                }
            }
            kernels.attend(rows, cache.page(layer, start / PAGE), group);
        }
    }

    private void finish(AttentionState total, int tile, int group) {
        int firstToken = tileStarts[tile];
        for (int token = firstToken; token < tileStarts[tile + 1]; token++) {
            for (int head = 0; head < heads; head++) {
                int target = token * config.outputSize() + (group * heads + head) * config.valueSize();
                total.finish((token - firstToken) * heads + head, config.valueSize(), output, target);
            }
        }
    }
}
