package tune.bench.peer;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** {@code PeerBench VERTICES SAMPLES [WARMUP] [ROUNDS] [--dump FILE]}, see README.md. */
public final class PeerBench {
    private static final String USAGE = "usage: PeerBench VERTICES SAMPLES [WARMUP] [ROUNDS] [--dump FILE]";
    private static final long WARM_UP_NANOS = 5_000_000_000L;

    private PeerBench() {}

    private record Options(int vertices, int samples, int warmUp, int rounds, Path dump) {}

    public static void main(String[] args) throws Exception {
        Options options = null;
        try {
            options = parse(args);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n" + USAGE);
            System.exit(2);
        }
        if (options.dump() != null) {
            SyntheticInput.dump(options.vertices(), options.samples(), options.dump());
        } else {
            System.out.println(measure(options));
        }
    }

    private static Options parse(String[] args) {
        Path dump = null;
        List<String> numbers = new ArrayList<>(Arrays.asList(args));
        int at = numbers.indexOf("--dump");
        if (at >= 0) {
            if (at + 1 == numbers.size()) {
                throw new IllegalArgumentException("--dump needs a file");
            }
            dump = Path.of(numbers.remove(at + 1));
            numbers.remove(at);
        }
        if (numbers.size() < 2 || numbers.size() > 4) {
            throw new IllegalArgumentException(numbers.size() + " numbers given; allowed: 2 to 4");
        }
        return new Options(number(numbers, 0, "VERTICES", 2, 0), number(numbers, 1, "SAMPLES", 2, 0),
                number(numbers, 2, "WARMUP", 0, 20_000), number(numbers, 3, "ROUNDS", 1, 2_000), dump);
    }

    private static int number(List<String> numbers, int at, String name, int least, int absent) {
        if (at >= numbers.size()) {
            return absent;
        }
        String text = numbers.get(at);
        if (text.matches("[0-9]{1,9}") && Integer.parseInt(text) >= least) {
            return Integer.parseInt(text);
        }
        throw new IllegalArgumentException(name + " = \"" + text + "\"; allowed: a whole number >= " + least);
    }

    private static String measure(Options options) throws Exception {
        var peer = new Peer(options.vertices(), options.samples());
        int warm = warmUp(peer, options.warmUp());
        double[] decide = new double[options.rounds()];
        Map<Integer, Integer> decision = null;
        for (int i = 0; i < decide.length; ++i) {
            peer.forget();
            long start = System.nanoTime();
            boolean changes = peer.decide();
            decide[i] = (System.nanoTime() - start) / 1e3;
            if (!changes) {
                throw new IllegalStateException("round " + i + " decided to change nothing");
            }
            decision = peer.decision();
        }
        double[] tick = ticks(peer, options.rounds());
        Arrays.sort(decide);
        Arrays.sort(tick);
        return String.format(Locale.ROOT,
                "{\"peer\":\"flink-autoscaler 1.10.0\",\"vertices\":%d,\"samples\":%d,\"median_us\":%.1f,"
                        + "\"p10_us\":%.1f,\"p90_us\":%.1f,\"rounds\":%d,\"warm_up_rounds\":%d,"
                        + "\"tick_median_us\":%.1f,\"decision\":{%s}}",
                options.vertices(), options.samples(), at(decide, 0.5), at(decide, 0.1), at(decide, 0.9), decide.length,
                warm, at(tick, 0.5),
                decision.entrySet().stream()
                        .map(e -> "\"" + e.getKey() + "\":" + e.getValue())
                        .collect(Collectors.joining(",")));
    }

    /** Until `rounds` rounds or five seconds of this thread's CPU time, on a busy machine more. Returns the rounds. */
    private static int warmUp(Peer peer, int rounds) throws Exception {
        var threads = ManagementFactory.getThreadMXBean();
        long start = threads.getCurrentThreadCpuTime();
        int done = 0;
        while (done < rounds && threads.getCurrentThreadCpuTime() - start < WARM_UP_NANOS) {
            peer.forget();
            peer.decide();
            ++done;
        }
        return done;
    }

    /** Whole control loops, as many again before them to warm up what only they run. In microseconds. */
    private static double[] ticks(Peer peer, int rounds) throws Exception {
        double[] micros = new double[rounds];
        for (int i = -rounds; i < rounds; ++i) {
            peer.nextMinute();
            peer.forget();
            long start = System.nanoTime();
            peer.tick();
            if (i >= 0) {
                micros[i] = (System.nanoTime() - start) / 1e3;
            }
        }
        return micros;
    }

    private static double at(double[] sorted, double quantile) {
        return sorted[(int) Math.min(sorted.length - 1, Math.floor(quantile * sorted.length))];
    }
}
