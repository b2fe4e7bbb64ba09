package tune.lab;

import java.io.Serializable;
import java.util.SplittableRandom;
import org.apache.flink.api.java.utils.ParameterTool;

/** One subtask's part of the retained heap, and what a record replaces of it and allocates for nothing. */
final class LiveSet implements Serializable {
    private static final long serialVersionUID = 1;
    private static final int BLOCK = 1024; // arrays behind one array of references, too few to make a huge object
    private static final int ARRAY_OVERHEAD = 20; // header and the reference to it
    private static final int GARBAGE_BYTES = 2048;
    private final int objectBytes;
    private final int objects;
    private final double replacedPerRecord;
    private final int garbageBytes;
    private transient byte[][][] blocks;
    private transient SplittableRandom random;
    private transient double owed;
    private transient volatile byte[] dropped; // the compiler must not leave the allocation out

    private LiveSet(int objectBytes, int objects, double replacedPerRecord, int garbageBytes) {
        this.objectBytes = objectBytes;
        this.objects = objects;
        this.replacedPerRecord = replacedPerRecord;
        this.garbageBytes = garbageBytes;
    }

    static LiveSet of(ParameterTool options, int subtasks) {
        int objectBytes = options.getInt("objectBytes", 1024);
        double each = objectBytes + ARRAY_OVERHEAD;
        return new LiveSet(
                objectBytes,
                (int) (options.getDouble("liveMb", 0) * (1 << 20) / subtasks / each),
                options.getDouble("replaceKb", 0) * 1024 / each,
                (int) (options.getDouble("garbageKb", 0) * 1024));
    }

    void fill() {
        random = new SplittableRandom(1);
        blocks = new byte[(objects + BLOCK - 1) / BLOCK][BLOCK][];
        for (int i = 0; i < objects; ++i) {
            blocks[i / BLOCK][i % BLOCK] = new byte[objectBytes];
        }
    }

    void touch() {
        for (int left = garbageBytes; left > 0; left -= GARBAGE_BYTES) {
            dropped = new byte[Math.min(left, GARBAGE_BYTES)];
        }
        if (objects == 0) {
            return;
        }
        for (owed += replacedPerRecord; owed >= 1; --owed) {
            int i = random.nextInt(objects);
            blocks[i / BLOCK][i % BLOCK] = new byte[objectBytes];
        }
    }
}
