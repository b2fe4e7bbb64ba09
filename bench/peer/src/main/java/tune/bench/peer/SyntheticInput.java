package tune.bench.peer;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The benchmark's input as INPUT.md defines it, in whole numbers only, so that the C++ twin (synthetic_input.h) makes
 * the same series. Moves forward one step, a minute, at a time.
 */
final class SyntheticInput {
    static final long START_MS = 1_700_000_040_000L;
    static final long STEP_MS = 60_000;
    static final int PARALLELISM = 4;
    static final int MAX_PARALLELISM = 128;

    private static final long BASE_RECORDS = 600_000;
    private static final long PPM = 1_000_000;
    private static final long SEED = 20_240_611;
    private static final long BACK_PRESSURED_MS = PARALLELISM * STEP_MS / 50;

    private final int vertices;
    private final long[] recordsIn;
    private final long[] recordsOut;
    private final long[] busyMs;
    private final long[] lastBusyMs;
    private final long[] backPressuredMs;
    private long lastRecords;
    private long sourceRecords;
    private int step = -1;

    SyntheticInput(int vertices) {
        this.vertices = vertices;
        recordsIn = new long[vertices];
        recordsOut = new long[vertices];
        busyMs = new long[vertices];
        lastBusyMs = new long[vertices];
        backPressuredMs = new long[vertices];
    }

    void advance() {
        ++step;
        lastRecords = records(step);
        sourceRecords += lastRecords;
        for (int v = 0; v < vertices; ++v) {
            long in = input(v, lastRecords);
            recordsIn[v] += v == 0 ? 0 : in;
            recordsOut[v] += v == vertices - 1 ? 0 : input(v + 1, lastRecords);
            lastBusyMs[v] = in * serviceNanos(v) * (PPM + noise(v + 1, step)) / (PPM * PPM);
            busyMs[v] += lastBusyMs[v];
            backPressuredMs[v] += v < bottleneck() ? BACK_PRESSURED_MS : 0;
        }
    }

    int vertices() {
        return vertices;
    }

    int bottleneck() {
        return vertices / 2;
    }

    static boolean hashed(int vertex) {
        return vertex % 2 == 0;
    }

    long timeMs() {
        return START_MS + step * STEP_MS;
    }

    /** Counters since the start: records. A source's records in are 0, as its task counts them. */
    long recordsIn(int vertex) {
        return recordsIn[vertex];
    }

    long recordsOut(int vertex) {
        return recordsOut[vertex];
    }

    /** Counters since the start: milliseconds, summed over the subtasks. */
    long busyMs(int vertex) {
        return busyMs[vertex];
    }

    long backPressuredMs(int vertex) {
        return backPressuredMs[vertex];
    }

    /** Records that the source has read from its log since the start. */
    long sourceRecords() {
        return sourceRecords;
    }

    /** The source's records a second in the last step. */
    double sourceRate() {
        return lastRecords * 1000.0 / STEP_MS;
    }

    /** Records that wait in the source's log. */
    long pendingRecords() {
        return lastRecords / 60;
    }

    /** Busy milliseconds a second of one subtask in the last step. */
    double busyRate(int vertex) {
        return lastBusyMs[vertex] * 1000.0 / (PARALLELISM * STEP_MS);
    }

    double backPressuredRate(int vertex) {
        return vertex < bottleneck() ? BACK_PRESSURED_MS * 1000.0 / (PARALLELISM * STEP_MS) : 0;
    }

    static void dump(int vertices, int samples, Path file) throws IOException {
        var input = new SyntheticInput(vertices);
        try (var out = new PrintWriter(Files.newBufferedWriter(file, StandardCharsets.US_ASCII))) {
            out.print("time_ms,vertex,records_in,records_out,busy_ms,back_pressured_ms,pending_records\n");
            for (int i = 0; i < samples; ++i) {
                input.advance();
                for (int v = 0; v < vertices; ++v) {
                    out.print(input.timeMs() + "," + v + "," + input.recordsIn(v) + "," + input.recordsOut(v) + ","
                            + input.busyMs(v) + "," + input.backPressuredMs(v) + ","
                            + (v == 0 ? input.pendingRecords() : "") + "\n");
                }
            }
            if (out.checkError()) {
                throw new IOException("cannot write " + file);
            }
        }
    }

    private static long records(int step) {
        return BASE_RECORDS * (PPM + wave(step)) * (PPM + noise(0, step)) / (PPM * PPM);
    }

    private static long wave(int step) {
        int phase = (step + 600) % 1440;
        long height = Math.min(phase, 1440 - phase);
        return (height - 360) * 100_000 / 360;
    }

    private static long input(int vertex, long records) {
        return vertex % 4 >= 2 ? records * 4 / 5 : records;
    }

    private long serviceNanos(int vertex) {
        long busyPpm = vertex == bottleneck() ? 870_000 : 480_000 + 10_000 * (vertex % 9);
        return busyPpm * PARALLELISM * STEP_MS / input(vertex, BASE_RECORDS);
    }

    /** Uniform in [-20000, 20000] parts per million: a splitmix64 output for each stream and step. */
    private static long noise(long stream, long step) {
        long z = SEED + 0x9E3779B97F4A7C15L * ((stream << 32) + step + 1);
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        z ^= z >>> 31;
        return (z >>> 11) % 40_001 - 20_000;
    }
}
