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
    private final double fillNanos;
    private final double replacedPerRecord;
    private final int garbageBytes;
    private transient byte[][][] blocks;
    private transient long start;
    private transient int filled;
    private transient SplittableRandom random;
    private transient double owed;
    private transient volatile byte[] dropped; // the compiler must not leave the allocation out

    private LiveSet(int objectBytes, int objects, double fillNanos, double replacedPerRecord, int garbageBytes) {
        this.objectBytes = objectBytes;
        this.objects = objects;
        this.fillNanos = fillNanos;
        this.replacedPerRecord = replacedPerRecord;
        this.garbageBytes = garbageBytes;
    }

    static LiveSet of(ParameterTool options, int subtasks) {
        int objectBytes = options.getInt("objectBytes", 1024);
        double each = objectBytes + ARRAY_OVERHEAD;
        return new LiveSet(
                objectBytes,
                (int) (options.getDouble("liveMb", 0) * (1 << 20) / subtasks / each),
                options.getDouble("fillSeconds", 0) * 1e9,
                options.getDouble("replaceKb", 0) * 1024 / each,
                (int) (options.getDouble("garbageKb", 0) * 1024));
    }

    void open() {
        random = new SplittableRandom(1);
        blocks = new byte[(objects + BLOCK - 1) / BLOCK][BLOCK][];
        start = System.nanoTime();
        fill();
    }

    private void fill() {
        double due = fillNanos == 0 ? objects : Math.min(1, (System.nanoTime() - start) / fillNanos) * objects;
        for (; filled < due; ++filled) {
            blocks[filled / BLOCK][filled % BLOCK] = new byte[objectBytes];
        }
    }

    void touch() {
        for (int left = garbageBytes; left > 0; left -= GARBAGE_BYTES) {
            dropped = new byte[Math.min(left, GARBAGE_BYTES)];
        }
        if (objects == 0) {
            return;
        }
        fill();
        for (owed += replacedPerRecord; owed >= 1; --owed) {
            int i = random.nextInt(objects);
            blocks[i / BLOCK][i % BLOCK] = new byte[objectBytes];
        }
    }
}
